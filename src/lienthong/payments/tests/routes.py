"""Who may call the routes of fees and payments."""

from __future__ import annotations

from uuid import uuid4

from tests.architecture.routes import Route, World, only, public

from lienthong.identity.public import Role
from lienthong.kernel.blobs import store_blob
from lienthong.payments.models import Discrepancy, Refund
from lienthong.payments.public import cancel_charges, take_cash
from lienthong.payments.states import DiscrepancyKind, Provider
from lienthong.payments.tests.factories import bank_account, begun, charged, ids

RECEPTIONIST, CLERK, LEADER, AUDITOR = Role.RECEPTIONIST, Role.CLERK, Role.LEADER, Role.AUDITOR
READERS = (RECEPTIONIST, CLERK, LEADER, AUDITOR)
POST = ("POST",)


def _subject(world: World) -> dict[str, object]:
    bank_account(world.ours)
    return {"subject_id": charged(world.ours)[0].subject_id}


def _provider(world: World) -> dict[str, object]:
    return {"provider": "vietqr"}


def _reason(world: World) -> dict[str, object]:
    return {"reason": "Thiên tai"}


def _refund_row(world: World) -> Refund:
    charges = charged(world.ours)
    take_cash(viewer=world.viewer(CLERK), charge_ids=ids(charges), at=world.at)
    cancel_charges(subject_id=charges[0].subject_id, reason="x", actor=None, at=world.at)
    return Refund.objects.get(subject_id=charges[0].subject_id)


def _refund(world: World) -> dict[str, object]:
    return {"refund_id": _refund_row(world).pk}


def _proof(world: World) -> dict[str, object]:
    row = _refund_row(world)
    row.proof_file, row.proof_name = store_blob([b"words"], at=world.at, max_bytes=100), "a.txt"
    row.save()
    return {"refund_id": row.pk}


def _number(world: World) -> dict[str, object]:
    return {"proof": "UNC 12"}


def _receipt(world: World) -> dict[str, object]:
    charges = charged(world.ours)
    receipt = take_cash(viewer=world.viewer(CLERK), charge_ids=ids(charges), at=world.at)
    return {"payment_id": receipt.payment_id}


def _attempt(world: World) -> dict[str, object]:
    return {"attempt_id": begun(world.ours, at=world.at)[0].attempt_id}


def _discrepancy(world: World) -> dict[str, object]:
    made = Discrepancy.objects.create(
        agency=world.ours,
        kind=DiscrepancyKind.UNKNOWN_REFERENCE,
        provider=Provider.VIETQR,
        transaction=str(uuid4()),
        amount=1,
        paid_at=world.at,
        found_at=world.at,
    )
    return {"discrepancy_id": made.pk}


ROUTES: dict[str, Route] = {
    "payments:charges": only(*READERS, shared=True),
    "payments:day": only(*READERS, shared=True),
    "payments:day_export": only(*READERS, shared=True),
    "payments:subject": only(*READERS, kwargs=_subject),
    "payments:cash": only(RECEPTIONIST, CLERK, methods=POST, kwargs=_subject),
    "payments:start": only(RECEPTIONIST, CLERK, methods=POST, kwargs=_subject, data=_provider),
    "payments:waive": only(LEADER, methods=POST, kwargs=_subject, data=_reason),
    "payments:refund": only(CLERK, LEADER, methods=POST, kwargs=_refund, data=_number),
    "payments:proof": only(*READERS, kwargs=_proof),
    "payments:receipt": only(*READERS, kwargs=_receipt),
    "payments:reconciliation": only(CLERK, LEADER, AUDITOR, shared=True),
    "payments:upload": only(CLERK, methods=POST, shared=True),
    "payments:close": only(CLERK, LEADER, methods=POST, kwargs=_discrepancy, data=_reason),
    "payments:accounts": only(Role.ADMINISTRATOR, shared=True),
    "payments:account": only(Role.ADMINISTRATOR, methods=POST, kwargs=_provider, shared=True),
    "payments:attempt": public(kwargs=_attempt),
    "payments:attempt_state": public(kwargs=_attempt),
    "payments:verify_receipt": public(kwargs=_receipt),
    # Public, but without a signature it answers 403, which the walk would take for a refusal of the person.
    "payments:callback": public(methods=(), kwargs=_provider),
    # Not there unless a setting allows it: 404.
    "payments:gateway_page": public(methods=()),
    "payments:gateway_press": public(methods=()),
    "payments:gateway_statement": public(methods=()),
}

"""Who may call the routes of fees and payments."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from tests.architecture.routes import Route, World, only, public

from lienthong.identity.public import Role
from lienthong.kernel.blobs import store_blob
from lienthong.payments.models import Attempt, Discrepancy, Payment, Refund
from lienthong.payments.public import cancel_charges, take_cash
from lienthong.payments.states import DiscrepancyKind, Provider
from lienthong.payments.tests.factories import begun, charged, ids

READERS = (Role.RECEPTIONIST, Role.CLERK, Role.LEADER, Role.AUDITOR)
CASH = (Role.RECEPTIONIST, Role.CLERK)


def _subject(world: World) -> dict[str, object]:
    return {"subject_id": charged(world.ours)[0].subject_id}


def _paid(world: World) -> Payment:
    charges = charged(world.ours)
    take_cash(viewer=world.viewer(Role.RECEPTIONIST), charge_ids=ids(charges), at=world.at)
    return Payment.objects.get(subject_id=charges[0].subject_id)


def _payment(world: World) -> dict[str, object]:
    return {"payment_id": _paid(world).pk}


def _refund(world: World) -> Refund:
    payment = _paid(world)
    cancel_charges(subject_id=payment.subject_id, reason="Từ chối", actor=None, at=world.at)
    return Refund.objects.get(payment=payment)


def _refund_id(world: World) -> dict[str, object]:
    return {"refund_id": _refund(world).pk}


def _proof(world: World) -> dict[str, object]:
    refund = _refund(world)
    refund.proof_file = store_blob([b"%PDF-1.4 words"], at=world.at, max_bytes=100)
    refund.proof_name = "a.pdf"
    refund.save()
    return {"refund_id": refund.pk}


def _attempt(world: World) -> dict[str, object]:
    start, _charges = begun(world.ours)
    assert Attempt.objects.filter(pk=start.attempt_id).exists()
    return {"attempt_id": start.attempt_id}


def _discrepancy(world: World) -> dict[str, object]:
    row = Discrepancy.objects.create(
        agency=world.ours,
        kind=DiscrepancyKind.UNKNOWN_REFERENCE,
        provider=Provider.VIETQR,
        transaction=str(uuid4()),
        amount=8_000,
        paid_at=world.at,
        found_at=world.at,
    )
    return {"discrepancy_id": row.pk}


def _words(world: World) -> dict[str, object]:
    return {"reason": "Đã đối chiếu với sao kê."}


# The demonstration's own bank is not there unless a setting allows it, which tests do not.
_CLOSED = Route(roles=None, shared=True, personal=True)

ROUTES: dict[str, Route] = {
    "payments:charges": only(*READERS, shared=True),
    "payments:day": only(*READERS, shared=True),
    "payments:day_export": only(*READERS, shared=True),
    "payments:subject": only(*READERS, kwargs=_subject),
    "payments:cash": only(*CASH, methods=("POST",), kwargs=_subject),
    "payments:start": only(*CASH, methods=("POST",), kwargs=_subject),
    "payments:waive": only(Role.LEADER, methods=("POST",), kwargs=_subject),
    "payments:refund": only(Role.CLERK, Role.LEADER, methods=("POST",), kwargs=_refund_id),
    "payments:proof": only(*READERS, kwargs=_proof),
    "payments:receipt": only(*READERS, kwargs=_payment),
    "payments:reconciliation": only(Role.CLERK, Role.LEADER, Role.AUDITOR, shared=True),
    "payments:upload": only(Role.CLERK, methods=("POST",), shared=True),
    "payments:close": only(Role.CLERK, Role.LEADER, methods=("POST",), kwargs=_discrepancy, data=_words),
    "payments:accounts": only(Role.ADMINISTRATOR, shared=True),
    "payments:account": only(
        Role.ADMINISTRATOR, methods=("POST",), kwargs=lambda world: {"provider": "vietqr"}, shared=True
    ),
    "payments:attempt": public(kwargs=_attempt),
    "payments:attempt_state": public(kwargs=_attempt),
    "payments:verify_receipt": public(kwargs=_payment),
    "payments:callback": public(methods=("POST",), kwargs=lambda world: {"provider": "page"}),
    "payments:gateway_page": _CLOSED,
    "payments:gateway_press": replace(_CLOSED, methods=("POST",)),
    "payments:gateway_statement": _CLOSED,
}

"""How charges are held and moved: in sets, with the ledger and the events, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from lienthong.identity.public import Viewer
from lienthong.kernel.events import publish
from lienthong.ledger.public import JSON, Actor, Entry, Subject, record_many
from lienthong.payments.contracts import ChargesSettled, SubjectsSettled
from lienthong.payments.models import Charge, Payment, Refund
from lienthong.payments.refusals import NothingChosen, ReasonMissing
from lienthong.payments.states import GIVE_BACK, ChargeState, Move

REASON_LIMIT = 500
BATCH = 1000
PLATFORM = Actor(kind="job", id="payments", name="payments", source="payments")
FREES = frozenset({ChargeState.PAID, ChargeState.WAIVED})


def actor_of(who: Viewer | Actor | None) -> Actor:
    """Who acts, for the ledger: an official, a payer, or the platform itself where nobody does."""
    if isinstance(who, Viewer):
        return who.actor()
    return who or PLATFORM


def hold(charge_ids: Collection[UUID]) -> list[Charge]:
    """Lock the charges in the order of their keys, so that no two acts wait for each other.

    Raises:
        NothingChosen: none, one that does not exist, or charges of two subjects.
    """
    rows = Charge.objects.select_for_update(of=("self",)).select_related("agency")
    found = list(rows.filter(pk__in=list(charge_ids)).order_by("id"))
    if not found or len(found) != len(set(charge_ids)) or len({row.subject_id for row in found}) > 1:
        raise NothingChosen(field="charge")
    return found


def move(
    charges: Sequence[Charge],
    by: Move,
    *,
    actor: Actor,
    at: datetime,
    payments: Sequence[Payment] = (),
    reason: str = "",
) -> None:
    """Make the move of held charges; `payments` are what paid each of them, in the same order."""
    for place, charge in enumerate(charges):
        charge.state = by.target.value
        if payments:
            charge.payment = payments[place]
        if reason:
            charge.reason = reason
    Charge.objects.bulk_update(charges, ["state", "payment", "reason"], batch_size=BATCH)
    record_many([_entry(charge, by.verb, actor, at, reason) for charge in charges])
    if by.target in FREES:
        tell_settled(charges, at=at)


def tell_settled(charges: Iterable[Charge], *, at: datetime) -> None:
    """Say of each subject that owes nothing any more what was settled. One query."""
    settled: dict[UUID, list[UUID]] = {}
    for charge in charges:
        settled.setdefault(charge.subject_id, []).append(charge.pk)
    owing = Charge.objects.filter(subject_id__in=list(settled), state=ChargeState.OWED)
    still = set(owing.values_list("subject_id", flat=True))
    free = {subject_id: ids for subject_id, ids in settled.items() if subject_id not in still}
    for subject_id, ids in free.items():
        publish(ChargesSettled(subject_id, tuple(ids), at))
    if free:
        publish(SubjectsSettled(tuple(free), at))


def give_back(charges: Sequence[Charge], *, reason: str, actor: Actor, at: datetime) -> None:
    """Make the money of paid charges go back."""
    move(charges, GIVE_BACK, actor=actor, at=at, reason=reason)
    refunds = [
        Refund(
            agency_id=charge.agency_id,
            subject_id=charge.subject_id,
            payment=charge.payment,
            charge=charge,
            amount=charge.amount,
            reason=reason,
            due_at=at,
        )
        for charge in charges
    ]
    Refund.objects.bulk_create(refunds, batch_size=BATCH)


def checked_reason(reason: str) -> str:
    """The words, stripped; raises `ReasonMissing` for none, too many or what no text holds."""
    words = reason.strip()
    if not words or len(words) > REASON_LIMIT or "\0" in words:
        raise ReasonMissing(field="reason", limit=REASON_LIMIT)
    return words


def _entry(charge: Charge, verb: str, actor: Actor, at: datetime, reason: str) -> Entry:
    data: dict[str, JSON] = {
        "subject": str(charge.subject_id),
        "code": charge.subject_code,
        "key": charge.key,
        "tariff": charge.tariff,
        "share": charge.share,
        "amount": charge.amount,
        "payment": str(charge.payment_id or ""),
        "reason": reason,
    }
    return Entry(actor, f"charge.{verb}", Subject("payments.charge", str(charge.pk)), at, data)


def opened(charges: Iterable[Charge], *, actor: Actor, at: datetime) -> None:
    """Record that the charges were opened."""
    record_many([_entry(charge, "open", actor, at, charge.exempt_reason) for charge in charges])

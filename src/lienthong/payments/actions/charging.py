"""What is owed: opening charges, taking cash for them, waiving and cancelling them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from lienthong.documents.public import take_number
from lienthong.identity.public import Viewer
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.statements import insert_unknown, new_row
from lienthong.payments import policies
from lienthong.payments.actions import writing
from lienthong.payments.contracts import MOST_AMOUNT, Bill, ChargeLine, ChargeView, Receipt, Reduction
from lienthong.payments.models import Charge, Payment
from lienthong.payments.queries import view_of
from lienthong.payments.refusals import BadAmount, BadLine, BadReduction, ChargeDiffers
from lienthong.payments.states import CANCEL, TAKE_CASH, WAIVE, ChargeState, Provider

RECEIPTS = "receipts"
FREE = "Mức thu 0 đồng"  # words of the record, as the law's forms have them
NOT_REDUCED = Reduction(0, 0, "", "")
MOST_KEY, MOST_NAME, MOST_CODE, MOST_PAYER = 60, 300, 60, 200


def open_charges(
    *,
    agency_id: int,
    subject_id: UUID,
    subject_code: str,
    payer_name: str,
    lines: Sequence[ChargeLine],
    due_at: datetime | None = None,
    actor: Viewer | None,
    at: datetime,
) -> list[ChargeView]:
    """As `open_bills`, for one subject."""
    bill = Bill(agency_id, subject_id, subject_code, payer_name, tuple(lines), due_at)
    return open_bills(bills=[bill], actor=actor, at=at)


def open_bills(*, bills: Sequence[Bill], actor: Viewer | None, at: datetime) -> list[ChargeView]:
    """Record what the subjects owe, each key once; what was recorded before stays as it is.

    A line with a reduction is on record with its share, reason and law, its tariff, and what is left to pay.
    Three queries, whatever the number of lines. Who calls says that `actor` may. No event is told, even if
    nothing is owed.

    Raises:
        BadAmount, BadLine, BadReduction; ChargeDiffers: the key was charged with another amount.
    """
    for bill in bills:
        _require_sane(bill.lines, bill.subject_code, bill.payer_name)
    rows = [_charge(bill, line, at) for bill in bills for line in bill.lines]
    if not rows:
        return []
    with transaction.atomic():
        insert_unknown(rows)
        kept = Charge.objects.filter(subject_id__in=[bill.subject_id for bill in bills])
        found = {(charge.subject_id, charge.key): charge for charge in kept.select_related("payment")}
        for row in rows:
            before = found[row.subject_id, row.key]
            if _asked(before) != _asked(row):
                raise ChargeDiffers(name=row.name, before=before.amount, now=row.amount)
        new = [row for row in rows if found[row.subject_id, row.key].pk == row.pk]
        writing.opened(new, actor=writing.actor_of(actor), at=at)
    return [view_of(found[row.subject_id, row.key]) for row in rows]


def take_cash(*, viewer: Viewer, charge_ids: Collection[UUID], at: datetime) -> Receipt:
    """Take cash for charges of one subject and give it a number, without a gap per agency and year.

    Raises:
        NothingChosen, NotFound, NotAllowed; ChargeNotNow: someone was faster.
    """
    with transaction.atomic():
        charges = writing.hold(charge_ids)
        for charge in charges:
            policies.require(viewer, charge, TAKE_CASH)
        first, year = charges[0], at.astimezone(VIETNAM).year
        payment = Payment.objects.create(
            agency_id=first.agency_id,
            subject_id=first.subject_id,
            provider=Provider.CASH,
            amount=sum(charge.amount for charge in charges),
            paid_at=at,
            received_at=at,
            receipt_year=year,
            receipt_number=take_number(agency=first.agency, register=RECEIPTS, year=year),
            taken_by_id=viewer.official_id,
        )
        paid = [payment] * len(charges)
        writing.move(charges, TAKE_CASH, actor=viewer.actor(), at=at, payments=paid)
    return Receipt(payment.pk, payment.receipt_number or 0, year, payment.amount)


def waive(*, viewer: Viewer, charge_ids: Collection[UUID], reason: str, at: datetime) -> None:
    """Let charges go unpaid, with the reason, which stays on record.

    Raises:
        ReasonMissing, NothingChosen, NotFound, NotAllowed, ChargeNotNow.
    """
    words = writing.checked_reason(reason)
    with transaction.atomic():
        charges = writing.hold(charge_ids)
        for charge in charges:
            policies.require(viewer, charge, WAIVE)
        writing.move(charges, WAIVE, actor=viewer.actor(), at=at, reason=words)


def cancel_charges(*, subject_id: UUID, reason: str, actor: Viewer | None, at: datetime) -> None:
    """End what the subject owes: the unpaid is cancelled, the paid is to be refunded.

    What ended before stays as it is, so a second call changes nothing. Who calls says that `actor` may.

    Raises:
        ReasonMissing
    """
    words, by = writing.checked_reason(reason), writing.actor_of(actor)
    with transaction.atomic():
        rows = Charge.objects.select_for_update().filter(subject_id=subject_id)
        charges = list(rows.order_by("id"))
        unpaid = [charge for charge in charges if charge.state == ChargeState.OWED]
        paid = [charge for charge in charges if charge.state == ChargeState.PAID]
        if unpaid:
            writing.move(unpaid, CANCEL, actor=by, at=at, reason=words)
        if paid:
            writing.give_back(paid, reason=words, actor=by, at=at)


def _charge(bill: Bill, line: ChargeLine, at: datetime) -> Charge:
    less = line.reduction or NOT_REDUCED
    owed = line.amount - less.amount
    return new_row(
        Charge,
        agency_id=bill.agency_id,
        subject_id=bill.subject_id,
        subject_code=bill.subject_code,
        payer_name=bill.payer_name,
        key=line.key,
        name=line.name,
        name_en=line.name_en,
        law=line.law,
        tariff=line.amount,
        amount=owed,
        share=less.share,
        exempt_reason=less.reason.strip() or ("" if line.amount else FREE),
        exempt_law=less.law.strip(),
        state=ChargeState.OWED if owed else ChargeState.EXEMPT,
        opened_at=at,
        due_at=bill.due_at,
    )


def _asked(charge: Charge) -> tuple[int, int, int]:
    """What may not differ where the same key is charged again."""
    return charge.tariff, charge.amount, charge.agency_id


def _require_sane(lines: Sequence[ChargeLine], subject_code: str, payer_name: str) -> None:
    for line in lines:
        whole = isinstance(line.amount, int) and not isinstance(line.amount, bool)
        if not whole or not 0 <= line.amount <= MOST_AMOUNT:
            raise BadAmount(field="amount", name=line.name[:100], amount=str(line.amount)[:40])
        texts = (
            (line.key, MOST_KEY),
            (line.name, MOST_NAME),
            (subject_code, MOST_CODE),
            (payer_name, MOST_PAYER),
        )
        optional = (
            (line.name_en, MOST_NAME),
            (line.law, MOST_NAME),
        )
        if any(not text.strip() or not _fits(text, most) for text, most in texts):
            raise BadLine(name=line.name[:100])
        if any(not _fits(text, most) for text, most in optional):
            raise BadLine(name=line.name[:100])
        if line.reduction is not None and not _holds(line.reduction, line.amount):
            raise BadReduction(name=line.name[:100])
    if len({line.key for line in lines}) < len(lines):
        raise BadLine(name=", ".join(line.name[:30] for line in lines)[:200])


def _holds(less: Reduction, amount: int) -> bool:
    whole = all(type(number) is int for number in (less.share, less.amount))
    texts = ((less.reason, writing.REASON_LIMIT), (less.law, MOST_NAME))
    return (
        whole
        and 1 <= less.share <= 100
        and 0 < less.amount <= amount
        and all(text.strip() and _fits(text, most) for text, most in texts)
    )


def _fits(text: str, most: int) -> bool:
    return len(text) <= most and "\0" not in text

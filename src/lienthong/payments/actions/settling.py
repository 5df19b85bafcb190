"""What providers say is made true, in sets: charges paid, what is over to go back, what differs noted.

One mechanism for callbacks, nightly statements and uploaded ones, so each may repeat what another told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Prefetch

from lienthong.kernel.events import publish
from lienthong.ledger.public import JSON, Actor, Entry, Subject, record_many
from lienthong.payments.actions import writing
from lienthong.payments.contracts import (
    ALREADY,
    DIFFERS,
    FAILED,
    REFUND,
    SETTLED,
    UNKNOWN,
    Notice,
    Outcome,
    PaymentFailed,
    Told,
)
from lienthong.payments.gateway import MOST_BYTES
from lienthong.payments.models import Attempt, Charge, Discrepancy, Payment, ProviderEvent, Refund
from lienthong.payments.ports import PaymentPort
from lienthong.payments.refusals import CallbackTooLarge
from lienthong.payments.states import FAIL, PAY, SUCCEED, ChargeState, DiscrepancyKind, Move

OVERPAID = "Nộp thừa, nộp trùng hoặc nộp khi không còn khoản phải nộp"  # words of the record


def hear_callback(
    *, provider: str, port: PaymentPort, headers: Mapping[str, str], body: bytes, at: datetime
) -> str:
    """Make true what a callback says and answer in one word; the same one again gets the same word.

    Raises:
        CallbackTooLarge, BadSignature, BadCallback
    """
    if len(body) > MOST_BYTES:
        raise CallbackTooLarge(limit=MOST_BYTES)
    notice = port.read_callback(headers, body, at=at)
    actor = Actor(kind="system", id=provider, name=provider, source=f"payments.{provider}")
    with transaction.atomic():
        try:
            with transaction.atomic():
                heard = ProviderEvent.objects.create(provider=provider, event=notice.event, received_at=at)
        except IntegrityError:  # whoever came first has committed by now
            return ProviderEvent.objects.get(provider=provider, event=notice.event).answer
        [answer] = settle_notices(provider=provider, notices=[notice], actor=actor, at=at).answers
        heard.answer = answer
        heard.save(update_fields=["answer"])
    return answer


def settle_notices(
    *, provider: str, notices: Sequence[Notice], actor: Actor, at: datetime, agency_id: int | None = None
) -> Told:
    """Make true what a provider says, and answer each notice; a fixed number of queries per thousand.

    With `agency_id` only attempts of that agency are known. Charges are held first, then attempts.
    """
    with transaction.atomic():
        book = _Book(provider, at, agency_id)
        book.open(notices)
        answers = tuple(book.answer(notice) for notice in notices)
        book.write(actor)
    return Told(answers)


@dataclass
class _Book:
    """Everything that the notices touch, held in memory while they are answered, then written at once."""

    provider: str
    at: datetime
    agency_id: int | None
    attempts: dict[str, Attempt] = field(default_factory=dict)
    charges: dict[UUID, Charge] = field(default_factory=dict)
    known: set[tuple[int, str]] = field(default_factory=set)
    payments: list[Payment] = field(default_factory=list)
    paid: list[tuple[Charge, Payment]] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    differing: list[Discrepancy] = field(default_factory=list)
    ended: dict[UUID, Attempt] = field(default_factory=dict)
    failed: list[tuple[Attempt, Notice]] = field(default_factory=list)

    def open(self, notices: Sequence[Notice]) -> None:
        """Hold the charges and attempts that the notices name, and read which money is known already."""
        rows = Attempt.objects.filter(
            provider=self.provider, reference__in={notice.reference for notice in notices}
        )
        if self.agency_id is not None:
            rows = rows.filter(agency_id=self.agency_id)
        ids = list(rows.values_list("pk", flat=True))
        named = Attempt.charges.through.objects.filter(attempt__in=ids).values("charge_id")
        held = Charge.objects.select_for_update().filter(pk__in=named).order_by("id")
        self.charges = {charge.pk: charge for charge in held}
        prefetched = Prefetch("charges", Charge.objects.order_by("id").only("pk"))
        own = Attempt.objects.select_for_update().filter(pk__in=ids).order_by("id")
        self.attempts = {attempt.reference: attempt for attempt in own.prefetch_related(prefetched)}
        payments = Payment.objects.filter(
            provider=self.provider,
            agency_id__in={attempt.agency_id for attempt in self.attempts.values()},
            transaction__in={notice.transaction for notice in notices},
        )
        self.known = set(payments.values_list("agency_id", "transaction"))

    def answer(self, notice: Notice) -> str:
        """Decide what one notice means."""
        attempt = self.attempts.get(notice.reference)
        if attempt is None:
            return self._differs(UNKNOWN, DiscrepancyKind.UNKNOWN_REFERENCE, notice, None)
        if notice.outcome is Outcome.FAILED:
            return self._fail(attempt, notice)
        if (attempt.agency_id, notice.transaction) in self.known:
            return ALREADY
        if notice.amount != attempt.amount:
            return self._differs(DIFFERS, DiscrepancyKind.AMOUNT_DIFFERS, notice, attempt)
        self.known.add((attempt.agency_id, notice.transaction))
        return self._receive(attempt, notice)

    def _receive(self, attempt: Attempt, notice: Notice) -> str:
        """Money came: it pays what it was for and is still owed; what is over has to go back."""
        payment = Payment(
            agency_id=attempt.agency_id,
            subject_id=attempt.subject_id,
            provider=self.provider,
            amount=notice.amount,
            paid_at=notice.paid_at,
            received_at=self.at,
            attempt=attempt,
            transaction=notice.transaction,
        )
        self.payments.append(payment)
        over = payment.amount
        for charge in (self.charges[row.pk] for row in attempt.charges.all()):
            if charge.state in PAY.sources and charge.amount <= over:
                charge.state = ChargeState.PAID
                self.paid.append((charge, payment))
                over -= charge.amount
        self._end(attempt, SUCCEED)
        if over:
            self.refunds.append(
                Refund(
                    agency_id=attempt.agency_id,
                    subject_id=attempt.subject_id,
                    payment=payment,
                    amount=over,
                    reason=OVERPAID,
                    due_at=self.at,
                )
            )
        return REFUND if over else SETTLED

    def _fail(self, attempt: Attempt, notice: Notice) -> str:
        if self._end(attempt, FAIL, notice.note):
            self.failed.append((attempt, notice))
        return FAILED

    def _end(self, attempt: Attempt, by: Move, note: str = "") -> bool:
        if attempt.state not in by.sources:
            return False
        attempt.state, attempt.ended_at, attempt.note = by.target.value, self.at, note
        self.ended[attempt.pk] = attempt
        return True

    def _differs(self, answer: str, kind: DiscrepancyKind, notice: Notice, attempt: Attempt | None) -> str:
        self.differing.append(
            Discrepancy(
                agency_id=attempt.agency_id if attempt else self.agency_id,
                kind=kind,
                provider=self.provider,
                transaction=notice.transaction or notice.event,
                reference=notice.reference[:40],
                amount=notice.amount,
                expected=attempt.amount if attempt else None,
                attempt=attempt,
                paid_at=notice.paid_at,
                found_at=self.at,
                note=notice.note[:300],
            )
        )
        return answer

    def write(self, actor: Actor) -> None:
        """Write all that was decided, the ledger and the events with it."""
        size = writing.BATCH
        Payment.objects.bulk_create(self.payments, batch_size=size)
        Refund.objects.bulk_create(self.refunds, batch_size=size)
        Discrepancy.objects.bulk_create(self.differing, batch_size=size, ignore_conflicts=True)
        Attempt.objects.bulk_update(self.ended.values(), ["state", "ended_at", "note"], batch_size=size)
        record_many([self._entry(actor, payment) for payment in self.payments])
        record_many([self._differing_entry(actor, each) for each in self.differing])
        charges, payments = [pair[0] for pair in self.paid], [pair[1] for pair in self.paid]
        if charges:
            writing.move(charges, PAY, actor=actor, at=self.at, payments=payments)
        for attempt, notice in self.failed:
            ids = tuple(charge.pk for charge in attempt.charges.all())
            publish(PaymentFailed(attempt.subject_id, ids, attempt.pk, notice.note, self.at))

    def _entry(self, actor: Actor, payment: Payment) -> Entry:
        data: dict[str, JSON] = {
            "transaction": payment.transaction,
            "amount": payment.amount,
            "attempt": str(payment.attempt_id),
        }
        return Entry(actor, "payment.receive", Subject("payments.payment", str(payment.pk)), self.at, data)

    def _differing_entry(self, actor: Actor, each: Discrepancy) -> Entry:
        data: dict[str, JSON] = {
            "kind": str(each.kind),
            "transaction": each.transaction,
            "amount": each.amount,
        }
        return Entry(actor, "payment.differ", Subject("payments.discrepancy", str(each.pk)), self.at, data)

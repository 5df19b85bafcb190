"""What may be read of fees and payments. What takes a viewer answers with the viewer's agency alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Sum, Value

from lienthong.documents.public import qr_svg
from lienthong.identity.public import NotFound, Role, Viewer
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.paging import Page, page_of
from lienthong.kernel.plain import Plain
from lienthong.payments import policies
from lienthong.payments.contracts import AttemptView, ChargeFilter, ChargeView, PaymentCounts
from lienthong.payments.models import (
    Attempt,
    Charge,
    CollectingAccount,
    Discrepancy,
    Payment,
    Reconciliation,
    Refund,
)
from lienthong.payments.states import PROVIDER_LABELS, AttemptState, ChargeState, Provider, RefundState

OWED, PAID, REFUND, ALL = "owed", "paid", "refund", "all"
RECENT, MOST_SHOWN = 20, 200


@dataclass(frozen=True)
class Taking:
    """What came in by one way on a day."""

    provider: str
    count: int
    amount: int

    @property
    def label(self) -> object:
        """The way, in the reader's language."""
        return PROVIDER_LABELS[self.provider]


def charges_of(subject_ids: Collection[UUID]) -> dict[UUID, list[ChargeView]]:
    """The charges of many subjects, in the order they were opened. One query."""
    found: dict[UUID, list[ChargeView]] = {key: [] for key in subject_ids}
    rows = Charge.objects.filter(subject_id__in=list(subject_ids)).select_related("payment").order_by("id")
    for charge in rows:
        found[charge.subject_id].append(view_of(charge))
    return found


def owed(subject_ids: Collection[UUID]) -> dict[UUID, int]:
    """What each of the subjects still owes, in đồng; 0 where nothing. One query."""
    rows = Charge.objects.filter(subject_id__in=list(subject_ids), state=ChargeState.OWED)
    sums = dict(rows.values_list("subject_id").annotate(Sum("amount")).order_by())
    return {key: sums.get(key, 0) for key in subject_ids}


def view_of(charge: Charge) -> ChargeView:
    """A charge as a plain value; reads its payment."""
    payment = charge.payment
    return ChargeView(
        id=charge.id,
        subject_id=charge.subject_id,
        key=charge.key,
        name=charge.name,
        name_en=charge.name_en,
        amount=charge.amount,
        tariff=charge.tariff,
        law=charge.law,
        share=charge.share,
        exempt_reason=charge.exempt_reason,
        exempt_law=charge.exempt_law,
        state=charge.state,
        due_at=charge.due_at,
        paid_at=payment.paid_at if payment else None,
        provider=payment.provider if payment else "",
        receipt=payment.receipt if payment else "",
        payment_id=payment.pk if payment else None,
    )


def attempts_of(subject_id: UUID, *, at: datetime) -> list[AttemptView]:
    """The latest tries to pay for the subject, the newest first, for its payer. One query."""
    rows = Attempt.objects.filter(subject_id=subject_id).order_by("-id")[:RECENT]
    return [_attempt_view(row, at) for row in rows]


def _attempt_view(row: Attempt, at: datetime) -> AttemptView:
    waits = row.state == AttemptState.STARTED and row.expires_at > at
    return AttemptView(
        id=row.pk,
        provider=row.provider,
        reference=row.reference,
        amount=row.amount,
        state=row.state if waits or row.state != AttemptState.STARTED else AttemptState.EXPIRED,
        note=row.note,
        started_at=row.started_at,
        expires_at=row.expires_at,
        waits=waits,
        qr_svg=qr_svg(row.qr_text) if waits and row.qr_text else "",
        url=row.url if waits else "",
    )


def charges_for(viewer: Viewer) -> QuerySet[Charge]:
    """The charges that the viewer may see: those of the agency."""
    if not policies.reads(viewer):
        return Charge.objects.none()
    return Charge.objects.filter(agency_id=viewer.agency_id or 0)


def list_charges(viewer: Viewer, wanted: ChargeFilter, *, cursor: str = "") -> Page[Charge]:
    """A page of the agency's charges, the newest first. One query."""
    rows = charges_for(viewer).select_related("payment")
    if wanted.tab in (OWED, PAID):
        rows = rows.filter(state=wanted.tab)
    elif wanted.tab == REFUND:
        over = Refund.objects.filter(payment=OuterRef("payment"), state=RefundState.DUE, charge=None)
        rows = rows.filter(Q(state=ChargeState.REFUND_DUE) | Q(Exists(over)))
    for word in wanted.text.split()[:8]:
        rows = rows.filter(search_text__contains=Plain(Value(word)))
    return page_of(rows, key="id", cursor=cursor)


def subject_charges(viewer: Viewer, subject_id: UUID) -> list[Charge]:
    """The charges of one subject, for its page; raises `NotFound`."""
    rows = charges_for(viewer).filter(subject_id=subject_id).select_related("payment__taken_by", "refund")
    found = list(rows.order_by("id"))
    if not found:
        raise NotFound
    return found


def subject_payments(viewer: Viewer, subject_id: UUID) -> list[Payment]:
    """The money that came in for the subject, the latest first."""
    rows = Payment.objects.filter(subject_id=subject_id, agency_id=viewer.agency_id or 0)
    return list(rows.select_related("taken_by").order_by("-id"))


def subject_refunds(viewer: Viewer, subject_id: UUID) -> list[Refund]:
    """The money that goes back for the subject, the latest first."""
    rows = Refund.objects.filter(subject_id=subject_id, agency_id=viewer.agency_id or 0)
    return list(rows.select_related("payment", "charge", "settled_by", "proof_file").order_by("-id"))


def subject_attempts(viewer: Viewer, subject_id: UUID) -> list[Attempt]:
    """The latest attempts to pay for the subject."""
    rows = Attempt.objects.filter(subject_id=subject_id, agency_id=viewer.agency_id or 0)
    return list(rows.order_by("-id")[:RECENT])


def find_attempt(attempt_id: UUID) -> Attempt:
    """An attempt, for whoever has its address; raises `NotFound`."""
    rows = Attempt.objects.select_related("agency")
    found = rows.prefetch_related(Prefetch("charges", Charge.objects.order_by("id"))).filter(pk=attempt_id)
    attempt = found.first()
    if attempt is None:
        raise NotFound
    return attempt


def find_receipt(payment_id: UUID, viewer: Viewer | None = None) -> Payment:
    """A payment in cash with its charges; of the viewer's agency, or for whoever has its address.

    Raises:
        NotFound
    """
    rows = Payment.objects.filter(pk=payment_id, provider=Provider.CASH)
    if viewer is not None:
        if not policies.reads(viewer):
            raise NotFound
        rows = rows.filter(agency_id=viewer.agency_id or 0)
    found = rows.select_related("agency", "taken_by").prefetch_related("charges").first()
    if found is None:
        raise NotFound
    return found


def find_refund(viewer: Viewer, refund_id: UUID) -> Refund:
    """A refund of the agency; raises `NotFound`."""
    rows = Refund.objects.filter(pk=refund_id, agency_id=viewer.agency_id or 0)
    found = rows.first() if policies.reads(viewer) else None
    if found is None:
        raise NotFound
    return found


def find_proof(viewer: Viewer, refund_id: UUID) -> Refund:
    """A refund of the agency with its proof as a file; raises `NotFound`."""
    rows = Refund.objects.filter(pk=refund_id, agency_id=viewer.agency_id or 0, proof_file__isnull=False)
    found = rows.select_related("proof_file").first() if policies.reads(viewer) else None
    if found is None:
        raise NotFound
    return found


def takings_of(viewer: Viewer, day: date) -> list[Taking]:
    """What came in on the day, by way. One query."""
    rows = _payments_on(viewer, day).values("provider").order_by("provider")
    return [
        Taking(row["provider"], row["number"], row["sum"])
        for row in rows.annotate(number=Count("pk"), sum=Sum("amount"))
    ]


def payments_on(viewer: Viewer, day: date) -> Iterator[Payment]:
    """The payments of the day in their order, with what they paid, for an export: read in sets."""
    rows = _payments_on(viewer, day).select_related("taken_by", "attempt").prefetch_related("charges")
    return rows.order_by("received_at", "id").iterator(chunk_size=2000)


def first_payments_on(viewer: Viewer, day: date) -> list[Payment]:
    """The latest payments of the day, as many as a page shows. Two queries."""
    rows = _payments_on(viewer, day).select_related("taken_by", "attempt").prefetch_related("charges")
    return list(rows.order_by("-received_at", "-id")[:MOST_SHOWN])


def payment_counts(
    agency_ids: Collection[int], *, since: datetime, until: datetime
) -> dict[int, PaymentCounts]:
    """The payments of each agency that came in before `until`; without an entry, none. One query."""
    rows = Payment.objects.filter(
        agency_id__in=list(agency_ids), received_at__gte=since, received_at__lt=until
    )
    cashless = Count("pk", filter=~Q(provider=Provider.CASH))
    told = rows.values_list("agency_id").annotate(all=Count("pk"), cashless=cashless).order_by()
    return {agency_id: PaymentCounts(*counts) for agency_id, *counts in told}


def _payments_on(viewer: Viewer, day: date) -> QuerySet[Payment]:
    if not policies.reads(viewer):
        return Payment.objects.none()
    begin = datetime.combine(day, time.min, VIETNAM)
    return Payment.objects.filter(
        agency_id=viewer.agency_id or 0, received_at__gte=begin, received_at__lt=begin + timedelta(days=1)
    )


def open_discrepancies(viewer: Viewer, *, cursor: str = "") -> Page[Discrepancy]:
    """The discrepancies of the agency that nobody closed, the newest first."""
    rows = Discrepancy.objects.filter(_own(viewer), closed_at=None).select_related("attempt")
    return page_of(rows, key="id", cursor=cursor)


def reconciliations(viewer: Viewer) -> list[Reconciliation]:
    """The latest comparisons of the agency and of the providers as a whole."""
    rows = Reconciliation.objects.filter(_own(viewer) | Q(agency=None))
    return list(rows.order_by("-id")[:RECENT])


def _own(viewer: Viewer) -> Q:
    seen = viewer.agency_id is not None and viewer.has(*policies.RECONCILERS)
    return Q(agency_id=(viewer.agency_id or 0) if seen else 0)


def waiting_amounts(viewer: Viewer) -> dict[str, int]:
    """What the agency is owed and what it owes back, in đồng. Two queries over open rows only."""
    rows = charges_for(viewer).filter(state=ChargeState.OWED)
    back = Refund.objects.filter(agency_id=viewer.agency_id or 0, state=RefundState.DUE)
    return {
        "owed": rows.aggregate(sum=Sum("amount"))["sum"] or 0,
        "back": back.aggregate(sum=Sum("amount"))["sum"] or 0,
    }


def offered_ways(agency_id: int) -> list[str]:
    """The providers by which the agency takes money, cash aside."""
    rows = CollectingAccount.objects.filter(agency_id=agency_id, active=True)
    return list(rows.order_by("-provider").values_list("provider", flat=True))


def accounts_of(viewer: Viewer) -> dict[str, CollectingAccount]:
    """The accounts of the agency that the viewer administers, by provider."""
    if not viewer.has(Role.ADMINISTRATOR):
        return {}
    return {row.provider: row for row in CollectingAccount.objects.filter(agency_id=viewer.agency_id or 0)}


def open_attempt(subject_id: UUID, provider: str, charge_ids: set[UUID], *, at: datetime) -> Attempt | None:
    """An attempt that still waits for exactly these charges by this provider."""
    rows: Any = Attempt.objects.filter(
        subject_id=subject_id, provider=provider, state=AttemptState.STARTED, expires_at__gt=at
    )
    rows = rows.prefetch_related("charges").order_by("-id")
    return next((row for row in rows if {charge.pk for charge in row.charges.all()} == charge_ids), None)

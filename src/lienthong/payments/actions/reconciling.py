"""Our account against a provider's statement: what a callback lost is settled, what differs is listed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db import transaction

from lienthong.identity.public import NotFound, Role, Viewer, require_role
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import Actor, Entry, Subject, record, record_many
from lienthong.payments.actions import writing
from lienthong.payments.actions.settling import settle_notices
from lienthong.payments.contracts import ALREADY, DIFFERS, REFUND, SETTLED, UNKNOWN, Notice, Told
from lienthong.payments.models import Discrepancy, Payment, Reconciliation
from lienthong.payments.ports import PaymentPort
from lienthong.payments.states import DiscrepancyKind, Provider

LOOK_BACK = timedelta(days=3)
SETTLE_AT_ONCE = 2000
NIGHTLY = "payments.reconcile"


def reconcile_provider(*, provider: str, port: PaymentPort, at: datetime) -> Reconciliation:
    """Compare with the provider's statement of the last days, up to last midnight.

    A provider that does not answer leaves a row that says so; the next night looks at the same days again.
    """
    until = datetime.combine(at.astimezone(VIETNAM).date(), time.min, VIETNAM)
    since = until - LOOK_BACK
    actor = Actor(kind="job", id=NIGHTLY, name=NIGHTLY, source=NIGHTLY)
    try:
        notices = list(port.statement(since=since, until=until, at=at))
    except Refusal as refusal:
        told, problem = Told(()), refusal.say("en")[:200]
        return _write(provider, None, NIGHTLY, since, until, told, 0, problem, at)
    told = _settle(provider, notices, actor, at, None)
    missing = _missing(provider, notices, since, until, actor, at, None)
    return _write(provider, None, NIGHTLY, since, until, told, missing, "", at)


def reconcile_upload(
    *, viewer: Viewer, notices: Sequence[Notice], file_name: str, at: datetime
) -> Reconciliation:
    """Compare with an uploaded statement of the agency's bank account; only its own charges are settled.

    Raises:
        NotAllowed
    """
    require_role(viewer, Role.CLERK)
    days = [notice.paid_at.astimezone(VIETNAM).date() for notice in notices]
    since = datetime.combine(min(days, default=at.date()), time.min, VIETNAM)
    until = datetime.combine(max(days, default=at.date()), time.min, VIETNAM) + timedelta(days=1)
    with transaction.atomic():
        told = _settle(Provider.VIETQR, notices, viewer.actor(), at, viewer.agency_id)
        missing = _missing(Provider.VIETQR, notices, since, until, viewer.actor(), at, viewer.agency_id)
        name = file_name[-200:]
        done = _write(Provider.VIETQR, viewer.agency_id, name, since, until, told, missing, "", at)
        record(
            actor=viewer.actor(),
            verb="statement.upload",
            subject=Subject("payments.reconciliation", str(done.pk)),
            at=at,
            data={"file": name, "lines": len(notices), "settled": done.settled},
        )
    return done


def close_discrepancy(*, viewer: Viewer, discrepancy_id: UUID, reason: str, at: datetime) -> None:
    """Close a discrepancy with what was found out; a closed one stays as it is.

    Raises:
        ReasonMissing, NotAllowed, NotFound
    """
    words = writing.checked_reason(reason)
    require_role(viewer, Role.CLERK, Role.LEADER)
    with transaction.atomic():
        rows = Discrepancy.objects.filter(pk=discrepancy_id, agency_id=viewer.agency_id or 0, closed_at=None)
        if not rows.update(closed_at=at, closed_by=viewer.official_id, answer=words):
            raise NotFound
        record(
            actor=viewer.actor(),
            verb="discrepancy.close",
            subject=Subject("payments.discrepancy", str(discrepancy_id)),
            at=at,
            data={"reason": words},
        )


def _settle(
    provider: str, notices: Sequence[Notice], actor: Actor, at: datetime, agency_id: int | None
) -> Told:
    """Settle a part at a time, so that no transaction holds more than a few thousand charges."""
    answers: list[str] = []
    for start in range(0, len(notices), SETTLE_AT_ONCE):
        part = notices[start : start + SETTLE_AT_ONCE]
        told = settle_notices(provider=provider, notices=part, actor=actor, at=at, agency_id=agency_id)
        answers += told.answers
    return Told(tuple(answers))


def _missing(
    provider: str,
    notices: Sequence[Notice],
    since: datetime,
    until: datetime,
    actor: Actor,
    at: datetime,
    agency_id: int | None,
) -> int:
    """Write down the payments of the period that the statement does not have; how many there are."""
    rows = Payment.objects.filter(provider=provider, paid_at__gte=since, paid_at__lt=until)
    if agency_id is not None:
        rows = rows.filter(agency_id=agency_id)
    told = {notice.transaction for notice in notices}
    found = [
        Discrepancy(
            agency_id=payment.agency_id,
            kind=DiscrepancyKind.MISSING_AT_PROVIDER,
            provider=provider,
            transaction=payment.transaction,
            reference=payment.attempt.reference if payment.attempt else "",
            amount=payment.amount,
            expected=payment.amount,
            attempt=payment.attempt,
            paid_at=payment.paid_at,
            found_at=at,
        )
        for payment in rows.select_related("attempt").iterator(chunk_size=2000)
        if payment.transaction not in told
    ]
    with transaction.atomic():
        Discrepancy.objects.bulk_create(found, batch_size=writing.BATCH, ignore_conflicts=True)
        record_many(
            [
                Entry(
                    actor,
                    "payment.miss",
                    Subject("payments.discrepancy", str(each.pk)),
                    at,
                    {"transaction": each.transaction},
                )
                for each in found
            ]
        )
    return len(found)


def _write(
    provider: str,
    agency_id: int | None,
    source: str,
    since: datetime,
    until: datetime,
    told: Told,
    missing: int,
    problem: str,
    at: datetime,
) -> Reconciliation:
    return Reconciliation.objects.create(
        agency_id=agency_id,
        provider=provider,
        source=source,
        since=since,
        until=until,
        at=at,
        lines=len(told.answers),
        settled=told.count(SETTLED),
        known=told.count(ALREADY),
        overpaid=told.count(REFUND),
        differing=told.count(DIFFERS) + told.count(UNKNOWN) + missing,
        problem=problem,
    )

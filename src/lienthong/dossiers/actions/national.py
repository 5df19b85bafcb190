"""Telling the national portal: at least once, in order per dossier, in batches, however often it fails."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from lienthong.dossiers import national_queries, policies
from lienthong.dossiers.models import Dossier, NationalDossier, NationalReport
from lienthong.dossiers.national.connecting import national_port
from lienthong.dossiers.national.items import progress_of, records_of, whole_reports
from lienthong.dossiers.national.ports import NationalPort, PortalAway, PortalRefused
from lienthong.dossiers.outbox import BACKFILL, national_on, report
from lienthong.dossiers.refusals import NationalOff, NothingToRetry
from lienthong.dossiers.states import OPEN, DossierState, National
from lienthong.identity.public import NotAllowed, Viewer
from lienthong.ledger.public import Subject, record

logger = logging.getLogger(__name__)
BATCH, BACKFILL_BATCH = 100, 500
MOST_CALLS, MOST_REFUSALS = 200, 8
LEASE, FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=10), timedelta(minutes=1), timedelta(hours=1)
AWAY, ERROR = national_queries.AWAY, national_queries.ERROR
LIVING = frozenset(OPEN) | {DossierState.FINISHED}


@dataclass
class _Run:
    """One run of the job: how many calls it made, and which rows the portal answered for."""

    port: NationalPort
    at: datetime
    calls: int = 0
    taken: int = 0
    answered: set[int] = field(default_factory=set)


def send_reports(*, at: datetime, port: NationalPort | None = None) -> int:
    """Send what is due, up to 200 calls of up to 100 rows, and answer how many rows the portal took.

    Of each dossier the oldest row goes first and the others wait, also behind one that was refused. Rows are
    leased while they are under way, so nothing is locked during a call. A portal that is away is left alone
    for 1, 2, 4 … minutes up to an hour; one that refuses a batch gets its halves, until the row is found.
    """
    portal = port or national_port()
    if portal is None or national_queries.portal_rests(at=at):
        return 0
    run = _Run(portal, at)
    while run.calls < MOST_CALLS and (ids := _lease(at)):
        try:
            _send(run, whole_reports(ids))
        except PortalAway as away:
            _note_away(set(ids) - run.answered, away, at)
            break
    return run.taken


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts."""
    return min(FIRST_PAUSE * (1 << min(attempts, 10)), LONGEST_PAUSE)


def retry_reports(*, report_id: int | None, viewer: Viewer, at: datetime) -> int:
    """Send one row that failed (by its key), or all the viewer sees, with the next run; how many.

    Raises:
        NotAllowed, NationalOff, NothingToRetry
    """
    if not policies.watches_national(viewer):
        raise NotAllowed
    if not national_on():
        raise NationalOff
    rows = national_queries.reports_of(viewer).exclude(code="")
    if report_id is not None:
        rows = rows.filter(pk=report_id)
    with transaction.atomic():
        ids = list(rows.values_list("pk", flat=True))
        mine = NationalReport.objects.filter(pk__in=ids)
        number = mine.update(refused_at=None, attempts=0, refusals=0, next_attempt_at=at)
        if not number:
            raise NothingToRetry
        subject = Subject("dossiers.national", str(report_id or "all"))
        record(actor=viewer.actor(), verb="national.retry", subject=subject, at=at, data={"reports": number})
    return number


def queue_untold(*, at: datetime, batch: int = BACKFILL_BATCH) -> int:
    """Queue the dossiers on their way that the portal was never told of, in batches; how many.

    May be broken off and run again: a dossier that is queued or known is not queued twice. One that moves
    meanwhile is locked by its act, which queues it by itself.
    """
    if not national_on():
        return 0
    queued, last = 0, UUID(int=0)
    while keys := _next_living(last, batch):
        last = keys[-1]
        with transaction.atomic():
            rows = list(_untold().filter(pk__in=keys).select_for_update(of=("self",), skip_locked=True))
            reports = [report(row, National.RECORD, BACKFILL, row.state, at) for row in rows]
            queued += len(NationalReport.objects.bulk_create(reports))
    return queued


def _next_living(after: UUID, batch: int) -> list[UUID]:
    rows = _untold().filter(pk__gt=after).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:batch])


def _untold() -> QuerySet[Dossier]:
    known = NationalDossier.objects.filter(dossier=OuterRef("pk"))
    queued = NationalReport.objects.filter(dossier=OuterRef("pk"))
    return Dossier.objects.filter(~Exists(known), ~Exists(queued), state__in=sorted(LIVING), foreign=False)


def _lease(at: datetime) -> list[int]:
    """Take up to `BATCH` due rows, each the oldest of its dossier, for this worker alone."""
    earlier = NationalReport.objects.filter(dossier=OuterRef("dossier"), id__lt=OuterRef("id"))
    due = NationalReport.objects.filter(~Exists(earlier), refused_at=None, next_attempt_at__lte=at)
    with transaction.atomic():
        rows = due.order_by("id").select_for_update(skip_locked=True)
        ids = list(rows.values_list("pk", flat=True)[:BATCH])
        NationalReport.objects.filter(pk__in=ids).update(next_attempt_at=at + LEASE)
    return ids


def _send(run: _Run, rows: Sequence[NationalReport]) -> None:
    for service in National:
        of_service = [row for row in rows if row.service == service]
        if of_service:
            _deliver(run, service, of_service)


def _deliver(run: _Run, service: National, rows: Sequence[NationalReport]) -> None:
    """Send the rows with one call; of a batch that is refused its halves: nobody says which row it is."""
    run.calls += 1
    try:
        CALLS[service](run.port, rows, run.at)
    except PortalRefused as refused:
        if len(rows) > 1:
            _deliver(run, service, rows[: len(rows) // 2])
            _deliver(run, service, rows[len(rows) // 2 :])
            return
        _note_refused(rows[0], refused, run.at)
    else:
        _note_taken(rows, run.at)
        run.taken += len(rows)
    run.answered |= {row.pk for row in rows}


def _tell_records(port: NationalPort, rows: Sequence[NationalReport], at: datetime) -> None:
    port.tell_records(records_of(rows), at=at)


def _tell_progress(port: NationalPort, rows: Sequence[NationalReport], at: datetime) -> None:
    port.tell_progress(progress_of(rows), at=at)


CALLS: Mapping[National, Callable[[NationalPort, Sequence[NationalReport], datetime], None]] = {
    National.RECORD: _tell_records,
    National.PROGRESS: _tell_progress,
}


def _note_taken(rows: Sequence[NationalReport], at: datetime) -> None:
    known = [NationalDossier(dossier_id=row.dossier_id, told_at=at, state=row.state) for row in rows]
    with transaction.atomic():
        NationalDossier.objects.bulk_create(
            known, update_conflicts=True, unique_fields=["dossier"], update_fields=["told_at", "state"]
        )
        NationalReport.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _note_refused(row: NationalReport, refused: PortalRefused, at: datetime) -> None:
    logger.warning("the national portal refused %s of a dossier: %s", row.service, refused.code)
    refusals = row.refusals + 1
    NationalReport.objects.filter(pk=row.pk).update(
        attempts=F("attempts") + 1,
        refusals=refusals,
        code=f"{ERROR}{refused.code}"[:40],
        problem=refused.text,
        next_attempt_at=at + pause_after(row.refusals),
        refused_at=at if refusals >= MOST_REFUSALS else None,
    )


def _note_away(ids: set[int], away: PortalAway, at: datetime) -> None:
    """All that was under way waits; while it does, nothing else is tried (`portal_rests`)."""
    logger.warning("the national portal is away: %s %s", away.code, away.text)
    rows = NationalReport.objects.filter(pk__in=ids)
    tried = max(rows.values_list("attempts", flat=True), default=0)
    rows.update(
        attempts=F("attempts") + 1,
        code=f"{AWAY}{away.code}",
        problem=away.text,
        next_attempt_at=at + pause_after(tried),
    )

"""Telling the axis what happened: at least once, in order per document, however often the axis fails."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from lienthong.axis.public import StatusReport
from lienthong.kernel.jobs import enqueue
from lienthong.office.adapters import connect
from lienthong.office.models import StatusToReport
from lienthong.office.ports import AxisPort, AxisRefused, AxisUnavailable
from lienthong.office.states import Source

logger = logging.getLogger(__name__)
BATCH = 50
LEASE = timedelta(minutes=2)
LONGEST_PAUSE = timedelta(hours=1)


def queue_statuses(rows: Sequence[StatusToReport]) -> None:
    """Write statuses to be reported, and the job that reports them, in the caller's transaction.

    The axis is told of what came over it; of a document on paper it knows nothing.
    """
    told = [row for row in rows if row.document.source == Source.AXIS]
    if told:
        StatusToReport.objects.bulk_create(told)
        enqueue("office.report_statuses")


def report_statuses(*, at: datetime, port: AxisPort | None = None) -> int:
    """Report every status that is due, and answer how many the axis took.

    Rows of one document go in order; a row waits while an earlier one of its document does. A row is leased
    for two minutes while it is under way, so that several workers never hold locks during a call. What fails
    is tried again after 5 s, 10 s, 20 s … up to an hour.
    """
    axis = port or connect()
    taken = 0
    while batch := _lease(at):
        results = [_report(axis, row, at) for row in batch]
        taken += sum(results)
        if not any(results):
            break
    return taken


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts."""
    return min(timedelta(seconds=5 * 2 ** min(attempts, 12)), LONGEST_PAUSE)


def _lease(at: datetime) -> list[StatusToReport]:
    """Take up to `BATCH` due rows, each the oldest unreported of its document, for this worker alone."""
    waiting = StatusToReport.objects.filter(reported_at__isnull=True, refused="")
    earlier = waiting.filter(document=OuterRef("document"), id__lt=OuterRef("id"))
    with transaction.atomic():
        rows = list(
            waiting.filter(~Exists(earlier), next_attempt_at__lte=at)
            .select_related("document")
            .order_by("id")
            .select_for_update(of=("self",), skip_locked=True)[:BATCH]
        )
        StatusToReport.objects.filter(id__in=[row.id for row in rows]).update(next_attempt_at=at + LEASE)
    return rows


def _report(axis: AxisPort, row: StatusToReport, at: datetime) -> bool:
    """Report one row and write down how it went; whether the axis took it."""
    report = StatusReport(
        code=row.code,
        description=row.description,
        at=row.happened_at,
        staff=row.staff,
        department=row.department,
    )
    mine = StatusToReport.objects.filter(id=row.id)
    try:
        axis.report_status(row.delivery_id or row.document.delivery_id or "", report, at=at)
    except AxisUnavailable as error:
        logger.warning("status %s of delivery %s waits: %s", row.code, row.document.delivery_id, error)
        pause = pause_after(row.attempts)
        mine.update(attempts=F("attempts") + 1, error=str(error)[:500], next_attempt_at=at + pause)
        return False
    except AxisRefused as refusal:
        logger.error("status %s of delivery %s refused: %s", row.code, row.document.delivery_id, refusal)
        mine.update(attempts=F("attempts") + 1, refused=str(refusal)[:500])
        return True
    mine.update(attempts=F("attempts") + 1, reported_at=at, error="")
    return True

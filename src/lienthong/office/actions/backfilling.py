"""Ordering the documents that were here before the text search to be read, a few at a time."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from lienthong.kernel.jobs import enqueue
from lienthong.office.actions.reading import read_absent_again
from lienthong.office.models import IncomingDocument
from lienthong.office.ports import OcrPort
from lienthong.office.states import Reading, State
from lienthong.office.text_models import ReadingBackfill, ReadText

LOOKED_AT = 500  # documents a step: most are known already where the search is older than the walk


def order_older(*, at: datetime, port: OcrPort | None = None) -> int:
    """Order the next older documents, at most `LIENTHONG_BACKFILL_PER_MINUTE`; answers how many.

    Nothing is ordered while anything waits to be read, so what arrives is behind one batch at most. What
    was left unread for want of OCR comes first once OCR is there. Rows and cursor are written in one
    transaction: a step that is cut off never was, and the next one begins where the last ended.
    """
    limit = settings.ENV.backfill_per_minute
    waiting = ReadText.objects.filter(state=Reading.WAITING, next_attempt_at__lte=at)
    if limit == 0 or waiting.exists():
        return 0
    with transaction.atomic():
        ordered = _absent(limit, at, port) or _step(limit, at)
        if ordered:
            enqueue("office.read_texts")
    return ordered


def _absent(limit: int, at: datetime, port: OcrPort | None) -> int:
    if not ReadText.objects.filter(state=Reading.ABSENT).exists():
        return 0
    return read_absent_again(at=at, port=port, limit=limit)


def _step(limit: int, at: datetime) -> int:
    walk = _walk(at)
    if walk is None or walk.finished_at is not None:
        return 0
    rows = IncomingDocument.objects.filter(pk__lte=walk.until)
    if walk.after is not None:
        rows = rows.filter(pk__gt=walk.after)
    found = list(rows.order_by("pk").values_list("pk", "agency_id", "state")[:LOOKED_AT])
    known = set(ReadText.objects.filter(pk__in=[key for key, *_rest in found]).values_list("pk", flat=True))
    new, looked = list[ReadText](), 0
    for key, agency_id, state in found:
        if len(new) == limit:
            break
        walk.after, looked = key, looked + 1
        if key not in known and state != State.WITHDRAWN:
            new.append(ReadText(document_id=key, agency_id=agency_id, next_attempt_at=at))
    ReadText.objects.bulk_create(new, ignore_conflicts=True)
    walk.looked_at, walk.ordered, walk.stepped_at = walk.looked_at + looked, walk.ordered + len(new), at
    walk.finished_at = at if looked == len(found) < LOOKED_AT else None
    walk.save()
    return len(new)


def _walk(at: datetime) -> ReadingBackfill | None:
    """The walk under lock, begun if there was none; none if another worker is at it."""
    newest = None
    if not ReadingBackfill.objects.exists():
        newest = IncomingDocument.objects.order_by("-pk").values_list("pk", flat=True).first()
        if newest is None:
            return None
        total = IncomingDocument.objects.count()
        begun = ReadingBackfill(until=newest, total=total, began_at=at, stepped_at=at)
        ReadingBackfill.objects.bulk_create([begun], ignore_conflicts=True)
    return ReadingBackfill.objects.select_for_update(skip_locked=True).first()

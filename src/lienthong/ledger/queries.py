"""Reading the ledger: events, statements, batches. Who may read what is decided by the callers above."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import BooleanField, Min, Sum
from django.db.models.expressions import RawSQL

from lienthong.kernel.paging import PAGE_SIZE, BadCursor, decode_cursor, encode_cursor
from lienthong.ledger.contracts import Backlog, Batch, Event, EventPage, ProvenStatement, Subject
from lienthong.ledger.models import BatchRow, EventRow, StatementRow


def timeline(subject: Subject, *, limit: int = 200) -> list[Event]:
    """What happened to `subject`, oldest first; of more than `limit` events the newest."""
    rows = EventRow.objects.filter(subject_kind=subject.kind, subject_id=subject.id)
    return [row.as_event() for row in reversed(rows.order_by("-at", "-id")[:limit])]


def timelines(kind: str, keys: Iterable[str]) -> dict[str, list[Event]]:
    """What happened to each of the subjects of one kind, oldest first; without those nothing happened to.

    One query for all: the caller bounds how many they are.
    """
    found: dict[str, list[Event]] = {}
    rows = EventRow.objects.filter(subject_kind=kind, subject_id__in=list(keys))
    for row in rows.order_by("at", "id").iterator(chunk_size=2000):
        found.setdefault(row.subject_id, []).append(row.as_event())
    return found


def search_events(
    *,
    agency_id: int | None,
    verb: str = "",
    subject_kind: str = "",
    actor_id: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: str = "",
    size: int = PAGE_SIZE,
) -> EventPage:
    """The page of events after `cursor`, newest first, of one agency or (None) of all.

    `verb` is a whole verb or the noun before its dot; `since` is included, `until` excluded.

    Raises:
        BadCursor: the cursor was not made here.
    """
    rows = EventRow.objects.all()
    if agency_id is not None:
        rows = rows.filter(agency_id=agency_id)
    if verb:
        rows = rows.filter(verb=verb) if "." in verb else rows.filter(verb__startswith=f"{verb}.")
    if subject_kind:
        rows = rows.filter(subject_kind=subject_kind)
    if actor_id:
        rows = rows.filter(actor_id=actor_id)
    if since:
        rows = rows.filter(at__gte=since)
    if until:
        rows = rows.filter(at__lt=until)
    if cursor:
        rows = rows.filter(RawSQL("(at, id) < (%s, %s)", _place(cursor), BooleanField()))
    found = [row.as_event() for row in rows.order_by("-at", "-id")[: size + 1]]
    more = len(found) > size
    return EventPage(found[:size], _cursor(found[size - 1]) if more else "")


def statements_of(subject: Subject, *, parts: Iterable[str] | None = None) -> list[ProvenStatement]:
    """The statements about the subject in the order of its chain, of all its parts or of those named."""
    rows = StatementRow.objects.filter(subject_kind=subject.kind, subject_id=subject.id)
    if parts is not None:
        rows = rows.filter(part__in=list(parts))
    return [row.as_proven() for row in rows.order_by("sequence")]


def batches(numbers: Iterable[int]) -> list[Batch]:
    """Those batches, by number. One query."""
    return [row.as_batch() for row in BatchRow.objects.filter(pk__in=set(numbers)).order_by("pk")]


def unstamped_batches(*, most: int) -> list[Batch]:
    """Batches without timestamp, oldest first, at most so many."""
    return [row.as_batch() for row in BatchRow.objects.filter(token=None).order_by("pk")[:most]]


def evidence_backlog() -> Backlog:
    """What has no timestamp yet. Three queries, each over what waits only."""
    unbatched = StatementRow.objects.filter(batch=None)
    unstamped = BatchRow.objects.filter(token=None).aggregate(size=Sum("size"), oldest=Min("first_at"))
    oldest = [
        found
        for found in (unstamped["oldest"], unbatched.order_by("at").values_list("at", flat=True).first())
        if found is not None
    ]
    return Backlog(unbatched.count(), unstamped["size"] or 0, min(oldest, default=None))


def _cursor(event: Event) -> str:
    return encode_cursor(f"{event.at.isoformat()} {event.id}")


def _place(cursor: str) -> tuple[datetime, UUID]:
    """The time and id of the last event seen."""
    try:
        at, _, key = decode_cursor(cursor).partition(" ")
        return datetime.fromisoformat(at), UUID(key)
    except ValueError as error:
        raise BadCursor(field="cursor") from error

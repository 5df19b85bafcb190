"""Reading the ledger. Who may read what is decided by the callers above, who know the viewer."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from lienthong.kernel.paging import PAGE_SIZE, BadCursor, decode_cursor, encode_cursor
from lienthong.ledger.contracts import Event, EventPage, Subject
from lienthong.ledger.models import EventRow


def timeline(subject: Subject, *, limit: int = 200) -> list[Event]:
    """What happened to `subject`, oldest first; of more than `limit` events the newest."""
    rows = EventRow.objects.filter(subject_kind=subject.kind, subject_id=subject.id)
    return [row.as_event() for row in reversed(rows.order_by("-at", "-id")[:limit])]


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


def _cursor(event: Event) -> str:
    return encode_cursor(f"{event.at.isoformat()} {event.id}")


def _place(cursor: str) -> tuple[datetime, UUID]:
    """The time and id of the last event seen."""
    try:
        at, _, key = decode_cursor(cursor).partition(" ")
        return datetime.fromisoformat(at), UUID(key)
    except ValueError as error:
        raise BadCursor(field="cursor") from error

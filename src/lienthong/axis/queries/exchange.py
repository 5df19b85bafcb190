"""What the facade for provincial systems lists: what waits, by kind and day, and the whole directory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from lienthong.axis.edxml import Business
from lienthong.axis.models import ConnectedSystem, Delivery
from lienthong.directory.public import Agency
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.paging import Page, page_of

RECEIVED_MOST = 200
AGENCIES_MOST = 1000


@dataclass(frozen=True)
class Asked:
    """Which deliveries: of one kind, sent on days of Vietnam from `since` to `until`, both included."""

    business: Business = Business.NEW
    since: date | None = None
    until: date | None = None


def received_by(
    system: ConnectedSystem, asked: Asked, *, after: str = "", limit: int = RECEIVED_MOST
) -> Page[Delivery]:
    """The deliveries to the system's agencies that nobody has collected, oldest first. One query.

    Raises:
        BadCursor: `after` was not made by this axis.
    """
    rows = (
        Delivery.objects.waiting()
        .filter(system.receives(), packet__business=asked.business)
        .select_related("packet__sender", "packet__blob", "recipient")
    )
    if asked.since:
        rows = rows.filter(sent_at__gte=_beginning(asked.since))
    if asked.until:
        rows = rows.filter(sent_at__lt=_beginning(asked.until) + timedelta(days=1))
    return page_of(rows, key="+id", cursor=after, size=max(1, min(limit, RECEIVED_MOST)))


def agencies_page(*, on: date, after: str = "", limit: int = AGENCIES_MOST) -> Page[Agency]:
    """The agencies that exist on the day, by code. One query; raises `BadCursor`."""
    rows = Agency.objects.valid(on).only("code", "old_code", "name", "kind", "parent_id")
    return page_of(rows, key="+code", cursor=after, size=max(1, min(limit, AGENCIES_MOST)))


def every_agency(*, on: date, after: str = "") -> Iterator[Agency]:
    """All agencies that exist on the day, by code, read page by page; raises `BadCursor` at once."""
    page = agencies_page(on=on, after=after)

    def following() -> Iterator[Agency]:
        shown = page
        yield from shown.rows
        while shown.next:
            shown = agencies_page(on=on, after=shown.next)
            yield from shown.rows

    return following()


def _beginning(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=VIETNAM)

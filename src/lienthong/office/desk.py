"""An official's desk: what waits for the viewer, of every kind, in one query.

The kinds are joined by UNION ALL. A list is no longer than `MOST` rows of each kind, the soonest due or the
oldest of them; the kind's own page has the rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.urls import reverse

from lienthong.identity.public import Capacity, Viewer, capacities
from lienthong.kernel.clock import VIETNAM
from lienthong.office.same_day import same_day_rule
from lienthong.office.waiting import END_OF_DAY, KINDS, WaitingKind
from lienthong.tasks.public import leading_in

MOST = 50


@dataclass(frozen=True)
class Waiting:
    """A row of the desk."""

    kind: WaitingKind
    what: str
    detail: str
    who: str
    due_at: datetime | None
    since: datetime
    late: bool
    url: str


@dataclass(frozen=True)
class KindCount:
    """How many of a kind wait; `more` where there are more than the list shows."""

    kind: WaitingKind
    count: int
    more: bool

    @property
    def list_url(self) -> str:
        """Where all of this kind are listed."""
        name, _mark, query = self.kind.place.partition("?")
        return reverse(name) + (f"?{query}" if query else "")


@dataclass(frozen=True)
class Desk:
    """What waits, the soonest due first, then what has no deadline, the oldest first; how many of each."""

    rows: tuple[Waiting, ...]
    counts: tuple[KindCount, ...]

    @property
    def total(self) -> int:
        """How many rows there are of all kinds."""
        return sum(count.count for count in self.counts)

    @property
    def more(self) -> bool:
        """Whether more wait than are shown, of any kind."""
        return any(count.more for count in self.counts)


@dataclass(frozen=True)
class StandingIn:
    """A post that the viewer may act in for somebody away, and how many tasks are led from it."""

    capacity: Capacity
    tasks: int


def desk_of(viewer: Viewer, *, at: datetime, kind: str = "") -> Desk:
    """What waits for the viewer, of one kind if `kind` names it; as many queries for 10 rows as for 1,000.

    One for the rows; for leaders those of the agency's review chains, for clerks those of its working time.
    """
    meant = [one for one in KINDS.values() if viewer.agency_id is not None and viewer.has(*one.roles)]
    if not meant:
        return Desk((), ())
    first, *others = [one.find(viewer)[: MOST + 1] for one in meant]
    found: dict[str, list[tuple[Any, ...]]] = {one.code: [] for one in meant}
    for code, *columns in first.union(*others, all=True) if others else first:
        found[code].append(tuple(columns))
    counts = tuple(
        KindCount(one, len(found[one.code][:MOST]), len(found[one.code]) > MOST)
        for one in meant
        if found[one.code]
    )
    shown = [one for one in meant if kind in ("", one.code)]
    rows = [
        _waiting(one, columns, at) for one in shown for columns in sorted(found[one.code], key=_order)[:MOST]
    ]
    if any(row.kind.code == "register" for row in rows):
        rows = list(_dated(rows, viewer, at))
    rows.sort(key=lambda row: (row.due_at is None, row.due_at or row.since, row.since))
    return Desk(tuple(rows), counts)


def standing_in(viewer: Viewer, *, at: datetime) -> list[StandingIn]:
    """The posts of absent colleagues that the viewer may act in, not now, from which tasks are led.

    Two queries, a third where there are such posts.
    """
    posts = {
        one.post_id: one
        for one in capacities(viewer.official_id or 0, at=at)
        if one.acting_for and one.post_id != viewer.post_id
    }
    counts = leading_in(posts)
    return [StandingIn(one, counts[key]) for key, one in posts.items() if counts.get(key)]


def _order(columns: tuple[Any, ...]) -> tuple[bool, datetime]:
    *_others, due_at, since = columns
    return due_at is None, due_at or since


def _waiting(kind: WaitingKind, columns: tuple[Any, ...], at: datetime) -> Waiting:
    key, what, detail, who, due_at, since = columns
    return Waiting(
        kind=kind,
        what=what,
        detail=detail,
        who=who,
        due_at=due_at,
        since=since,
        late=due_at is not None and due_at < at,
        url=reverse(kind.page, args=[key]) + kind.anchor,
    )


def _dated(rows: Iterable[Waiting], viewer: Viewer, at: datetime) -> Iterable[Waiting]:
    """What is to be registered is due today, or was on the day it came (NĐ 30/2020, Đ.22)."""
    rule = same_day_rule(viewer.agency_id or 0, at=at)
    for row in rows:
        if row.kind.code != "register":
            yield row
            continue
        late = row.since < rule.late_before
        day = (row.since if late else at).astimezone(VIETNAM).date()
        yield replace(row, late=late, due_at=datetime.combine(day, END_OF_DAY, VIETNAM))

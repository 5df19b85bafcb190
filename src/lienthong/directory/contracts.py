"""Plain values that cross the border of `directory`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from django.utils.functional import Promise

from lienthong.ledger.public import Actor


@dataclass(frozen=True, order=True)
class Session:
    """A stretch of working time within one day, in minutes after midnight: `starts` included, `ends` not."""

    starts: int
    ends: int

    @property
    def minutes(self) -> int:
        """Its length."""
        return self.ends - self.starts


Day = tuple[Session, ...]
OFFICE_DAY: Day = (Session(7 * 60 + 30, 11 * 60 + 30), Session(13 * 60 + 30, 17 * 60 + 30))
OFFICE_WEEK: tuple[Day, ...] = (OFFICE_DAY,) * 5 + ((), ())
BEGINNING = date(1, 1, 1)


@dataclass(frozen=True)
class Hours:
    """The sessions of Monday to Sunday, in order and apart from each other, from the day `since` on.

    What arrives after `cut_off` (minutes after midnight) counts from the next working day. `reason` and
    `agency_id` say why and by whom they were set (None: for the country).
    """

    week: tuple[Day, ...] = OFFICE_WEEK
    cut_off: int = 16 * 60 + 30
    since: date = BEGINNING
    reason: str = ""
    agency_id: int | None = None

    @property
    def minutes_per_day(self) -> int:
        """The length of a full day, for days said in minutes; of a week without work, eight hours."""
        return max(sum(session.minutes for session in day) for day in self.week) or 8 * 60


@dataclass(frozen=True)
class WorkingCalendar:
    """When an agency works, from `first` to `last`, both included; nothing is known of other days.

    `hours` are those of the week, each until the next, the first since ever; `special` the sessions of days
    that differ from their weekday: empty for a holiday, filled for a Saturday worked in exchange.
    """

    first: date
    last: date
    hours: tuple[Hours, ...] = (Hours(),)
    special: Mapping[date, Day] = field(default_factory=lambda: MappingProxyType({}))

    def hours_on(self, day: date) -> Hours:
        """The hours in force on the day."""
        return next((one for one in reversed(self.hours) if one.since <= day), self.hours[0])


@dataclass(frozen=True)
class Counts:
    """What is in the database after the country was loaded, and how many agencies this load added."""

    units: int
    successions: int
    agencies: int
    added: int


class Duty(StrEnum):
    """What the holder of a demonstration post is there for; `identity` makes roles of it."""

    LEADER = "leader"
    DEPUTY = "deputy"
    HEAD = "head"
    CLERK = "clerk"
    SPECIALIST = "specialist"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class StaffedPost:
    """A demonstration post and the official who holds it."""

    agency_id: int
    agency_code: str
    post_id: int
    title: str
    duty: Duty
    official_id: int
    official_name: str


@dataclass(frozen=True)
class Pointer:
    """Rows of one kind that still point to an agency: how many, and the first few by name."""

    label: Promise | str
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class CalendarChanged:
    """An agency, or without one the country, changed its working time: a day of it, or the hours of the week.

    It reaches the agencies below too, where they decided nothing of their own. `name` says what the day is.
    """

    agency_id: int | None
    path: str
    day: date | None
    name: str
    actor: Actor
    at: datetime

"""The clock of a dossier: stopped, started again, and read, in working minutes. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from lienthong.directory.public import (
    WorkingCalendar,
    add_working_minutes,
    sessions_of,
    working_minutes_between,
)
from lienthong.dossiers.states import Timing
from lienthong.kernel.clock import VIETNAM

MINUTE = timedelta(minutes=1)
Stretch = tuple[datetime, datetime | None]


def minutes_left(calendar: WorkingCalendar, *, due_at: datetime, at: datetime) -> int:
    """Working minutes until it is due; negative by how much it is late."""
    return working_minutes_between(calendar, at, due_at)


def due_again(calendar: WorkingCalendar, *, minutes: int, at: datetime) -> datetime:
    """When it is due with so many working minutes left: for a clock that stood, as much as before.

    With fewer than none left it was due when that many had not yet passed: what was late stays as late.
    """
    if minutes >= 0:
        return add_working_minutes(calendar, at, minutes)
    return _minutes_before(calendar, at, -minutes)


def replayed(
    calendar: WorkingCalendar, *, start: datetime, minutes: int, pauses: Sequence[Stretch]
) -> tuple[datetime | None, int | None]:
    """When it is due, or for a clock that stands what is left, counted from the start by this calendar.

    The pauses are in order; the last has no end while the clock stands.
    """
    left = minutes
    for began, ended in pauses:
        left -= max(working_minutes_between(calendar, start, began), 0)
        if ended is None:
            return None, left
        start = max(start, ended)
    return due_again(calendar, minutes=left, at=start), None


def timing_of(*, due_at: datetime, finished_at: datetime) -> Timing:
    """Early is a day before the day it was due on, late after the minute it was due at."""
    if finished_at > due_at:
        return Timing.LATE
    early = finished_at.astimezone(VIETNAM).date() < due_at.astimezone(VIETNAM).date()
    return Timing.EARLY if early else Timing.ON_TIME


def _minutes_before(calendar: WorkingCalendar, end: datetime, minutes: int) -> datetime:
    """The latest instant from which so many full working minutes pass until `end`."""
    local = end.astimezone(VIETNAM).replace(second=0, microsecond=0)
    day, until = local.date(), local.hour * 60 + local.minute
    while True:
        for session in reversed(sessions_of(calendar, day)):
            available = min(session.ends, until) - session.starts
            if available >= minutes:
                opening = local.replace(hour=0, minute=0) + (day - local.date())
                return opening + MINUTE * (session.starts + available - minutes)
            minutes -= max(available, 0)
        day, until = day - timedelta(days=1), 24 * 60

"""Working time, counted in minutes at +07:00. Pure: no database, no clock.

A minute that has begun is not counted until it is full: seconds are cut off on both sides.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from lienthong.directory.contracts import Day, WorkingCalendar
from lienthong.kernel.clock import VIETNAM

ONE_DAY = timedelta(days=1)
A_YEAR = timedelta(days=366)


class OutsideCalendar(ValueError):
    """The calendar says nothing about a day that the count needs; ask for one with more years."""


class NegativeTime(ValueError):
    """Working time can only be added, not taken back."""


class NaiveTime(ValueError):
    """An instant without a time zone could be anywhere."""


def add_working_minutes(calendar: WorkingCalendar, start: datetime, minutes: int) -> datetime:
    """The earliest instant at which `minutes` full working minutes have passed since `start`, at +07:00.

    The end of a session comes before the start of the next: four hours from 07:30 end at 11:30. For 0 it is
    `start` itself, seconds cut off. Raises `OutsideCalendar`, `NegativeTime`.
    """
    if minutes < 0:
        raise NegativeTime(minutes)
    day, minute = _split(start)
    if minutes == 0:
        return _join(day, minute)
    for working_day, sessions in _days_from(calendar, day):
        for session in sessions:
            begins = max(session.starts, minute) if working_day == day else session.starts
            available = session.ends - begins
            if available >= minutes:
                return _join(working_day, begins + minutes)
            minutes -= max(available, 0)
    raise OutsideCalendar(calendar.last)


def working_minutes_between(calendar: WorkingCalendar, start: datetime, end: datetime) -> int:
    """Full working minutes from `start` to `end`; negative when `end` is the earlier.

    Raises `OutsideCalendar`.
    """
    if end < start:
        return -working_minutes_between(calendar, end, start)
    (first, from_minute), (last, to_minute) = _split(start), _split(end)
    total = _passed(sessions_of(calendar, last), to_minute) - _passed(
        sessions_of(calendar, first), from_minute
    )
    for day, sessions in _days_from(calendar, first):
        if day == last:
            break
        total += _length(sessions)
    return total


def counted_from(calendar: WorkingCalendar, received_at: datetime) -> datetime:
    """The instant from which time runs for what was received at `received_at`.

    That instant itself, or the opening of the next working day when it came after the cut-off hour or on a
    day without work (NĐ 61/2018/NĐ-CP on one-stop desks).
    """
    day, minute = _split(received_at)
    if sessions_of(calendar, day) and minute < calendar.hours_on(day).cut_off:
        return _join(day, minute)
    for later, sessions in _days_from(calendar, day + ONE_DAY):
        if sessions:
            return _join(later, sessions[0].starts)
    raise OutsideCalendar(calendar.last)


def due_after(calendar: WorkingCalendar, received_at: datetime, *, days: int) -> datetime:
    """When `days` working days have passed for what was received then, the cut-off hour heeded."""
    start = counted_from(calendar, received_at)
    return add_working_minutes(calendar, start, days * calendar.hours_on(start.date()).minutes_per_day)


def sessions_of(calendar: WorkingCalendar, day: date) -> Day:
    """The sessions of one day, none on a day off. Raises `OutsideCalendar`."""
    if not calendar.first <= day <= calendar.last:
        raise OutsideCalendar(day)
    special = calendar.special.get(day)
    return calendar.hours_on(day).week[day.weekday()] if special is None else special


def is_working_day(calendar: WorkingCalendar, day: date) -> bool:
    """Whether anyone works on the day."""
    return bool(sessions_of(calendar, day))


def ever_works(calendar: WorkingCalendar, *, on: date) -> bool:
    """Whether anyone works within a year from the day, as far as the calendar reaches."""
    last = min(calendar.last, on + A_YEAR)
    day = on
    while day <= last:
        if sessions_of(calendar, day):
            return True
        day += ONE_DAY
    return False


def _days_from(calendar: WorkingCalendar, day: date) -> Iterator[tuple[date, Day]]:
    while True:
        yield day, sessions_of(calendar, day)
        day += ONE_DAY


def _length(sessions: Day) -> int:
    return sum(session.minutes for session in sessions)


def _passed(sessions: Day, minute: int) -> int:
    return sum(max(0, min(session.ends, minute) - session.starts) for session in sessions)


def _split(instant: datetime) -> tuple[date, int]:
    if instant.tzinfo is None:
        raise NaiveTime(instant)
    local = instant.astimezone(VIETNAM)
    return local.date(), local.hour * 60 + local.minute


def _join(day: date, minute: int) -> datetime:
    return datetime.combine(day, time(), VIETNAM) + timedelta(minutes=minute)

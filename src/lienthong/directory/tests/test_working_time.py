"""Working time, against a count of every single minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lienthong.directory.contracts import OFFICE_DAY, Day, Hours, Session, WorkingCalendar
from lienthong.directory.working_time import (
    NaiveTime,
    NegativeTime,
    OutsideCalendar,
    add_working_minutes,
    counted_from,
    due_after,
    is_working_day,
    working_minutes_between,
)
from lienthong.kernel.clock import VIETNAM

FIRST, LAST = date(2026, 4, 20), date(2026, 5, 20)
MINUTE = timedelta(minutes=1)
unhurried = settings(max_examples=40, deadline=None)
OPEN = datetime(2026, 4, 20, tzinfo=VIETNAM)


@st.composite
def days(draw: st.DrawFn) -> Day:
    """Any sessions of one day, in order and apart."""
    edges = sorted(draw(st.sets(st.integers(0, 1440), max_size=6)))
    return tuple(Session(one, other) for one, other in zip(edges[::2], edges[1::2], strict=False))


@st.composite
def calendars(draw: st.DrawFn) -> WorkingCalendar:
    """Any calendar of one month, with some days unlike their weekday, perhaps new hours from a day on."""
    special = draw(st.dictionaries(st.dates(FIRST, LAST), st.one_of(st.just(()), days()), max_size=6))
    hours = [Hours(tuple(draw(days()) for _ in range(7)), draw(st.integers(0, 1440)))]
    if draw(st.booleans()):
        later = tuple(draw(days()) for _ in range(7))
        hours.append(Hours(later, draw(st.integers(0, 1440)), draw(st.dates(FIRST, LAST))))
    return WorkingCalendar(first=FIRST, last=LAST, hours=tuple(hours), special=special)


def instants(last: date = LAST) -> st.SearchStrategy[datetime]:
    """Any second between the first day and `last`, in another zone for good measure."""
    span = int((datetime(last.year, last.month, last.day, 23, 59, tzinfo=VIETNAM) - OPEN).total_seconds())
    return st.integers(0, span).map(lambda second: (OPEN + timedelta(seconds=second)).astimezone(UTC))


def hours_by_hand(calendar: WorkingCalendar, day: date) -> Hours:
    """The last hours that have begun."""
    begun = [one for one in calendar.hours if one.since <= day]
    return begun[-1]


def works(calendar: WorkingCalendar, instant: datetime) -> bool:
    """Whether the minute that begins at `instant` is worked: the definition, one minute at a time."""
    local = instant.astimezone(VIETNAM)
    sessions = calendar.special.get(local.date(), hours_by_hand(calendar, local.date()).week[local.weekday()])
    minute = local.hour * 60 + local.minute
    return any(session.starts <= minute < session.ends for session in sessions)


def counted(calendar: WorkingCalendar, start: datetime, end: datetime) -> int:
    """Working minutes from start to end, by looking at each."""
    instant, total = start.replace(second=0), 0
    while instant < end.replace(second=0):
        total += works(calendar, instant)
        instant += MINUTE
    return total


@unhurried
@given(calendars(), instants(date(2026, 4, 30)), instants(date(2026, 4, 30)))
def test_between_agrees_with_a_count_of_every_minute(
    calendar: WorkingCalendar, one: datetime, other: datetime
) -> None:
    start, end = sorted((one, other))
    assert working_minutes_between(calendar, start, end) == counted(calendar, start, end)
    assert working_minutes_between(calendar, end, start) == -counted(calendar, start, end)


@unhurried
@given(calendars(), instants(), st.integers(0, 20_000))
def test_adding_is_the_inverse_of_counting(calendar: WorkingCalendar, start: datetime, minutes: int) -> None:
    try:
        end = add_working_minutes(calendar, start, minutes)
    except OutsideCalendar:
        month_end = datetime(2026, 5, 20, 23, 59, tzinfo=VIETNAM)
        assert working_minutes_between(calendar, start, month_end) <= minutes
        return
    assert working_minutes_between(calendar, start, end) == minutes
    assert minutes == 0 or working_minutes_between(calendar, start, end - MINUTE) == minutes - 1


@unhurried
@given(calendars(), instants(), instants())
def test_adding_what_was_counted_comes_no_later(
    calendar: WorkingCalendar, one: datetime, other: datetime
) -> None:
    start, end = sorted((one, other))
    assert add_working_minutes(calendar, start, working_minutes_between(calendar, start, end)) <= end


@unhurried
@given(calendars(), instants(date(2026, 5, 1)), st.integers(0, 3_000), st.integers(0, 3_000))
def test_adding_in_two_steps_is_adding_at_once(
    calendar: WorkingCalendar, start: datetime, one: int, other: int
) -> None:
    try:
        at_once = add_working_minutes(calendar, start, one + other)
    except OutsideCalendar:
        return
    assert add_working_minutes(calendar, add_working_minutes(calendar, start, one), other) == at_once


@unhurried
@given(calendars(), st.lists(instants(), min_size=3, max_size=3))
def test_time_never_runs_backwards(calendar: WorkingCalendar, three: list[datetime]) -> None:
    one, two, three_ = sorted(three)
    assert working_minutes_between(calendar, one, two) >= 0
    assert working_minutes_between(calendar, one, three_) == working_minutes_between(
        calendar, one, two
    ) + working_minutes_between(calendar, two, three_)


@unhurried
@given(calendars(), instants())
def test_what_arrives_counts_from_that_instant_or_from_an_opening(
    calendar: WorkingCalendar, received: datetime
) -> None:
    try:
        start = counted_from(calendar, received)
    except OutsideCalendar:
        return
    local = received.astimezone(VIETNAM).replace(second=0)
    minute = local.hour * 60 + local.minute
    if minute < hours_by_hand(calendar, local.date()).cut_off and is_working_day(calendar, local.date()):
        assert start == local
    else:
        assert start.date() > local.date()
        assert works(calendar, start)
        assert not works(calendar, start - MINUTE) or start.hour == start.minute == 0


@cache
def office() -> WorkingCalendar:
    """Office hours with 30 April and 1 May off, and Saturday 25 April worked."""
    special = {date(2026, 4, 30): (), date(2026, 5, 1): (), date(2026, 4, 25): OFFICE_DAY}
    return WorkingCalendar(first=FIRST, last=LAST, special=special)


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2026-04-20 07:30", 240, "2026-04-20 11:30"),
        ("2026-04-20 07:30", 241, "2026-04-20 13:31"),
        ("2026-04-20 07:30", 480, "2026-04-20 17:30"),
        ("2026-04-20 12:00", 0, "2026-04-20 12:00"),
        ("2026-04-24 17:00", 60, "2026-04-25 08:00"),
        ("2026-04-29 17:00", 60, "2026-05-04 08:00"),
        ("2026-05-01 09:00", 1, "2026-05-04 07:31"),
    ],
)
def test_holidays_and_swapped_days_are_heeded(start: str, minutes: int, end: str) -> None:
    began = datetime.fromisoformat(start).replace(tzinfo=VIETNAM)
    assert add_working_minutes(office(), began, minutes) == datetime.fromisoformat(end).replace(
        tzinfo=VIETNAM
    )


def test_what_comes_after_the_cut_off_counts_from_the_next_working_day() -> None:
    late = datetime(2026, 4, 29, 16, 30, tzinfo=VIETNAM)
    assert counted_from(office(), late - MINUTE) == late - MINUTE
    assert counted_from(office(), late) == datetime(2026, 5, 4, 7, 30, tzinfo=VIETNAM)
    assert due_after(office(), late, days=2) == datetime(2026, 5, 5, 17, 30, tzinfo=VIETNAM)


def test_a_day_outside_the_calendar_is_refused() -> None:
    inside = datetime(2026, 5, 20, 17, 0, tzinfo=VIETNAM)
    for call in (
        lambda: add_working_minutes(office(), inside, 31),
        lambda: working_minutes_between(office(), inside, inside + timedelta(days=1)),
        lambda: working_minutes_between(office(), OPEN - MINUTE, inside),
        lambda: counted_from(office(), inside),
    ):
        with pytest.raises(OutsideCalendar):
            call()


def test_time_is_not_taken_back() -> None:
    with pytest.raises(NegativeTime):
        add_working_minutes(office(), OPEN, -1)


def test_an_instant_without_zone_is_refused() -> None:
    with pytest.raises(NaiveTime):
        add_working_minutes(office(), datetime(2026, 4, 20, 8, 0), 1)  # noqa: DTZ001


def test_a_calendar_in_which_nobody_works_ends() -> None:
    never = WorkingCalendar(first=FIRST, last=LAST, hours=(Hours(((),) * 7),))
    with pytest.raises(OutsideCalendar):
        add_working_minutes(never, OPEN, 1)

"""The clock against a count minute by minute, whatever the calendar and the pauses."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from lienthong.directory.public import Hours, Session, WorkingCalendar, add_working_minutes, sessions_of
from lienthong.dossiers.clock import due_again, minutes_left, timing_of
from lienthong.dossiers.codes import DossierCode, NotACode, read_code
from lienthong.dossiers.states import Timing
from lienthong.kernel.clock import VIETNAM

MINUTE = timedelta(minutes=1)
MONDAY = datetime(2026, 3, 2, tzinfo=VIETNAM)
DAYS = st.lists(
    st.sampled_from(
        [(), (Session(450, 690),), (Session(450, 690), Session(810, 1050)), (Session(600, 605),)]
    ),
    min_size=7,
    max_size=7,
)


def calendar(week: list[tuple[Session, ...]]) -> WorkingCalendar:
    """A calendar of three years with four hours on Monday at least, so that every count ends within weeks."""
    enough = sum(session.ends - session.starts for session in week[0]) >= 240
    days = (week[0] if enough else (Session(450, 690),), *week[1:])
    return WorkingCalendar(first=date(2025, 1, 1), last=date(2027, 12, 31), hours=(Hours(days),))


def works(of: WorkingCalendar, at: datetime) -> bool:
    """Whether the minute that begins then is worked."""
    minute = at.hour * 60 + at.minute
    return any(session.starts <= minute < session.ends for session in sessions_of(of, at.date()))


def counted(of: WorkingCalendar, start: datetime, end: datetime) -> int:
    """Working minutes one by one."""
    total, at = 0, start
    while at < end:
        total, at = total + works(of, at), at + MINUTE
    return total


starts = st.integers(0, 7 * 24 * 60).map(lambda minute: MONDAY + minute * MINUTE)


@settings(max_examples=60, deadline=None)
@given(DAYS, starts, st.integers(0, 900), st.integers(0, 4_000), st.integers(0, 4_000))
def test_a_pause_gives_back_every_minute_that_was_left(
    week: list[tuple[Session, ...]], start: datetime, limit: int, before: int, length: int
) -> None:
    of = calendar(week)
    due = add_working_minutes(of, start, limit)
    paused = start + before * MINUTE
    left = minutes_left(of, due_at=due, at=paused)
    again = due_again(of, minutes=left, at=paused + length * MINUTE)
    if left >= 0:
        assert left == counted(of, paused, due)
        assert counted(of, paused + length * MINUTE, again) == left
    else:
        assert -left == counted(of, due, paused)
        assert minutes_left(of, due_at=again, at=paused + length * MINUTE) == left


@settings(max_examples=60, deadline=None)
@given(DAYS, starts, st.integers(-900, 900), st.integers(-900, 900), st.integers(0, 3_000))
def test_more_time_left_or_a_later_start_is_never_due_earlier(
    week: list[tuple[Session, ...]], start: datetime, minutes: int, others: int, later: int
) -> None:
    of = calendar(week)
    less, more = sorted([minutes, others])
    assert due_again(of, minutes=less, at=start) <= due_again(of, minutes=more, at=start)
    assert due_again(of, minutes=less, at=start) <= due_again(of, minutes=less, at=start + later * MINUTE)


def test_early_is_a_day_before_and_late_a_minute_after() -> None:
    due = MONDAY + timedelta(days=1, hours=10)
    assert timing_of(due_at=due, finished_at=MONDAY + timedelta(hours=17)) is Timing.EARLY
    assert timing_of(due_at=due, finished_at=due) is Timing.ON_TIME
    assert timing_of(due_at=due, finished_at=due + MINUTE) is Timing.LATE


def test_codes_are_read_leniently_and_written_in_one_form() -> None:
    for text in ("H55.05.01-260302-0007", " h55.05.01-20260302-7", "H55.05.01-02032026-0007"):
        assert str(read_code(text)) == "H55.05.01-260302-0007"
    assert read_code("000.00.12.H55-190723-0001") == DossierCode("000.00.12.H55", date(2019, 7, 23), 1)
    for text in ("", "H55", "H55-261332-0001", "H55-260302-", "H55-260302-12345678", "-260302-1"):
        try:
            read_code(text)
        except NotACode:
            continue
        raise AssertionError(text)

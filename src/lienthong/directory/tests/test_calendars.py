"""Calendars: the law's days, what the country decided, what an agency decided."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from lienthong.directory.actions import BadText, clear_day, clear_hours, seed_calendar, set_day, set_hours
from lienthong.directory.actions.calendar import BadHours, BadWeekday, NoSuchHours
from lienthong.directory.adapters.public_holidays import special_days
from lienthong.directory.calendars import calendar_of, calendars_of, special_days_of
from lienthong.directory.contracts import OFFICE_DAY, OFFICE_WEEK, Session
from lienthong.directory.models import Agency, CalendarDay
from lienthong.directory.tests.factories import AT, TESTER, make_agency
from lienthong.directory.working_time import is_working_day, working_minutes_between
from lienthong.kernel.clock import VIETNAM

BY = {"actor": TESTER, "at": AT}
CULTURE_DAY = date(2026, 11, 24)
SWAPPED_OFF, SWAPPED_ON = date(2026, 8, 31), date(2026, 8, 22)
MORNINGS = (Session(480, 720),)


def test_the_law_of_2026_has_its_new_holiday_and_its_swap() -> None:
    days = {special.day: special for special in special_days(2026)}
    assert days[CULTURE_DAY].works_as is None
    assert days[date(2026, 4, 27)].works_as is None, "a substitute for a holiday on a Sunday"
    assert days[SWAPPED_OFF].works_as is None
    assert days[SWAPPED_ON].works_as == 0, "that Saturday is worked like the Monday given for it"
    assert CULTURE_DAY.replace(year=2025) not in {special.day for special in special_days(2025)}


@pytest.mark.parametrize("year", range(2020, 2036))
def test_every_year_has_the_eleven_days_of_the_labour_code(year: int) -> None:
    days_off = {special.day for special in special_days(year) if special.works_as is None}
    fixed = {date(year, month, day) for month, day in ((1, 1), (4, 30), (5, 1), (9, 2))}
    assert fixed <= days_off
    assert len({day for day in days_off if day.weekday() < 5}) >= 8
    assert all(special.day.year == year for special in special_days(year))


@pytest.mark.django_db
def test_without_any_row_the_law_holds() -> None:
    calendar = calendar_of(make_agency().pk, years=[2026])
    assert calendar.hours_on(calendar.first).week == OFFICE_WEEK
    assert not is_working_day(calendar, CULTURE_DAY)
    assert is_working_day(calendar, SWAPPED_ON)
    assert (calendar.first, calendar.last) == (date(2026, 1, 1), date(2026, 12, 31))


@pytest.mark.django_db
def test_seeding_again_changes_nothing_and_keeps_decisions() -> None:
    set_day(agency=None, day=date(2026, 1, 2), works_as=None, name="Nghỉ theo quyết định", **BY)
    set_day(agency=None, day=CULTURE_DAY, works_as=1, name="Vẫn làm việc", **BY)
    clear_day(agency=None, day=SWAPPED_OFF, **BY)
    before = list(CalendarDay.objects.order_by("pk").values())
    assert seed_calendar([2026]) == 0
    assert seed_calendar([2025, 2026]) == len(special_days(2025))
    assert list(CalendarDay.objects.filter(day__year=2026).order_by("pk").values()) == before
    calendar = calendar_of(make_agency().pk, years=[2026])
    assert not is_working_day(calendar, date(2026, 1, 2))
    assert is_working_day(calendar, CULTURE_DAY)
    assert is_working_day(calendar, SWAPPED_OFF)


@pytest.mark.django_db
def test_the_nearest_decision_up_the_tree_holds() -> None:
    top = make_agency()
    middle = make_agency(parent=top)
    leaf, elsewhere = make_agency(parent=middle), make_agency()
    day = date(2026, 11, 20)
    set_day(agency=top, day=day, works_as=None, name="Ngày Nhà giáo", **BY)
    set_hours(agency=top, week=(MORNINGS,) * 6 + ((),), cut_off=600, **BY)
    assert not is_working_day(calendar_of(leaf.pk, years=[2026]), day)
    assert is_working_day(calendar_of(elsewhere.pk, years=[2026]), day)
    set_day(agency=middle, day=day, works_as=4, name="Trực", **BY)
    calendar = calendar_of(leaf.pk, years=[2026])
    assert is_working_day(calendar, day)
    hours = calendar.hours_on(day)
    assert (hours.week[5], hours.cut_off, hours.minutes_per_day) == (MORNINGS, 600, 240)
    assert calendar.special[SWAPPED_ON] == MORNINGS, "a swapped day has the agency's own hours"
    clear_day(agency=middle, day=day, **BY)
    assert not is_working_day(calendar_of(leaf.pk, years=[2026]), day)
    assert day in [row.day for row in special_days_of(leaf, year=2026)]
    assert day not in [row.day for row in special_days_of(elsewhere, year=2026)]


@pytest.mark.django_db
def test_hours_of_the_country_hold_for_who_has_none() -> None:
    set_hours(agency=None, week=(OFFICE_DAY,) * 6 + ((),), cut_off=1000, **BY)
    set_hours(agency=None, week=(MORNINGS,) * 5 + ((), ()), cut_off=1000, **BY)
    (hours,) = calendar_of(make_agency().pk, years=[2026]).hours
    assert hours.week[:6] == (MORNINGS,) * 5 + ((),)


@pytest.mark.django_db
def test_hours_hold_from_their_day_and_the_nearest_that_has_begun_decides() -> None:
    top = make_agency()
    leaf = make_agency(parent=top)
    first, second, saturday = date(2026, 12, 1), date(2027, 1, 15), date(2026, 12, 5)
    mornings = (MORNINGS,) * 5 + ((), ())
    set_hours(agency=top, week=mornings, cut_off=600, valid_from=first, reason="Giờ mùa hè", **BY)
    set_hours(agency=leaf, week=OFFICE_WEEK, cut_off=900, valid_from=second, reason="Giờ riêng", **BY)
    set_day(agency=top, day=saturday, works_as=0, name="Làm bù", **BY)
    calendar = calendar_of(leaf.pk, years=[2026])
    assert [(one.since, one.agency_id, one.cut_off) for one in calendar.hours] == [
        (date.min, None, 990),
        (first, top.pk, 600),
        (second, leaf.pk, 900),
    ]
    eve = datetime(2026, 11, 30, 7, 30, tzinfo=VIETNAM)
    assert working_minutes_between(calendar, eve, eve + timedelta(days=2)) == 480 + 240
    assert calendar.special[SWAPPED_ON] == OFFICE_DAY
    assert calendar.special[saturday] == MORNINGS, "a swapped day has the hours of its time"
    clear_hours(agency=leaf, valid_from=second, **BY)
    assert [one.since for one in calendar_of(leaf.pk, years=[2026]).hours] == [date.min, first]
    for agency, day in ((leaf, second), (top, first)):
        with pytest.raises(NoSuchHours):
            clear_hours(agency=agency, valid_from=day, actor=TESTER, at=AT + timedelta(days=3650))


@pytest.mark.django_db
def test_many_calendars_take_three_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    top = make_agency()
    agencies = [make_agency(parent=top) for _ in range(20)]
    set_hours(agency=top, week=OFFICE_WEEK, cut_off=900, **BY)
    with django_assert_num_queries(3):
        calendars = calendars_of([agency.pk for agency in agencies], years=range(2024, 2028))
    assert len(calendars) == 20
    assert {one.cut_off for calendar in calendars.values() for one in calendar.hours} == {900}


@pytest.mark.django_db
def test_time_over_the_end_of_a_year_is_counted() -> None:
    calendar = calendar_of(make_agency().pk, years=[2026, 2027])
    start = datetime(2026, 12, 31, 17, 0, tzinfo=VIETNAM)
    assert working_minutes_between(calendar, start, datetime(2027, 1, 4, 8, 0, tzinfo=VIETNAM)) == 60


@pytest.mark.django_db
def test_a_calendar_of_nobody_is_refused() -> None:
    with pytest.raises(Agency.DoesNotExist):
        calendar_of(10**12, years=[2026])


@pytest.mark.django_db
@pytest.mark.parametrize(
    "week",
    [
        (OFFICE_DAY,) * 6,
        ((Session(480, 700), Session(690, 720)),) + ((),) * 6,
        ((Session(480, 480),),) + ((),) * 6,
        ((Session(-1, 480),),) + ((),) * 6,
        ((Session(480, 1441),),) + ((),) * 6,
    ],
)
def test_impossible_hours_are_refused(week: tuple[tuple[Session, ...], ...]) -> None:
    with pytest.raises(BadHours):
        set_hours(agency=None, week=week, cut_off=600, **BY)


@pytest.mark.django_db
def test_an_impossible_day_is_refused() -> None:
    with pytest.raises(BadWeekday):
        set_day(agency=None, day=CULTURE_DAY, works_as=7, name="Tám", **BY)
    with pytest.raises(BadText):
        set_day(agency=None, day=CULTURE_DAY, works_as=None, name="x" * 10_000, **BY)
    assert not CalendarDay.objects.exists()

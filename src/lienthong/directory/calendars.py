"""Reading working calendars: what the agency itself says, else the nearest above it, else the country."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from lienthong.directory.adapters.public_holidays import special_days
from lienthong.directory.contracts import BEGINNING, Day, Hours, Session, WorkingCalendar
from lienthong.directory.models import Agency, CalendarDay
from lienthong.kernel.statements import Columns, fetch

Deviations = dict[date, CalendarDay]

# Asked for by every list with deadlines and every act, so they are fixed statements (ADR 0029).
_PATHS = "SELECT id, path FROM directory_agency WHERE id = ANY (%s)"
_HOURS = """
    SELECT hours.agency_id, hours.cut_off, hours.valid_from, hours.reason, ARRAY(
        SELECT ARRAY[weekday, starts, ends] FROM directory_workingsession WHERE hours_id = hours.id)
    FROM directory_workinghours hours WHERE hours.agency_id IS NULL OR hours.agency_id = ANY (%s)
    ORDER BY hours.valid_from
"""
_DAY = Columns(CalendarDay)
_DAYS = f"""
    SELECT {_DAY.of("special")} FROM directory_calendarday special
    WHERE (special.agency_id IS NULL OR special.agency_id = ANY (%s)) AND special.day BETWEEN %s AND %s
"""  # noqa: S608


def calendar_of(agency_id: int, *, years: Iterable[int]) -> WorkingCalendar:
    """The agency's calendar from the first to the last of the years. Three queries.

    Raises `Agency.DoesNotExist`.
    """
    return calendars_of([agency_id], years=years)[agency_id]


def calendars_of(agency_ids: Collection[int], *, years: Iterable[int]) -> dict[int, WorkingCalendar]:
    """The calendars of many agencies by id, with the same three queries. Raises `Agency.DoesNotExist`."""
    wanted = list(years)
    first, last = date(min(wanted), 1, 1), date(max(wanted), 12, 31)
    lines = _lines_of_descent(agency_ids)
    above = {key for line in lines.values() for key in line if key is not None}
    hours = _hours_of(above)
    days = days_of(above, first, last)
    return {key: _calendar(line, hours, days, first, last) for key, line in lines.items()}


def days_of(agency_ids: Collection[int], first: date, last: date) -> dict[int | None, Deviations]:
    """Special days by agency (None: the country) and day; a year nobody recorded is the law's. One query."""
    days: defaultdict[int | None, Deviations] = defaultdict(dict)
    for values in fetch(_DAYS, list(agency_ids), first, last):
        row = _DAY.read(iter(values))
        days[row.agency_id][row.day] = row
    recorded = {day.year for day in days[None]}
    for year in range(first.year, last.year + 1):
        if year not in recorded:
            days[None].update({row.day: row for row in lawful_days(year)})
    return dict(days)


def lawful_days(year: int) -> list[CalendarDay]:
    """The country's special days of a year as rows not yet stored."""
    return [CalendarDay(day=day.day, works_as=day.works_as, name=day.name) for day in special_days(year)]


def special_days_of(agency: Agency, *, year: int) -> list[CalendarDay]:
    """The days of the year that differ from their weekday for the agency, in order. One query."""
    line = _line(agency.path)
    days = days_of([key for key in line if key], date(year, 1, 1), date(year, 12, 31))
    return sorted(_nearest_days(line, days).values(), key=lambda row: row.day)


def _calendar(
    line: list[int | None],
    hours: Mapping[int | None, list[Hours]],
    days: Mapping[int | None, Deviations],
    first: date,
    last: date,
) -> WorkingCalendar:
    calendar = WorkingCalendar(first=first, last=last, hours=_nearest_hours(line, hours))
    special = {
        day: () if row.works_as is None else calendar.hours_on(day).week[row.works_as]
        for day, row in _nearest_days(line, days).items()
    }
    return replace(calendar, special=MappingProxyType(special))


def _nearest_hours(line: list[int | None], hours: Mapping[int | None, list[Hours]]) -> tuple[Hours, ...]:
    """From each day on which anything changes on the way up, the nearest hours begun by then."""
    begins = sorted({BEGINNING, *(one.since for key in line for one in hours.get(key, ()))})
    nearest: list[Hours] = []
    for day in begins:
        begun = (one for key in line for one in reversed(hours.get(key, [])) if one.since <= day)
        holds = replace(next(begun, Hours()), since=day)
        if not nearest or replace(nearest[-1], since=day) != holds:
            nearest.append(holds)
    return tuple(nearest)


def _nearest_days(line: list[int | None], days: Mapping[int | None, Deviations]) -> Deviations:
    nearest: Deviations = {}
    for key in reversed(line):
        nearest.update(days.get(key, {}))
    return nearest


def _lines_of_descent(agency_ids: Collection[int]) -> dict[int, list[int | None]]:
    paths: dict[int, str] = dict(fetch(_PATHS, list(agency_ids)))
    for key in agency_ids:
        if key not in paths:
            raise Agency.DoesNotExist(key)
    return {key: _line(path) for key, path in paths.items()}


def _line(path: str) -> list[int | None]:
    """The agency, those above it from near to far, and the country last."""
    return [*(int(key) for key in reversed(path.strip("/").split("/"))), None]


def _hours_of(agency_ids: Collection[int]) -> dict[int | None, list[Hours]]:
    """By agency, in the order of the days from which they hold."""
    found: defaultdict[int | None, list[Hours]] = defaultdict(list)
    for agency_id, cut_off, since, reason, sessions in fetch(_HOURS, list(agency_ids)):
        found[agency_id].append(Hours(_week(sessions), cut_off, since, reason, agency_id))
    return dict(found)


def _week(sessions: Iterable[list[int]]) -> tuple[Day, ...]:
    days: list[list[Session]] = [[] for _ in range(7)]
    for weekday, starts, ends in sessions:
        days[weekday].append(Session(starts, ends))
    return tuple(tuple(sorted(day)) for day in days)

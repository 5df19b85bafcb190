"""What anyone is told of services is measured anew: how long they really took, how often they are asked for.

Each table is emptied and filled in one transaction: who reads meanwhile sees the figures of before.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Model

from lienthong.directory.public import Agency, WorkingCalendar, calendars_of, is_working_day
from lienthong.dossiers.models import Dossier, DossierCount, DossierDelta, ServiceDemand, SettlingTime
from lienthong.dossiers.models.counts import DAY
from lienthong.dossiers.models.settling import FEWEST, MOST_CASES
from lienthong.kernel.clock import VIETNAM
from lienthong.procedures.public import ProcedureVersion

A_YEAR = timedelta(days=365)
ON_DAY = "(%s AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"
SETTLED = f"""
    SELECT one.id, one.agency_id, one.finished_at,
        {ON_DAY % "one.counted_from_at"} AS began, {ON_DAY % "one.finished_at"} AS ended, one.version_id
    FROM {Dossier._meta.db_table} one WHERE one.finished_at IS NOT NULL AND NOT one.is_foreign
"""  # noqa: S608, of constants
WHEN_SETTLED = f"SELECT agency_id, min(began), max(ended) FROM ({SETTLED}) settled GROUP BY 1"  # noqa: S608
# How many working days there were up to each day, by calendar: the difference of two days is what passed.
SETTLING_TIMES = f"""
WITH passed AS (SELECT * FROM json_to_recordset(%s) AS given (calendar integer, day date, nth integer)),
followed AS (SELECT * FROM json_to_recordset(%s) AS given (agency_id bigint, calendar integer)),
numbered AS (
    SELECT settled.*, version.procedure_id,
        row_number() OVER (
            PARTITION BY version.procedure_id, agency_id ORDER BY finished_at DESC, settled.id DESC
        ) AS of_agency,
        row_number() OVER (
            PARTITION BY version.procedure_id ORDER BY finished_at DESC, settled.id DESC
        ) AS of_all
    FROM ({SETTLED}) settled JOIN {ProcedureVersion._meta.db_table} version ON version.id = version_id
),
cases AS (
    SELECT numbered.procedure_id, numbered.agency_id, of_agency, of_all, last.nth - first.nth AS days
    FROM numbered
    JOIN followed ON followed.agency_id = numbered.agency_id
    JOIN passed first ON first.calendar = followed.calendar AND first.day = began
    JOIN passed last ON last.calendar = followed.calendar AND last.day = ended
    WHERE of_agency <= {MOST_CASES} OR of_all <= {MOST_CASES}
),
told AS (
    SELECT agency_id, procedure_id, days FROM cases WHERE of_agency <= {MOST_CASES}
    UNION ALL SELECT NULL, procedure_id, days FROM cases WHERE of_all <= {MOST_CASES}
)
INSERT INTO {SettlingTime._meta.db_table} (agency_id, procedure_id, cases, median, ninth)
SELECT agency_id, procedure_id, count(*), percentile_disc(0.5) WITHIN GROUP (ORDER BY days),
    percentile_disc(0.9) WITHIN GROUP (ORDER BY days)
FROM told GROUP BY 1, 2 HAVING count(*) >= {FEWEST}
"""  # noqa: S608, of constants
DEMAND = f"""
WITH counted AS (
    SELECT agency_id, procedure_id, received_counter + received_post + received_online AS received
    FROM {DossierCount._meta.db_table} WHERE grain = {DAY} AND day > %(since)s
    UNION ALL SELECT agency_id, procedure_id, received_counter + received_post + received_online
    FROM {DossierDelta._meta.db_table} WHERE day > %(since)s
),
spread AS (
    SELECT split_part(agency.path, '/', 2)::bigint AS agency_id, procedure_id, received
    FROM counted JOIN {Agency._meta.db_table} agency ON agency.id = counted.agency_id
)
INSERT INTO {ServiceDemand._meta.db_table} (agency_id, procedure_id, received)
SELECT agency_id, procedure_id, sum(received) FROM spread
GROUP BY GROUPING SETS ((agency_id, procedure_id), (procedure_id)) HAVING sum(received) >= {FEWEST}
"""  # noqa: S608, of constants


@dataclass(frozen=True)
class Measured:
    """How many figures there are now, of each kind."""

    times: int
    demands: int


def measure_services(*, at: datetime) -> Measured:
    """Write anew how long services took and how often they were asked for, as of now."""
    with transaction.atomic(), connection.cursor() as cursor:
        for model in (SettlingTime, ServiceDemand):
            _empty(model)
        cursor.execute(WHEN_SETTLED)
        ranges = cursor.fetchall()
        cursor.execute(SETTLING_TIMES, _working_days(ranges) if ranges else ["[]", "[]"])
        times = cursor.rowcount
        cursor.execute(DEMAND, {"since": at.astimezone(VIETNAM).date() - A_YEAR})
        return Measured(times, cursor.rowcount)


def _empty(model: type[Model]) -> None:
    """Take all rows away; a second run that came at once waits here, who reads does not."""
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {model._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(f"DELETE FROM {model._meta.db_table}")  # noqa: S608, of constants


def _working_days(ranges: Collection[tuple[int, date, date]]) -> list[str]:
    """For the statement: the working days passed by every day, by calendar, and the calendar of each agency.

    Agencies that work on the same days share one; almost all do.
    """
    first, last = min(row[1] for row in ranges), max(row[2] for row in ranges)
    calendars = calendars_of([row[0] for row in ranges], years=[first.year, last.year])
    numbers: dict[object, int] = {}
    passed, followed = [], []
    for agency_id, calendar in calendars.items():
        key = (calendar.hours, frozenset(calendar.special.items()))
        if key not in numbers:
            numbers[key] = len(numbers)
            passed += [
                {"calendar": numbers[key], "day": day.isoformat(), "nth": nth}
                for day, nth in _passed(calendar, first, last)
            ]
        followed.append({"agency_id": agency_id, "calendar": numbers[key]})
    return [json.dumps(passed), json.dumps(followed)]


def _passed(calendar: WorkingCalendar, first: date, last: date) -> Iterator[tuple[date, int]]:
    nth = 0
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        nth += is_working_day(calendar, day)
        yield day, nth

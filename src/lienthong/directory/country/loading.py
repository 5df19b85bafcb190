"""Loading the country, set by set: the units of both editions, their successions, the agencies, the holidays.

The story of the demonstration lives on the edition of 2024, to whose map the agency codes in service belong;
the units of 2025 and the successions are loaded beside it.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from importlib.resources import files
from typing import Any

from django.db import connection, transaction

from lienthong.directory.actions import seed_calendar
from lienthong.directory.contracts import Counts
from lienthong.directory.country.rows import AgencyRow, Unit, committee, ministry, province_rows
from lienthong.directory.models import AdministrativeUnit, Agency, UnitSuccession

DATA = files("lienthong.directory") / "data"
EDITION = 2024
WHOLE_PROVINCE = "H55"
EXISTS_FROM = date(2020, 1, 1)
LEVELS = 4
BATCH = 5_000
Report = Callable[[str, int, int], None]


def say_nothing(stage: str, done: int, total: int) -> None:
    """The report of who does not listen."""


def load_country(*, all_provinces: bool = False, report: Report = say_nothing) -> Counts:
    """Load the demonstration country: Thái Nguyên whole (989 agencies), or every province so.

    In one transaction and one after the other; a second load changes nothing. `report(stage, done, total)` is
    called as rows are written; stages are "units", "successions", "agencies" and "holidays".
    """
    with transaction.atomic():
        _alone()
        before = Agency.objects.count()
        _load_units(report)
        _load_successions(report)
        _load_agencies(all_provinces, report)
        _load_holidays(report)
        agencies = Agency.objects.count()
    _gather_statistics()
    return Counts(
        units=AdministrativeUnit.objects.count(),
        successions=UnitSuccession.objects.count(),
        agencies=agencies,
        added=agencies - before,
    )


def _load_units(report: Report) -> None:
    rows = _read("administrative_units.csv")
    report("units", 0, len(rows))
    columns = ("edition", "level", "code", "kind", "name", "parent_code", "latitude", "longitude")
    types = (
        "edition int, level int, code text, kind text, name text, parent_code text, "
        "latitude float, longitude float"
    )
    _copy("seed_unit", types, ([row[column] or None for column in columns] for row in rows))
    done = 0
    for level in (1, 2, 3):
        done += _execute(_INSERT_UNITS, [level])
        report("units", sum(int(row["level"]) <= level for row in rows), len(rows))
    _execute("DROP TABLE seed_unit")


# A commune's parent is a district in 2024 and a province in 2025: the nearest level above that has the code.
_INSERT_UNITS = """
INSERT INTO directory_administrativeunit (edition, level, code, kind, name, parent_id, latitude, longitude)
SELECT s.edition, s.level, s.code, s.kind, s.name, p.id, s.latitude, s.longitude
FROM seed_unit s
LEFT JOIN directory_administrativeunit p
  ON p.edition = s.edition AND p.code = s.parent_code AND p.level < s.level
WHERE s.level = %s
ON CONFLICT (edition, level, code) DO NOTHING
"""


def _load_successions(report: Report) -> None:
    rows = _read("administrative_successions.csv")
    report("successions", 0, len(rows))
    columns = ("level", "old_code", "new_code", "is_default")
    types = "level int, old_code text, new_code text, is_default boolean"
    _copy("seed_succession", types, ([row[column] for column in columns] for row in rows))
    _execute(_INSERT_SUCCESSIONS)
    _execute("DROP TABLE seed_succession")
    report("successions", len(rows), len(rows))


_INSERT_SUCCESSIONS = """
INSERT INTO directory_unitsuccession (old_id, new_id, is_default)
SELECT o.id, n.id, s.is_default
FROM seed_succession s
JOIN directory_administrativeunit o ON o.edition = 2024 AND o.level = s.level AND o.code = s.old_code
JOIN directory_administrativeunit n ON n.edition = 2025 AND n.level = s.level AND n.code = s.new_code
ON CONFLICT (old_id, new_id) DO NOTHING
"""


def _load_agencies(all_provinces: bool, report: Report) -> None:
    rows = list(_agency_rows(all_provinces))
    report("agencies", 0, len(rows))
    types = (
        "code text, old_code text, name text, short_name text, kind text, parent_code text, unit_id bigint, "
        "address text, email text, level int, number serial"
    )
    _copy("seed_agency", types, map(_agency_values, rows), columns=_AGENCY_COLUMNS)
    _execute("CREATE INDEX ON seed_agency (level, number)")
    done = 0
    for level in range(1, LEVELS + 1):
        numbers = [number for number, row in enumerate(rows, start=1) if row.level == level]
        for first in range(0, len(numbers), BATCH):
            batch = numbers[first : first + BATCH]
            _execute(_INSERT_AGENCIES, [EXISTS_FROM, level, batch[0], batch[-1], EXISTS_FROM])
            done += len(batch)
            report("agencies", done, len(rows))
    _execute("DROP TABLE seed_agency")


_AGENCY_COLUMNS = "code, old_code, name, short_name, kind, parent_code, unit_id, address, email, level"
# Who ever had the code keeps it: an agency that was closed or renamed since is not brought back.
_INSERT_AGENCIES = """
INSERT INTO directory_agency (code, old_code, name, short_name, kind, parent_id, path, unit_id,
                              address, email, telephone, valid_from, valid_to)
SELECT s.code, s.old_code, s.name, s.short_name, s.kind, p.id, '', s.unit_id, s.address, s.email,
       '', %s, '9999-12-31'
FROM seed_agency s
LEFT JOIN directory_agency p ON p.code = s.parent_code AND p.valid_to = '9999-12-31'
WHERE s.level = %s AND s.number BETWEEN %s AND %s AND (s.parent_code = '' OR p.id IS NOT NULL)
  AND NOT EXISTS (SELECT FROM directory_agency a WHERE a.code = s.code AND a.valid_to > %s)
ORDER BY s.number
"""


def _agency_rows(all_provinces: bool) -> Iterator[AgencyRow]:
    provinces = _provinces()
    for row in _read("agency_codes.csv"):
        province = provinces.get(row["administrative_unit"])
        if province is None:
            yield ministry(row["code"], row["name"])
            continue
        yield committee(row["code"], province)
        if all_provinces or row["code"] == WHOLE_PROVINCE:
            yield from province_rows(row["code"], province)


def _agency_values(row: AgencyRow) -> Sequence[object]:
    texts = (row.code, row.old_code, row.name, row.short_name, row.kind, row.parent)
    return (*texts, row.unit_id, row.address, row.email, row.level)


def _provinces() -> dict[str, Unit]:
    """The provinces of 2024 by code, each with its districts and their communes."""
    below: defaultdict[int | None, list[AdministrativeUnit]] = defaultdict(list)
    for unit in AdministrativeUnit.objects.filter(edition=EDITION).order_by("code"):
        below[unit.parent_id].append(unit)

    def grown(unit: AdministrativeUnit) -> Unit:
        return Unit(unit.pk, unit.code, unit.kind, unit.name, tuple(map(grown, below[unit.pk])))

    return {unit.code: grown(unit) for unit in below[None]}


def _load_holidays(report: Report) -> None:
    report("holidays", 0, 1)
    seed_calendar()
    report("holidays", 1, 1)


def _read(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((DATA / name).read_text(encoding="utf-8").splitlines()))


def _copy(table: str, types: str, rows: Iterable[Sequence[object]], *, columns: str = "") -> None:
    target = f"{table} ({columns})" if columns else table
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {table} ({types}) ON COMMIT DROP")
        with cursor.copy(f"COPY {target} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def _execute(statement: str, values: Sequence[Any] = ()) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return int(cursor.rowcount)


def _alone() -> None:
    """Two loads at once go one after the other."""
    _execute("SELECT pg_advisory_xact_lock(hashtext('directory load_country'))")


def _gather_statistics() -> None:
    """Let the planner know at once what was loaded, not only when autovacuum comes by."""
    _execute("ANALYZE directory_agency, directory_administrativeunit, directory_unitsuccession")

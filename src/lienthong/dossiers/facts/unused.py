"""Services that are offered and were never used: no dossier came for them in a period."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from lienthong.directory.public import Agency
from lienthong.dossiers.facts.counting import RECEIVED
from lienthong.dossiers.facts.measures import Wanted, period_of
from lienthong.dossiers.facts.scope import agencies_of
from lienthong.dossiers.facts.spans import Span, spans
from lienthong.dossiers.models import DossierCount, DossierDelta
from lienthong.identity.public import Viewer
from lienthong.kernel.paging import PAGE_SIZE, BadCursor, decode_cursor, encode_cursor
from lienthong.procedures.public import Procedure, ProcedureVersion, ServiceField, ServiceOffer

# Of constants alone.
UNUSED = f"""
    WITH offered AS (
        SELECT offer.agency_id, version.procedure_id, min(offer.offered_at) AS offered_at
        FROM {ServiceOffer._meta.db_table} offer
        JOIN {ProcedureVersion._meta.db_table} version ON version.id = offer.version_id
        WHERE offer.agency_id = ANY(%(agencies)s) AND offer.offered_at < %(ends)s
            AND (offer.ended_at IS NULL OR offer.ended_at >= %(begins)s)
        GROUP BY 1, 2
    ),
    used AS (
        SELECT agency_id, procedure_id FROM (
            SPANS
            SELECT agency_id, procedure_id, {RECEIVED} FROM {DossierDelta._meta.db_table}
            WHERE agency_id = ANY(%(agencies)s) AND day BETWEEN %(first)s AND %(last)s
        ) told GROUP BY 1, 2 HAVING sum(received) > 0
    )
    SELECT {{columns}}
    FROM offered JOIN {Agency._meta.db_table} agency ON agency.id = offered.agency_id
    JOIN {Procedure._meta.db_table} procedure ON procedure.id = offered.procedure_id
    JOIN {ServiceField._meta.db_table} field ON field.id = procedure.field_id
    LEFT JOIN used USING (agency_id, procedure_id)
    WHERE {{where}}
"""  # noqa: S608
LIST = UNUSED.format(
    columns="agency.code, agency.name, field.name, field.name_en, procedure.code, procedure.name, "
    "procedure.name_en, offered.offered_at",
    where="used.agency_id IS NULL AND (%(field)s::bigint IS NULL OR field.id = %(field)s) "
    "AND (agency.code, procedure.code) > (%(after_agency)s, %(after_procedure)s) "
    "ORDER BY agency.code, procedure.code LIMIT %(limit)s",
)
BY_FIELD = UNUSED.format(
    columns="field.id, field.name, field.name_en, count(*), count(*) FILTER (WHERE used.agency_id IS NULL)",
    where="true GROUP BY 1, 2, 3 ORDER BY 2, 1",
)
BY_AGENCY = UNUSED.format(
    columns="agency.id, agency.name, agency.name, count(*), "
    "count(*) FILTER (WHERE used.agency_id IS NULL), agency.code",
    where="(%(field)s::bigint IS NULL OR field.id = %(field)s) GROUP BY 1, 2, 6 ORDER BY 6, 1",
)
AT_ONCE = 5_000


@dataclass(frozen=True)
class Unused:
    """A service without a dossier: whose, which procedure of which field, and since when it is offered."""

    agency_code: str
    agency_name: str
    field_name: str
    field_name_en: str
    code: str
    name: str
    name_en: str
    offered_at: datetime


@dataclass(frozen=True)
class OfferedCounts:
    """How many services of an agency or a field are offered, and how many of them were not used."""

    key: int
    name: str
    name_en: str
    offered: int
    unused: int


@dataclass(frozen=True)
class UnusedPage:
    """A page of unused services; `next` is the cursor of the page after it."""

    rows: list[Unused]
    next: str


def unused_services(viewer: Viewer, wanted: Wanted, *, at: datetime, cursor: str = "") -> UnusedPage:
    """A page of the services without a dossier, by agency and procedure. Raises NotAllowed, NotFound."""
    rows = _page(viewer, wanted, at, cursor, PAGE_SIZE + 1)
    more = len(rows) > PAGE_SIZE
    return UnusedPage(rows[:PAGE_SIZE], _place(rows[PAGE_SIZE - 1]) if more else "")


def all_unused(viewer: Viewer, wanted: Wanted, *, at: datetime) -> Iterator[Unused]:
    """All of them, read `AT_ONCE` at a time. Raises as `unused_services` when the first is asked for."""
    cursor = ""
    while rows := _page(viewer, wanted, at, cursor, AT_ONCE):
        yield from rows
        if len(rows) < AT_ONCE:
            return
        cursor = _place(rows[-1])


def unused_by_field(viewer: Viewer, wanted: Wanted, *, at: datetime) -> list[OfferedCounts]:
    """How many services are offered and unused in each field. Raises NotAllowed, NotFound."""
    return [OfferedCounts(*row) for row in _rows(BY_FIELD, viewer, wanted, at)]


def unused_by_agency(viewer: Viewer, wanted: Wanted, *, at: datetime) -> list[OfferedCounts]:
    """How many services are offered and unused at each agency. Raises NotAllowed, NotFound."""
    return [OfferedCounts(*row[:5]) for row in _rows(BY_AGENCY, viewer, wanted, at)]


def _page(viewer: Viewer, wanted: Wanted, at: datetime, cursor: str, limit: int) -> list[Unused]:
    agency, space, procedure = decode_cursor(cursor).partition(" ") if cursor else ("", " ", "")
    if not space:
        raise BadCursor(field="cursor")
    after: dict[str, object] = {"after_agency": agency, "after_procedure": procedure, "limit": limit}
    return [Unused(*row) for row in _rows(LIST, viewer, wanted, at, **after)]


def _place(row: Unused) -> str:
    return encode_cursor(f"{row.agency_code} {row.code}")


def _rows(sql: str, viewer: Viewer, wanted: Wanted, at: datetime, **given: object) -> list[tuple[Any, ...]]:
    period = period_of(wanted.since, wanted.until, at=at)
    values: dict[str, Any] = {
        "agencies": agencies_of(viewer, wanted),
        "begins": period.begins,
        "ends": period.ends,
        "first": period.since,
        "last": period.last,
        "field": wanted.field_id,
        **given,
    }
    found = ""
    for place, span in enumerate(spans(period.since, period.last)):
        found += _used_in(span, place)
        values |= {f"from{place}": span.first, f"to{place}": span.last}
    with connection.cursor() as cursor:
        cursor.execute(sql.replace("SPANS", found), values)
        return list(cursor.fetchall())


def _used_in(span: Span, place: int) -> str:
    """What came in a span, to be added to what else came."""
    return f"""
    SELECT agency_id, procedure_id, {span.sign:d} * ({RECEIVED}) AS received
    FROM {DossierCount._meta.db_table}
    WHERE agency_id = ANY(%(agencies)s) AND grain = {span.grain:d}
        AND day BETWEEN %(from{place})s AND %(to{place})s
    UNION ALL
    """  # noqa: S608, of constants

"""The figures of a period from the incremental tables (ADR 0056): what is folded, and the deltas on top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Model

from lienthong.directory.public import Agency, Official
from lienthong.dossiers.facts.measures import Figures, Group, Period, StepFigures, Wanted, period_of
from lienthong.dossiers.facts.scope import agencies_of
from lienthong.dossiers.facts.spans import ONE_DAY, Span, spans
from lienthong.dossiers.models import DossierCount, DossierDelta, OfficialCount, OfficialDelta
from lienthong.dossiers.models.counts import DAY
from lienthong.identity.public import Viewer
from lienthong.ledger.public import Event, Subject, timeline
from lienthong.procedures.public import Procedure, ServiceField

C = TypeVar("C", Figures, StepFigures)
FIGURES = Subject("dossiers.figures", "all")
BEGINNING = date(1900, 1, 1)
FELL_DUE = "fell_due"
CELLS = (
    "received_counter",
    "received_post",
    "received_online",
    "early",
    "on_time",
    "late",
    "refused",
    "returned",
    "withdrawn",
    FELL_DUE,
    "over_ended",
    "with_papers",
    "papers_filed",
    "result_signed",
)
# Those that the tables of figures show; the others are of quality scores alone.
SHOWN = CELLS[: CELLS.index("over_ended") + 1]
STEP_CELLS = ("early", "on_time", "late")
KEYS = {
    Group.AGENCY: "counted.agency_id",
    Group.FIELD: "procedure.field_id",
    Group.PROCEDURE: "counted.procedure_id",
}
RECEIVED = "received_counter + received_post + received_online"
ENDED = "early + on_time + late + returned + withdrawn"
SUMS = f"""
    COALESCE(sum({RECEIVED} - ({ENDED})) FILTER (WHERE NOT inside), 0),
    {", ".join(f"COALESCE(sum({cell}) FILTER (WHERE inside), 0)" for cell in SHOWN[:-2])},
    COALESCE(sum({RECEIVED} - ({ENDED})), 0),
    COALESCE(sum(fell_due), 0) - COALESCE(sum(over_ended), 0)
"""


@dataclass(frozen=True)
class Line(Generic[C]):
    """One line of the table: the key of what it stands for, how that is called, and its figures.

    `agency_id` is the agency of an official's line, where `code` is that agency's.
    """

    key: str
    code: str
    name: str
    name_en: str
    figures: C
    agency_id: int | None = None


@dataclass(frozen=True)
class Table(Generic[C]):
    """The figures of a period, line by line in the order of their codes, and together."""

    lines: list[Line[C]]
    total: C


def dossier_figures(viewer: Viewer, wanted: Wanted, *, at: datetime) -> Table[Figures]:
    """The figures by agency, field or procedure. Three queries, whatever their number.

    Raises:
        NotAllowed, NotFound: the viewer does not see the agency's figures.
    """
    return figures_of(agencies_of(viewer, wanted), wanted, at=at)


def figures_of(agencies: list[int], wanted: Wanted, *, at: datetime) -> Table[Figures]:
    """The figures of these agencies, for who may see them. Two queries, whatever their number."""
    period = period_of(wanted.since, wanted.until, at=at)
    inner, given = _inner((DossierCount, DossierDelta), SHOWN, _spans(period), period, agencies)
    where, narrowed = _narrowed(wanted)
    key = KEYS[wanted.group]
    sql = f"""
    SELECT {key}, {SUMS} FROM ({inner}) counted
    JOIN {Procedure._meta.db_table} procedure ON procedure.id = counted.procedure_id
    WHERE true {where} GROUP BY 1
    """  # noqa: S608, of constants
    found = {}
    for key, carried, *cells, is_open, over in _rows(sql, [*given, *narrowed]):
        figures = Figures(*map(int, (carried, *cells, is_open - over, over)))
        if figures != Figures():
            found[key] = figures
    lines = [
        Line(str(key), code, name, name_en, found[key])
        for key, code, name, name_en in _named(wanted.group, list(found))
    ]
    return Table(lines, sum(found.values(), Figures()))


def step_figures(viewer: Viewer, wanted: Wanted, *, at: datetime) -> Table[StepFigures]:
    """The finished steps by official and agency. Three queries. Raises as `dossier_figures`."""
    period = period_of(wanted.since, wanted.until, at=at)
    agencies = agencies_of(viewer, wanted, officials=True)
    parts = [(True, span) for span in spans(period.since, period.last)]
    inner, given = _inner((OfficialCount, OfficialDelta), STEP_CELLS, parts, period, agencies)
    sums = ", ".join(f"sum({cell})" for cell in STEP_CELLS)
    sql = f"SELECT agency_id, official_id, {sums} FROM ({inner}) counted GROUP BY 1, 2"  # noqa: S608
    found = {(key[0], key[1]): StepFigures(*map(int, key[2:])) for key in _rows(sql, given)}
    found = {key: figures for key, figures in found.items() if figures != StepFigures()}
    codes = Agency.objects.filter(pk__in={agency_id for agency_id, _official in found})
    named = dict(codes.values_list("pk", "code"))
    officials = Official.objects.filter(pk__in={official for _agency, official in found})
    names = dict(officials.values_list("pk", "full_name"))
    lines = [
        Line(str(official), named[agency_id], names[official], "", figures, agency_id)
        for (agency_id, official), figures in found.items()
    ]
    lines.sort(key=lambda line: (line.code, line.name, line.key))
    return Table(lines, sum(found.values(), StepFigures()))


def cell_sums(agencies: list[int], cells: tuple[str, ...], period: Period) -> dict[int, tuple[int, ...]]:
    """What the cells of each agency are together on a period's days; without an entry, 0. One query."""
    parts = [(True, span) for span in spans(period.since, period.last)]
    inner, given = _inner((DossierCount, DossierDelta), cells, parts, period, agencies)
    sums = ", ".join(f"sum({cell})" for cell in cells)
    sql = f"SELECT agency_id, {sums} FROM ({inner}) counted GROUP BY 1"  # noqa: S608, of constants
    found = {key: tuple(map(int, told)) for key, *told in _rows(sql, given)}
    return {key: told for key, told in found.items() if any(told)}


def _spans(period: Period) -> list[tuple[bool, Span]]:
    """All that was until the period's end, each span with whether it is within the period."""
    before = [(False, span) for span in spans(BEGINNING, period.since - ONE_DAY)]
    return before + [(True, span) for span in spans(period.since, period.last)]


def _inner(
    kept: tuple[type[Model], type[Model]],
    cells: tuple[str, ...],
    parts: list[tuple[bool, Span]],
    period: Period,
    agencies: list[int],
) -> tuple[str, list[object]]:
    """The cells of the spans with `inside` the period, folded and not folded yet, and the parameters.

    What falls due on a last day that is not over yet is taken away again: it is not over time.
    """
    counts, deltas = (model._meta.db_table for model in kept)
    keys = [str(field.column) for field in kept[1]._meta.concrete_fields if field.is_relation]
    waiting = [f"CASE WHEN day < %s THEN {cell} ELSE 0 END" if cell == FELL_DUE else cell for cell in cells]
    selects = [
        f"SELECT day >= %s AS inside, {_columns(keys, cells, waiting)} FROM {deltas} "  # noqa: S608
        "WHERE agency_id = ANY(%s) AND day BETWEEN %s AND %s"
    ]
    given: list[object] = [period.since, *([period.over_before] if FELL_DUE in cells else [])]
    # The first span may be a whole month of which days before the period are taken away again.
    first = period.since if all(inside for inside, _span in parts) else BEGINNING
    given += [agencies, first, period.last]
    read = [(inside, span, [f"{span.sign:+d} * {cell}" for cell in cells]) for inside, span in parts]
    if FELL_DUE in cells and period.over_before <= period.last:
        today = Span(DAY, period.last, period.last)
        read.append((True, today, ["-fell_due" if cell == FELL_DUE else "0" for cell in cells]))
    for inside, span, values in read:
        selects.append(
            f"SELECT {inside}, {_columns(keys, cells, values)} FROM {counts} "  # noqa: S608, of constants
            "WHERE agency_id = ANY(%s) AND grain = %s AND day BETWEEN %s AND %s"
        )
        given += [agencies, span.grain, span.first, span.last]
    return " UNION ALL ".join(selects), given


def _columns(keys: Sequence[str], cells: Sequence[str], values: Sequence[str]) -> str:
    told = [f"{value} AS {cell}" for cell, value in zip(cells, values, strict=True)]
    return ", ".join([*keys, *told])


def _narrowed(wanted: Wanted) -> tuple[str, list[object]]:
    """The further conditions, and their parameters."""
    where, given = "", list[object]()
    if wanted.field_id is not None:
        where, given = f"{where} AND procedure.field_id = %s", [*given, wanted.field_id]
    if wanted.procedure_id is not None:
        where, given = f"{where} AND counted.procedure_id = %s", [*given, wanted.procedure_id]
    return where, given


def _named(group: Group, keys: list[Any]) -> list[tuple[Any, str, str, str]]:
    """What the lines are called, in the order of their codes."""
    if group is Group.AGENCY:
        agencies = Agency.objects.filter(pk__in=keys).order_by("code", "pk")
        return [(key, code, name, name) for key, code, name in agencies.values_list("pk", "code", "name")]
    rows: Any = ServiceField.objects if group is Group.FIELD else Procedure.objects
    named = rows.filter(pk__in=keys).order_by("code")
    return list(named.values_list("pk", "code", "name", "name_en"))


def _rows(sql: str, given: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return list(cursor.fetchall())


def last_recount() -> Event | None:
    """The latest recount as the ledger has it: `counts`, `differing`, `examples`."""
    return next(iter(timeline(FIGURES, limit=1)), None)


def unfolded() -> int:
    """How many deltas wait to be folded."""
    return DossierDelta.objects.count() + OfficialDelta.objects.count()

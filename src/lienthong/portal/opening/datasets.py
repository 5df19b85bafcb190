"""The sets of open data: one table of what each holds, and how its rows are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lienthong.dossiers.public import Group, OpenFigures, late_dossiers, open_figures
from lienthong.portal.opening.periods import Days
from lienthong.procedures.public import ProcedureVersion

Rows = Iterator[tuple[object, ...]]
MOST_LATE = 100_000


@dataclass(frozen=True)
class Asked:
    """What rows are asked for: under which body (its code, empty for all), which days, at which instant."""

    under: str
    days: Days
    at: datetime


@dataclass(frozen=True)
class Dataset:
    """A set of open data; `columns` are the names in its files."""

    key: str
    title: Promise
    text: Promise
    columns: tuple[str, ...]
    rows: Callable[[Asked], Rows]


FIGURES = tuple(one.name for one in fields(OpenFigures))


def _figures(group: Group) -> Callable[[Asked], Rows]:
    def rows(asked: Asked) -> Rows:
        table = open_figures(
            under=asked.under, group=group, since=asked.days.since, until=asked.days.until, at=asked.at
        )
        for line in table.lines:
            yield (line.code or line.key, line.name, *(getattr(line.figures, name) for name in FIGURES))

    return rows


def _late(asked: Asked) -> Rows:
    cursor, told = "", 0
    while told < MOST_LATE:
        page = late_dossiers(under=asked.under, at=asked.at, cursor=cursor)
        for row in page.rows:
            yield row.code, row.agency.code, row.version.procedure.code, row.due_at
        told, cursor = told + len(page.rows), page.next
        if not cursor:
            return


def _services(asked: Asked) -> Rows:
    """The services in force, however many bodies offer each."""
    rows = ProcedureVersion.objects.filter(state="published").select_related("procedure__field")
    for row in rows.order_by("procedure__code").iterator(chunk_size=500):
        procedure = row.procedure
        yield (
            procedure.code,
            procedure.name,
            procedure.name_en,
            procedure.field.code,
            procedure.field.name,
            row.limit_minutes,
        )


DATASETS: dict[str, Dataset] = {
    one.key: one
    for one in (
        Dataset(
            "figures-by-body",
            _("Dossiers by body"),
            _("What each body received in a period, what it decided in time and late, what is open."),
            ("body", "name", *FIGURES),
            _figures(Group.AGENCY),
        ),
        Dataset(
            "figures-by-service",
            _("Dossiers by service"),
            _("The same for each service, over all bodies that offer it."),
            ("service", "name", *FIGURES),
            _figures(Group.PROCEDURE),
        ),
        Dataset(
            "late-dossiers",
            _("Dossiers that are late today"),
            _("Codes without names: which body has not decided what by the day it was due."),
            ("dossier", "body", "service", "due_at"),
            _late,
        ),
        Dataset(
            "services",
            _("Public services"),
            _("The services in force, their fields and how long they may take by law, in working minutes."),
            ("service", "name", "name_en", "field", "field_name", "limit_minutes"),
            _services,
        ),
    )
}


def as_told(value: object) -> Any:
    """A value as it stands in a file: instants in ISO 8601 with their zone."""
    return value.isoformat() if isinstance(value, datetime) else value

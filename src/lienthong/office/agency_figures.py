"""Incoming documents of the agencies below, counted; never more than counts: the documents are theirs."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from lienthong.directory.public import Agency
from lienthong.identity.public import NotFound, Viewer, require_role
from lienthong.office import policies
from lienthong.office.models import IncomingDocument
from lienthong.office.searching import days
from lienthong.office.states import GONE, State


@dataclass(frozen=True)
class AgencyCounts:
    """What became by now of the documents that arrived, and with whom the rest wait.

    `in_time` are those of `finished` that met their deadline or had none; `late` are under way past it.
    `clerk`, `leader` and `work` wait for registration, for direction, for who works on them.
    """

    arrived: int = 0
    finished: int = 0
    in_time: int = 0
    late: int = 0
    clerk: int = 0
    leader: int = 0
    work: int = 0
    gone: int = 0

    def __add__(self, other: AgencyCounts) -> AgencyCounts:
        return AgencyCounts(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


@dataclass(frozen=True)
class Below:
    """One agency of a level: its counts with those of all below it; `deeper`: there are some below."""

    agency_id: int
    code: str
    name: str
    deeper: bool
    counts: AgencyCounts


@dataclass(frozen=True)
class Level:
    """An agency, what it received itself, and those right below; `above` leads back to the viewer's own."""

    agency_id: int
    name: str
    own: AgencyCounts
    below: tuple[Below, ...]
    total: AgencyCounts
    above: tuple[tuple[int, str], ...]


def figures_below(
    viewer: Viewer, *, since: date, until: date, at: datetime, under: int | None = None
) -> Level:
    """The agencies right below the viewer's own, or below `under`, one of those. Three queries.

    Raises:
        NotAllowed: the viewer does not see all documents of the own agency.
        NotFound: `under` is neither the own agency nor below it.
    """
    require_role(viewer, *policies.READ_ALL)
    own = Agency.objects.filter(pk=viewer.agency_id or 0).values_list("path", flat=True).first()
    if own is None:
        raise NotFound
    # Closed ones too: what they received before counts in the period.
    tree = {
        row.pk: row for row in Agency.objects.filter(path__startswith=own).only("id", "code", "name", "path")
    }
    asked = tree.get(under or viewer.agency_id or 0)
    if asked is None:
        raise NotFound
    counts = _counted(asked.path, since, until, at)
    inside = [row for row in tree.values() if row.path.startswith(asked.path)]
    return Level(
        agency_id=asked.pk,
        name=asked.name,
        own=counts.get(asked.pk, AgencyCounts()),
        below=_children(asked, inside, counts),
        total=sum(counts.values(), AgencyCounts()),
        above=tuple((key, tree[key].name) for key in _steps(asked.path) if key in tree and key != asked.pk),
    )


def _children(asked: Agency, inside: list[Agency], counts: dict[int, AgencyCounts]) -> tuple[Below, ...]:
    """Those right below with all that is below each, by code."""
    sums: dict[int, AgencyCounts] = {}
    deeper: set[int] = set()
    depth = len(_steps(asked.path))
    for row in inside:
        steps = _steps(row.path)
        if len(steps) <= depth:
            continue
        child = steps[depth]
        sums[child] = sums.get(child, AgencyCounts()) + counts.get(row.pk, AgencyCounts())
        if len(steps) > depth + 1:
            deeper.add(child)
    rows = sorted((row for row in inside if row.pk in sums), key=lambda row: row.code)
    return tuple(Below(row.pk, row.code, row.name, row.pk in deeper, sums[row.pk]) for row in rows)


def _steps(path: str) -> list[int]:
    return [int(key) for key in path.strip("/").split("/")]


def _counted(path: str, since: date, until: date, at: datetime) -> dict[int, AgencyCounts]:
    under_way = Q(state__in=[State.ASSIGNED, State.IN_PROGRESS])
    done = Q(state=State.FINISHED)
    conditions: dict[str, Q] = {
        "arrived": Q(),
        "finished": done,
        "in_time": done & (Q(due_at=None) | Q(finished_at__lte=F("due_at"))),
        "late": under_way & Q(due_at__lt=at),
        "clerk": Q(state=State.ARRIVED),
        "leader": Q(state=State.REGISTERED),
        "work": under_way,
        "gone": Q(state__in=sorted(GONE)),
    }
    counts: dict[str, Any] = {
        name: Count("pk", filter=condition or None) for name, condition in conditions.items()
    }
    rows = IncomingDocument.objects.filter(days("arrived_at", since, until), agency__path__startswith=path)
    grouped: QuerySet[IncomingDocument, Any] = rows.values("agency_id").annotate(**counts).order_by()
    return {row["agency_id"]: AgencyCounts(**{name: row[name] for name in conditions}) for row in grouped}

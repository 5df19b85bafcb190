"""Outgoing documents counted: what an agency issued in a period, by type, division, signer and way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db.models import Avg, Count, F, Q, QuerySet

from lienthong.documents.public import TYPES
from lienthong.identity.public import Viewer, require_role
from lienthong.office import policies
from lienthong.office.models import OutgoingDocument
from lienthong.office.outgoing_narrowing import NAMES, UNNAMED, WAYS, went
from lienthong.office.searching import days

MOST_ROWS = 500
Rows = QuerySet[OutgoingDocument, Any]


@dataclass(frozen=True)
class OutgoingCounts:
    """How many were issued; how many of them for a task, and before its deadline; days from draft to issue.

    `days` is the mean, and None without documents.
    """

    issued: int = 0
    tasked: int = 0
    in_time: int = 0
    days: float | None = None


@dataclass(frozen=True)
class Ways:
    """How many went over the axis, inside the agency, and on paper; one document may go several ways."""

    axis: int
    inside: int
    paper: int


class Group(NamedTuple):
    """One of the types, divisions or signers: in words, counted, and as the list is narrowed to it."""

    said: str
    counts: OutgoingCounts
    value: str


@dataclass(frozen=True)
class OutgoingFigures:
    """The figures of a period: of all, by way, and by each of `NAMES` with the most first."""

    total: OutgoingCounts
    ways: Ways
    groups: dict[str, list[Group]]


def outgoing_figures(viewer: Viewer, *, since: date, until: date) -> OutgoingFigures:
    """What the viewer's agency issued from the first day to the last: five queries, however many there are.

    Raises:
        NotAllowed: the viewer does not see all documents of the agency.
    """
    require_role(viewer, *policies.READ_ALL)
    rows = OutgoingDocument.objects.filter(
        days("issued_at", since, until), issued_at__isnull=False, agency=viewer.agency_id or 0
    )
    return OutgoingFigures(
        total=_counts(rows.aggregate(**_counted())),
        ways=Ways(**rows.aggregate(**_ways())),
        groups={name: _grouped(rows, name) for name in NAMES},
    )


def _counted() -> dict[str, Any]:
    tasked = Q(task__isnull=False)
    return {
        "issued": Count("pk"),
        "tasked": Count("pk", filter=tasked),
        "in_time": Count("pk", filter=tasked & Q(issued_at__lte=F("task__due_at"))),
        "spent": Avg(F("issued_at") - F("prepared_at")),
    }


def _ways() -> dict[str, Any]:
    return {name: Count("pk", filter=went(name)) for name in WAYS}


def _grouped(rows: Rows, name: str) -> list[Group]:
    named: Rows = rows.annotate(said=NAMES[name]).values("said")
    grouped: Rows = named.annotate(**_counted())
    found = sorted(grouped.order_by(), key=lambda row: (-row["issued"], row["said"] or ""))[:MOST_ROWS]
    return [Group(_said(name, row["said"] or ""), _counts(row), row["said"] or UNNAMED) for row in found]


def _said(name: str, value: str) -> str:
    """A type by its Vietnamese name; the law names them in no other language."""
    return TYPES[value].name_vi if name == "type" and value in TYPES else value


def _counts(row: dict[str, Any]) -> OutgoingCounts:
    spent: timedelta | None = row["spent"]
    mean = round(spent / timedelta(days=1), 1) if spent is not None else None
    return OutgoingCounts(row["issued"], row["tasked"], row["in_time"], mean)

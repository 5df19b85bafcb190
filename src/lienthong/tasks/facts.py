"""Tasks counted: how many were given in a period, to whom, and what has become of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Coalesce

from lienthong.identity.public import Viewer, require_role
from lienthong.tasks import policies
from lienthong.tasks.models import TaskParty
from lienthong.tasks.states import UNDER_WAY, Part, TaskState

Rows = QuerySet[TaskParty, Any]


@dataclass(frozen=True)
class TaskCounts:
    """What became of tasks by now; `given` is all of them, every task is in one of the others but two.

    `overdue` are those whose deadline passed while the lead or the giver had not finished them, and stand in
    their state too; `in_time` are those of `finished` that were reported as done before their deadline.
    """

    given: int = 0
    finished: int = 0
    in_time: int = 0
    not_begun: int = 0
    in_progress: int = 0
    reported: int = 0
    sent_back: int = 0
    called_off: int = 0
    overdue: int = 0

    def __add__(self, other: TaskCounts) -> TaskCounts:
        return TaskCounts(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


@dataclass(frozen=True)
class TaskFacts:
    """The counts of one lead: the agency (both names empty), a division, or an official of it.

    A task that a division leads counts for the division only; `level` is 0, 1 or 2.
    """

    level: int
    division: str
    official: str
    counts: TaskCounts


def task_facts(viewer: Viewer, *, since: datetime, until: datetime, at: datetime) -> list[TaskFacts]:
    """The tasks given from `since` until before `until`, by who leads them now.

    The agency, then each division with its officials below it, by name. One query, a row for each lead.

    Raises:
        NotAllowed: the viewer does not see all tasks of the agency.
    """
    require_role(viewer, *policies.READ_ALL)
    rows = _counted(viewer.agency_id or 0, since, until, at)
    found = [
        (row["place"] or "", row["name"] or "", TaskCounts(*(row[one.name] for one in fields(TaskCounts))))
        for row in rows
    ]
    return [TaskFacts(0, "", "", _sum(counts for *_names, counts in found)), *_below(found)]


def _below(found: list[tuple[str, str, TaskCounts]]) -> Iterable[TaskFacts]:
    ordered = sorted(found, key=lambda row: row[:2])
    for place, group in groupby(ordered, key=lambda row: row[0]):
        rows = list(group)
        yield TaskFacts(1, place, "", _sum(counts for *_names, counts in rows))
        for _place, name, counts in rows:
            if name:
                yield TaskFacts(2, place, name, counts)


def _sum(counts: Iterable[TaskCounts]) -> TaskCounts:
    return sum(counts, TaskCounts())


def _counted(agency_id: int, since: datetime, until: datetime, at: datetime) -> Rows:
    rows: Rows = TaskParty.objects.filter(
        part=Part.LEAD, task__agency=agency_id, task__given_at__gte=since, task__given_at__lt=until
    )
    done = Q(task__state=TaskState.ACCEPTED)
    in_time = done & Q(task__due_at__gte=Coalesce(F("task__finished_at"), F("task__closed_at")))
    running = Q(task__state__in=[*sorted(UNDER_WAY), TaskState.RETURNED])
    conditions = {
        "given": Q(),
        "finished": done,
        "in_time": in_time,
        "not_begun": Q(task__state=TaskState.GIVEN),
        "in_progress": Q(task__state=TaskState.IN_PROGRESS),
        "reported": Q(task__state=TaskState.REPORTED),
        "sent_back": Q(task__state=TaskState.RETURNED),
        "called_off": Q(task__state=TaskState.CANCELLED),
        "overdue": running & Q(task__due_at__lt=at),
    }
    counts = {name: Count("pk", filter=condition or None) for name, condition in conditions.items()}
    named = rows.annotate(
        place=Coalesce("division__name", "post__division__name"),
        name_of=Coalesce("official__full_name", "agency__name"),
    )
    grouped: Rows = named.values("place", "official_id", "agency_id", name=F("name_of"))
    return grouped.annotate(**counts).order_by()

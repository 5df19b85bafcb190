"""Deadlines are counted again when a working calendar changes (ADR 0062).

The law's limit stays as it was at acceptance; which days are worked is what the calendar now says. Each
clock is replayed from its start with its pauses, so counting twice gives the same and changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from lienthong.directory.public import WorkingCalendar, counted_from
from lienthong.dossiers.actions.passing import PLATFORM
from lienthong.dossiers.calendars import read_calendars
from lienthong.dossiers.clock import Stretch, replayed
from lienthong.dossiers.contracts import CalendarChange
from lienthong.dossiers.models import Dossier, DossierTask, Pause
from lienthong.dossiers.outbox import queue_reports
from lienthong.dossiers.states import CLOSED, RECOUNT, UNDER_WAY, TaskKind, TaskState
from lienthong.dossiers.telling import tell_without_work
from lienthong.dossiers.telling_parties import tell_of_acts
from lienthong.kernel.clock import VIETNAM
from lienthong.ledger.public import JSON, Entry, record_many

AT_ONCE = 500
COUNTED = [TaskKind.WORK, TaskKind.CHOICE, TaskKind.TIMER]


def to_recount(*, change: CalendarChange) -> Iterator[list[UUID]]:
    """The dossiers that the change may reach, `AT_ONCE` at a time, by their keys. Two queries."""
    rows = Dossier.objects.filter(state__in=sorted(UNDER_WAY), accepted_at__isnull=False)
    tasks = DossierTask.objects.filter(state=TaskState.OPEN, kind__in=COUNTED)
    if change.path != "/":
        rows = rows.filter(agency__path__startswith=change.path)
        tasks = tasks.filter(agency__path__startswith=change.path)
    if change.day is not None:
        begins = datetime.combine(change.day, time(), VIETNAM)
        # What was due before the day, or began after it, does not count its minutes.
        reached = Q(due_at__gte=begins) | Q(paused_at__gte=begins)
        rows = rows.filter(reached, accepted_at__lt=begins + timedelta(days=1))
        tasks = tasks.filter(reached, opened_at__lt=begins + timedelta(days=1))
    found = sorted({*rows.values_list("pk", flat=True), *tasks.values_list("dossier_id", flat=True)})
    for first in range(0, len(found), AT_ONCE):
        yield found[first : first + AT_ONCE]


def recount(*, dossier_ids: Collection[UUID], change: CalendarChange, at: datetime) -> int:
    """Count the clocks of the dossiers and of their open steps again; how many dossiers got another time.

    What is finished keeps its deadline, and a date promised in an apology stays: it was told by hand. A
    dossier or step is never late by a change: what would then be over already keeps its time. What lies with
    an agency without working days keeps its time too, and the administrators of the agency are told.
    """
    with transaction.atomic():
        table = _read(dossier_ids, at)
        entries, told = [], list[tuple[Dossier, str, int]]()
        dossiers, tasks = list[Dossier](), list[DossierTask]()
        for dossier in table.dossiers:
            steps = [task for task in table.open[dossier.pk] if _recount_task(table, task)]
            moved = _recount_dossier(table, dossier)
            if not moved and not steps:
                continue
            dossier.lock_version += 1
            dossiers.append(dossier)
            tasks += steps
            said = {**_why(change), **(moved or {}), "steps": len(steps)}
            if moved and dossier.due_at is not None:
                told.append((dossier, RECOUNT, dossier.state))
            entries.append(Entry(PLATFORM, f"dossier.{RECOUNT}", dossier.ledger_subject, at, said))
        fields = ["due_at", "minutes_left", "counted_from_at", "lock_version"]
        Dossier.objects.bulk_update(dossiers, fields)
        DossierTask.objects.bulk_update(tasks, ["due_at", "minutes_left"])
        record_many(entries)
        queue_reports(told, actor=PLATFORM, at=at)
        tell_of_acts([(dossier, verb, {}) for dossier, verb, _state in told], at=at)
    return len(dossiers)


@dataclass
class _Table:
    """The locked dossiers with all that their clocks are made of."""

    dossiers: list[Dossier]
    at: datetime
    calendars: dict[int, WorkingCalendar]
    open: defaultdict[UUID, list[DossierTask]] = field(default_factory=lambda: defaultdict(list))
    pauses: defaultdict[UUID, list[Stretch]] = field(default_factory=lambda: defaultdict(list))
    waits: set[tuple[UUID, datetime]] = field(default_factory=set)


def _read(dossier_ids: Collection[UUID], at: datetime) -> _Table:
    """Lock and read what can be counted. Seven queries, whatever their number."""
    rows = Dossier.objects.select_for_update(of=("self",)).filter(pk__in=dossier_ids)
    rows = rows.select_related("agency", "version__procedure")
    rows = rows.exclude(state__in=sorted(CLOSED)).order_by("pk")
    table = _Table(list(rows), at, {})
    keys = [row.pk for row in table.dossiers]
    agencies, since = {row.agency_id for row in table.dossiers}, [at.year - 1]
    since += [row.accepted_at.year - 1 for row in table.dossiers if row.accepted_at]
    tasks = DossierTask.objects.filter(Q(state=TaskState.OPEN) | Q(kind=TaskKind.WAIT), dossier__in=keys)
    for task in tasks.order_by("pk"):
        if task.kind == TaskKind.WAIT:
            table.waits.add((task.dossier_id, task.opened_at))
        elif task.kind in COUNTED:
            table.open[task.dossier_id].append(task)
            agencies.add(task.agency_id)
    for pause in Pause.objects.filter(dossier__in=keys).order_by("began_at", "pk"):
        table.pauses[pause.dossier_id].append((pause.began_at, pause.ended_at))
    table.calendars = read_calendars(agencies, since=min(since), at=at)
    tell_without_work(agencies - set(table.calendars), at=at)
    table.dossiers = [row for row in table.dossiers if _countable(table, row)]
    return table


def _countable(table: _Table, dossier: Dossier) -> bool:
    """Whether every agency that the dossier lies with has working days."""
    return {dossier.agency_id, *(task.agency_id for task in table.open[dossier.pk])} <= set(table.calendars)


def _recount_dossier(table: _Table, dossier: Dossier) -> dict[str, JSON] | None:
    """Count a dossier's clock again; what it was and is, if that is something else."""
    if dossier.state not in UNDER_WAY or dossier.accepted_at is None or dossier.limit_minutes is None:
        return None
    calendar = table.calendars[dossier.agency_id]
    start = counted_from(calendar, dossier.accepted_at)
    due, left = replayed(
        calendar, start=start, minutes=dossier.limit_minutes, pauses=table.pauses[dossier.pk]
    )
    if not _changes(table, dossier, due, left):
        return None
    was: dict[str, JSON] = {
        "old_due_at": dossier.due_at.isoformat() if dossier.due_at else "",
        "new_due_at": due.isoformat() if due else "",
        "old_left": dossier.minutes_left,
        "new_left": left,
    }
    dossier.due_at, dossier.minutes_left, dossier.counted_from_at = due, left, start
    return was


def _recount_task(table: _Table, task: DossierTask) -> bool:
    """Count a step's clock again; whether it is due at another time."""
    # A step stood with its dossier unless the process itself waited beside it: then its clock ran on.
    pauses = [
        (began, ended)
        for began, ended in table.pauses[task.dossier_id]
        if began >= task.opened_at and (task.dossier_id, began) not in table.waits
    ]
    calendar = table.calendars[task.agency_id]
    due, left = replayed(calendar, start=task.opened_at, minutes=task.minutes, pauses=pauses)
    if not _changes(table, task, due, left):
        return False
    task.due_at, task.minutes_left = due, left
    return True


def _changes(table: _Table, row: Dossier | DossierTask, due: datetime | None, left: int | None) -> bool:
    """Whether the row takes the new time over."""
    if (row.paused_at is None) is not (left is None):
        return False
    if row.due_at is None or due is None:
        return row.minutes_left != left
    late = due < row.due_at and due < table.at
    return due != row.due_at and not late


def _why(change: CalendarChange) -> dict[str, JSON]:
    """The change of the calendar, as the record of a dossier says it."""
    return {
        "day": change.day.isoformat() if change.day else "",
        "name": change.name,
        "by": change.by,
        "changed_at": change.at.isoformat(),
    }

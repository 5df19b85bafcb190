"""What an act on dossiers reads and writes, in sets: locked at the start, written at the end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model

from lienthong.directory.public import Agency, WorkingCalendar, calendars_of
from lienthong.dossiers.models import Dossier, DossierTask
from lienthong.dossiers.refusals import CalendarWithoutWork
from lienthong.dossiers.states import TaskState
from lienthong.kernel.events import publish
from lienthong.ledger.public import JSON, Actor, Entry, record_many
from lienthong.procedures.public import Process, process_of

DOSSIER_FIELDS = (
    "state",
    "outcome",
    "timing",
    "accepted_at",
    "counted_from_at",
    "limit_minutes",
    "due_at",
    "promised_at",
    "paused_at",
    "minutes_left",
    "finished_at",
    "closed_at",
    "tokens",
    "bodies",
    "fee_owed",
    "supplemented",
    "lock_version",
)
TASK_FIELDS = (
    "state",
    "division_id",
    "assignee_id",
    "due_at",
    "paused_at",
    "minutes_left",
    "pause_reason",
    "done_at",
    "done_by_id",
    "minutes_used",
    "note",
)
LONGEST_YEARS = 3


def read_calendars(agency_ids: Collection[int], *, since: int, at: datetime) -> dict[int, WorkingCalendar]:
    """The calendars from the year `since` to as far as any deadline reaches. Four queries.

    Raises:
        CalendarWithoutWork: one of them has no working days.
    """
    calendars = calendars_of(agency_ids, years=range(since, at.year + LONGEST_YEARS + 1))
    for key, calendar in calendars.items():
        if not any(calendar.week) and not any(calendar.special.values()):
            raise CalendarWithoutWork(agency=Agency.objects.get(pk=key).name)
    return calendars


class Board:
    """The dossiers of one act with their open tasks. Reads are done on `load`, writes on `write`."""

    def __init__(self, *, actor: Actor, official_id: int | None, at: datetime) -> None:
        self.actor, self.official_id, self.at = actor, official_id, at
        self.dossiers: dict[UUID, Dossier] = {}
        self.open: defaultdict[UUID, list[DossierTask]] = defaultdict(list)
        self._calendars: dict[int, WorkingCalendar] = {}
        self._new: list[Model] = []
        self._new_tasks: dict[UUID, DossierTask] = {}
        self._changed: set[UUID] = set()
        self._changed_tasks: dict[UUID, DossierTask] = {}
        self._entries: list[Entry] = []
        self._events: list[object] = []

    def load(self, dossier_ids: Collection[UUID], *, fees: bool = False) -> None:
        """Lock the dossiers in the order of their keys, read what is open; with `fees` their rules."""
        rows = Dossier.objects.select_for_update(of=("self",)).filter(pk__in=dossier_ids).order_by("pk")
        rows = rows.select_related("version__procedure__field", "version__process", "application", "agency")
        rows = rows.prefetch_related("version__fees", "papers", "parties__party") if fees else rows
        self.dossiers = {row.pk: row for row in rows}
        tasks = DossierTask.objects.filter(dossier__in=self.dossiers, state=TaskState.OPEN).order_by("pk")
        for task in tasks:
            task.dossier = self.dossiers[task.dossier_id]
            self.open[task.dossier_id].append(task)
        agencies = {row.agency_id for row in self.dossiers.values()}
        agencies |= {task.agency_id for tasks in self.open.values() for task in tasks}
        agencies |= {int(key) for row in self.dossiers.values() for key in row.bodies.values()}
        self.want_calendars(agencies)

    def want_calendars(self, agency_ids: Iterable[int]) -> None:
        """Read the calendars of the agencies that are not known yet. Four queries, whatever their number."""
        missing = set(agency_ids) - set(self._calendars)
        if missing:
            self._calendars |= read_calendars(missing, since=self.at.year - 1, at=self.at)

    def calendar(self, agency_id: int) -> WorkingCalendar:
        """The agency's calendar."""
        self.want_calendars([agency_id])
        return self._calendars[agency_id]

    def process(self, dossier: Dossier) -> Process:
        """The process the dossier is pinned to."""
        process_id = dossier.version.process_id
        if process_id is None:
            raise LookupError(dossier.version_id)  # the database lets no version be offered without one
        return process_of(process_id)

    def facts(self, dossier: Dossier) -> dict[str, Any]:
        """What conditions are asked of: the answers, and what the dossier itself knows."""
        return {
            **dossier.application.answers,
            "fee": dossier.fee_owed,
            "channel": dossier.channel,
            "supplemented": dossier.supplemented,
        }

    def changed(self, dossier: Dossier) -> None:
        """The dossier is to be written."""
        self._changed.add(dossier.pk)

    def task_changed(self, task: DossierTask) -> None:
        """The task is to be written; one that is no longer open leaves the board."""
        if task.pk not in self._new_tasks:
            self._changed_tasks[task.pk] = task
        if not task.open:
            self.open[task.dossier_id].remove(task)

    def add_task(self, task: DossierTask) -> None:
        """Open a task."""
        self._new_tasks[task.pk] = task
        self.open[task.dossier_id].append(task)

    def add(self, row: Model) -> None:
        """A new row of another kind."""
        self._new.append(row)

    def say(self, dossier: Dossier, verb: str, data: Mapping[str, JSON] | None = None) -> None:
        """An event for the ledger."""
        self._entries.append(Entry(self.actor, f"dossier.{verb}", dossier.ledger_subject, self.at, data))

    def tell(self, event: object) -> None:
        """An event for who listens, published once all is written."""
        self._events.append(event)

    def write(self) -> None:
        """Write everything with one statement a kind, then publish."""
        rows = [self.dossiers[key] for key in sorted(self._changed)]
        for row in rows:
            row.lock_version += 1
        Dossier.objects.bulk_update(rows, DOSSIER_FIELDS, batch_size=500)
        DossierTask.objects.bulk_update(self._changed_tasks.values(), TASK_FIELDS, batch_size=500)
        DossierTask.objects.bulk_create(self._new_tasks.values())
        kinds: defaultdict[type[Model], list[Model]] = defaultdict(list)
        for new in self._new:
            kinds[type(new)].append(new)
        for kind, of_kind in kinds.items():
            kind._default_manager.bulk_create(of_kind)
        record_many(self._entries)
        for event in self._events:
            publish(event)

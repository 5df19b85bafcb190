"""What an act on dossiers reads and writes, in sets: locked at the start, written at the end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db.models import Model, prefetch_related_objects

from lienthong.directory.public import Agency, WorkingCalendar
from lienthong.dossiers.calendars import read_calendars
from lienthong.dossiers.foreign import pinned_process
from lienthong.dossiers.held import hold_dossiers, open_tasks_of
from lienthong.dossiers.models import Dossier, DossierPaper, DossierParty, DossierResult, DossierTask
from lienthong.dossiers.outbox import queue_reports
from lienthong.dossiers.refusals import CalendarWithoutWork
from lienthong.dossiers.telling_parties import Said, tell_of_acts
from lienthong.kernel.events import publish
from lienthong.kernel.statements import fetch, insert_rows, update_rows
from lienthong.ledger.public import JSON, Actor, Entry, record_many
from lienthong.procedures.public import Process

_PARTS = "SELECT id FROM dossiers_dossier WHERE root_id = ANY (%s) AND root_id <> id"
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
# What an act may change, to be compared with what was read: values are replaced, never changed in place.
_DOSSIER_VALUES, _TASK_VALUES = attrgetter(*DOSSIER_FIELDS), attrgetter(*TASK_FIELDS)


class Board:
    """The dossiers of one act with their open tasks. Reads are done on `load`, writes on `write`."""

    def __init__(self, *, actor: Actor, official_id: int | None, at: datetime) -> None:
        self.actor, self.official_id, self.at = actor, official_id, at
        self.dossiers: dict[UUID, Dossier] = {}
        # Main dossiers of the applications that these are parts of, locked too (ADR 0068).
        self.roots: dict[UUID, Dossier] = {}
        self.open: defaultdict[UUID, list[DossierTask]] = defaultdict(list)
        self.papers: defaultdict[UUID, list[DossierPaper]] = defaultdict(list)
        self.parties: defaultdict[UUID, list[DossierParty]] = defaultdict(list)
        self._tasks: dict[UUID, DossierTask] = {}
        self._calendars: dict[int, WorkingCalendar] = {}
        self._without_work: set[int] = set()
        self._results: defaultdict[UUID, list[DossierResult]] | None = None
        self._applications: defaultdict[UUID, list[Dossier]] | None = None
        self._last: dict[UUID, Callable[[Board, Dossier], None]] = {}
        self._new: list[Model] = []
        self._new_tasks: dict[UUID, DossierTask] = {}
        self._fresh: set[UUID] = set()
        self._changed: set[UUID] = set()
        self._changed_tasks: dict[UUID, DossierTask] = {}
        self._read: dict[UUID, tuple[Any, ...]] = {}
        self._entries: list[Entry] = []
        self._said: list[tuple[Dossier, str, int]] = []
        self._for_parties: list[Said] = []
        self._events: list[object] = []

    def load(self, dossier_ids: Collection[UUID], *, handed_in: bool = False, results: bool = False) -> None:
        """Lock the dossiers in the order of their keys, read what is open.

        Also what was `handed_in`, and which `results` their versions name.
        """
        wanted, held = set(dossier_ids), self._hold(dossier_ids)
        self.dossiers = {key: row for key, row in held.items() if key in wanted}
        self.roots = {key: row for key, row in held.items() if key not in wanted}
        if results:
            prefetch_related_objects([*self.dossiers.values()], "version__results")
        if handed_in:
            for paper in DossierPaper.objects.filter(dossier__in=self.dossiers).order_by("pk"):
                self.papers[paper.dossier_id].append(paper)
            for party in DossierParty.objects.filter(dossier__in=self.dossiers).select_related("party"):
                self.parties[party.dossier_id].append(party)

    def hold_roots(self, root_ids: Collection[UUID]) -> None:
        """Lock the main dossiers that new parts are to belong to, and read what is open of them."""
        self.roots |= self._hold(root_ids)

    def _hold(self, dossier_ids: Collection[UUID]) -> dict[UUID, Dossier]:
        held = {row.pk: row for row in hold_dossiers(dossier_ids)}
        self._read |= {key: _DOSSIER_VALUES(row) for key, row in held.items()}
        for task in open_tasks_of(held):
            task.dossier = held[task.dossier_id]
            self._read[task.pk] = _TASK_VALUES(task)
            self._opened(task)
        agencies = {row.agency_id for row in held.values()}
        agencies |= {task.agency_id for tasks in self.open.values() for task in tasks}
        agencies |= {int(key) for row in held.values() for key in row.bodies.values()}
        self.want_calendars(agencies)
        return held

    def want_calendars(self, agency_ids: Iterable[int]) -> None:
        """Read the calendars of the agencies that are not known yet. Three queries, whatever their number."""
        missing = set(agency_ids) - set(self._calendars) - self._without_work
        if missing:
            self._calendars |= read_calendars(missing, since=self.at.year - 1, at=self.at)
            self._without_work |= missing - set(self._calendars)

    def calendar(self, agency_id: int) -> WorkingCalendar:
        """The agency's calendar.

        Raises:
            CalendarWithoutWork: it has no working days.
        """
        self.want_calendars([agency_id])
        if agency_id in self._without_work:
            raise CalendarWithoutWork(agency=Agency.objects.get(pk=agency_id).name)
        return self._calendars[agency_id]

    def without_work(self, dossier: Dossier) -> set[int]:
        """Which agencies that the dossier lies with, or will, have no working days."""
        agencies = {dossier.agency_id, *(int(key) for key in dossier.bodies.values())}
        return self._without_work & (agencies | {task.agency_id for task in self.open[dossier.pk]})

    def process(self, dossier: Dossier) -> Process:
        """The process the dossier is pinned to."""
        return pinned_process(dossier)

    def results(self, dossier: Dossier) -> list[DossierResult]:
        """The results of the dossier, drafts too. Those of the whole board are read in one query."""
        if self._results is None:
            self._results = defaultdict(list)
            rows = DossierResult.objects.filter(dossier__in=self.dossiers).select_related("document")
            for row in rows.order_by("pk"):
                row.dossier = self.dossiers[row.dossier_id]
                self._results[row.dossier_id].append(row)
        return self._results[dossier.pk]

    def root_of(self, dossier: Dossier) -> Dossier:
        """The main dossier of its application, which is itself where it stands alone."""
        return self.dossiers.get(dossier.root_id) or self.roots[dossier.root_id]

    def application(self, root_id: UUID) -> list[Dossier]:
        """The other dossiers of the application of a main one, as they are on the board, else as they were
        kept. Those of the whole board are read in one query, two where there are some.
        """
        if self._applications is None:
            self._applications = defaultdict(list)
            parts = [key for (key,) in fetch(_PARTS, list({row.root_id for row in self.dossiers.values()}))]
            rows = Dossier.objects.filter(pk__in=parts).select_related("version__procedure")
            for row in rows.order_by("pk") if parts else ():
                self._applications[row.root_id].append(row)
        fresh = [
            row for row in map(self.dossiers.get, self._fresh) if row is not None and row.root_id == root_id
        ]
        kept = [self.dossiers.get(row.pk, row) for row in self._applications[root_id]]
        return [row for row in [*kept, *fresh] if row.pk != root_id]

    def facts(self, dossier: Dossier) -> dict[str, Any]:
        """What conditions are asked of: the answers, and what the dossier itself knows."""
        return {
            **dossier.application.answers,
            "fee": dossier.fee_owed,
            "channel": str(dossier.channel),  # conditions compare texts, not members of an enum
            "supplemented": dossier.supplemented,
        }

    def add_dossier(
        self, dossier: Dossier, papers: Iterable[DossierPaper], parties: Iterable[DossierParty]
    ) -> None:
        """A new dossier, with what was handed in and by whom."""
        self.dossiers[dossier.pk] = dossier
        self.papers[dossier.pk] = list(papers)
        # As the trigger on papers finds it, which then has nothing to write (ADR 0071).
        filed = [paper.held_id is not None for paper in self.papers[dossier.pk]]
        dossier.papers_filed = all(filed) if filed else None
        self.parties[dossier.pk] = list(parties)
        self._fresh.add(dossier.pk)
        self._new += [dossier, dossier.application, *self.parties[dossier.pk], *self.papers[dossier.pk]]

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
        self._opened(task)

    def open_task(self, task_id: UUID) -> DossierTask | None:
        """The open task of this key, if it is on the board."""
        task = self._tasks.get(task_id)
        return task if task is not None and task.open else None

    def _opened(self, task: DossierTask) -> None:
        self.open[task.dossier_id].append(task)
        self._tasks[task.pk] = task

    def add(self, row: Model) -> None:
        """A new row of another kind."""
        self._new.append(row)

    def say(self, dossier: Dossier, verb: str, data: Mapping[str, JSON] | None = None) -> None:
        """An event for the ledger."""
        self._entries.append(Entry(self.actor, f"dossier.{verb}", dossier.ledger_subject, self.at, data))
        self._said.append((dossier, verb, dossier.state))
        self._for_parties.append((dossier, verb, data or {}))

    def tell(self, event: object) -> None:
        """An event for who listens, published once all is written."""
        self._events.append(event)

    def before_writing(self, root: Dossier, act: Callable[[Board, Dossier], None]) -> None:
        """What is done with the main dossier of an application once all its parts are where they go."""
        self._last[root.pk] = act

    def _differing(
        self, rows: Iterable[Model], names: tuple[str, ...], values_of: Callable[[Any], tuple[Any, ...]]
    ) -> list[str]:
        """Those of the columns that are not, in some of the rows, what was read; of a row not read here all.

        A step changes three of seventeen, and what is written is read by PostgreSQL as JSON.
        """
        wanted: set[str] = set()
        for row in rows:
            before = self._read.get(row.pk)
            if before is None:
                return [*names]
            if (after := values_of(row)) != before:
                wanted |= {name for name, old, new in zip(names, before, after, strict=True) if old != new}
        return [name for name in names if name in wanted]

    def write(self) -> None:
        """Write everything with one statement a kind, then publish."""
        held = self.roots | self.dossiers
        for key, act in list(self._last.items()):
            act(self, held[key])
        rows = [held[key] for key in sorted(self._changed - self._fresh)]
        for row in rows:
            row.lock_version += 1
        tasks = [*self._changed_tasks.values()]
        update_rows(rows, *self._differing(rows, DOSSIER_FIELDS, _DOSSIER_VALUES))
        update_rows(tasks, *self._differing(tasks, TASK_FIELDS, _TASK_VALUES))
        insert_rows([*self._new_tasks.values(), *self._new])
        record_many(self._entries)
        queue_reports(self._said, actor=self.actor, at=self.at)
        tell_of_acts(self._for_parties, at=self.at)
        for event in self._events:
            publish(event)

"""What an act on dossiers reads and writes, in sets: locked at the start, written at the end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model, prefetch_related_objects

from lienthong.directory.public import Agency, WorkingCalendar, calendars_of
from lienthong.dossiers.held import hold_dossiers, open_tasks_of
from lienthong.dossiers.models import Dossier, DossierPaper, DossierParty, DossierResult, DossierTask
from lienthong.dossiers.outbox import queue_reports
from lienthong.dossiers.refusals import CalendarWithoutWork
from lienthong.kernel.events import publish
from lienthong.kernel.statements import insert_rows, update_rows
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
        self.papers: defaultdict[UUID, list[DossierPaper]] = defaultdict(list)
        self.parties: defaultdict[UUID, list[DossierParty]] = defaultdict(list)
        self._tasks: dict[UUID, DossierTask] = {}
        self._calendars: dict[int, WorkingCalendar] = {}
        self._results: defaultdict[UUID, list[DossierResult]] | None = None
        self._new: list[Model] = []
        self._new_tasks: dict[UUID, DossierTask] = {}
        self._fresh: set[UUID] = set()
        self._changed: set[UUID] = set()
        self._changed_tasks: dict[UUID, DossierTask] = {}
        self._entries: list[Entry] = []
        self._said: list[tuple[Dossier, str, int]] = []
        self._events: list[object] = []

    def load(self, dossier_ids: Collection[UUID], *, handed_in: bool = False, results: bool = False) -> None:
        """Lock the dossiers in the order of their keys, read what is open.

        Also what was `handed_in`, and which `results` their versions name.
        """
        self.dossiers = {row.pk: row for row in hold_dossiers(dossier_ids)}
        if results:
            prefetch_related_objects([*self.dossiers.values()], "version__results")
        if handed_in:
            for paper in DossierPaper.objects.filter(dossier__in=self.dossiers).order_by("pk"):
                self.papers[paper.dossier_id].append(paper)
            for party in DossierParty.objects.filter(dossier__in=self.dossiers).select_related("party"):
                self.parties[party.dossier_id].append(party)
        for task in open_tasks_of(self.dossiers):
            task.dossier = self.dossiers[task.dossier_id]
            self._opened(task)
        agencies = {row.agency_id for row in self.dossiers.values()}
        agencies |= {task.agency_id for tasks in self.open.values() for task in tasks}
        agencies |= {int(key) for row in self.dossiers.values() for key in row.bodies.values()}
        self.want_calendars(agencies)

    def want_calendars(self, agency_ids: Iterable[int]) -> None:
        """Read the calendars of the agencies that are not known yet. Three queries, whatever their number."""
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

    def results(self, dossier: Dossier) -> list[DossierResult]:
        """The results of the dossier, drafts too. Those of the whole board are read in one query."""
        if self._results is None:
            self._results = defaultdict(list)
            rows = DossierResult.objects.filter(dossier__in=self.dossiers).select_related("document")
            for row in rows.order_by("pk"):
                row.dossier = self.dossiers[row.dossier_id]
                self._results[row.dossier_id].append(row)
        return self._results[dossier.pk]

    def facts(self, dossier: Dossier) -> dict[str, Any]:
        """What conditions are asked of: the answers, and what the dossier itself knows."""
        return {
            **dossier.application.answers,
            "fee": dossier.fee_owed,
            "channel": dossier.channel,
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

    def tell(self, event: object) -> None:
        """An event for who listens, published once all is written."""
        self._events.append(event)

    def write(self) -> None:
        """Write everything with one statement a kind, then publish."""
        rows = [self.dossiers[key] for key in sorted(self._changed - self._fresh)]
        for row in rows:
            row.lock_version += 1
        update_rows(rows, *DOSSIER_FIELDS)
        update_rows(list(self._changed_tasks.values()), *TASK_FIELDS)
        insert_rows([*self._new_tasks.values(), *self._new])
        record_many(self._entries)
        queue_reports(self._said, actor=self.actor, at=self.at)
        for event in self._events:
            publish(event)

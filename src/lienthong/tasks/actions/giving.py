"""Giving tasks: anew, again to another lead, and in parts to those below."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lienthong.identity.public import NotAllowed, Viewer
from lienthong.kernel.errors import Refusal
from lienthong.kernel.events import publish
from lienthong.kernel.identifiers import uuid7
from lienthong.ledger.public import JSON
from lienthong.tasks import policies, queries
from lienthong.tasks.actions.moving import make, write
from lienthong.tasks.actions.naming import (
    TEXT_LIMIT,
    Named,
    WorkMissing,
    checked_words,
    deadline_of,
    named,
    said,
)
from lienthong.tasks.contracts import Carried, Direction, PartyKey, PartyKind, Source, TaskGiven
from lienthong.tasks.models import DEEPEST, Task, TaskParty
from lienthong.tasks.states import DIRECT_AGAIN, GIVE, OPINE, SPLIT, Part, TaskState


class TooDeep(Refusal):
    """Sub-tasks of sub-tasks end somewhere."""

    code, status = "too-deep", 422
    sentence = _("A task is divided at most %(limit)s times. Give this work as part of the task above.")


def give_task(*, direction: Direction, viewer: Viewer, at: datetime, source: Source | None = None) -> Task:
    """Give work to one lead, with those who work with and are told (NĐ 30/2020, Đ.23).

    Raises:
        NotAllowed: the viewer's post gives no tasks; and what `named` and `deadline_of` refuse; WorkMissing,
        WordsTooLong.
    """
    if not policies.gives(viewer):
        raise NotAllowed
    return _give(direction, viewer, source or Source(), None, at)


def split_task(*, task_id: UUID, direction: Direction, viewer: Viewer, at: datetime) -> Task:
    """Give a part of a task to a division or an official; its lead then answers to the lead of this one.

    Raises:
        NotFound, NotAllowed, NotTheLead, LedElsewhere, TaskNotNow, TooDeep, DueAfterParent; and what
        `give_task` refuses.
    """
    with transaction.atomic():
        parent = queries.find_task(viewer, task_id, lock=True)
        policies.require(viewer, parent, SPLIT)
        child = _give(direction, viewer, parent.source, parent, at)
        data: dict[str, JSON] = {"sub_task": str(child.id)}
        make(parent, SPLIT, actor=viewer.actor(), at=at, text=child.work, data=data)
    return child


def direct_again(*, task_id: UUID, direction: Direction, viewer: Viewer, at: datetime) -> Task:
    """Name the parties and the deadline anew, or only add an opinion where the direction names no lead.

    A new lead starts anew; who led before is told of the task from then on.

    Raises:
        NotFound, NotAllowed, NotTheGiver, LedElsewhere, TaskNotNow; and what `give_task` refuses.
    """
    text = checked_words(direction.text, field="text", limit=TEXT_LIMIT, missing=WorkMissing)
    with transaction.atomic():
        task = queries.find_task(viewer, task_id, lock=True)
        if direction.lead is None:
            policies.require(viewer, task, OPINE)
            _change_due(task, direction, at)
            make(task, OPINE, actor=viewer.actor(), at=at, text=text, data=_due(task))
            return task
        policies.require(viewer, task, DIRECT_AGAIN)
        parties = named(direction, agency_id=task.agency_id, at=at)
        former = policies.lead_of(task)
        same = former.official_id == parties[0].key.id and parties[0].key.kind is PartyKind.OFFICIAL
        same |= former.division_id == parties[0].key.id and parties[0].key.kind is PartyKind.DIVISION
        _change_due(task, direction, at)
        move = OPINE if same and task.state == TaskState.IN_PROGRESS else DIRECT_AGAIN
        _name(task, parties, former=None if same else former)
        data = {**_due(task), "lead": parties[0].name}
        make(task, move, actor=viewer.actor(), at=at, text=text, data=data)
    return queries.find_task(viewer, task_id)


def give_outside(*, carried: Carried, viewer: Viewer, at: datetime) -> dict[int, Task]:
    """A sub-task for each agency that a document carries it to, given by who prepared the document.

    Raises:
        TaskNotNow: the task was closed or sent back meanwhile. NotFound, TooDeep.
    """
    queries.hold([carried.parent_id])
    parent = queries.find_task(viewer, carried.parent_id)
    if parent.state not in SPLIT.sources:
        raise policies.TaskNotNow(state=parent.state_label)
    due = carried.due_at if carried.due_at is not None and carried.due_at > at else parent.due_at
    given: dict[int, Task] = {}
    for agency_id, name in carried.agencies.items():
        task = _new(parent.source, parent, carried.work, min(due, parent.due_at), viewer, at)
        task.given_by_id, task.given_post_id = carried.giver_id, carried.giver_post_id
        task.giver_title = ""
        lead = Named(PartyKey(PartyKind.AGENCY, agency_id), Part.LEAD, name)
        given[agency_id] = _write(task, [lead], viewer, at, carried.link)
    data: dict[str, JSON] = {"agencies": len(given)}
    make(parent, SPLIT, actor=viewer.actor(), at=at, text=carried.work, data=data, link=carried.link)
    return given


def _give(direction: Direction, viewer: Viewer, source: Source, parent: Task | None, at: datetime) -> Task:
    text = checked_words(direction.text, field="text", limit=TEXT_LIMIT, missing=WorkMissing)
    agency_id = viewer.agency_id or 0
    parties = named(direction, agency_id=agency_id, at=at)
    due = deadline_of(
        agency_id=agency_id,
        due_at=direction.due_at,
        working_days=direction.working_days,
        parent=parent,
        at=at,
    )
    task = _new(source, parent, text, due, viewer, at)
    task.needs_acceptance = direction.acceptance
    with transaction.atomic():
        return _write(task, parties, viewer, at)


def _new(source: Source, parent: Task | None, work: str, due: datetime, viewer: Viewer, at: datetime) -> Task:
    """A task given by the viewer, not saved."""
    key = uuid7()
    depth = parent.depth + 1 if parent else 0
    if depth > DEEPEST:
        raise TooDeep(limit=DEEPEST)
    return Task(
        id=key,
        agency_id=viewer.agency_id or 0,
        work=work,
        source_kind=source.kind,
        source_id=source.id,
        source_label=source.label[:250],
        parent=parent,
        root_id=parent.root_id if parent else key,
        depth=depth,
        given_by_id=viewer.official_id or 0,
        given_post_id=viewer.post_id,
        giver_title=viewer.post_title[:150],
        given_at=at,
        due_at=due,
    )


def _write(
    task: Task, parties: Sequence[Named], viewer: Viewer, at: datetime, link: tuple[str, str] = ("", "")
) -> Task:
    """Write a task with its parties, its first step, and what others hear of it."""
    task.save(force_insert=True)
    TaskParty.objects.bulk_create([party.row(task) for party in parties])
    data: dict[str, JSON] = {**_due(task), "lead": parties[0].name}
    write(task, GIVE, actor=viewer.actor(), at=at, text=task.work, data=data, link=link)
    publish(TaskGiven(task.id, task.source, task.parent_id, viewer.actor(), at))
    return task


def _name(task: Task, parties: Sequence[Named], *, former: TaskParty | None) -> None:
    """Put these parties in the place of the former ones; a former lead not named any more is told."""
    task.parties.all().delete()
    rows = [party.row(task) for party in parties]
    if former is not None and not any(
        (row.official_id, row.division_id) == (former.official_id, former.division_id) for row in rows
    ):
        rows.append(
            TaskParty(
                task=task,
                part=Part.INFORMED,
                official_id=former.official_id,
                post_id=former.post_id,
                division_id=former.division_id,
            )
        )
    TaskParty.objects.bulk_create(rows)


def _change_due(task: Task, direction: Direction, at: datetime) -> None:
    """Take the new deadline over, if the direction names one."""
    if direction.due_at is None and direction.working_days is None:
        return
    task.due_at = deadline_of(
        agency_id=task.agency_id,
        due_at=direction.due_at,
        working_days=direction.working_days,
        parent=task.parent,
        at=at,
    )


def _due(task: Task) -> dict[str, JSON]:
    return {"due_at": task.due_at.isoformat(), "due": said(task.due_at)}

"""Who does a step: taken by an official, given to one, or given back to everyone of its role."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from lienthong.dossiers import policies
from lienthong.dossiers.actions.stepping import open_task_on
from lienthong.dossiers.board import Board
from lienthong.dossiers.held import dossiers_of_tasks
from lienthong.dossiers.models import DossierTask
from lienthong.dossiers.refusals import NotTheirStep, TakenWithoutReason
from lienthong.dossiers.telling import tell_assigned
from lienthong.identity.public import Colleague, Role, Viewer, colleagues_with

REASON_LIMIT = 500


def assign_steps(
    *, task_ids: Collection[UUID], to: int | None, reason: str = "", viewer: Viewer, at: datetime
) -> int:
    """Give open steps to an official (`to`), or back to everyone of their role; how many changed hands.

    Leaders and heads of the agency where a step lies give it to anyone of its role there; everybody takes
    what lies with their role and nobody yet, and gives back their own. All or none, in sets.

    Raises:
        NotFound, StepAlreadyDone, StepOfAnother, NotAllowed; NotTheirStep: the official has no post with the
        role there. TakenWithoutReason: the step is somebody's, and no reason was written.
    """
    with transaction.atomic():
        board = Board(actor=viewer.actor(), official_id=viewer.official_id, at=at)
        board.load(set(dossiers_of_tasks(task_ids).values()))
        people = dict[tuple[int, str], dict[int, Colleague]]()
        given = list[DossierTask]()
        for key in sorted(set(task_ids)):
            task = open_task_on(board, key, viewer)
            if task.assignee_id != to:
                _assign(board, task, to, reason.strip(), viewer, people)
                given.append(task)
        board.write()
        tell_assigned(given, to=to, actor=viewer, at=at)
    return len(given)


def _assign(
    board: Board,
    task: DossierTask,
    to: int | None,
    reason: str,
    viewer: Viewer,
    people: dict[tuple[int, str], dict[int, Colleague]],
) -> None:
    step = board.process(task.dossier).step.get(task.step)
    name = step.name if step else task.step
    policies.require_assigns(viewer, task, to, step=name)
    if task.assignee_id not in (None, viewer.official_id) and not reason:
        raise TakenWithoutReason(field="reason", name=str(task.assignee))
    place = (task.agency_id, task.role)
    if to is not None and place not in people:
        found = colleagues_with(task.agency_id, [Role(task.role)], at=board.at)
        people[place] = {one.official_id: one for one in found}
    if to is not None and to not in people[place]:
        raise NotTheirStep(field="to")
    who = people[place][to].name if to is not None else ""
    task.assignee_id = to
    said = {"step": name, "to": who, "note": reason[:REASON_LIMIT]}
    board.say(task.dossier, "assign", said)
    board.task_changed(task)

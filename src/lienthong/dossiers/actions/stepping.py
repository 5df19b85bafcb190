"""Officials finish steps, one or many at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from lienthong.dossiers import policies
from lienthong.dossiers.actions.supplements import open_request
from lienthong.dossiers.board import Board
from lienthong.dossiers.contracts import StepDone
from lienthong.dossiers.game import SUPPLEMENT, close_task, end_step, hands_out, move
from lienthong.dossiers.handing import record_hand_out, require_result, require_together
from lienthong.dossiers.held import dossiers_of_tasks
from lienthong.dossiers.models import Dossier, DossierTask
from lienthong.dossiers.refusals import (
    ClockStands,
    DossierNotNow,
    OpinionsOpen,
    OpinionWanted,
    StepAlreadyDone,
    SupplementItemsMissing,
)
from lienthong.dossiers.states import (
    ASK_SUPPLEMENT,
    UNDER_WAY,
    WORK,
    DossierState,
    TaskKind,
    TaskState,
)
from lienthong.dossiers.telling_opinions import tell_withdrawn
from lienthong.identity.public import NotFound, Viewer
from lienthong.kernel.clock import VIETNAM
from lienthong.ledger.public import JSON

NOTE_LIMIT = 2_000


def finish_step(*, done: StepDone, viewer: Viewer, at: datetime) -> Dossier:
    """End a step that lies with the viewer; what comes next opens.

    Raises:
        NotFound: there is none, or the viewer may not see it. StepAlreadyDone: somebody was faster.
        StepOfAnother, ClockStands, ChoiceMissing, SupplementItemsMissing, SupplementAskedAlready;
        ResultMissing, ResultUnsigned: the step demands a signed result. LinkedNotReady: it hands a result
        out, and others of the application are not decided.
    """
    return finish_steps(all_done=[done], viewer=viewer, at=at)[0]


def finish_steps(*, all_done: Sequence[StepDone], viewer: Viewer, at: datetime) -> list[Dossier]:
    """As `finish_step`, for many: all of them or none, with the same number of queries."""
    with transaction.atomic():
        board = Board(actor=viewer.actor(), official_id=viewer.official_id, at=at)
        of = dossiers_of_tasks([one.task_id for one in all_done])
        board.load(set(of.values()))
        dossiers = [finish_on_board(board, one, viewer) for one in all_done]
        board.write()
    return dossiers


def finish_on_board(board: Board, done: StepDone, viewer: Viewer) -> Dossier:
    """End one step of the board."""
    task = open_task_on(board, done.task_id, viewer)
    dossier = task.dossier
    step = board.process(dossier).step.get(task.step)
    name = step.name if step else task.step
    policies.require_works_on(viewer, task, step=name)
    if task.paused_at is not None:
        raise ClockStands(code=dossier.code, reason=dossier.state_label)
    if task.kind == TaskKind.OPINION:
        raise OpinionWanted(code=dossier.code)
    data: dict[str, JSON] = {"step": name, "note": done.note[:NOTE_LIMIT]}
    tell_withdrawn(_leave_opinions(board, task, done.despite.strip(), data), actor=viewer, at=board.at)
    if dossier.state in UNDER_WAY:
        move(board, dossier, WORK, data=data)
    elif dossier.state != DossierState.FINISHED:
        raise DossierNotNow(code=dossier.code, state=dossier.state_label)
    else:
        board.say(dossier, WORK.verb, data)
    require_result(board, dossier, step)
    out = hands_out(board.process(dossier), task)
    if out and done.handing is None:
        require_together(board, dossier)
    handed = record_hand_out(board, dossier, done.handing) if out else None
    end_step(board, task, choices=done.choices, note=done.note[:NOTE_LIMIT], handed=handed)
    _ask_if_waited_for(board, task, done)
    return dossier


def _leave_opinions(board: Board, task: DossierTask, why: str, data: dict[str, JSON]) -> list[DossierTask]:
    """Where bodies that were asked at the step have not answered, it is finished for a reason only.

    Which they are: nobody waits for their answers any more.
    """
    waited = [
        one for one in board.open[task.dossier_id] if one.kind == TaskKind.OPINION and one.step == task.step
    ]
    if waited and not why:
        raise OpinionsOpen(field="despite", number=len(waited))
    for one in waited:
        close_task(board, one, TaskState.DROPPED, note=why[:NOTE_LIMIT])
        data["reason"] = why[:NOTE_LIMIT]
    return waited


def _ask_if_waited_for(board: Board, task: DossierTask, done: StepDone) -> None:
    """Where the choice leads to waiting for a supplement, the request is made with it."""
    process = board.process(task.dossier)
    waits = [
        one
        for one in board.open[task.dossier_id]
        if one.kind == TaskKind.WAIT
        and process.step[one.step].message == SUPPLEMENT
        and one.opened_at == board.at
    ]
    if waits:
        if done.supplement is None:
            raise SupplementItemsMissing(field="items")
        asked = done.supplement
        said: dict[str, JSON] = {"items": list(asked.items), "reason": asked.reason}
        board.say(task.dossier, ASK_SUPPLEMENT.verb, said)
        open_request(board, task.dossier, done.supplement, task)


def open_task_on(board: Board, task_id: UUID, viewer: Viewer) -> DossierTask:
    """The open task, for who may see its dossier. Raises `NotFound`, `StepAlreadyDone`."""
    task = board.open_task(task_id)
    if task is not None:
        if viewer.agency_id not in (task.agency_id, task.dossier.agency_id):
            raise NotFound
        return task
    row = DossierTask.objects.select_related("dossier__version", "done_by").filter(pk=task_id).first()
    if row is None or viewer.agency_id not in (row.agency_id, row.dossier.agency_id):
        raise NotFound
    step = board.process(row.dossier).step.get(row.step)
    raise StepAlreadyDone(
        step=step.name if step else row.step,
        code=row.dossier.code,
        name=row.done_by or "—",
        time=row.done_at.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y") if row.done_at else "—",
    )

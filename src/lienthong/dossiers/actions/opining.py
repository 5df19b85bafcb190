"""Opinions of other bodies: asked at a step of many at once, given once each, or asked for no longer.

The law does not stop a dossier's clock for them: a body that answers late uses up the time of who asked.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from lienthong.axis.public import AxisPort, AxisUnavailable, connect_to_axis
from lienthong.directory.public import Agency, add_working_minutes
from lienthong.dossiers import policies
from lienthong.dossiers.actions.stepping import open_task_on
from lienthong.dossiers.board import Board
from lienthong.dossiers.contracts import OpinionGiven, OpinionQuestion
from lienthong.dossiers.game import close_task
from lienthong.dossiers.held import dossiers_of_tasks
from lienthong.dossiers.models import DossierTask, Opinion
from lienthong.dossiers.opinions import find_opinion
from lienthong.dossiers.refusals import (
    BodyAskedAlready,
    BodyElsewhere,
    ClockStands,
    DossierNotNow,
    NoBodyAsked,
    OpinionClosed,
    OpinionWithoutWords,
)
from lienthong.dossiers.states import UNDER_WAY, TaskKind, TaskState, Verdict
from lienthong.dossiers.telling_opinions import tell_asked, tell_given, tell_withdrawn
from lienthong.identity.public import NotFound, Role, Viewer
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.identifiers import uuid7

LONGEST_TEXT, MOST_BODIES = 4_000, 30


def ask_opinions(
    *, task_id: UUID, asked: OpinionQuestion, viewer: Viewer, at: datetime, axis: AxisPort | None = None
) -> int:
    """Ask other bodies for their opinion at a step that lies with the viewer; how many were asked.

    Raises:
        NotFound, StepAlreadyDone, StepOfAnother, ClockStands, DossierNotNow; OpinionWithoutWords: nothing is
        asked. NoBodyAsked: none named that exists, too many, or the own one. BodyAskedAlready.
        BodyElsewhere: one works in another installation.
    """
    with transaction.atomic():
        board = _board([task_id], viewer, at)
        task = open_task_on(board, task_id, viewer)
        _require_asks(board, task, viewer)
        if not asked.question.strip():
            raise OpinionWithoutWords(field="question")
        bodies = _bodies(board, task, asked, at)
        _require_here(bodies, axis or connect_to_axis(), at)
        tasks = [_ask(board, task, body, asked) for body in bodies]
        names: list[str] = [body.name for body in bodies]
        said = {"step": _step_name(board, task), "to": ", ".join(names), "note": asked.question}
        board.say(task.dossier, "ask-opinion", said)
        board.write()
        tell_asked(tasks, actor=viewer, at=at)
    return len(bodies)


def give_opinion(*, task_id: UUID, given: OpinionGiven, viewer: Viewer, at: datetime) -> None:
    """Say what the viewer's agency thinks of the question. Once: who comes second is told.

    Raises:
        NotFound; OpinionClosed: it was given or withdrawn. StepOfAnother; OpinionWithoutWords: not agreeing,
        or on conditions, needs words.
    """
    with transaction.atomic():
        known, board, task = _opened(task_id, viewer, at)
        policies.require_gives_opinion(viewer, task)
        if given.verdict != Verdict.AGREES and not given.text.strip():
            raise OpinionWithoutWords(field="text")
        Opinion.objects.filter(task=task).update(
            verdict=given.verdict, answer_file_id=given.sha256 or None, answer_file_name=given.file_name
        )
        close_task(board, task, TaskState.DONE, note=given.text[:LONGEST_TEXT])
        said = {"step": _step_name(board, task), "verdict": given.verdict, "note": given.text[:LONGEST_TEXT]}
        board.say(task.dossier, "opine", said)
        board.write()
        tell_given(known, actor=viewer, at=at)


def withdraw_opinion(*, task_id: UUID, reason: str, viewer: Viewer, at: datetime) -> None:
    """Ask for the opinion no longer; the body asked reads why.

    Raises:
        NotFound, OpinionClosed, StepOfAnother, OpinionWithoutWords
    """
    with transaction.atomic():
        known, board, task = _opened(task_id, viewer, at)
        asking = known.at_step
        if not (viewer.agency_id == asking.agency_id and viewer.has(Role.LEADER)):
            policies.require_works_on(viewer, asking, step=_step_name(board, asking, task))
        if not reason.strip():
            raise OpinionWithoutWords(field="text")
        close_task(board, task, TaskState.DROPPED, note=reason[:LONGEST_TEXT])
        board.say(task.dossier, "withdraw-opinion", {"step": _step_name(board, task), "reason": reason})
        board.write()
        tell_withdrawn([task], actor=viewer, at=at)


def _board(task_ids: list[UUID], viewer: Viewer, at: datetime) -> Board:
    board = Board(actor=viewer.actor(), official_id=viewer.official_id, at=at)
    board.load(set(dossiers_of_tasks(task_ids).values()))
    return board


def _opened(task_id: UUID, viewer: Viewer, at: datetime) -> tuple[Opinion, Board, DossierTask]:
    """What is known of the question, and the open question itself, its dossier locked."""
    known = find_opinion(viewer, task_id)
    board = _board([task_id], viewer, at)
    for task in board.open[known.task.dossier_id]:
        if task.pk == task_id:
            return known, board, task
    raise OpinionClosed(code=known.task.dossier.code)


def _require_asks(board: Board, task: DossierTask, viewer: Viewer) -> None:
    if task.kind == TaskKind.OPINION:
        raise NotFound
    policies.require_works_on(viewer, task, step=_step_name(board, task))
    if task.dossier.state not in UNDER_WAY:
        raise DossierNotNow(code=task.dossier.code, state=task.dossier.state_label)
    if task.paused_at is not None:
        raise ClockStands(code=task.dossier.code, reason=task.dossier.state_label)


def _bodies(board: Board, task: DossierTask, asked: OpinionQuestion, at: datetime) -> list[Agency]:
    """The bodies named, none of which has an open question of this step. One query."""
    ids = set(asked.agency_ids) - {task.agency_id}
    found = list(
        Agency.objects.valid(at.astimezone(VIETNAM).date()).filter(pk__in=ids).order_by("pk")
        if len(ids) <= MOST_BODIES
        else []
    )
    if not found or len(found) < len(set(asked.agency_ids)):
        raise NoBodyAsked(field="bodies", most=MOST_BODIES)
    busy = {one.agency_id for one in board.open[task.dossier_id] if one.step == task.step}
    twice = [body.name for body in found if body.pk in busy]
    if twice:
        raise BodyAskedAlready(field="bodies", name=", ".join(twice))
    board.want_calendars(body.pk for body in found)
    return found


def _require_here(bodies: list[Agency], axis: AxisPort, at: datetime) -> None:
    """Raise `BodyElsewhere` for those of another installation. Three queries at most."""
    try:
        away = axis.elsewhere({body.pk for body in bodies}, at=at)
    except AxisUnavailable:
        return  # without an axis there is no other installation
    if away:
        names = ", ".join(body.name for body in bodies if body.pk in away)
        raise BodyElsewhere(field="bodies", name=names)


def _ask(board: Board, task: DossierTask, body: Agency, asked: OpinionQuestion) -> DossierTask:
    due_at = add_working_minutes(board.calendar(body.pk), board.at, asked.minutes)
    opinion_task = DossierTask(
        id=uuid7(),
        dossier=task.dossier,
        step=task.step,
        kind=TaskKind.OPINION,
        agency_id=body.pk,
        role=Role.SPECIALIST,
        minutes=asked.minutes,
        opened_at=board.at,
        due_at=due_at,
        question=asked.question[:LONGEST_TEXT],
    )
    board.add_task(opinion_task)
    board.add(
        Opinion(
            task=opinion_task,
            at_step=task,
            asked_by_id=board.official_id or 0,
            question_file_id=asked.sha256 or None,
            question_file_name=asked.file_name,
        )
    )
    return opinion_task


def _step_name(board: Board, task: DossierTask, of: DossierTask | None = None) -> str:
    step = board.process((of or task).dossier).step.get(task.step)
    return step.name if step else task.step

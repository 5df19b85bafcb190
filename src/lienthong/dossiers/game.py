"""How a dossier moves through its process: tokens on the process, a task for each open step, the clock.

All of it on a board, in memory; `procedures` plays the token game itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lienthong.directory.public import add_working_minutes
from lienthong.dossiers.board import Board
from lienthong.dossiers.clock import due_again, minutes_left, timing_of
from lienthong.dossiers.contracts import DossierMoved
from lienthong.dossiers.models import Dossier, DossierTask, Pause
from lienthong.dossiers.refusals import ChoiceMissing, DossierNotNow
from lienthong.dossiers.states import (
    ASK_PAYMENT,
    CLOSED,
    FINISH,
    GOES_ON,
    HAND_OUT,
    OPEN,
    STANDS,
    STOP,
    UNDER_WAY,
    WITHDRAW,
    DossierState,
    Move,
    Outcome,
    TaskKind,
    TaskState,
)
from lienthong.kernel.identifiers import uuid7
from lienthong.kernel.statements import new_row
from lienthong.ledger.public import JSON
from lienthong.procedures.public import (
    LINKED,
    NoWay,
    Position,
    Process,
    Step,
    StepKind,
    Transition,
    chosen_by_hand,
    complete,
    open_steps,
    settle,
    start_position,
)

RESULT_EFFECT = "result"
SUPPLEMENT, PAYMENT = "supplement", "payment"
STATE_OF_WAIT = {SUPPLEMENT: DossierState.SUPPLEMENT_REQUESTED, PAYMENT: DossierState.PAYMENT_REQUESTED}
KIND_OF_STEP = {
    StepKind.TASK: TaskKind.WORK,
    StepKind.CHOICE: TaskKind.CHOICE,
    StepKind.MESSAGE: TaskKind.WAIT,
    StepKind.TIMER: TaskKind.TIMER,
}


def move(board: Board, dossier: Dossier, what: Move, *, data: Mapping[str, JSON] | None = None) -> None:
    """Make a move of the table, and say it.

    Raises:
        DossierNotNow: the state does not allow it.
    """
    if dossier.state not in what.sources:
        raise DossierNotNow(code=dossier.code, state=dossier.state_label)
    if what.target is not None:
        dossier.state = what.target
        if what.target in CLOSED:
            dossier.closed_at = board.at
    board.changed(dossier)
    board.say(dossier, what.verb, data)
    event = DossierMoved(
        dossier.pk,
        dossier.code,
        dossier.agency_id,
        what.verb,
        dossier.state,
        dossier.outcome,
        board.actor,
        board.at,
    )
    board.tell(event)
    if what is FINISH or what.target in CLOSED:
        _lead(board, dossier)


def begin(board: Board, dossier: Dossier) -> None:
    """Put the first tokens and open the first steps of an accepted dossier."""
    process = board.process(dossier)
    position = settle(process, start_position(process), board.facts(dossier))
    _arrive(board, dossier, process, position)


def end_step(
    board: Board,
    task: DossierTask,
    *,
    choices: Mapping[str, str],
    note: str = "",
    handed: Mapping[str, JSON] | None = None,
) -> None:
    """The step is done: close its task, play on, open what comes next, and finish the dossier if that is all.

    `handed` says to whom the result went, of the step that hands it out.

    The choices right behind it are made with it; an official's choice further on that was not made becomes
    a step of its own, since what it asks may depend on the ways before it.

    Raises:
        ChoiceMissing: a choice right behind the step was not made.
    """
    dossier = task.dossier
    process = board.process(dossier)
    position = _after(board, process, dossier, task, choices)
    close_task(board, task, TaskState.DONE, note=note)
    _arrive(board, dossier, process, position)
    if hands_out(process, task):
        move(board, dossier, HAND_OUT, data=handed)


def stand(board: Board, dossier: Dossier, reason: str, *, tasks: bool = False) -> None:
    """Stop the clock of the dossier, with `tasks` also those of its open steps."""
    if dossier.due_at is not None and dossier.paused_at is None:
        calendar = board.calendar(dossier.agency_id)
        dossier.minutes_left = minutes_left(calendar, due_at=dossier.due_at, at=board.at)
        dossier.paused_at, dossier.due_at = board.at, None
        board.add(Pause(dossier=dossier, reason=reason, began_at=board.at))
        board.changed(dossier)
        _lead(board, dossier)
    for task in board.open[dossier.pk] if tasks else ():
        # Who is asked for an opinion does not wait for the applicant.
        if task.due_at is not None and task.paused_at is None and task.kind != TaskKind.OPINION:
            calendar = board.calendar(task.agency_id)
            task.minutes_left = minutes_left(calendar, due_at=task.due_at, at=board.at)
            task.paused_at, task.due_at, task.pause_reason = board.at, None, reason
            board.task_changed(task)


def run_on(board: Board, dossier: Dossier) -> None:
    """Start the clocks again that stand, with as many working minutes left as there were."""
    if dossier.paused_at is not None:
        left = dossier.minutes_left or 0
        dossier.due_at = due_again(board.calendar(dossier.agency_id), minutes=left, at=board.at)
        dossier.paused_at = dossier.minutes_left = None
        Pause.objects.filter(dossier=dossier, ended_at=None).update(ended_at=board.at)
        board.changed(dossier)
        _lead(board, dossier)
    for task in board.open[dossier.pk]:
        if task.paused_at is not None:
            left = task.minutes_left or 0
            task.due_at = due_again(board.calendar(task.agency_id), minutes=left, at=board.at)
            task.paused_at, task.minutes_left, task.pause_reason = None, None, ""
            board.task_changed(task)


def close_task(board: Board, task: DossierTask, state: TaskState, *, note: str = "") -> None:
    """The task is open no more; it says how many working minutes it took, pauses left out."""
    if task.due_at is not None:
        left = minutes_left(board.calendar(task.agency_id), due_at=task.due_at, at=board.at)
        task.minutes_used = task.minutes - left
    elif task.minutes_left is not None:
        task.minutes_used = task.minutes - task.minutes_left
    task.paused_at = task.minutes_left = None
    task.state, task.done_at, task.done_by_id, task.note = state, board.at, board.official_id, note
    board.task_changed(task)


def drop_tasks(board: Board, dossier: Dossier) -> None:
    """Close what is still open of a dossier that ends."""
    for task in list(board.open[dossier.pk]):
        close_task(board, task, TaskState.DROPPED)
    dossier.tokens = []
    board.changed(dossier)


def hands_out(process: Process, task: DossierTask) -> bool:
    """Whether the task is the step that hands the result out."""
    return task.step in process.step and RESULT_EFFECT in process.step[task.step].effects


def hand_choices(process: Process, task: DossierTask) -> list[tuple[str, Transition]]:
    """The choices that an official makes when the step ends, with their ways: those right behind it."""
    if task.kind == TaskKind.CHOICE:
        keys = [task.step]
    elif task.step in process.step:
        keys = [way.target for way in process.out[task.step]]
    else:
        keys = []
    made = [key for key in keys if process.step[key].kind is StepKind.CHOICE and chosen_by_hand(process, key)]
    return [(key, way) for key in made for way in process.out[key]]


def _after(
    board: Board, process: Process, dossier: Dossier, task: DossierTask, choices: Mapping[str, str]
) -> Position:
    """The position after the step."""
    facts: dict[str, Any] = {**board.facts(dossier), **choices}
    position = Position(tuple(dossier.tokens))
    before = set(open_steps(process, position))
    try:
        if task.kind == TaskKind.CHOICE:
            position = settle(process, position, facts)
        else:
            position = complete(process, position, task.step, facts)
    except NoWay as error:
        raise _choice_missing(process, str(error.args[0]), task) from error
    asked = {key for key, _way in hand_choices(process, task)} if task.role else set()
    for key in open_steps(process, position):
        if key in asked and (key not in before or task.step == key):
            raise _choice_missing(process, key, task)
    return position


def _choice_missing(process: Process, choice: str, task: DossierTask) -> ChoiceMissing:
    ways = " · ".join(way.name or way.target for way in process.out[choice])
    return ChoiceMissing(field=choice, step=process.step[task.step].name or task.step, ways=ways)


def _arrive(board: Board, dossier: Dossier, process: Process, position: Position) -> None:
    """Take the position over: open the steps that are new in it, and say what state that is."""
    dossier.tokens = list(position.tokens)
    board.changed(dossier)
    known = {task.step for task in board.open[dossier.pk]}
    opened = [process.step[key] for key in open_steps(process, position) if key not in known]
    for step in opened:
        board.add_task(_task(board, dossier, process, step))
        if step.message == LINKED:
            board.before_writing(dossier, _follow_parts)
    _wait_or_run(board, dossier, process)
    if dossier.state in UNDER_WAY:
        if any(RESULT_EFFECT in step.effects for step in opened):
            _finish(board, dossier, Outcome.GRANTED)
        elif position.ended:
            _finish(board, dossier, Outcome.REFUSED if _has_result(process) else Outcome.GRANTED)


def _lead(board: Board, part: Dossier) -> None:
    """A part of an application moved, so its main dossier may have to."""
    if part.root_id != part.pk:
        board.before_writing(board.root_of(part), _follow_parts)


def _follow_parts(board: Board, root: Dossier) -> None:
    """The main dossier that waits for its parts: its clock stands while one of theirs does; once all are
    decided it is decided, and where all ended before that, it ends.
    """
    process = board.process(root)
    waits = [task for task in board.open[root.pk] if task.kind == TaskKind.WAIT]
    wait = next((task for task in waits if process.step[task.step].message == LINKED), None)
    parts = board.application(root.pk)
    if wait is None or not parts:
        return
    if any(part.state in OPEN for part in parts):
        stands = any(part.paused_at for part in parts)
        if stands is not (root.paused_at is not None):
            board.say(root, STANDS if stands else GOES_ON)
            stand(board, root, LINKED) if stands else run_on(board, root)
        return
    outcomes = {part.outcome for part in parts if part.outcome}
    if Outcome.GRANTED in outcomes:
        end_step(board, wait, choices={})
        return
    run_on(board, root)
    drop_tasks(board, root)
    if outcomes:
        _finish(board, root, Outcome.REFUSED)
    else:
        withdrawn = all(part.state == DossierState.WITHDRAWN for part in parts)
        move(board, root, WITHDRAW if withdrawn else STOP)


def _wait_or_run(board: Board, dossier: Dossier, process: Process) -> None:
    """The clock and the state by what is waited for."""
    waits = [process.step[task.step] for task in board.open[dossier.pk] if task.kind == TaskKind.WAIT]
    if any(step.message == PAYMENT for step in waits) and dossier.state in ASK_PAYMENT.sources:
        move(board, dossier, ASK_PAYMENT, data={"fee": dossier.fee_owed})
    pausing = next((step.message for step in waits if step.pauses), "")
    if pausing:
        stand(board, dossier, pausing)
    elif dossier.paused_at is not None:
        run_on(board, dossier)
    if dossier.state in UNDER_WAY:
        states = [STATE_OF_WAIT[step.message] for step in waits if step.message in STATE_OF_WAIT]
        if states:
            dossier.state = min(states)
        elif dossier.state in STATE_OF_WAIT.values():
            dossier.state = DossierState.IN_PROGRESS


def _has_result(process: Process) -> bool:
    """Whether the process has a step that hands a result out; one that ends before it was refused."""
    return any(RESULT_EFFECT in step.effects for step in process.steps)


def _finish(board: Board, dossier: Dossier, outcome: Outcome) -> None:
    """It is decided: what comes yet is handing out. One that is finished while it waits counts as resumed."""
    run_on(board, dossier)
    due_at = dossier.due_at or board.at
    timing = timing_of(due_at=due_at, finished_at=board.at)
    dossier.finished_at, dossier.outcome, dossier.timing = board.at, outcome, timing
    move(board, dossier, FINISH, data={"outcome": outcome, "timing": timing})


def _task(board: Board, dossier: Dossier, process: Process, step: Step) -> DossierTask:
    """The task of a step that opens now."""
    kind = KIND_OF_STEP[step.kind]
    lane = next((lane for lane in process.lanes if lane.key == step.lane), None)
    agency_id = int(dossier.bodies.get(step.lane, dossier.agency_id))
    works = kind in {TaskKind.WORK, TaskKind.CHOICE}
    return new_row(
        DossierTask,
        id=uuid7(),
        dossier=dossier,
        step=step.key,
        kind=kind,
        agency_id=agency_id,
        role=(lane.role if lane else "specialist") if works else "",
        minutes=step.minutes,
        opened_at=board.at,
        due_at=_due(board, agency_id, step, works or kind == TaskKind.TIMER),
        pause_reason=step.message if step.pauses else "",
    )


def _due(board: Board, agency_id: int, step: Step, has_due: bool) -> datetime | None:
    if not has_due:
        return None
    return add_working_minutes(board.calendar(agency_id), board.at, step.minutes)

"""What the giver decides: more time, acceptance, rework, calling off; and what another agency reports."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from lienthong.identity.public import Viewer
from lienthong.kernel.events import publish
from lienthong.ledger.public import Actor
from lienthong.tasks import policies, queries
from lienthong.tasks.actions.moving import make, write
from lienthong.tasks.actions.naming import REASON_LIMIT, WordsMissing, checked_words, said
from lienthong.tasks.actions.working import require_later
from lienthong.tasks.contracts import TaskMoved
from lienthong.tasks.models import Task
from lienthong.tasks.states import (
    ACCEPT,
    CANCEL,
    DECLINE,
    DOCUMENT_CHANGED,
    GRANT_TIME,
    LOSE,
    OPEN,
    REFUSE_TIME,
    REPLY,
    REPORT,
    REWORK,
    SENT,
    TAKE_UP,
    ExtensionState,
    Move,
)

# What a status of the recipient's system (QCVN 102:2016) means for the sub-task sent there.
STATUS_MOVES: dict[str, Move] = {"05": TAKE_UP, "06": REPORT, "02": DECLINE, "WD": LOSE}


def decide_extension(*, task_id: UUID, granted: bool, viewer: Viewer, at: datetime, answer: str = "") -> Task:
    """Grant or refuse the time asked for; a refusal says why.

    Raises:
        WordsMissing, WordsTooLong, NoExtensionAsked, DeadlinePassed, DueAfterParent; NotFound, NotAllowed,
        NotTheGiver, LedElsewhere, TaskNotNow.
    """
    missing = None if granted else WordsMissing
    answer = checked_words(answer, field="reason", limit=REASON_LIMIT, missing=missing)
    move = GRANT_TIME if granted else REFUSE_TIME
    with transaction.atomic():
        task = queries.find_task(viewer, task_id, lock=True)
        policies.require(viewer, task, move)
        extension = policies.pending_extension(task)
        assert extension is not None
        if granted:
            require_later(task, extension.due_at, at)
            task.due_at = extension.due_at
        extension.state = ExtensionState.GRANTED if granted else ExtensionState.REFUSED
        extension.decided_by_id, extension.decided_at, extension.answer = viewer.official_id, at, answer
        extension.save()
        text = f"{said(extension.due_at)}. {answer}".strip()
        make(task, move, actor=viewer.actor(), at=at, text=text)
    return task


def accept_product(*, task_id: UUID, viewer: Viewer, at: datetime, text: str = "") -> Task:
    """Accept what was done; the task is closed.

    Raises:
        WordsTooLong, NotFound, NotAllowed, NotTheGiver, TaskNotNow.
    """
    return _decide(task_id, ACCEPT, text, viewer, at)


def send_back(*, task_id: UUID, reason: str, viewer: Viewer, at: datetime) -> Task:
    """Let the lead work on what was reported as done, and say what is missing.

    Raises:
        WordsMissing, WordsTooLong, NotFound, NotAllowed, NotTheGiver, LedElsewhere, TaskNotNow.
    """
    return _decide(task_id, REWORK, reason, viewer, at)


def cancel_task(*, task_id: UUID, reason: str, viewer: Viewer, at: datetime) -> Task:
    """Call the task off with its open sub-tasks.

    Raises:
        WordsMissing, WordsTooLong, NotFound, NotAllowed, NotTheGiver, TaskNotNow.
    """
    reason = checked_words(reason, field="reason", limit=REASON_LIMIT, missing=WordsMissing)
    with transaction.atomic():
        found = queries.find_task(viewer, task_id)
        queries.hold_tree(found.root_id)
        task = queries.find_task(viewer, task_id)
        policies.require(viewer, task, CANCEL)
        make(task, CANCEL, actor=viewer.actor(), at=at, text=reason)
        _cancel_below(task, CANCEL, reason, viewer.actor(), at)
    return task


def lose_source(*, task_id: UUID, reason: str, actor: Actor, at: datetime) -> None:
    """Close a task and all below it because what it comes from is gone; a closed one stays as it is."""
    found = queries.whole(task_id)
    queries.hold_tree(found.root_id)
    task = queries.whole(task_id)
    if task.state in LOSE.sources:
        make(task, LOSE, actor=actor, at=at, text=reason)
        _cancel_below(task, LOSE, reason, actor, at)


def note_outside(
    *, task_id: UUID, status: str, text: str, actor: Actor, at: datetime, link: tuple[str, str] = ("", "")
) -> None:
    """Move a sub-task that another agency leads by the status its system reported.

    A status that changes nothing, comes late, or comes twice is passed over.
    """
    move = STATUS_MOVES.get(status)
    if move is None:
        return
    queries.hold([task_id])
    task = queries.whole(task_id)
    if task.state not in move.sources or policies.lead_of(task).agency_id is None:
        return
    if move is REPORT:
        task.product_note, task.finished_at = text, at
    words = text or str(move.label)
    make(task, move, actor=actor, at=at, text=words, link=link)


def note_reply(
    *, task_id: UUID, label: str, done: bool, actor: Actor, at: datetime, link: tuple[str, str]
) -> None:
    """Write that the agency's reply arrived; a report on the directive also reports the work as done."""
    queries.hold([task_id])
    task = queries.whole(task_id)
    write(task, REPLY, actor=actor, at=at, text=label, link=link)
    if done and task.state in REPORT.sources:
        task.product_note, task.finished_at = label, at
        make(task, REPORT, actor=actor, at=at, text=label, link=link)


def note_sent(*, task_id: UUID, label: str, actor: Actor, at: datetime, link: tuple[str, str]) -> None:
    """Write that a report on the task went out to the agency that wants it."""
    queries.hold([task_id])
    write(queries.whole(task_id), SENT, actor=actor, at=at, text=label, link=link)


def note_changed(*, task_id: UUID, label: str, viewer: Viewer, at: datetime, link: tuple[str, str]) -> None:
    """Write that a document which carries or reports on the task was withdrawn, replaced or corrected.

    Those who lead the task, and who gave it, are told.
    """
    queries.hold([task_id])
    task = queries.whole(task_id)
    write(task, DOCUMENT_CHANGED, actor=viewer.actor(), at=at, text=label, link=link)
    publish(TaskMoved(task.id, task.source, DOCUMENT_CHANGED, task.state, label, viewer.actor(), at))


def _decide(task_id: UUID, move: Move, text: str, viewer: Viewer, at: datetime) -> Task:
    missing = WordsMissing if move.reason else None
    text = checked_words(text, field="reason", limit=REASON_LIMIT, missing=missing)
    with transaction.atomic():
        task = queries.find_task(viewer, task_id, lock=True)
        policies.require(viewer, task, move)
        make(task, move, actor=viewer.actor(), at=at, text=text)
    return task


def _cancel_below(task: Task, move: Move, reason: str, actor: Actor, at: datetime) -> None:
    """Close the open tasks below one just closed, from above: no parent is told that it may finish now."""
    below = {task.id}
    for row in Task.objects.filter(root=task.root_id).order_by("depth", "id"):
        if row.parent_id in below:
            below.add(row.id)
            if row.state in OPEN:
                make(row, move, actor=actor, at=at, text=reason)

"""How any act on a task is written: the move, its step, the ledger's event, and what others hear."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from lienthong.kernel.events import publish
from lienthong.ledger.public import JSON, Actor, Subject, record
from lienthong.tasks.contracts import SubTasksClosed, TaskFinished, TaskMoved
from lienthong.tasks.models import Task, TaskStep
from lienthong.tasks.states import CHILDREN_DONE, CLOSED, OPEN, ExtensionState, Move, TaskState

# The acts after which a request for more time has no meaning any more.
_KEEPS_REQUESTS = frozenset({"start", "report-progress", "split", "opine", "ask-extension", "take-up"})


def make(
    task: Task,
    move: Move,
    *,
    actor: Actor,
    at: datetime,
    text: str = "",
    title: str = "",
    data: Mapping[str, JSON] | None = None,
    link: tuple[str, str] = ("", ""),
) -> None:
    """Make the move of a locked task and tell all of it, in the caller's transaction."""
    if move.target is not None:
        task.state = move.target
        task.closed_at = at if move.target in CLOSED else None
        task.reason = text if move.target in (TaskState.RETURNED, TaskState.CANCELLED) else ""
    task.save()
    if move.verb not in _KEEPS_REQUESTS:
        task.extensions.filter(state=ExtensionState.PENDING).update(
            state=ExtensionState.LAPSED, decided_at=at
        )
    write(task, move.verb, actor=actor, at=at, text=text, title=title, data=data, link=link)
    publish(TaskMoved(task.id, task.source, move.verb, task.state, text, actor, at))
    if task.state == TaskState.ACCEPTED:
        publish(TaskFinished(task.id, task.source, actor, at))
    if task.state in CLOSED and task.parent_id is not None:
        _tell_parent(task, actor, at)


def write(
    task: Task,
    verb: str,
    *,
    actor: Actor,
    at: datetime,
    text: str = "",
    title: str = "",
    data: Mapping[str, JSON] | None = None,
    link: tuple[str, str] = ("", ""),
) -> None:
    """Add a step to the history and an event to the ledger."""
    TaskStep.objects.create(
        task=task,
        verb=verb,
        text=text,
        actor_name=actor.name,
        actor_title=title or actor.post,
        at=at,
        link_kind=link[0],
        link_id=link[1],
    )
    said: dict[str, JSON] = {"text": text} if text else {}
    subject = Subject("tasks.task", str(task.id))
    record(actor=actor, verb=f"task.{verb}", subject=subject, at=at, data=said | dict(data or {}))


def _tell_parent(task: Task, actor: Actor, at: datetime) -> None:
    """When the last open sub-task is closed, say so in the parent; the caller holds both."""
    parent = task.parent
    if parent is None or parent.state not in OPEN:
        return
    if parent.children.filter(state__in=list(OPEN)).exists():
        return
    write(parent, CHILDREN_DONE, actor=actor, at=at)
    publish(SubTasksClosed(parent.id, actor, at))

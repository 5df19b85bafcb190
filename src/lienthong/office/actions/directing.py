"""A leader directs an incoming document: a task is made of it, and the document follows that task."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lienthong.directory.public import add_working_minutes, calendar_of
from lienthong.identity.public import Viewer
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import JSON, Actor
from lienthong.office import policies, queries
from lienthong.office.actions.incoming import move_document
from lienthong.office.models import IncomingDocument
from lienthong.office.states import ASSIGN, DEFAULT_WORKING_MINUTES, FINISH, START, State
from lienthong.tasks.public import Direction, Source, TaskState, give_task, hold_tree, lead_of, lose_source

KIND = "office.incoming"
DESCRIPTION_LIMIT = 500
CLOSING = (TaskState.ACCEPTED, TaskState.CANCELLED)


class AlreadyDirected(Refusal):
    """Another leader was faster."""

    code, status = "already-directed", 409
    sentence = _(
        "%(leader)s has directed this document already, at %(at)s; the lead is %(lead)s. "
        "Open its task to direct it again."
    )


def direct_document(
    *, document_id: UUID, viewer: Viewer, direction: Direction, at: datetime
) -> IncomingDocument:
    """Make a task of the document: the leader's opinion, one lead, co-operating, informed (NĐ 30/2020, Đ.23).

    Without a deadline in the direction it is the end of the day the sender asks for, if that lies ahead, else
    working time by urgency. Reports 04.

    Raises:
        AlreadyDirected, NotFound, NotAllowed, NotNow; and what `give_task` refuses.
    """
    with transaction.atomic():
        document = queries.find_incoming(viewer, document_id, lock=True)
        if document.task is not None and viewer.has(*ASSIGN.roles):
            raise _already(document)
        policies.require_move(viewer, document, ASSIGN)
        task = give_task(
            direction=_with_deadline(direction, document, at),
            viewer=viewer,
            at=at,
            source=Source(
                KIND, str(document.id), " – ".join(filter(None, (document.code, document.sender_name)))
            ),
        )
        document.task, document.due_at = task, task.due_at
        lead = lead_of(task).name
        data: dict[str, JSON] = {"text": task.work, "lead": lead, "due_at": task.due_at.isoformat()}
        description = task.work[:DESCRIPTION_LIMIT]
        move_document(document, ASSIGN, viewer.actor(), at, description=description, staff=lead, data=data)
    return document


def follow_task(*, task_id: UUID, actor: Actor, at: datetime) -> None:
    """Bring the document that the task was made of to where the task stands; a sub-task moves none.

    Work that has started reports 05, work that is closed 06, each once.
    """
    rows = IncomingDocument.objects.select_for_update(of=("self",)).select_related("task")
    document = rows.filter(task=task_id).first()
    if document is None or document.task is None or not document.open:
        return
    task = document.task
    document.due_at = task.due_at
    closes = task.state in CLOSING
    if document.state == State.ASSIGNED and (closes or task.state == TaskState.IN_PROGRESS):
        move_document(document, START, actor, at)
    if document.state == State.IN_PROGRESS and closes:
        note = (task.product_note or task.reason)[:DESCRIPTION_LIMIT]
        document.product_note, document.finished_at = note, at
        document.product, document.product_name = task.product, task.product_name
        data: dict[str, JSON] = {"note": note, "file": task.product_name}
        move_document(document, FINISH, actor, at, description=note, data=data)
    else:
        document.save(update_fields=["due_at"])


def hold_task(document_id: UUID) -> None:
    """Lock the document's task and all below it: before the document, as everything that moves tasks does."""
    found = IncomingDocument.objects.filter(id=document_id).values_list("task_id", flat=True).first()
    if found is not None:
        hold_tree(found)


def lose_document(document: IncomingDocument, *, reason: str, actor: Actor, at: datetime) -> None:
    """Close the task of a document that is gone."""
    if document.task_id is not None:
        lose_source(task_id=document.task_id, reason=reason, actor=actor, at=at)


def _already(document: IncomingDocument) -> AlreadyDirected:
    task = document.task
    assert task is not None
    at = task.given_at.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")
    return AlreadyDirected(leader=task.given_by.full_name, at=at, lead=lead_of(task).name)


def _with_deadline(direction: Direction, document: IncomingDocument, at: datetime) -> Direction:
    """The direction with the deadline given, or what the sender asks for, or working time by urgency."""
    if direction.due_at is not None or direction.working_days is not None:
        return direction
    if document.asked_by_on:
        asked = datetime.combine(document.asked_by_on, time(17, 0), VIETNAM)
        if asked > at:
            return replace(direction, due_at=asked)
    due = default_deadline(agency_id=document.agency_id, urgency=document.urgency, at=at)
    return replace(direction, due_at=due)


def default_deadline(*, agency_id: int, urgency: int, at: datetime) -> datetime:
    """The end of the working time a document of this urgency is given, by the agency's own calendar."""
    year = at.astimezone(VIETNAM).year
    calendar = calendar_of(agency_id, years=(year, year + 1))
    return add_working_minutes(calendar, at, DEFAULT_WORKING_MINUTES.get(urgency, DEFAULT_WORKING_MINUTES[0]))

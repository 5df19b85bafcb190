"""Tasks that documents carry to other agencies: given on issue, moved by statuses, answered by replies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time

from django.db import transaction

from lienthong.axis.public import edxml
from lienthong.directory.public import Agency, find_agencies
from lienthong.identity.public import Viewer
from lienthong.kernel.clock import VIETNAM
from lienthong.ledger.public import Actor, Subject, record
from lienthong.office.contracts import Composition
from lienthong.office.models import IncomingDocument, OutgoingDocument, Recipient
from lienthong.tasks.public import (
    SPLIT,
    Carried,
    find_task,
    give_outside,
    note_outside,
    note_reply,
    note_sent,
    require,
)

INCOMING, OUTGOING = "office.incoming", "office.outgoing"
DIRECTS, REPORTS = int(edxml.Steering.DIRECTIVE), int(edxml.Steering.REPORT)


def require_task(composition: Composition, viewer: Viewer) -> None:
    """Raise `NotFound`, or what stands against giving a part of the task to others."""
    if composition.task is not None:
        task = find_task(viewer, composition.task)
        if composition.steering_type == DIRECTS:
            require(viewer, task, SPLIT)


def carry(outgoing: OutgoingDocument, agencies: Sequence[Agency], *, viewer: Viewer, at: datetime) -> None:
    """On issue: give each recipient its sub-task, or write that the report went out.

    Raises:
        TaskNotNow: the task was closed or sent back since the draft was written.
    """
    if outgoing.task_id is None:
        return
    label = f"{outgoing.code} {outgoing.subject}".strip()
    link = (OUTGOING, str(outgoing.id))
    if outgoing.steering_type != DIRECTS:
        note_sent(task_id=outgoing.task_id, label=label, actor=viewer.actor(), at=at, link=link)
        return
    given = give_outside(
        carried=Carried(
            parent_id=outgoing.task_id,
            agencies={agency.id: agency.name for agency in agencies},
            work=label,
            giver_id=outgoing.prepared_by_id,
            giver_post_id=outgoing.prepared_post_id,
            link=link,
            due_at=datetime.combine(outgoing.due_on, time(17, 0), VIETNAM) if outgoing.due_on else None,
        ),
        viewer=viewer,
        at=at,
    )
    rows = list(outgoing.recipients.filter(agency__in=given))
    for row in rows:
        row.task = given[row.agency_id]
    Recipient.objects.bulk_update(rows, ["task"], batch_size=500)


def responses_of(outgoing: OutgoingDocument) -> tuple[edxml.ResponseFor, ...]:
    """What a report answers: the document that its task was made of."""
    task = outgoing.task
    if task is None or outgoing.steering_type != REPORTS or task.source_kind != INCOMING:
        return ()
    source = IncomingDocument.objects.filter(id=task.source_id, agency=outgoing.agency_id).first()
    if source is None or not source.document_code:
        return ()
    return (
        edxml.ResponseFor(
            organ_id=source.sender_code,
            code=source.code,
            promulgated_on=source.promulgated_on,
            document_id=source.document_code,
        ),
    )


def tell_tasks(rows: Iterable[Recipient]) -> None:
    """Move the sub-tasks of these recipients to what their systems reported."""
    with transaction.atomic():
        for row in rows:
            assert row.task_id is not None
            assert row.status_at is not None
            note_outside(
                task_id=row.task_id,
                status=row.status,
                text=row.description,
                actor=_agency(row.agency),
                at=row.status_at,
            )


def link_replies(
    arrived: Sequence[tuple[IncomingDocument, Sequence[edxml.ResponseFor]]], *, at: datetime
) -> None:
    """Tie authentic documents that answer one of ours to the sub-task it carried to their sender.

    Whoever did not get that document answers nothing by naming it. In the caller's transaction.
    """
    replies = {document.id: (document, {found.document_id for found in named}) for document, named in arrived}
    replies = {key: pair for key, pair in replies.items() if pair[0].authentic and pair[1]}
    if not replies:
        return
    codes = {code for _document, named in replies.values() for code in named}
    senders = find_agencies(
        {document.sender_code for document, _named in replies.values()}, on=at.astimezone(VIETNAM).date()
    )
    carried = Recipient.objects.filter(document__document_code__in=codes, task__isnull=False)
    rows = list(carried.select_related("document", "agency", "task"))
    for document, named in replies.values():
        for row in rows:
            ours = row.document.agency_id == document.agency_id and row.document.document_code in named
            if ours and senders.get(document.sender_code) == row.agency:
                _link(document, row, at)


def _link(document: IncomingDocument, row: Recipient, at: datetime) -> None:
    IncomingDocument.objects.filter(id=document.id).update(answers_task=row.task_id)
    document.answers_task_id = row.task_id
    actor, label = _agency(row.agency), f"{document.code} {document.subject}".strip()
    link = (INCOMING, str(document.id))
    assert row.task_id is not None
    done = document.steering_type == REPORTS
    note_reply(task_id=row.task_id, label=label, done=done, actor=actor, at=at, link=link)
    subject = Subject(INCOMING, str(document.id))
    record(actor=actor, verb="incoming.reply", subject=subject, at=at, data={"task": str(row.task_id)})


def _agency(agency: Agency) -> Actor:
    """Another agency as the one who acts."""
    return Actor(
        kind="system",
        id=agency.code,
        name=agency.name,
        agency_id=agency.id,
        agency_code=agency.code,
    )

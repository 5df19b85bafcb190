"""What the office does when something became true of a task, or at an axis in the same installation."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from lienthong.axis.public import (
    ChangeAnswered,
    ChangeRequested,
    DeliveriesWithdrawn,
    DeliveryUncollected,
    PacketsStored,
    StatusesReported,
)
from lienthong.documents.public import VirusFoundLate
from lienthong.kernel.clock import now
from lienthong.kernel.events import subscribe
from lienthong.kernel.jobs import enqueue
from lienthong.notifications.public import DueRow, register_due
from lienthong.office import due
from lienthong.office.actions.directing import KIND, follow_task
from lienthong.office.actions.sending import note_change, note_statuses, note_uncollected, note_withdrawn
from lienthong.office.late_viruses import tell_of_late_virus
from lienthong.office.states import ChangeState
from lienthong.tasks.public import TaskMoved


@subscribe(PacketsStored)
def collect_soon(event: PacketsStored) -> None:
    """Fetch the new packets as soon as their transaction ends."""
    enqueue("office.collect_inbox")


@subscribe(StatusesReported)
def note(event: StatusesReported) -> None:
    """Write the new states beside the recipients of the documents sent from here."""
    note_statuses(event.reports)


@subscribe(DeliveryUncollected)
def note_that_nobody_collects(event: DeliveryUncollected) -> None:
    """Write it beside the recipients of the documents sent from here."""
    note_uncollected(event.deliveries)


@subscribe(ChangeRequested)
def note_request(event: ChangeRequested) -> None:
    """Write the request beside the recipients asked, and let the office of each learn of it."""
    note_change(
        packet_id=event.packet_id,
        recipients=event.recipients,
        kind=event.kind,
        state=ChangeState.PENDING,
        note=event.reason,
    )
    enqueue("office.collect_inbox")


@subscribe(ChangeAnswered)
def note_answer(event: ChangeAnswered) -> None:
    """Write the answer beside the recipient."""
    note_change(
        packet_id=event.packet_id,
        recipients=[event.recipient_id],
        kind=event.kind,
        state=ChangeState.ACCEPTED if event.accepted else ChangeState.REFUSED,
        note=event.answer,
    )


@subscribe(DeliveriesWithdrawn)
def note_withdrawal(event: DeliveriesWithdrawn) -> None:
    """Write beside the recipients that the document is gone from there."""
    note_withdrawn(packet_id=event.packet_id, recipients=event.recipients, kind=event.kind, at=event.at)


@subscribe(VirusFoundLate)
def tell_virus(event: VirusFoundLate) -> None:
    """Tell those to whom a file came in which a virus was found only now."""
    tell_of_late_virus(sha256=event.sha256, virus=event.virus, at=event.at)


@subscribe(TaskMoved)
def follow(event: TaskMoved) -> None:
    """Let the document that the task was made of follow it."""
    if event.source.kind == KIND:
        follow_task(task_id=event.task_id, actor=event.actor, at=event.at)


def _due(official_ids: Collection[int], since: datetime, until: datetime) -> Iterable[DueRow]:
    at = now()
    to_register = due.due_of_clerks(official_ids, since=since, until=until, at=at)
    return [*to_register, *due.due_of_leaders(official_ids, since=since, until=until, at=at)]


register_due("office", _due)

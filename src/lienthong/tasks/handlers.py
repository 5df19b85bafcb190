"""What the app does when something became true of a task: people are told; and what is due, it says."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from lienthong.documents.public import VirusFoundLate
from lienthong.kernel.clock import now
from lienthong.kernel.events import subscribe
from lienthong.notifications.public import DueRow, register_due
from lienthong.tasks import due
from lienthong.tasks.contracts import SubTasksClosed, TaskGiven, TaskMoved
from lienthong.tasks.models import Task
from lienthong.tasks.states import CHILDREN_DONE, GIVE
from lienthong.tasks.telling import tell, tell_of_virus


@subscribe(TaskGiven)
def tell_given(event: TaskGiven) -> None:
    """Tell those named in the new task."""
    tell(task_id=event.task_id, verb=GIVE, actor=event.actor, at=event.at)


@subscribe(TaskMoved)
def tell_moved(event: TaskMoved) -> None:
    """Tell whom the move concerns."""
    tell(task_id=event.task_id, verb=event.verb, actor=event.actor, at=event.at)


@subscribe(SubTasksClosed)
def tell_parts_closed(event: SubTasksClosed) -> None:
    """Tell the lead that nothing below is open any more."""
    tell(task_id=event.task_id, verb=CHILDREN_DONE, actor=event.actor, at=event.at)


@subscribe(VirusFoundLate)
def tell_virus_in_product(event: VirusFoundLate) -> None:
    """Tell those of the tasks that ended with the file."""
    tell_of_virus(list(Task.objects.filter(product=event.sha256).values_list("pk", flat=True)), at=event.at)


def _due(official_ids: Collection[int], since: datetime, until: datetime) -> Iterable[DueRow]:
    led = due.due_of_leads(official_ids, since=since, until=until, at=now())
    stood_in = due.due_of_deputies(official_ids, since=since, until=until, at=now())
    return [*led, *stood_in, *due.due_of_givers(official_ids, since=since, until=until)]


register_due("tasks", _due)

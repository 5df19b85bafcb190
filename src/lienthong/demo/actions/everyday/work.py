"""Tasks in every state, of the province's leader and of the Government Office."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from lienthong.demo import office_texts as texts
from lienthong.demo.actions.everyday.acting import Days, key, official, printed, task
from lienthong.demo.cast import THAI_NGUYEN
from lienthong.directory.public import Duty
from lienthong.identity.public import Viewer
from lienthong.kernel.clock import VIETNAM
from lienthong.tasks.public import (
    Direction,
    PartyKey,
    cancel_task,
    candidates,
    finish_task,
    give_task,
    report_progress,
    return_task,
    split_task,
    start_task,
)


def division_works(days: Days) -> None:
    """The division that leads begins and gives a part to its specialist; its head has other work too."""
    at = days.ago(8, 10)
    leader, _lead, _clerk, head = _people(at)
    export = _given(leader, texts.WORK_EXPORT, key(head), due_at=days.ahead(1), at=days.ago(8, 8))
    start_task(task_id=export, viewer=head, at=days.ago(8, 9))
    led = task(head, texts.WORK_DISBURSEMENT)
    start_task(task_id=led.pk, viewer=head, at=at)
    direction = Direction(texts.WORK_ONE_PROJECT, lead=_specialist_of(head, at), due_at=days.ago(1, 17))
    split_task(task_id=led.pk, direction=direction, viewer=head, at=days.ago(8, 11))


def tasks_are_given(days: Days) -> None:
    """One that will go to other agencies as a document, one that is returned, one for the clerk."""
    at = days.ago(6, 8)
    leader, lead, clerk, _head = _people(at)
    online = _given(leader, texts.WORK_ONLINE, key(lead), due_at=days.ahead(5), at=at)
    start_task(task_id=online, viewer=lead, at=days.ago(5, 8))
    review = _given(leader, texts.WORK_REVIEW, key(lead), due_at=days.ahead(1), at=at)
    return_task(task_id=review, reason=texts.RETURNED_TASK, viewer=lead, at=days.ago(5, 9))
    _given(leader, texts.WORK_VISIT, key(clerk), due_at=days.ahead(3), at=at)


def last_days(days: Days) -> None:
    """One is called off, one reported on, one reported as done, one just given."""
    at = days.ago(2, 15)
    leader, lead, clerk, head = _people(at)
    led = task(head, texts.WORK_DISBURSEMENT)
    report_progress(task_id=led.pk, text=texts.PROGRESS, viewer=head, at=at)
    visit = task(clerk, texts.WORK_VISIT)
    cancel_task(task_id=visit.pk, reason=texts.CALLED_OFF, viewer=leader, at=days.ago(2, 16))
    parties: dict[str, Any] = {"cooperating": (key(clerk),), "informed": (key(head),)}
    _given(leader, texts.WORK_MEETING, key(lead), due_at=days.ahead(2), at=days.ago(1, 8), **parties)
    product = printed(texts.PRODUCT_EXPORT, days.ago(1, 9))
    finish_task(
        task_id=task(head, texts.WORK_EXPORT).pk,
        viewer=head,
        note=texts.DONE_EXPORT,
        product=[product],
        product_name="du-thao-ke-hoach.pdf",
        at=days.ago(1, 9),
    )


def _people(at: datetime) -> tuple[Viewer, Viewer, Viewer, Viewer]:
    duties = (Duty.LEADER, Duty.SPECIALIST, Duty.CLERK, Duty.HEAD)
    leader, lead, clerk, head = (official(THAI_NGUYEN, duty, at) for duty in duties)
    return leader, lead, clerk, head


def _given(
    leader: Viewer, work: str, lead: PartyKey, *, due_at: datetime, at: datetime, **parties: Any
) -> UUID:
    direction = Direction(work, lead=lead, due_at=due_at, **parties)
    return give_task(direction=direction, viewer=leader, at=at).pk


def _specialist_of(head: Viewer, at: datetime) -> PartyKey:
    """The first of the division besides its head."""
    on = at.astimezone(VIETNAM).date()
    found = candidates(head.agency_id or 0, on=on, division_id=head.division_id)
    return next(row.key for row in found if row.key != key(head))

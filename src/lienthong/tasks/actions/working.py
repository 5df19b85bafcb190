"""What the lead does with a task: start, hand on, send back, report, ask for time, finish."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lienthong.documents.public import store_received
from lienthong.identity.public import Viewer
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal
from lienthong.tasks import policies, queries
from lienthong.tasks.actions.moving import make
from lienthong.tasks.actions.naming import (
    REASON_LIMIT,
    DeadlinePassed,
    DueAfterParent,
    Named,
    NamedTwice,
    WordsMissing,
    checked_words,
    named,
    said,
)
from lienthong.tasks.contracts import Direction, PartyKey, PartyKind
from lienthong.tasks.models import Extension, Task, TaskParty
from lienthong.tasks.states import (
    ASK_TIME,
    COMPLETE,
    FINISH,
    HAND_ON,
    PROGRESS,
    RETURN,
    START,
    Part,
)


class NotOfThisDivision(Refusal):
    """A division that leads names one of its own."""

    code, status = "not-of-this-division", 422
    sentence = _(
        "%(name)s does not work in %(division)s. Choose an official of the division, "
        "or send the task back to its giver and say who should lead."
    )


class NotLater(Refusal):
    """More time is later than the present deadline."""

    code, status = "not-later", 422
    sentence = _("%(due)s is not after the present deadline %(now)s. Choose a later time.")


def start_task(*, task_id: UUID, viewer: Viewer, at: datetime) -> Task:
    """The lead takes the work up (NĐ 30/2020, Đ.24).

    Raises:
        NotFound, NotAllowed, NotTheLead, LedElsewhere, TaskNotNow.
    """
    with transaction.atomic():
        task = queries.find_task(viewer, task_id, lock=True)
        policies.require(viewer, task, START)
        make(task, START, actor=viewer.actor(), at=at)
    return task


def hand_on(*, task_id: UUID, to: PartyKey, viewer: Viewer, at: datetime, reason: str = "") -> Task:
    """Let another lead: a division names one of its officials, an official names another with a reason.

    Who led before is told of the task from then on; who worked with it and leads now has one part.

    Raises:
        NotFound, NotAllowed, NotTheLead, LedElsewhere, TaskNotNow, WordsMissing, WordsTooLong,
        NotOfThisAgency, NoPostToday, NotOfThisDivision, NamedTwice: the lead itself was named.
    """
    reason = checked_words(reason, field="reason", limit=REASON_LIMIT)
    with transaction.atomic():
        task = queries.find_task(viewer, task_id, lock=True)
        policies.require(viewer, task, HAND_ON)
        former = policies.lead_of(task)
        if former.official_id is not None and not reason:
            raise WordsMissing(field="reason")
        chosen = named(Direction("", to), agency_id=task.agency_id, at=at)[0]
        _require_may_follow(chosen, former, at)
        task.parties.filter(**{f"{to.kind.value}_id": to.id}).delete()
        TaskParty.objects.filter(pk=former.pk).update(part=Part.INFORMED)
        chosen.row(task).save(force_insert=True)
        data = {"lead": chosen.name, "former": former.name}
        make(task, HAND_ON, actor=viewer.actor(), at=at, text=reason or chosen.name, data=data)
    return queries.find_task(viewer, task_id)


def return_task(*, task_id: UUID, reason: str, viewer: Viewer, at: datetime) -> Task:
    """Send the task back to who gave it, with the reason.

    Raises:
        WordsMissing, WordsTooLong, NotFound, NotAllowed, NotTheLead, LedElsewhere, TaskNotNow.
    """
    reason = checked_words(reason, field="reason", limit=REASON_LIMIT, missing=WordsMissing)
    with transaction.atomic():
        task = queries.find_task(viewer, task_id, lock=True)
        policies.require(viewer, task, RETURN)
        make(task, RETURN, actor=viewer.actor(), at=at, text=reason)
    return task


def report_progress(*, task_id: UUID, text: str, viewer: Viewer, at: datetime) -> Task:
    """Write how far the work has come: the lead, or one who works with.

    Raises:
        WordsMissing, WordsTooLong, NotFound, NotAllowed, NotTheLead, LedElsewhere, TaskNotNow.
    """
    text = checked_words(text, field="reason", limit=REASON_LIMIT, missing=WordsMissing)
    with transaction.atomic():
        task = queries.find_task(viewer, task_id, lock=True)
        policies.require(viewer, task, PROGRESS)
        make(task, PROGRESS, actor=viewer.actor(), at=at, text=text)
    return task


def ask_extension(*, task_id: UUID, due_at: datetime, reason: str, viewer: Viewer, at: datetime) -> Extension:
    """Ask whoever gave the task for more time.

    Raises:
        WordsMissing, WordsTooLong, DeadlinePassed, NotLater, DueAfterParent, ExtensionWaits; NotFound,
        NotAllowed, NotTheLead, LedElsewhere, TaskNotNow.
    """
    reason = checked_words(reason, field="reason", limit=REASON_LIMIT, missing=WordsMissing)
    with transaction.atomic():
        task = queries.find_task(viewer, task_id, lock=True)
        policies.require(viewer, task, ASK_TIME)
        require_later(task, due_at, at)
        extension = Extension.objects.create(
            task=task,
            asked_by_id=viewer.official_id or 0,
            asked_at=at,
            former_due_at=task.due_at,
            due_at=due_at,
            reason=reason,
        )
        data = {"due_at": due_at.isoformat()}
        make(task, ASK_TIME, actor=viewer.actor(), at=at, text=f"{said(due_at)}: {reason}", data=data)
    return extension


def finish_task(
    *,
    task_id: UUID,
    note: str,
    viewer: Viewer,
    at: datetime,
    product: Iterable[bytes] | None = None,
    product_name: str = "",
) -> Task:
    """Report the work as done with what came of it; where no acceptance was asked for, it is closed.

    Raises:
        WordsTooLong, OpenSubTasks, NotFound, NotAllowed, NotTheLead, LedElsewhere, TaskNotNow; EmptyFile,
        FileTooLarge, ExecutableRefused of the product.
    """
    note = checked_words(note, field="note", limit=REASON_LIMIT)
    with transaction.atomic():
        task = queries.find_task(viewer, task_id, lock=True)
        move = FINISH if task.needs_acceptance else COMPLETE
        policies.require(viewer, task, move)
        if product is not None:
            task.product = store_received(product, at=at, max_bytes=settings.ENV.axis_max_packet_bytes)
            task.product_name = product_name[-200:]
        task.product_note, task.finished_at = note, at
        make(task, move, actor=viewer.actor(), at=at, text=note, data={"file": product_name[-200:]})
    return task


def require_later(task: Task, due_at: datetime, at: datetime) -> None:
    """Raise what is wrong with a later deadline."""
    if due_at <= at:
        raise DeadlinePassed(field="due_at", due=said(due_at))
    if due_at <= task.due_at:
        raise NotLater(field="due_at", due=said(due_at), now=said(task.due_at))
    if task.parent is not None and due_at > task.parent.due_at:
        raise DueAfterParent(field="due_at", due=said(due_at), parent=said(task.parent.due_at))


def _require_may_follow(chosen: Named, former: TaskParty, at: datetime) -> None:
    if chosen.key.id == (former.official_id if chosen.key.kind is PartyKind.OFFICIAL else former.division_id):
        raise NamedTwice(field="to", name=chosen.name)
    if former.division is None:
        return
    holders = queries.holders(former.division.agency_id, on=at.astimezone(VIETNAM).date())
    own = holders.filter(post__division=former.division, official_id=chosen.key.id)
    if chosen.key.kind is not PartyKind.OFFICIAL or not own.exists():
        raise NotOfThisDivision(field="to", name=chosen.name, division=former.division.name)

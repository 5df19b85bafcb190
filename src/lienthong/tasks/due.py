"""Deadlines of tasks, for the digest and the calendar: whose they are, of many officials at once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from lienthong.identity.public import RoleGrant, acted_for
from lienthong.kernel.clock import VIETNAM
from lienthong.notifications.public import DueRow
from lienthong.tasks.models import Extension, TaskParty, TaskStep
from lienthong.tasks.policies import HEADS
from lienthong.tasks.states import GIVE, UNDER_WAY, ExtensionState, Part

# The acts that change what stands in the calendar: a task's words never do, its deadline may.
_CHANGES = [GIVE, "direct-again", "opine", "grant-extension"]
_HEAD = "division__posts__holdings"
TITLE_LENGTH = 200
_ASKED = _("Decide on more time asked")
_ACTING = _("Acting for")


def due_of_leads(
    official_ids: Collection[int], *, since: datetime, until: datetime, at: datetime
) -> list[DueRow]:
    """What the officials lead themselves or for a division, due from `since` until before `until`: one query.

    `at` says which posts are held. What was reported as done or sent back is left out: its giver's turn.
    """
    today = at.astimezone(VIETNAM).date()
    running = TaskParty.objects.filter(
        part=Part.LEAD,
        task__state__in=sorted(UNDER_WAY),
        task__due_at__gte=since,
        task__due_at__lt=until,
    )
    acts_for = RoleGrant.objects.filter(post=OuterRef(f"{_HEAD}__post_id"), role__in=sorted(HEADS))
    # In one filter, or each condition would be asked of another holding.
    headed = running.filter(
        Exists(acts_for),
        **{
            f"{_HEAD}__official_id__in": list(official_ids),
            f"{_HEAD}__valid_from__lte": today,
            f"{_HEAD}__valid_to__gt": today,
        },
    )
    own = running.filter(official_id__in=list(official_ids))
    rows = _columns(own, "official_id").union(_columns(headed, f"{_HEAD}__official_id"))
    return [
        DueRow(
            official_id=official_id,
            key=f"tasks.task/{task_id}",
            title=" ".join(work.split())[:TITLE_LENGTH],
            link=reverse("tasks:task_detail", args=[task_id]),
            due_at=due_at,
            changed_at=changed_at,
        )
        for official_id, task_id, work, due_at, changed_at in rows
    ]


def due_of_deputies(
    official_ids: Collection[int], *, since: datetime, until: datetime, at: datetime
) -> list[DueRow]:
    """What those lead for whom the officials act now: their own tasks, and their division's if they head it.

    Three queries, one where nobody stands in.
    """
    acting = acted_for(official_ids, at=at)
    if not acting:
        return []
    posts = {row.post_id for row in acting}
    running = TaskParty.objects.filter(
        part=Part.LEAD,
        task__state__in=sorted(UNDER_WAY),
        task__due_at__gte=since,
        task__due_at__lt=until,
    )
    heads = RoleGrant.objects.filter(post=OuterRef("division__posts"), role__in=sorted(HEADS))
    headed = running.filter(Exists(heads), division__posts__in=posts)
    found = [*_columns(running.filter(post_id__in=posts), "post_id"), *_columns(headed, "division__posts")]
    return [
        DueRow(
            official_id=deputy.official_id,
            key=f"tasks.task/{task_id}/{deputy.post_id}",
            title=format_lazy(
                "{acting} {absent}: {work}",
                acting=_ACTING,
                absent=deputy.name,
                work=" ".join(work.split())[:TITLE_LENGTH],
            ),
            link=reverse("tasks:task_detail", args=[task_id]),
            due_at=due_at,
            changed_at=changed_at,
        )
        for deputy in acting
        for post_id, task_id, work, due_at, changed_at in found
        if post_id == deputy.post_id
    ]


def due_of_givers(official_ids: Collection[int], *, since: datetime, until: datetime) -> list[DueRow]:
    """Requests for more time that wait for the officials' decision, due when their task is: one query."""
    waiting = Extension.objects.filter(
        state=ExtensionState.PENDING,
        task__given_by__in=list(official_ids),
        task__due_at__gte=since,
        task__due_at__lt=until,
    )
    return [
        DueRow(
            official_id=row.task.given_by_id,
            key=f"tasks.extension/{row.pk}",
            title=format_lazy(
                "{asked}: {work}", asked=_ASKED, work=" ".join(row.task.work.split())[:TITLE_LENGTH]
            ),
            link=reverse("tasks:task_detail", args=[row.task_id]),
            due_at=row.task.due_at,
            changed_at=row.asked_at,
        )
        for row in waiting.select_related("task")
    ]


def _columns(rows: QuerySet[TaskParty], official: str) -> QuerySet[TaskParty, Any]:
    changed = TaskStep.objects.filter(task=OuterRef("task_id"), verb__in=_CHANGES).order_by()
    latest = changed.values("task").annotate(last=Max("at")).values("last")
    return rows.annotate(who=F(official), changed=Coalesce(Subquery(latest), "task__given_at")).values_list(
        "who", "task_id", "task__work", "task__due_at", "changed"
    )

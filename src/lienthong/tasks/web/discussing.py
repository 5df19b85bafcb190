"""What is said about a task: its thread, and the answer to the form of comments."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from lienthong.identity.public import Role, needs, viewer_of
from lienthong.kernel.clock import now
from lienthong.ledger.public import Subject
from lienthong.notifications.public import Candidate, Thread, answer_comment
from lienthong.tasks import queries
from lienthong.tasks.models import Task

READERS = (Role.CLERK, Role.SPECIALIST, Role.LEADER, Role.AUDITOR)
ABOUT_LENGTH = 150


def thread_of(task: Task, *, at: datetime) -> Thread:
    """Where a task the viewer may see is commented on, until it is closed. One query."""
    return Thread(
        subject=Subject("tasks.task", str(task.pk)),
        about=" ".join(task.work.split())[:ABOUT_LENGTH],
        link=reverse("tasks:task_detail", args=[task.pk]),
        action=reverse("tasks:comment", args=[task.pk]),
        candidates=tuple(
            Candidate(one.official_id, one.name, one.post_title) for one in queries.readers_of(task, at=at)
        ),
        open=task.open,
    )


@needs(*READERS)
@require_POST
def comment(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Comment on a task the viewer may see."""
    task = queries.find_task(viewer_of(request), task_id)
    return answer_comment(request, thread_of(task, at=now()))

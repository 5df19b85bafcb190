"""Where a task is commented on, and who may be named there."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from lienthong.ledger.public import Subject
from lienthong.notifications.public import Candidate, Thread
from lienthong.tasks import queries
from lienthong.tasks.models import Task

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

"""The answer to the form of comments on a task."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from lienthong.identity.public import Role, needs, viewer_of
from lienthong.kernel.clock import now
from lienthong.notifications.public import answer_comment
from lienthong.tasks import queries
from lienthong.tasks.discussing import thread_of

READERS = (Role.CLERK, Role.SPECIALIST, Role.LEADER, Role.AUDITOR)


@needs(*READERS)
@require_POST
def comment(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Comment on a task the viewer may see."""
    task = queries.find_task(viewer_of(request), task_id)
    return answer_comment(request, thread_of(task, at=now()))

"""What is said about documents: the answers to the forms of comments."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from lienthong.identity.public import Role, needs, viewer_of
from lienthong.kernel.clock import now
from lienthong.notifications.public import answer_comment
from lienthong.office import outgoing_queries, queries
from lienthong.office.discussing import incoming_thread, outgoing_thread

READERS = (Role.CLERK, Role.SPECIALIST, Role.LEADER, Role.AUDITOR)


@needs(*READERS)
@require_POST
def incoming_comment(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Comment on an incoming document the viewer may see."""
    document = queries.find_incoming(viewer_of(request), document_id)
    return answer_comment(request, incoming_thread(document, at=now()))


@needs(*READERS)
@require_POST
def outgoing_comment(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Comment on an outgoing document the viewer may see."""
    document = outgoing_queries.find_outgoing(viewer_of(request), document_id)
    return answer_comment(request, outgoing_thread(document, at=now()))

"""What an agency does with a document that arrived: return it. Registering and directing are beside it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lienthong.identity.public import Viewer
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import JSON, Actor, Subject, record
from lienthong.office import policies, queries
from lienthong.office.actions.reporting import queue_statuses
from lienthong.office.models import IncomingDocument, StatusToReport
from lienthong.office.states import REFUSE, Transition

REASON_LIMIT = 500


class ReasonMissing(Refusal):
    """A document goes back only with a reason (edXML status 02)."""

    code, status = "reason-missing", 422
    sentence = _("The document was not returned: the sender needs a reason. Write it and try again.")


class TextTooLong(Refusal):
    """A text is longer than its place."""

    code, status = "text-too-long", 422
    sentence = _("The text has %(length)s characters; at most %(limit)s fit. Shorten it.")


def refuse_incoming(*, document_id: UUID, viewer: Viewer, reason: str, at: datetime) -> IncomingDocument:
    """Return the document to its sender with the reason (NĐ 30/2020, Đ.21 k.2). Reports 02.

    Raises:
        ReasonMissing, TextTooLong, NotFound, NotAllowed, NotNow.
    """
    reason = checked_text(reason, field="reason", limit=REASON_LIMIT, missing=ReasonMissing)
    with transaction.atomic():
        document = queries.find_incoming(viewer, document_id, lock=True)
        policies.require_move(viewer, document, REFUSE)
        document.reason = reason
        move_document(document, REFUSE, viewer.actor(), at, description=reason, data={"reason": reason})
    return document


def move_document(
    document: IncomingDocument,
    move: Transition,
    actor: Actor,
    at: datetime,
    *,
    description: str = "",
    staff: str = "",
    data: dict[str, JSON] | None = None,
) -> None:
    """Make the move, record it, and queue its status for the axis: all in the caller's transaction."""
    document.state = move.target
    document.save()
    subject = Subject("office.incoming", str(document.id))
    record(actor=actor, verb=f"incoming.{move.verb}", subject=subject, at=at, data=data)
    status = StatusToReport(
        document=document,
        code=move.status,
        description=description,
        staff=staff or actor.name,
        department=actor.post,
        happened_at=at,
        next_attempt_at=at,
    )
    queue_statuses([status])


def checked_text(text: str, *, field: str, limit: int, missing: type[Refusal] | None = None) -> str:
    """The text stripped; raises `missing` if it is empty, or `TextTooLong`."""
    text = text.strip()
    if missing and not text:
        raise missing(field=field)
    if len(text) > limit:
        raise TextTooLong(field=field, length=len(text), limit=limit)
    return text

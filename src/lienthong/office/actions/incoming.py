"""What an agency does with a document that arrived: return it, assign it, work on it, finish."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lienthong.directory.public import PostHolding, add_working_minutes, calendar_of
from lienthong.identity.public import Viewer
from lienthong.kernel.blobs import store_blob
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import JSON, Subject, record
from lienthong.office import policies, queries
from lienthong.office.actions.reporting import queue_statuses
from lienthong.office.contracts import Direction
from lienthong.office.models import Assignment, Directive, IncomingDocument, StatusToReport
from lienthong.office.states import (
    ASSIGN,
    DEFAULT_WORKING_MINUTES,
    FINISH,
    REFUSE,
    START,
    Part,
    Transition,
)

TEXT_LIMIT = 5000
REASON_LIMIT = 500


class ReasonMissing(Refusal):
    """A document goes back only with a reason (edXML status 02)."""

    code, status = "reason-missing", 422
    sentence = _("The document was not returned: the sender needs a reason. Write it and try again.")


class DirectiveMissing(Refusal):
    """A leader's direction says what is to be done (NĐ 30/2020, Đ.23)."""

    code, status = "directive-missing", 422
    sentence = _("The document was not assigned: the direction is empty. Write what is to be done.")


class TextTooLong(Refusal):
    """A text is longer than its place."""

    code, status = "text-too-long", 422
    sentence = _("The text has %(length)s characters; at most %(limit)s fit. Shorten it.")


class NamedTwice(Refusal):
    """Each official has one part in a document."""

    code, status = "named-twice", 422
    sentence = _("%(name)s was named more than once. Each official has one part: leave the other out.")


class NotOfThisAgency(Refusal):
    """Work is given to those who hold a post in the agency today."""

    code, status = "not-of-this-agency", 422
    sentence = _("One of the officials named holds no post in this agency today. Choose from the list.")


class DeadlineInPast(Refusal):
    """A deadline lies ahead."""

    code, status = "deadline-in-past", 422
    sentence = _("The deadline %(due)s has already passed. Choose a later time.")


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
        _move(document, REFUSE, viewer, at, description=reason, data={"reason": reason})
    return document


def assign(*, document_id: UUID, viewer: Viewer, direction: Direction, at: datetime) -> IncomingDocument:
    """Write the leader's directive and give the work: one lead, co-operating, informed (NĐ 30/2020, Đ.23).

    Without a deadline in the direction it is the end of the day the sender asks for, if that lies ahead, else
    working time by urgency. Reports 04.

    Raises:
        DirectiveMissing, TextTooLong, NamedTwice, NotOfThisAgency, DeadlineInPast; NotFound, NotAllowed,
        NotNow.
    """
    text = checked_text(direction.text, field="text", limit=TEXT_LIMIT, missing=DirectiveMissing)
    with transaction.atomic():
        document = queries.find_incoming(viewer, document_id, lock=True)
        policies.require_move(viewer, document, ASSIGN)
        named = _named(direction, agency_id=document.agency_id, at=at)
        document.due_at = _deadline(document, direction.due_at, at)
        directive = Directive.objects.create(
            document=document,
            text=text,
            leader_id=viewer.official_id or 0,
            leader_title=viewer.post_title,
            written_at=at,
        )
        Assignment.objects.bulk_create(
            Assignment(
                document=document,
                directive=directive,
                official_id=official,
                post_id=named[official].post_id,
                part=part,
            )
            for part, official in _parts(direction)
        )
        lead = named[direction.lead].official.full_name
        data: dict[str, JSON] = {"text": text, "lead": lead, "due_at": document.due_at.isoformat()}
        _move(document, ASSIGN, viewer, at, description=text[:500], staff=lead, data=data)
    return document


def start_work(*, document_id: UUID, viewer: Viewer, at: datetime) -> IncomingDocument:
    """The lead takes the work up (NĐ 30/2020, Đ.24). Reports 05.

    Raises:
        NotFound, NotAllowed, NotTheLead, NotNow.
    """
    with transaction.atomic():
        document = queries.find_incoming(viewer, document_id, lock=True)
        policies.require_move(viewer, document, START)
        _move(document, START, viewer, at)
    return document


def finish(
    *,
    document_id: UUID,
    viewer: Viewer,
    note: str,
    at: datetime,
    product: Iterable[bytes] | None = None,
    product_name: str = "",
) -> IncomingDocument:
    """Close the work with what came of it: a note, and the product as a file if there is one. Reports 06.

    Raises:
        TextTooLong, NotFound, NotAllowed, NotTheLead, NotNow; EmptyFile, FileTooLarge, ExecutableRefused
        of the product.
    """
    note = checked_text(note, field="note", limit=REASON_LIMIT)
    with transaction.atomic():
        document = queries.find_incoming(viewer, document_id, lock=True)
        policies.require_move(viewer, document, FINISH)
        if product is not None:
            document.product = store_blob(product, at=at, max_bytes=settings.ENV.axis_max_packet_bytes)
            document.product_name = product_name[-200:]
        document.product_note = note
        document.finished_at = at
        _move(
            document, FINISH, viewer, at, description=note, data={"note": note, "file": product_name[-200:]}
        )
    return document


def _move(
    document: IncomingDocument,
    move: Transition,
    viewer: Viewer,
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
    record(actor=viewer.actor(), verb=f"incoming.{move.verb}", subject=subject, at=at, data=data)
    status = StatusToReport(
        document=document,
        code=move.status,
        description=description,
        staff=staff or viewer.name,
        department=viewer.post_title,
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


def _parts(direction: Direction) -> list[tuple[Part, int]]:
    """Every part given, the lead first."""
    return [
        (Part.LEAD, direction.lead),
        *((Part.COOPERATING, official) for official in direction.cooperating),
        *((Part.INFORMED, official) for official in direction.informed),
    ]


def _named(direction: Direction, *, agency_id: int, at: datetime) -> dict[int, PostHolding]:
    """The posts of those the direction names, after checking that each may be named, and once."""
    today = at.astimezone(VIETNAM).date()
    held = {holding.official_id: holding for holding in queries.officials_of(agency_id, on=today)}
    officials = [official for _part, official in _parts(direction)]
    for official in officials:
        field = "lead" if official == direction.lead else "cooperating"
        if official not in held:
            raise NotOfThisAgency(field=field)
        if officials.count(official) > 1:
            raise NamedTwice(field=field, name=held[official].official.full_name)
    return held


def _deadline(document: IncomingDocument, due_at: datetime | None, at: datetime) -> datetime:
    """The deadline given, or what the sender asks for, or working time by urgency."""
    if due_at is not None:
        if due_at <= at:
            raise DeadlineInPast(field="due_at", due=due_at.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y"))
        return due_at
    if document.asked_by_on:
        asked = datetime.combine(document.asked_by_on, time(17, 0), VIETNAM)
        if asked > at:
            return asked
    return default_deadline(agency_id=document.agency_id, urgency=document.urgency, at=at)


def default_deadline(*, agency_id: int, urgency: int, at: datetime) -> datetime:
    """The end of the working time a document of this urgency is given, by the agency's own calendar."""
    year = at.astimezone(VIETNAM).year
    calendar = calendar_of(agency_id, years=(year, year + 1))
    return add_working_minutes(calendar, at, DEFAULT_WORKING_MINUTES.get(urgency, DEFAULT_WORKING_MINUTES[0]))

"""Dispatch beside the axis of what is issued: more recipients, reading inside, and what went on paper."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from lienthong.identity.public import NotFound, Viewer
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal
from lienthong.kernel.remembered import Remembered
from lienthong.ledger.public import JSON, Subject, record
from lienthong.office import outgoing_queries, policies
from lienthong.office.actions.addressing import NoRecipients, RecipientTwice, beside_of, save_beside
from lienthong.office.actions.incoming import ReasonMissing, checked_text
from lienthong.office.actions.owing_paper import note_paper_owed
from lienthong.office.contracts import PaperRecord
from lienthong.office.dispatch_models import InsideRecipient, PaperDispatch, PaperRecipient
from lienthong.office.issued_models import IssuedChange
from lienthong.office.models import OutgoingDocument
from lienthong.office.states import Way
from lienthong.tasks.public import PartyKey


class BearerMissing(Refusal):
    """Somebody took the paper to its recipient or to the post."""

    code, status = "bearer-missing", 422
    sentence = _("Write who handed the document over or took it to the post.")


class WayUnknown(Refusal):
    """The way is none of those there are."""

    code, status = "way-unknown", 422
    sentence = _("Choose by which way the document went: by post, by hand or by fax.")


class NotThatDay(Refusal):
    """Paper goes after the document is issued, and is recorded afterwards."""

    code, status = "not-that-day", 422
    sentence = _(
        "There was nothing to dispatch before %(issued)s, so it cannot have gone on %(day)s. "
        "Choose a day from then until today."
    )


def dispatch_also(
    *,
    outgoing_id: UUID,
    inside: Collection[PartyKey] = (),
    paper: Iterable[str] = (),
    viewer: Viewer,
    at: datetime,
) -> OutgoingDocument:
    """Give an issued document to more recipients inside the agency or on paper.

    Raises:
        NotFound, NotAllowed, NotNow; NoRecipients, RecipientTwice, and the others of `beside_of`.
    """
    with transaction.atomic():
        outgoing = outgoing_queries.find_outgoing(viewer, outgoing_id, lock=True)
        policies.require_act(viewer, outgoing, policies.DISPATCH)
        elsewhere = set(outgoing.recipients.values_list("agency_id", flat=True))
        beside = beside_of(inside=inside, paper=paper, elsewhere=elsewhere, viewer=viewer, at=at)
        if not (beside.inside or beside.paper):
            raise NoRecipients
        _require_new(outgoing, beside.inside_names, outgoing.inside.select_related("division", "official"))
        _require_new(outgoing, beside.paper_names, outgoing.paper.all())
        save_beside(outgoing, beside, viewer=viewer, at=at)
        note_paper_owed(outgoing, at=at)
        names: list[JSON] = [*beside.inside_names, *beside.paper_names]
        _record(outgoing, "dispatch", viewer, at, {"note": ", ".join(map(str, names))})
    return outgoing


def _require_new(outgoing: OutgoingDocument, names: Iterable[str], rows: Iterable[object]) -> None:
    known = {str(row).casefold() for row in rows}
    for name in names:
        if name.casefold() in known:
            raise RecipientTwice(name=name)


def note_reading(*, outgoing: OutgoingDocument, viewer: Viewer, at: datetime) -> None:
    """Write down that the viewer, or the viewer's division, has now read what was given to them; once.

    One query when there is nothing to write.
    """
    if not _UNREAD(viewer=viewer, document_id=outgoing.id):
        return
    unread = _unread(viewer, outgoing.id)
    with transaction.atomic():
        if unread.update(read_at=at, read_by_id=viewer.official_id):
            _record(outgoing, "read", viewer, at, {})


def _unread(viewer: Viewer, document_id: UUID) -> QuerySet[InsideRecipient]:
    return outgoing_queries.named_inside(viewer).filter(document_id=document_id, read_at=None)


_UNREAD = Remembered(
    lambda viewer, document_id: _unread(viewer, document_id).values_list("pk", flat=True)[:1]
)


def record_paper(
    *,
    outgoing_id: UUID,
    recipient_id: int,
    written: PaperRecord,
    viewer: Viewer,
    at: datetime,
    change_id: int | None = None,
) -> PaperDispatch:
    """Write down how the document went on paper; again is a correction, which says why.

    With `change_id` it is how the recipient was told of that change of the document.

    Raises:
        NotFound, NotAllowed, NotNow, Withdrawn; WayUnknown, NotThatDay, BearerMissing, ReasonMissing,
        TextTooLong.
    """
    way, receipt = written.way, checked_text(written.receipt_number, field="receipt_number", limit=100)
    bearer = checked_text(written.carried_by, field="carried_by", limit=150, missing=BearerMissing)
    if way not in list(Way):
        raise WayUnknown(field="way")
    with transaction.atomic():
        outgoing = outgoing_queries.find_outgoing(viewer, outgoing_id, lock=True)
        policies.require_act(viewer, outgoing, policies.RECORD_PAPER)
        recipient = PaperRecipient.objects.filter(document=outgoing, id=recipient_id).first()
        if recipient is None:
            raise NotFound
        change = _change_of(outgoing, change_id)
        _require_day(written, change.made_at if change else outgoing.issued_at or at, at)
        before = list(recipient.dispatches.values_list("change_id", flat=True))
        if change is None and outgoing.withdrawn_at and not before:
            raise policies.withdrawn(outgoing)
        sequence, again = len(before) + 1, change_id in before
        missing = ReasonMissing if again else None
        reason = checked_text(written.reason, field="reason", limit=500, missing=missing)
        if change is not None and not again:
            reason = reason or (change.reason or (change.successor.code if change.successor else ""))[:500]
        dispatch = PaperDispatch.objects.create(
            recipient=recipient,
            change=change,
            sequence=sequence,
            way=way,
            sent_on=written.sent_on,
            carried_by=bearer,
            receipt_number=receipt,
            reason=reason if sequence > 1 else "",
            recorded_by_id=viewer.official_id or 0,
            recorded_at=at,
        )
        note_paper_owed(outgoing, at=at)
        said = f"{recipient.name}: {written.sent_on:%d/%m/%Y} {receipt}".strip()
        data: dict[str, JSON] = {"note": said, "sequence": sequence, "reason": dispatch.reason}
        _record(outgoing, "paper", viewer, at, data)
    return dispatch


def _change_of(outgoing: OutgoingDocument, change_id: int | None) -> IssuedChange | None:
    if change_id is None:
        return None
    change = IssuedChange.objects.filter(document=outgoing, id=change_id).select_related("successor").first()
    if change is None:
        raise NotFound
    return change


def _require_day(written: PaperRecord, since: datetime, at: datetime) -> None:
    first = since.astimezone(VIETNAM).date()
    if not first <= written.sent_on <= at.astimezone(VIETNAM).date():
        raise NotThatDay(field="sent_on", issued=f"{first:%d/%m/%Y}", day=f"{written.sent_on:%d/%m/%Y}")


def _record(
    outgoing: OutgoingDocument, act: str, viewer: Viewer, at: datetime, data: dict[str, JSON]
) -> None:
    subject = Subject("office.outgoing", str(outgoing.id))
    record(actor=viewer.actor(), verb=f"outgoing.{act}", subject=subject, at=at, data=data)

"""What senders ask of documents held here: learning of it, following it, or saying no (NĐ 30/2020, Đ.18)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from lienthong.axis.public import ChangeItem, StatusReport
from lienthong.identity.public import Viewer
from lienthong.kernel.models import Blob
from lienthong.ledger.public import JSON, Actor, Subject, record
from lienthong.office import policies, queries
from lienthong.office.actions.copying import destroy_copies
from lienthong.office.actions.directing import hold_task, lose_document
from lienthong.office.actions.fetching import Fetching
from lienthong.office.actions.incoming import REASON_LIMIT, ReasonMissing, checked_text
from lienthong.office.actions.reporting import queue_statuses
from lienthong.office.examining import examine_request
from lienthong.office.models import IncomingDocument, IncomingFile, RequestedChange, StatusToReport
from lienthong.office.ports import AxisPort, AxisRefused
from lienthong.office.secret_models import SecretMark
from lienthong.office.secret_states import SecretState
from lienthong.office.states import (
    ARRIVED_CODE,
    CONSENT_CODE,
    DECLINE_CODE,
    GONE,
    WITHDRAW,
    WITHDRAWALS,
    ChangeState,
    State,
)
from lienthong.office.text_models import ReadText

logger = logging.getLogger(__name__)
PAGE = 200
# Kinds whose packet is no document of its own.
ONLY_ASK = frozenset({"revoke", "update"})
# What the sender reads when its document is gone from here.
DESTROYED = "Đã hủy văn bản và các tệp kèm theo tại nơi nhận."
COLLECTOR = Actor(
    kind="job", id="office.collect_inbox", name="office.collect_inbox", source="office.collect_inbox"
)


def collect_changes(axis: AxisPort, *, at: datetime, fetching: Fetching) -> int:
    """Write down every change that waits at the axis for a document held here; how many were new.

    A withdrawal of a document that nobody has registered yet is accepted at once. What is about a document
    still on its way here waits for the next call.

    Raises:
        AxisUnavailable: what was written before it stays.
    """
    after, new = "", 0
    while True:
        page = axis.changes(after=after, limit=PAGE, at=at)
        documents = _documents_of(page.items)
        resting = fetching.resting(item.asking_delivery_id for item in page.items if item.asking_delivery_id)
        for item in page.items:
            document = documents.get(str(item.delivery_id))
            if document is not None and item.asking_delivery_id not in resting:
                new += _take_in(fetching, item, document, at)
        if not page.next:
            return new
        after = page.next


def note_arrival(axis: AxisPort, delivery_id: UUID, *, at: datetime) -> None:
    """Report 01 for a packet that only asks, so that it leaves the inbox; its request stays at the axis."""
    try:
        axis.report_status(str(delivery_id), StatusReport(code=ARRIVED_CODE, at=at), at=at)
    except AxisRefused as refusal:
        logger.warning("delivery %s was answered or withdrawn meanwhile: %s", delivery_id, refusal)


def accept_change(*, document_id: UUID, viewer: Viewer, at: datetime) -> IncomingDocument:
    """Do what the sender asks. A withdrawn document is destroyed here: its files and its packet go.

    Number, summary and register stay, with who accepted it and when. Reports 15.

    Raises:
        NotFound, NotAllowed, NotNow, NothingAsked, RequestNotAuthentic.
    """
    with transaction.atomic():
        hold_task(document_id)
        document = queries.find_incoming(viewer, document_id, lock=True)
        change = policies.require_answer(viewer, document, accepting=True)
        if change.kind in WITHDRAWALS:
            policies.require_move(viewer, document, WITHDRAW)
            _withdraw(document, change, viewer.actor(), viewer.name, at)
            lose_document(document, reason=change.reason or str(change.label), actor=viewer.actor(), at=at)
        else:
            _answer(change, ChangeState.ACCEPTED, viewer.name, at)
            _tell(change, CONSENT_CODE, at, staff=viewer.name, department=viewer.post_title)
            _record(document, "accept-change", viewer.actor(), at, {"kind": change.kind})
    return document


def refuse_change(*, document_id: UUID, viewer: Viewer, reason: str, at: datetime) -> IncomingDocument:
    """Keep the document as it is and tell the sender why. Reports 16.

    Raises:
        ReasonMissing, TextTooLong, NotFound, NotAllowed, NothingAsked.
    """
    reason = checked_text(reason, field="reason", limit=REASON_LIMIT, missing=ReasonMissing)
    with transaction.atomic():
        document = queries.find_incoming(viewer, document_id, lock=True)
        change = policies.require_answer(viewer, document, accepting=False)
        _answer(change, ChangeState.REFUSED, viewer.name, at, reason)
        _tell(change, DECLINE_CODE, at, reason, viewer.name, viewer.post_title)
        _record(document, "refuse-change", viewer.actor(), at, {"kind": change.kind, "reason": reason})
    return document


def _documents_of(items: Sequence[ChangeItem]) -> dict[str, IncomingDocument]:
    """The documents held here, by delivery, of requests that are new here. Two queries."""
    known = set(
        RequestedChange.objects.filter(request_id__in=[str(item.request_id) for item in items]).values_list(
            "request_id", flat=True
        )
    )
    wanted = [str(item.delivery_id) for item in items if str(item.request_id) not in known]
    rows = IncomingDocument.objects.filter(delivery_id__in=wanted).exclude(state__in=GONE)
    return {row.delivery_id: row for row in rows if row.delivery_id}


def _take_in(fetching: Fetching, item: ChangeItem, document: IncomingDocument, at: datetime) -> bool:
    """Write the request down, whoever else does so at the same time; whether it was new."""
    edxml: Blob | None = None
    authentic = True
    if item.asking_delivery_id is not None:
        xml = fetching.packet(
            item.asking_delivery_id, sender=item.sender, recipient=item.recipient, document=document.code
        )
        if xml is None:
            return False
        edxml, authentic = examine_request(xml, document=document, at=at)
    with transaction.atomic():
        document = IncomingDocument.objects.select_for_update().get(pk=document.pk)
        gone = document.state in GONE
        if gone or RequestedChange.objects.filter(request_id=str(item.request_id)).exists():
            return False
        document.changes.filter(state=ChangeState.PENDING).update(state=ChangeState.LAPSED, answered_at=at)
        change = RequestedChange.objects.create(
            document=document,
            request_id=str(item.request_id),
            kind=item.kind,
            sequence=item.sequence,
            sender_name=(item.sender.name or document.sender_name)[:250],
            reason=item.reason,
            asked_at=item.asked_at,
            asking_delivery_id=str(item.asking_delivery_id or ""),
            edxml=edxml,
            authentic=authentic,
        )
        actor = _collector(document)
        _record(document, "change", actor, at, {"kind": item.kind, "reason": item.reason})
        if authentic and item.kind in WITHDRAWALS and document.state == State.ARRIVED:
            _withdraw(document, change, actor, "", at)
    return True


def _withdraw(
    document: IncomingDocument, change: RequestedChange, actor: Actor, name: str, at: datetime
) -> None:
    """Let go of everything that holds content; the store's collector then removes it."""
    IncomingFile.objects.filter(document=document).update(blob=None, verdict=None)
    destroy_copies(document)
    ReadText.objects.filter(document=document).delete()
    SecretMark.objects.filter(document=document, state=SecretState.FOUND).delete()  # nothing left to decide
    document.state = WITHDRAW.target
    document.edxml, document.content = None, ""
    document.withdrawn_at, document.withdrawn_by = at, name
    document.save()
    _answer(change, ChangeState.ACCEPTED, name, at)
    _tell(change, WITHDRAW.status, at, DESTROYED, name)
    _record(document, WITHDRAW.verb, actor, at, {"kind": change.kind, "reason": change.reason})


def _answer(change: RequestedChange, state: ChangeState, name: str, at: datetime, answer: str = "") -> None:
    change.state, change.answer = state, answer
    change.answered_by, change.answered_at = name, at
    change.save()


def _tell(
    change: RequestedChange,
    code: str,
    at: datetime,
    description: str = "",
    staff: str = "",
    department: str = "",
) -> None:
    """Queue the answer. It names the packet that only asks, so that it never answers a later request."""
    row = StatusToReport(
        document_id=change.document_id,
        delivery_id=change.asking_delivery_id if change.kind in ONLY_ASK else "",
        code=code,
        description=description,
        staff=staff,
        department=department,
        happened_at=at,
        next_attempt_at=at,
    )
    queue_statuses([row])


def _collector(document: IncomingDocument) -> Actor:
    agency = {"agency_id": document.agency_id, "agency_code": document.agency.code}
    return Actor(**{**vars(COLLECTOR), **agency})


def _record(document: IncomingDocument, verb: str, actor: Actor, at: datetime, data: dict[str, JSON]) -> None:
    subject = Subject("office.incoming", str(document.id))
    record(actor=actor, verb=f"incoming.{verb}", subject=subject, at=at, data=data)

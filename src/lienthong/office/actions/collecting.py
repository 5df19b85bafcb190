"""Fetching what the axis holds for this installation's agencies: in sets, once each, authenticity checked."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from lienthong.axis.public import InboxItem, edxml
from lienthong.directory.public import Agency, find_agencies
from lienthong.documents.public import NotScannedNow
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.identifiers import uuid7
from lienthong.ledger.public import Actor, Entry, Subject, record_many
from lienthong.office.actions.carrying import link_replies
from lienthong.office.actions.changes import collect_changes, note_arrival
from lienthong.office.actions.fetching import Fetching
from lienthong.office.actions.reading import order_reading
from lienthong.office.actions.reporting import queue_statuses
from lienthong.office.adapters import connect
from lienthong.office.examining import Examined, examine
from lienthong.office.models import IncomingDocument, IncomingFile, StatusToReport
from lienthong.office.ports import AxisPort
from lienthong.office.states import ARRIVED_CODE, REFUSED_CODE, State
from lienthong.signing.public import SigningUnavailable

logger = logging.getLogger(__name__)
ONLY_ASK = (edxml.Business.REVOKE, edxml.Business.UPDATE)
PAGE = 200
COLLECTOR = Actor(
    kind="job", id="office.collect_inbox", name="office.collect_inbox", source="office.collect_inbox"
)


@dataclass(frozen=True)
class Collected:
    """How many documents were taken in, and how many of them went back at once."""

    received: int = 0
    returned: int = 0

    def __add__(self, other: Collected) -> Collected:
        return Collected(self.received + other.received, self.returned + other.returned)


@dataclass(frozen=True)
class Arrival:
    """A delivery for an agency of this installation, with its examined packet."""

    item: InboxItem
    agency: Agency
    packet: Examined


def collect_inbox(*, at: datetime, port: AxisPort | None = None) -> Collected:
    """Take in every delivery that waits at the axis, each once, however many collect at the same time.

    A packet for many agencies is fetched, parsed and verified once. Its documents, their files, the ledger's
    events and the statuses to report (01, and 02 with the reason for what is not authentic: NĐ 30/2020,
    Đ.21 k.2) are written in one transaction per packet. Then come the changes that senders ask for. A packet
    that cannot be fetched is passed over and tried again later, ever more rarely.

    Raises:
        AxisUnavailable: what was taken in before it stays; the rest waits for the next call.
    """
    axis, after, collected = port or connect(), "", Collected()
    fetching = Fetching(axis, at=at)
    while True:
        page = axis.inbox(after=after, limit=PAGE, at=at)
        documents = [item for item in page.items if item.business not in ONLY_ASK and not item.of_dossier]
        waiting = _not_here_yet(documents)
        resting = fetching.resting(item.delivery_id for item in waiting)
        for items in _by_packet(item for item in waiting if item.delivery_id not in resting):
            collected += _collect_packet(fetching, items, at)
        for item in page.items:
            if item.business in ONLY_ASK and not item.of_dossier:
                note_arrival(axis, item.delivery_id, at=at)
        if not page.next:
            collect_changes(axis, at=at, fetching=fetching)
            fetching.end()
            return collected
        after = page.next


def _not_here_yet(items: Sequence[InboxItem]) -> list[InboxItem]:
    ids = [str(item.delivery_id) for item in items]
    known = set(IncomingDocument.objects.filter(delivery_id__in=ids).values_list("delivery_id", flat=True))
    return [item for item in items if str(item.delivery_id) not in known]


def _by_packet(items: Iterable[InboxItem]) -> list[list[InboxItem]]:
    groups: defaultdict[str, list[InboxItem]] = defaultdict(list)
    for item in items:
        groups[str(item.packet_id)].append(item)
    return list(groups.values())


def _collect_packet(fetching: Fetching, items: list[InboxItem], at: datetime) -> Collected:
    """Take in all deliveries of one packet."""
    agencies = find_agencies({item.recipient.code for item in items}, on=at.astimezone(VIETNAM).date())
    ours = [item for item in items if item.recipient.code in agencies]
    for item in items:
        if item.recipient.code not in agencies:
            logger.error("delivery %s is for %s, unknown here", item.delivery_id, item.recipient.code)
    if not ours:
        return Collected()
    first = ours[0]
    xml = fetching.packet(
        first.delivery_id,
        sender=first.sender,
        recipient=first.recipient,
        document=_code_of(first) or first.subject,
    )
    if xml is None:
        return Collected()
    try:
        examined = examine(xml, agency_ids={agency.pk for agency in agencies.values()}, at=at)
    except (SigningUnavailable, NotScannedNow) as refusal:
        logger.error("packet %s waits: %s", ours[0].packet_id, refusal)
        return Collected()
    return _store([Arrival(item, agencies[item.recipient.code], examined) for item in ours], at)


def _store(arrivals: list[Arrival], at: datetime) -> Collected:
    """Write the documents that no other collector wrote first, and all that belongs to them."""
    documents = [_document(arrival, at) for arrival in arrivals]
    with transaction.atomic():
        IncomingDocument.objects.bulk_create(documents, ignore_conflicts=True)
        ids = [document.id for document in documents]
        written = set(IncomingDocument.objects.filter(id__in=ids).values_list("id", flat=True))
        new = [pair for pair in zip(documents, arrivals, strict=True) if pair[0].id in written]
        IncomingFile.objects.bulk_create(
            IncomingFile(
                document=document,
                position=position,
                name=file.name,
                blob=file.blob,
                verdict=file.verdict.as_json() if file.verdict else None,
            )
            for document, arrival in new
            for position, file in enumerate(arrival.packet.files, start=1)
        )
        link_replies([(document, _responses(arrival)) for document, arrival in new], at=at)
        record_many([entry for document, _arrival in new for entry in _entries(document, at)])
        order_reading([document for document, _arrival in new if document.authentic], at=at)
        queue_statuses([row for document, _arrival in new for row in _statuses(document, at)])
    returned = sum(document.state == State.REFUSED for document, _arrival in new)
    return Collected(len(new), returned)


def _document(arrival: Arrival, at: datetime) -> IncomingDocument:
    packet, item = arrival.packet, arrival.item
    document = IncomingDocument(
        id=uuid7(),
        agency=arrival.agency,
        delivery_id=str(item.delivery_id),
        packet_id=str(item.packet_id),
        edxml=packet.packet,
        arrived_at=at,
        authentic=packet.authentic,
        verdict=packet.verdict.as_json(),
        encrypted=packet.encrypted,
    )
    # What an encrypted file holds is never answered by itself: whether a forged one could be decrypted would
    # be told, byte after byte, to whoever sends enough of them (RFC 3218; CBC). A clerk returns it.
    if not packet.authentic and not packet.encrypted:
        document.state, document.reason = State.REFUSED, packet.reason or packet.verdict.code
    _fill(document, arrival)
    return document


def _fill(document: IncomingDocument, arrival: Arrival) -> None:
    """Copy what the packet says; of one that cannot be read only what the inbox knows."""
    content = arrival.packet.content
    if content is None:
        document.subject = arrival.item.subject
        document.code = _code_of(arrival.item)
        document.sender_code = arrival.item.sender.code
        document.sender_name = arrival.item.sender.name
        return
    document.document_code = content.document_id
    document.code = content.code
    document.type_name = content.type_name
    document.subject = content.subject
    document.content = content.content
    document.promulgated_on = content.promulgated_on
    document.place = content.place
    document.signer_name = content.signer.full_name
    document.signer_position = content.signer.position
    document.sender_code = content.sender.organ_id[:40]
    document.sender_name = content.sender.organ_name
    document.urgency = int(content.urgency)
    document.steering_type = int(content.steering)
    document.asked_by_on = content.due_on


def _code_of(item: InboxItem) -> str:
    return "/".join(filter(None, (item.number, item.notation)))


def _responses(arrival: Arrival) -> tuple[edxml.ResponseFor, ...]:
    return arrival.packet.content.responses if arrival.packet.content else ()


def _entries(document: IncomingDocument, at: datetime) -> list[Entry]:
    actor = Actor(**{**vars(COLLECTOR), "agency_id": document.agency_id, "agency_code": document.agency.code})
    subject = Subject("office.incoming", str(document.id))
    entries = [
        Entry(actor, "incoming.collect", subject, at, {"code": document.code, "from": document.sender_name})
    ]
    if document.state == State.REFUSED:
        entries.append(Entry(actor, "incoming.return", subject, at, {"reason": document.reason}))
    return entries


def _statuses(document: IncomingDocument, at: datetime) -> list[StatusToReport]:
    rows = [StatusToReport(document=document, code=ARRIVED_CODE, happened_at=at, next_attempt_at=at)]
    if document.state == State.REFUSED:
        reason = document.reason[:500]
        rows.append(
            StatusToReport(
                document=document, code=REFUSED_CODE, description=reason, happened_at=at, next_attempt_at=at
            )
        )
    return rows

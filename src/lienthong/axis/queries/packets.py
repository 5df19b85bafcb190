"""What the sender of a packet may read, and the directory as a connected system sees it."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from uuid import UUID

from lienthong.axis.contracts import (
    AgencyItem,
    AgencyPage,
    AgencyRef,
    ChangeOutcome,
    PacketState,
    Receipt,
    RecipientState,
    TimelineEntry,
)
from lienthong.axis.models import ChangeRequest, ConnectedSystem, Delivery, Packet, StatusEvent
from lienthong.axis.queries.notices import announced_of
from lienthong.axis.queries.webhooks import troubles_of
from lienthong.axis.states import UNCOLLECTED
from lienthong.directory.public import Agency
from lienthong.identity.public import NotFound
from lienthong.kernel.paging import page_of
from lienthong.kernel.statements import Columns, as_json, fetch

AGENCIES_MOST = 1000


def receipt_of(packet: Packet) -> Receipt:
    """The receipt given for the packet, exactly as it was signed."""
    statement, signature = bytes(packet.receipt_statement), bytes(packet.receipt_signature)
    facts = json.loads(statement)
    return Receipt(
        packet_id=UUID(facts["packet_id"]),
        document_id=facts["document_id"],
        sender=facts["sender"],
        sha256=facts["sha256"],
        received_at=datetime.fromisoformat(facts["received_at"]),
        recipients=tuple(facts["recipients"]),
        statement=b64encode(statement).decode(),
        signature=b64encode(signature).decode(),
    )


_MET = Columns(
    Packet,
    *("id", "sender_id", "blob_id", "document_id", "business", "received_at"),
    *("receipt_statement", "receipt_signature"),
)
_SENDER = Columns(Agency, "id", "path")
_MET_ONE = f"""
CROSS JOIN LATERAL (
    SELECT {_MET.of("packet")}, {_SENDER.of("sender")}
    FROM axis_packet packet JOIN directory_agency sender ON sender.id = packet.sender_id
    WHERE {{}} LIMIT 1
) AS met
"""  # noqa: S608
_SAME_BYTES = _MET_ONE.format("packet.blob_id = asked.sha256")
# What only asks may share its id with others; `packet_document_once` is about documents.
_SAME_ID = _MET_ONE.format(
    "packet.sender_id = asked.sender AND packet.document_id = asked.document AND business IN (0, 3)"
)
# One after the other by a unique index each, however large the table was when the statement was planned.
_MET_BEFORE = f"""
SELECT met.* FROM unnest(%s::text[]) AS asked (sha256) {_SAME_BYTES}
UNION ALL
SELECT met.* FROM json_to_recordset(%s) AS asked (sender bigint, document text) {_SAME_ID}
"""  # noqa: S608


def met_before(sha256s: Collection[str], ids: Iterable[tuple[int, str]]) -> list[Packet]:
    """The packets with one of the hashes, and the documents with one of the pairs of sender and id.

    Only what a receipt needs is loaded, and of the sender its place. One query.
    """
    asked = as_json([{"sender": sender, "document": document} for sender, document in ids])
    return [_met(iter(row)) for row in fetch(_MET_BEFORE, list(sha256s), asked)]


def _met(values: Iterator[object]) -> Packet:
    packet = _MET.read(values)
    packet.sender = _SENDER.read(values)
    return packet


def packet_state(system: ConnectedSystem, packet_id: UUID) -> PacketState:
    """The state of a packet that the system has sent for an agency it serves. Six queries.

    Raises:
        NotFound: there is no such packet for this system.
    """
    packet = sent_packet(system, packet_id)
    return PacketState(
        packet_id=packet.pk,
        sender=AgencyRef(packet.sender.code, packet.sender.name),
        document_id=packet.document_id,
        number=packet.number,
        notation=packet.notation,
        subject=packet.subject,
        received_at=packet.received_at,
        sha256=packet.sha256,
        receipt=receipt_of(packet),
        recipients=tuple(recipients_of(packet)),
        timeline=tuple(timeline_of(packet)),
        business=packet.business,
        about_document_id=packet.about.document_id if packet.about else "",
        sequence=packet.sequence,
        requests=tuple(outcomes_of(packet)),
    )


def sent_packet(system: ConnectedSystem, packet_id: UUID) -> Packet:
    """A packet that the system has sent for an agency it serves; raises `NotFound`. One query."""
    rows = Packet.objects.select_related("sender", "about")
    found = rows.filter(system.has_sent(), pk=packet_id).first()
    if found is None:
        raise NotFound
    return found


def outcomes_of(packet: Packet) -> list[ChangeOutcome]:
    """What was asked for the packet's document, by order of the changes and code. One query."""
    rows = ChangeRequest.objects.filter(delivery__packet=packet).select_related("recipient", "asking")
    return [
        ChangeOutcome(
            delivery_id=row.delivery_id,
            recipient=AgencyRef(row.recipient.code, row.recipient.name),
            kind=row.kind,
            sequence=row.sequence,
            state=row.state,
            reason=row.reason,
            answer=row.answer,
            asked_at=row.asked_at,
            answered_at=row.answered_at,
            packet_id=row.asking.packet_id if row.asking else None,
        )
        for row in rows.order_by("sequence", "recipient__code")
    ]


def recipients_of(packet: Packet) -> list[RecipientState]:
    """The state of each recipient, by code, with what stands in its way. Three queries."""
    announced, troubles = announced_of(packet), troubles_of(packet)
    rows = Delivery.objects.filter(packet=packet).select_related("recipient").order_by("recipient__code")
    return [
        RecipientState(
            delivery_id=row.pk,
            recipient=AgencyRef(row.recipient.code, row.recipient.name),
            state=row.state,
            sent_at=row.sent_at,
            collected_at=row.collected_at,
            last_status_at=row.last_status_at,
            uncollected_since=row.sent_at if row.pk in announced and row.state in UNCOLLECTED else None,
            delivery_problem=troubles.get(row.pk),
        )
        for row in rows
    ]


def timeline_of(packet: Packet) -> list[TimelineEntry]:
    """All statuses of all recipients, in the order the axis got them. One query."""
    rows = StatusEvent.objects.filter(delivery__packet=packet).select_related("delivery__recipient")
    return [
        TimelineEntry(
            recipient=AgencyRef(row.delivery.recipient.code, row.delivery.recipient.name),
            code=row.code,
            at=row.at,
            received_at=row.received_at,
            description=row.description,
            department=row.department,
            staff=row.staff,
        )
        for row in rows.order_by("received_at", "id")
    ]


def agencies(*, on: date, after: str = "", limit: int = 200) -> AgencyPage:
    """The agencies that exist on the day, by code, at most 1,000 a page. One query.

    Raises:
        BadCursor: `after` was not made by this axis.
    """
    rows = Agency.objects.valid(on).select_related("parent")
    page = page_of(rows, key="+code", cursor=after, size=max(1, min(limit, AGENCIES_MOST)))
    items = tuple(
        AgencyItem(
            code=agency.code,
            old_code=agency.old_code,
            name=agency.name,
            kind=agency.kind,
            parent_code=agency.parent.code if agency.parent else "",
        )
        for agency in page.rows
    )
    return AgencyPage(items, page.next)

"""What a connected system may read of deliveries: only those of agencies it serves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lienthong.axis.contracts import AgencyRef, ChangeItem, ChangePage, InboxItem, InboxPage
from lienthong.axis.models import ChangeRequest, ConnectedSystem, Delivery, Packet
from lienthong.axis.models.systems import RECEIVES
from lienthong.axis.states import ChangeState
from lienthong.directory.public import Agency
from lienthong.identity.public import NotFound
from lienthong.kernel.blobs import open_blob
from lienthong.kernel.models import Blob
from lienthong.kernel.paging import page_of
from lienthong.kernel.statements import Columns, as_json, fetch

PAGE_MOST = 200


@dataclass(frozen=True)
class PacketFile:
    """The bytes of a packet, to be streamed, with what their headers need."""

    size: int
    sha256: str
    chunks: Iterator[bytes]


def inbox_of(system: ConnectedSystem, *, after: str = "", limit: int = 50) -> InboxPage:
    """The deliveries nobody has collected yet, oldest first, at most 200. One query.

    Reporting a status takes a delivery out of the inbox. Whoever reads all pages, reports, and begins again
    without a cursor misses nothing: a packet that is committed late shows up on the next round.

    Raises:
        BadCursor: `after` was not made by this axis.
    """
    rows = (
        Delivery.objects.waiting()
        .filter(system.receives())
        .select_related("packet__sender", "packet__blob", "packet__about", "recipient")
    )
    page = page_of(rows, key="+id", cursor=after, size=max(1, min(limit, PAGE_MOST)))
    return InboxPage(tuple(inbox_item(delivery) for delivery in page.rows), page.next)


def changes_of(system: ConnectedSystem, *, after: str = "", limit: int = 50) -> ChangePage:
    """The requests that wait for an answer from agencies the system serves, oldest first. One query.

    Raises:
        BadCursor: `after` was not made by this axis.
    """
    rows = ChangeRequest.objects.filter(
        system.served("recipient"), system.meets("delivery__packet"), state=ChangeState.PENDING
    ).select_related("delivery__packet__sender", "recipient")
    page = page_of(rows, key="+id", cursor=after, size=max(1, min(limit, PAGE_MOST)))
    return ChangePage(tuple(_change(request) for request in page.rows), page.next)


def delivery_of(system: ConnectedSystem, delivery_id: UUID, *, lock: bool = False) -> Delivery:
    """A delivery to an agency that the system serves, locked if asked; raises `NotFound`. One query."""
    rows = Delivery.objects.select_related("packet", "recipient").filter(system.receives(), pk=delivery_id)
    found = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise NotFound
    return found


_DELIVERY = Columns(Delivery)
_PACKET, _RECIPIENT = Columns(Packet, "id", "business", "blob_id"), Columns(Agency, "id", "code")
# By key, one after the other in their order: two calls with several deliveries never wait for each other, and
# no plan made for a small table reads a large one whole.
_LOCK = f"""
SELECT asked.system_id, found.*
FROM (
    SELECT * FROM json_to_recordset(%s) AS given (delivery_id uuid, system_id bigint) ORDER BY delivery_id
) AS asked
CROSS JOIN LATERAL (
    SELECT {_DELIVERY.of("delivery")}, {_PACKET.of("packet")}, {_RECIPIENT.of("recipient")}
    FROM axis_delivery delivery
    JOIN axis_packet packet ON packet.id = delivery.packet_id
    JOIN directory_agency recipient ON recipient.id = delivery.recipient_id
    JOIN axis_connectedsystem system ON system.id = asked.system_id
    JOIN directory_agency served ON served.id = system.agency_id
    WHERE delivery.id = asked.delivery_id AND {RECEIVES}
    FOR UPDATE OF delivery
) AS found
"""  # noqa: S608


def locked_deliveries(asked: Iterable[tuple[int, UUID]]) -> dict[tuple[int, UUID], Delivery]:
    """Of the pairs of system and delivery those that the system serves, locked; each delivery one instance.

    Of their packets and recipients only what a status needs is loaded. One query.
    """
    found, deliveries = dict[tuple[int, UUID], Delivery](), dict[UUID, Delivery]()
    pairs = [{"system_id": system_id, "delivery_id": delivery_id} for system_id, delivery_id in asked]
    for system_id, *row in fetch(_LOCK, as_json(pairs)):
        values = iter(row)
        delivery = _DELIVERY.read(values)
        delivery.packet, delivery.recipient = _PACKET.read(values), _RECIPIENT.read(values)
        found[system_id, delivery.pk] = deliveries.setdefault(delivery.pk, delivery)
    return found


_KNOWN = """
SELECT delivery_id, code, at
FROM json_to_recordset(%s) AS asked (delivery uuid, reported text, reported_at timestamptz)
CROSS JOIN LATERAL (
    SELECT delivery_id, code, at FROM axis_statusevent
    WHERE delivery_id = asked.delivery AND code = asked.reported AND at = asked.reported_at LIMIT 1
) AS known
"""


def known_reports(asked: Iterable[tuple[UUID, str, datetime]]) -> set[tuple[UUID, str, datetime]]:
    """Of the reports (delivery, code, time) those that were recorded before. One query."""
    names = ("delivery", "reported", "reported_at")
    marks = [dict(zip(names, one, strict=True)) for one in asked]
    return {(row[0], row[1], row[2]) for row in fetch(_KNOWN, as_json(marks))}


def packet_file(delivery: Delivery) -> PacketFile:
    """The packet of a delivery as a stream; whoever hands it out to its recipient uses `collect_packet`."""
    blob = Blob.objects.get(pk=delivery.packet.blob_id)
    return PacketFile(blob.size, blob.sha256, open_blob(blob))


def inbox_item(delivery: Delivery) -> InboxItem:
    """The delivery as its recipient sees it; packet, blob, sender and recipient are loaded with it."""
    packet = delivery.packet
    return InboxItem(
        delivery_id=delivery.pk,
        packet_id=packet.pk,
        sender=AgencyRef(packet.sender.code, packet.sender.name),
        recipient=AgencyRef(delivery.recipient.code, delivery.recipient.name),
        document_id=packet.document_id,
        number=packet.number,
        notation=packet.notation,
        type_name=packet.type_name,
        subject=packet.subject,
        urgency=packet.urgency,
        promulgated_on=packet.promulgated_on,
        due_on=packet.due_on,
        sent_at=delivery.sent_at,
        sha256=packet.sha256,
        size=packet.blob.size,
        business=packet.business,
        about_document_id=packet.about.document_id if packet.about else "",
        sequence=packet.sequence,
    )


def _change(request: ChangeRequest) -> ChangeItem:
    packet = request.delivery.packet
    return ChangeItem(
        request_id=request.pk,
        kind=request.kind,
        sequence=request.sequence,
        reason=request.reason,
        asked_at=request.asked_at,
        delivery_id=request.delivery_id,
        packet_id=packet.pk,
        document_id=packet.document_id,
        sender=AgencyRef(packet.sender.code, packet.sender.name),
        recipient=AgencyRef(request.recipient.code, request.recipient.name),
        asking_delivery_id=request.asking_id,
    )

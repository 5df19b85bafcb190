"""What a connected system may read of deliveries: only those of agencies it serves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from lienthong.axis.contracts import AgencyRef, ChangeItem, ChangePage, InboxItem, InboxPage
from lienthong.axis.models import ChangeRequest, ConnectedSystem, Delivery
from lienthong.axis.states import ChangeState
from lienthong.identity.public import NotFound
from lienthong.kernel.blobs import open_blob
from lienthong.kernel.models import Blob
from lienthong.kernel.paging import page_of

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

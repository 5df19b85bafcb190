"""What a connected system may read of deliveries: only those of agencies it serves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lienthong.axis.contracts import AgencyRef, InboxItem, InboxPage
from lienthong.axis.models import ConnectedSystem, Delivery
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
        .select_related("packet__sender", "packet__blob", "recipient")
    )
    page = page_of(rows, key="+id", cursor=after, size=max(1, min(limit, PAGE_MOST)))
    return InboxPage(tuple(_item(delivery) for delivery in page.rows), page.next)


def delivery_of(system: ConnectedSystem, delivery_id: UUID, *, lock: bool = False) -> Delivery:
    """A delivery to an agency that the system serves, locked if asked; raises `NotFound`. One query."""
    rows = Delivery.objects.select_related("packet", "recipient").filter(system.receives(), pk=delivery_id)
    found = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise NotFound
    return found


def packet_file(system: ConnectedSystem, delivery_id: UUID, *, at: datetime | None = None) -> PacketFile:
    """The packet of a delivery as a stream; with `at`, the first collection is marked with that time.

    Raises:
        NotFound: there is no such delivery for this system.
    """
    delivery = delivery_of(system, delivery_id)
    if at is not None and delivery.collected_at is None:
        Delivery.objects.filter(pk=delivery.pk, collected_at=None).update(collected_at=at)
    blob = Blob.objects.get(pk=delivery.packet.blob_id)
    return PacketFile(blob.size, blob.sha256, open_blob(blob))


def packet_of_delivery(
    system: ConnectedSystem, delivery_id: UUID, *, at: datetime | None = None
) -> Iterator[bytes]:
    """The chunks of `packet_file`."""
    return packet_file(system, delivery_id, at=at).chunks


def _item(delivery: Delivery) -> InboxItem:
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
    )

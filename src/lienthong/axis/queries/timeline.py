"""How a packet went on at each recipient: what was reported when, and how long after sending."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.functional import Promise

from lienthong.axis.models import Delivery, Packet, StatusEvent
from lienthong.axis.policies import require_can_watch
from lienthong.axis.queries.operator import PacketFilter, search_packets
from lienthong.axis.states import CODE_LABELS
from lienthong.identity.public import NotFound, Viewer
from lienthong.ledger.public import Event, timeline

EXPORT_MOST = 10_000
EXPORT_SET = 500
REPLAYED = "delivery.replay"


@dataclass(frozen=True)
class Step:
    """A status of a delivery: what, when the axis heard of it, and how long after the packet was sent."""

    code: str
    label: str | Promise
    at: datetime
    after: timedelta
    description: str


def steps_of(viewer: Viewer, deliveries: Sequence[Delivery]) -> dict[UUID, list[Step]]:
    """The statuses of each delivery in the order in which the axis heard of them. One query."""
    require_can_watch(viewer)
    sent = {delivery.pk: delivery.sent_at for delivery in deliveries}
    steps: dict[UUID, list[Step]] = {delivery.pk: [] for delivery in deliveries}
    rows = StatusEvent.objects.filter(delivery__in=list(sent)).order_by("received_at", "id")
    for event in rows.only("delivery_id", "code", "received_at", "description"):
        after = max(event.received_at - sent[event.delivery_id], timedelta(0))
        label = CODE_LABELS.get(event.code, event.code)
        steps[event.delivery_id].append(Step(event.code, label, event.received_at, after, event.description))
    return steps


def manual_acts(viewer: Viewer, packet: Packet) -> list[Event]:
    """What operators did by hand to the packet's deliveries, from the ledger, oldest first. One query."""
    require_can_watch(viewer)
    return [event for event in timeline(packet.as_subject()) if event.verb == REPLAYED]


def find_delivery(viewer: Viewer, delivery_id: UUID) -> Delivery:
    """One delivery with its packet and recipient; raises `NotFound`."""
    require_can_watch(viewer)
    rows = Delivery.objects.select_related("packet__sender", "recipient")
    found = rows.filter(pk=delivery_id).first()
    if found is None:
        raise NotFound
    return found


def export_packets(
    viewer: Viewer, wanted: PacketFilter, *, most: int = EXPORT_MOST
) -> Iterator[Packet | None]:
    """The packets that match, newest first, in sets; after so many a None that says there are more."""
    require_can_watch(viewer)
    return _in_sets(viewer, wanted, most)


def _in_sets(viewer: Viewer, wanted: PacketFilter, most: int) -> Iterator[Packet | None]:
    cursor = ""
    while most:
        page = search_packets(viewer, wanted, cursor=cursor, size=min(EXPORT_SET, most))
        yield from page.rows
        cursor, most = page.next, most - len(page.rows)
        if not cursor:
            return
    yield None


def export_recipients(
    viewer: Viewer, packet_id: UUID
) -> tuple[Packet, Iterator[tuple[Delivery, list[Step]]]]:
    """A packet, and its recipients in their order with what they reported, in sets; raises `NotFound`."""
    require_can_watch(viewer)
    packet = Packet.objects.select_related("sender").filter(pk=packet_id).first()
    if packet is None:
        raise NotFound
    return packet, _recipients(viewer, packet)


def _recipients(viewer: Viewer, packet: Packet) -> Iterator[tuple[Delivery, list[Step]]]:
    rows = Delivery.objects.filter(packet=packet).select_related("recipient").order_by("id")
    last: UUID | None = None
    while found := list((rows.filter(id__gt=last) if last else rows)[:EXPORT_SET]):
        steps = steps_of(viewer, found)
        yield from ((delivery, steps[delivery.pk]) for delivery in found)
        last = found[-1].pk

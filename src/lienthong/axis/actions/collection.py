"""Handing a packet out to its recipient, and attesting that it was delivered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db import transaction

from lienthong.axis.actions.evidence import attest
from lienthong.axis.models import ConnectedSystem, Delivery
from lienthong.axis.queries.deliveries import PacketFile, delivery_of, packet_file
from lienthong.axis.states import Stage


def collect_packet(system: ConnectedSystem, delivery_id: UUID, *, at: datetime | None = None) -> PacketFile:
    """The packet of a delivery as a stream; with `at`, the first collection is marked and attested.

    Raises:
        NotFound: there is no such delivery for this system.
    """
    delivery = delivery_of(system, delivery_id)
    file = packet_file(delivery)
    if at is not None and delivery.collected_at is None:
        _mark(delivery, at)
    return file


def packet_of_delivery(
    system: ConnectedSystem, delivery_id: UUID, *, at: datetime | None = None
) -> Iterator[bytes]:
    """The chunks of `collect_packet`."""
    return collect_packet(system, delivery_id, at=at).chunks


def _mark(delivery: Delivery, at: datetime) -> None:
    """Of several that collect at once, one marks and attests."""
    with transaction.atomic():
        if Delivery.objects.filter(pk=delivery.pk, collected_at=None).update(collected_at=at):
            attest(delivery.packet, Stage.DELIVERED, by=delivery.recipient.code, at=at, delivery=delivery)

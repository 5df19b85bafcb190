"""Handing a packet out to its recipient, and attesting that it was delivered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lienthong.axis.actions.evidence import attest
from lienthong.axis.models import ConnectedSystem
from lienthong.axis.queries.deliveries import PacketFile, delivery_of, packet_file
from lienthong.axis.states import DeliveryState, Stage
from lienthong.kernel.errors import Refusal


class DeliveryWithdrawn(Refusal):
    """The sender withdrew the document before it was collected, or with the receiver's consent."""

    code, status = "withdrawn", 410
    sentence = _("The sender has withdrawn this document; it can no longer be collected.")


def collect_packet(system: ConnectedSystem, delivery_id: UUID, *, at: datetime | None = None) -> PacketFile:
    """The packet of a delivery as a stream; with `at`, the first collection is marked and attested.

    Collecting is decided under the lock of the delivery, as withdrawing it is: whichever comes first holds.

    Raises:
        NotFound: there is no such delivery for this system.
        DeliveryWithdrawn: the sender was faster.
    """
    with transaction.atomic():
        delivery = delivery_of(system, delivery_id, lock=True)
        if delivery.state == DeliveryState.WITHDRAWN:
            raise DeliveryWithdrawn
        if at is not None and delivery.collected_at is None:
            delivery.collected_at = at
            delivery.save(update_fields=["collected_at"])
            attest(delivery.packet, Stage.DELIVERED, by=delivery.recipient.code, at=at, delivery=delivery)
    return packet_file(delivery)


def packet_of_delivery(
    system: ConnectedSystem, delivery_id: UUID, *, at: datetime | None = None
) -> Iterator[bytes]:
    """The chunks of `collect_packet`."""
    return collect_packet(system, delivery_id, at=at).chunks

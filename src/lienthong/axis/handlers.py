"""What the axis does when a packet was stored."""

from __future__ import annotations

from lienthong.axis.actions.webhook_sending import queue_webhooks
from lienthong.axis.contracts import PacketStored
from lienthong.kernel.events import subscribe


@subscribe(PacketStored)
def tell_webhooks(event: PacketStored) -> None:
    """Queue its deliveries for the webhooks of their recipients' systems."""
    queue_webhooks(event.packet_id)

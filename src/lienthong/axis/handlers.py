"""What the axis does when packets were stored."""

from __future__ import annotations

from lienthong.axis.actions.webhook_sending import queue_webhooks
from lienthong.axis.contracts import PacketsStored
from lienthong.kernel.events import subscribe


@subscribe(PacketsStored)
def tell_webhooks(event: PacketsStored) -> None:
    """Queue their deliveries for the webhooks of their recipients' systems."""
    queue_webhooks([packet.packet_id for packet in event.packets])

"""What the axis does when something became true in it."""

from __future__ import annotations

from lienthong.axis.actions.webhook_sending import queue_webhooks
from lienthong.axis.contracts import PacketsStored
from lienthong.kernel.events import subscribe
from lienthong.kernel.jobs import enqueue


@subscribe(PacketsStored)
def tell_webhooks(event: PacketsStored) -> None:
    """Queue the deliveries for the webhooks of their recipients' systems."""
    queue_webhooks([packet.packet_id for packet in event.packets])


@subscribe(PacketsStored)
def answer_soon(event: PacketsStored) -> None:
    """Let the peer in the sandbox answer as soon as the transaction ends."""
    for packet in event.packets:
        if packet.sandbox:
            enqueue("axis.answer_sandbox", packet_id=str(packet.packet_id))

"""What the office does when something became true at an axis in the same installation."""

from __future__ import annotations

from lienthong.axis.public import DeliveryUncollected, PacketsStored, StatusReported
from lienthong.kernel.events import subscribe
from lienthong.kernel.jobs import enqueue
from lienthong.office.actions.sending import note_status, note_uncollected


@subscribe(PacketsStored)
def collect_soon(event: PacketsStored) -> None:
    """Fetch the new packets as soon as their transaction ends."""
    enqueue("office.collect_inbox")


@subscribe(StatusReported)
def note(event: StatusReported) -> None:
    """Write the new state beside the recipient of the document sent from here."""
    note_status(
        packet_id=event.packet_id,
        recipient_id=event.recipient_id,
        code=event.code,
        at=event.at,
        description=event.description,
        staff=event.staff,
    )


@subscribe(DeliveryUncollected)
def note_that_nobody_collects(event: DeliveryUncollected) -> None:
    """Write it beside the recipients of the documents sent from here."""
    note_uncollected(event.deliveries)

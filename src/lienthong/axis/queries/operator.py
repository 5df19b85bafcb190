"""What operators and auditors of the axis see: every packet, and what is stuck. No exact counts anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from lienthong.axis.models import Delivery, Packet, StatusEvent
from lienthong.axis.policies import require_can_watch
from lienthong.axis.states import DeliveryState
from lienthong.directory.public import Agency
from lienthong.identity.public import NotFound, Viewer
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.paging import Page, page_of

NEWEST = 100


@dataclass(frozen=True)
class PacketFilter:
    """What to look for; empty means any. `agency`, with all below it, may be sender or recipient."""

    text: str = ""
    state: str = ""
    agency: Agency | None = None
    since: date | None = None
    until: date | None = None
    urgency: int | None = None


@dataclass(frozen=True)
class PacketView:
    """One packet: how many recipients in which state, one page of its deliveries, the newest statuses."""

    packet: Packet
    counts: list[tuple[DeliveryState, int]]
    page: Page[Delivery]
    statuses: list[StatusEvent]


def search_packets(viewer: Viewer, wanted: PacketFilter, *, cursor: str = "") -> Page[Packet]:
    """The packets that match, newest first. One query.

    Raises:
        NotAllowed: the viewer neither operates nor audits the axis.
    """
    require_can_watch(viewer)
    rows: QuerySet[Packet] = Packet.objects.select_related("sender")
    if any(letter.isalnum() for letter in wanted.text):
        rows = Packet.objects.select_related("sender").matching(wanted.text)
    rows = _between(rows, wanted.since, wanted.until)
    if wanted.urgency is not None:
        rows = rows.filter(urgency=wanted.urgency)
    if wanted.agency is not None or wanted.state:
        rows = _by_deliveries(rows, wanted.agency, wanted.state)
    return page_of(rows, key="id", cursor=cursor)


def packet_view(viewer: Viewer, packet_id: UUID, *, state: str = "", cursor: str = "") -> PacketView:
    """One packet, and of its deliveries those in `state` (empty: all). Four queries.

    Raises:
        NotAllowed, NotFound.
    """
    require_can_watch(viewer)
    packet = Packet.objects.select_related("sender", "system", "blob").filter(pk=packet_id).first()
    if packet is None:
        raise NotFound
    deliveries = Delivery.objects.filter(packet=packet)
    counts = deliveries.values_list("state").annotate(Count("pk")).order_by("state")
    shown = deliveries.filter(state=state) if state else deliveries
    events = StatusEvent.objects.filter(delivery__packet=packet).select_related("delivery__recipient")
    return PacketView(
        packet=packet,
        counts=[(DeliveryState(code), number) for code, number in counts],
        page=page_of(shown.select_related("recipient"), key="+id", cursor=cursor),
        statuses=list(events.order_by("-received_at", "-id")[:NEWEST]),
    )


def stuck_deliveries(
    viewer: Viewer, *, at: datetime, uncollected: timedelta, unregistered: timedelta, cursor: str = ""
) -> Page[Delivery]:
    """Real deliveries that nobody collected, or registered, for so long; oldest first. One query."""
    require_can_watch(viewer)
    rows = Delivery.objects.filter(packet__sandbox=False).stuck(
        uncollected_before=at - uncollected, unregistered_before=at - unregistered
    )
    return page_of(rows.select_related("packet__sender", "recipient"), key="+id", cursor=cursor)


def _between(rows: QuerySet[Packet], since: date | None, until: date | None) -> QuerySet[Packet]:
    """Received from the first day to the last, both included, at +07:00."""
    if since:
        rows = rows.filter(received_at__gte=datetime.combine(since, time(), VIETNAM))
    if until:
        rows = rows.filter(received_at__lt=datetime.combine(until + timedelta(days=1), time(), VIETNAM))
    return rows


def _by_deliveries(rows: QuerySet[Packet], agency: Agency | None, state: str) -> QuerySet[Packet]:
    """Packets from the agency with any, or to the agency with this delivery, in the state."""
    deliveries = Delivery.objects.filter(packet=OuterRef("pk"))
    if state:
        deliveries = deliveries.filter(state=state)
    if agency is None:
        return rows.filter(Exists(deliveries))
    received = Q(Exists(deliveries.filter(recipient__path__startswith=agency.path)))
    sent = Q(sender__path__startswith=agency.path)
    return rows.filter(received | (sent & Exists(deliveries) if state else sent))

"""What operators and auditors of the axis see: every packet, and what is stuck. No exact counts anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from lienthong.axis.models import ChangeRequest, Delivery, Packet, PacketQuerySet, StatusEvent
from lienthong.axis.policies import require_can_watch
from lienthong.axis.states import DeliveryState
from lienthong.directory.public import Agency
from lienthong.identity.public import NotFound, Viewer
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.paging import PAGE_SIZE, Page, newest_page, page_of

NEWEST = 100
RARE = 2000  # hits of words that are still sorted one and all


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
    """One packet: how many recipients in which state, one page of its deliveries, the newest statuses and
    requests for a change."""

    packet: Packet
    counts: list[tuple[DeliveryState, int]]
    page: Page[Delivery]
    statuses: list[StatusEvent]
    requests: list[ChangeRequest]


def search_packets(
    viewer: Viewer, wanted: PacketFilter, *, cursor: str = "", size: int = PAGE_SIZE
) -> Page[Packet]:
    """The packets that match, newest first. One query; one more for words, two for an agency.

    Raises:
        NotAllowed: the viewer neither operates nor audits the axis.
    """
    require_can_watch(viewer)
    return newest_page(_wanted(wanted), time="received_at", cursor=cursor, size=size)


def packet_view(viewer: Viewer, packet_id: UUID, *, state: str = "", cursor: str = "") -> PacketView:
    """One packet, and of its deliveries those in `state` (empty: all). Five queries.

    Raises:
        NotAllowed, NotFound.
    """
    require_can_watch(viewer)
    packet = Packet.objects.select_related("sender", "system", "blob", "about").filter(pk=packet_id).first()
    if packet is None:
        raise NotFound
    deliveries = Delivery.objects.filter(packet=packet)
    counts = deliveries.values_list("state").annotate(Count("pk")).order_by("state")
    shown = deliveries.filter(state=state) if state else deliveries
    events = StatusEvent.objects.filter(delivery__packet=packet).select_related("delivery__recipient")
    requests = ChangeRequest.objects.filter(delivery__packet=packet).select_related("recipient", "asking")
    return PacketView(
        packet=packet,
        counts=[(DeliveryState(code), number) for code, number in counts],
        page=page_of(shown.select_related("recipient"), key="+id", cursor=cursor),
        statuses=list(events.order_by("-received_at", "-id")[:NEWEST]),
        requests=list(requests.order_by("-id")[:NEWEST]),
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


def _wanted(wanted: PacketFilter) -> list[QuerySet[Packet]]:
    """The packets that match, as sources of which each is read along one index (see docs/performance.md)."""
    rows = Packet.objects.select_related("sender")
    if any(letter.isalnum() for letter in wanted.text):
        rows = _with_words(rows, wanted.text)
    rows = rows.filter(_between("received_at", wanted.since, wanted.until))
    if wanted.urgency is not None:
        rows = rows.filter(urgency=wanted.urgency)
    # A delivery is sent when its packet is received: the period narrows both sides.
    deliveries = Delivery.objects.filter(_between("sent_at", wanted.since, wanted.until))
    if wanted.state:
        deliveries = deliveries.filter(state=wanted.state)
    in_state = rows.filter(pk__in=deliveries.values("packet")) if wanted.state else rows
    if wanted.agency is None:
        return [in_state]
    agencies = list(Agency.objects.filter(path__startswith=wanted.agency.path).values_list("pk", flat=True))
    return [
        in_state.filter(sender__in=agencies),
        rows.filter(pk__in=deliveries.filter(recipient__in=agencies).values("packet")),
    ]


def _with_words(rows: PacketQuerySet, text: str) -> PacketQuerySet:
    """Those with the words: named one by one where the index knows few, else met soon among the newest.

    PostgreSQL would choose between the two by a guess, which for words it has no statistics of is 1 in 200.
    """
    few = list(Packet.objects.matching(text).values_list("pk", flat=True)[: RARE + 1])
    return rows.filter(pk__in=few) if len(few) <= RARE else rows.matching_each(text)


def _between(field: str, since: date | None, until: date | None) -> Q:
    """From the first day to the last, both included, at +07:00."""
    found = Q()
    if since:
        found &= Q(**{f"{field}__gte": datetime.combine(since, time(), VIETNAM)})
    if until:
        found &= Q(**{f"{field}__lt": datetime.combine(until + timedelta(days=1), time(), VIETNAM)})
    return found

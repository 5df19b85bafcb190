"""The console's figures: read from the kept counts, and only the last moments from the large tables."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncMinute

from lienthong.axis.models import ConnectedSystem, Delivery, Packet, StatusEvent
from lienthong.axis.models.tallies import Backlog, CountedUntil, Kind, Refused, Span, Tally
from lienthong.axis.policies import Health, health_of, require_can_watch
from lienthong.identity.public import Viewer
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.paging import page_of

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
STALE = timedelta(minutes=5)
OLDEST, LONGEST_WAITS, REASONS, SYSTEMS = 5, 10, 20, 50


@dataclass(frozen=True)
class Point:
    """What came in during the minute, hour or day that begins at `start`."""

    start: datetime
    packets: int
    statuses: int


@dataclass(frozen=True)
class Throughput:
    """Per minute of the last hour, per hour of the last day, per day of the last month; the last one runs."""

    minutes: list[Point]
    hours: list[Point]
    days: list[Point]


@dataclass(frozen=True)
class Reason:
    """How often a system was refused with a code; `system` is empty for unknown callers."""

    code: str
    system: str
    count: int


@dataclass(frozen=True)
class Figures:
    """All that the console shows. `counted_at` is None before the first count."""

    at: datetime
    counted_at: datetime | None
    throughput: Throughput
    uncollected: int
    unregistered: int
    oldest: list[Delivery]
    waits: list[Backlog]
    reasons: list[Reason]
    refusals: int

    @property
    def stale(self) -> bool:
        """Whether the job that counts has fallen behind."""
        return self.counted_at is None or self.at - self.counted_at > STALE


@dataclass(frozen=True)
class SystemHealth:
    """A connected system: what it and the agencies it speaks for did today, what waits, and the verdict."""

    system: ConnectedSystem
    sent: int
    collected: int
    uncollected: int
    oldest_at: datetime | None
    refusals: int
    health: Health


@dataclass(frozen=True)
class HealthPage:
    """Connected systems of one page; `next` is the cursor of the page after it, empty on the last."""

    rows: list[SystemHealth]
    next: str


def figures(viewer: Viewer, *, at: datetime) -> Figures:
    """Everything on the console's page, without the sandbox. Nine queries, whatever is stored.

    Raises:
        NotAllowed: the viewer neither operates nor audits the axis.
    """
    require_can_watch(viewer)
    counted = CountedUntil.objects.filter(pk=1).first()
    reasons = _reasons(at - DAY)
    backlog = Backlog.objects.real().aggregate(
        uncollected=Sum("uncollected"), unregistered=Sum("unregistered")
    )
    return Figures(
        at=at,
        counted_at=counted.at if counted else None,
        throughput=_throughput(counted.at if counted else at, at),
        uncollected=backlog["uncollected"] or 0,
        unregistered=backlog["unregistered"] or 0,
        oldest=list(_waiting().select_related("packet", "recipient").order_by("sent_at")[:OLDEST]),
        waits=list(
            Backlog.objects.real()
            .filter(uncollected__gt=0)
            .select_related("agency")
            .order_by("oldest_at")[:LONGEST_WAITS]
        ),
        reasons=reasons[:REASONS],
        refusals=sum(reason.count for reason in reasons),
    )


def systems_health(viewer: Viewer, *, at: datetime, late: timedelta, cursor: str = "") -> HealthPage:
    """The systems that have access, newest first, with their health today at +07:00. Three queries.

    `late`: after how long an uncollected delivery is bad. A system that speaks for many agencies is given the
    sums of all of them, so that one delivery may count for a commune's system and for its province's.
    """
    require_can_watch(viewer)
    active = ConnectedSystem.objects.filter(disabled_at=None).select_related("agency")
    page = page_of(active, key="id", cursor=cursor, size=SYSTEMS)
    today = datetime.combine(at.astimezone(VIETNAM).date(), time(), VIETNAM)
    sums = _sums([system.pk for system in page.rows], today)
    counts = Refused.objects.filter(hour__gte=today, system__in=page.rows).values_list("system")
    refused = dict(counts.annotate(Sum("count")))
    rows = []
    for system in page.rows:
        sent, collected, uncollected, oldest_at = sums[system.pk]
        refusals = refused.get(system.pk, 0)
        health = health_of(
            waits=at - oldest_at if oldest_at else None,
            silent=at - system.last_seen_at if system.last_seen_at else None,
            sent=sent,
            refusals=refusals,
            late=late,
        )
        rows.append(SystemHealth(system, sent, collected, uncollected, oldest_at, refusals, health))
    return HealthPage(rows, page.next)


def backlog_gauges(*, at: datetime) -> dict[str, float]:
    """What monitoring asks for, without the sandbox: the kept backlog, and the oldest. Three queries."""
    sums = Backlog.objects.real().aggregate(uncollected=Sum("uncollected"), unregistered=Sum("unregistered"))
    oldest = _waiting().order_by("sent_at").values_list("sent_at", flat=True).first()
    counted = CountedUntil.objects.filter(pk=1).values_list("at", flat=True).first()
    gauges: dict[str, float] = {
        "uncollected": sums["uncollected"] or 0,
        "unregistered": sums["unregistered"] or 0,
        "oldest_undelivered_seconds": max((at - oldest).total_seconds(), 0) if oldest else 0,
    }
    if counted:
        gauges["figures_age_seconds"] = max((at - counted).total_seconds(), 0)
    return gauges


def _waiting() -> QuerySet[Delivery]:
    """Real deliveries nobody has collected."""
    return Delivery.objects.waiting().filter(packet__sandbox=False)


def _throughput(counted_at: datetime, at: datetime) -> Throughput:
    """Kept counts, and what came since they were counted: of the last hour at most, by indexed ranges."""
    minute = at.astimezone(VIETNAM).replace(second=0, microsecond=0)
    hour = minute.replace(minute=0)
    day = hour.replace(hour=0)
    kept = Tally.objects.filter(agency=None, kind__in=(Kind.SENT, Kind.REPORTED))
    rows = list(
        kept.filter(
            Q(span=Span.MINUTE, start__gt=minute - HOUR) | Q(span=Span.HOUR, start__gt=day - 30 * DAY)
        ).values_list("span", "kind", "start", "count")
    )
    minutes: Counter[tuple[str, datetime]] = Counter()
    hours: Counter[tuple[str, datetime]] = Counter()
    for span, kind, start, number in rows:
        (minutes if span == Span.MINUTE else hours)[kind, start.astimezone(VIETNAM)] += number
    for kind, start, number in _since(max(min(counted_at, at), minute - HOUR), at):
        minutes[kind, start] += number
        hours[kind, start.replace(minute=0)] += number
    days: Counter[tuple[str, datetime]] = Counter()
    for (kind, start), number in hours.items():
        days[kind, start.replace(hour=0)] += number
    return Throughput(
        minutes=_points(minutes, [minute - n * MINUTE for n in range(59, -1, -1)]),
        hours=_points(hours, [hour - n * HOUR for n in range(23, -1, -1)]),
        days=_points(days, [day - n * DAY for n in range(29, -1, -1)]),
    )


def _points(counts: Counter[tuple[str, datetime]], starts: list[datetime]) -> list[Point]:
    return [Point(start, counts[Kind.SENT, start], counts[Kind.REPORTED, start]) for start in starts]


def _since(start: datetime, until: datetime) -> list[tuple[str, datetime, int]]:
    """What came in the period, per minute."""
    found = []
    sources: list[tuple[Kind, QuerySet[Packet] | QuerySet[StatusEvent]]] = [
        (Kind.SENT, Packet.objects.filter(sandbox=False)),
        (Kind.REPORTED, StatusEvent.objects.filter(delivery__packet__sandbox=False)),
    ]
    for kind, rows in sources:
        counts = (
            rows.filter(received_at__gte=start, received_at__lte=until)
            .values_list(TruncMinute("received_at", tzinfo=VIETNAM))
            .annotate(number=Count("pk"))
            .order_by()
        )
        found += [(kind.value, minute, number) for minute, number in counts]
    return found


def _reasons(since: datetime) -> list[Reason]:
    """Refusals since then by code and system, most frequent first; who is in the sandbox is to be refused."""
    rows = (
        Refused.objects.filter(Q(system=None) | Q(system__sandbox=False), hour__gte=since)
        .values_list("code", "system__name")
        .annotate(number=Sum("count"))
        .order_by("-number", "code")
    )
    return [Reason(code, system or "", number) for code, system, number in rows]


Sums = tuple[int, int, int, datetime | None]


def _sums(systems: list[int], today: datetime) -> dict[int, Sums]:
    """Per system, over the agencies it speaks for: sent, collected, uncollected, and the oldest's time."""
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, {"systems": systems, "today": today})
        return {
            system: (sent, collected, waiting, oldest) for system, sent, collected, waiting, oldest in cursor
        }


# The agencies that did or await anything are few, so each is met once with the systems of one page.
_SUMS = """
WITH shown AS (
    SELECT system.id, serves, agency_id, path FROM axis_connectedsystem AS system
    JOIN directory_agency AS agency ON agency.id = agency_id WHERE system.id = ANY(%(systems)s)),
active AS (
    SELECT agency_id, sum(sent) AS sent, sum(collected) AS collected, sum(uncollected) AS uncollected,
           min(oldest_at) AS oldest_at
    FROM (
        SELECT agency_id, CASE kind WHEN 'sent' THEN count ELSE 0 END AS sent,
               CASE kind WHEN 'collected' THEN count ELSE 0 END AS collected, 0 AS uncollected,
               NULL::timestamptz AS oldest_at
        FROM axis_tally WHERE span = 'h' AND start >= %(today)s AND agency_id IS NOT NULL
        UNION ALL SELECT agency_id, 0, 0, uncollected, oldest_at FROM axis_backlog) AS parts
    GROUP BY agency_id)
SELECT shown.id, coalesce(sum(sent), 0)::bigint, coalesce(sum(collected), 0)::bigint,
       coalesce(sum(uncollected), 0)::bigint, min(oldest_at)
FROM shown LEFT JOIN (active JOIN directory_agency AS served ON served.id = active.agency_id)
    ON serves = 'all' AND served.kind <> 'sandbox' OR served.id = shown.agency_id
    OR serves = 'subtree' AND shown.path <> '' AND starts_with(served.path, shown.path)
GROUP BY shown.id
"""

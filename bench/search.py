"""How long each kind of search of the operator takes over what is stored (`--preload N` first)."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.harness import Figure, console, measure
from lienthong.axis.actions.figures import count_everything
from lienthong.axis.models import Packet
from lienthong.axis.models.tallies import CountedUntil
from lienthong.axis.queries.console import figures, systems_health
from lienthong.axis.queries.operator import PacketFilter, search_packets
from lienthong.directory.public import Agency
from lienthong.identity.public import Role, Viewer
from lienthong.kernel.clock import now

OPERATOR = Viewer(roles=frozenset({Role.OPERATOR}))
RUNS = 7


def searches() -> Iterator[tuple[str, PacketFilter]]:
    """Each kind of search with its name: by rare and by frequent values, alone and together."""
    today = now().date()
    month, old = today - timedelta(days=30), today - timedelta(days=300)
    province = Agency.objects.get(code="H55", valid_to__gt=today)
    small = Agency.objects.filter(parent=province, valid_to__gt=today).order_by("pk").first()
    newest = Packet.objects.order_by("-received_at").first()
    assert newest is not None
    yield "all, newest first", PacketFilter()
    yield "number and notation, exact", PacketFilter(text=newest.code)
    yield "number alone", PacketFilter(text="4711")
    yield "notation alone (1 of 9)", PacketFilter(text="SNV-CCHC")
    yield "summary, rare words with marks", PacketFilter(text="Đặng Quỳnh")
    yield "summary, rare words without marks", PacketFilter(text="dang quynh")
    yield "summary, frequent words without marks", PacketFilter(text="van ban dien tu")
    yield "summary, in every packet", PacketFilter(text="về việc")
    yield "no hit", PacketFilter(text="khong co van ban nao nhu the")
    yield (
        "agency: half of all packets",
        PacketFilter(agency=Agency.objects.get(code="G12", valid_to__gt=today)),
    )
    yield "agency: a province with all below", PacketFilter(agency=province)
    yield "agency: one department", PacketFilter(agency=small)
    yield "state 00 (1 in 1,000)", PacketFilter(state="00")
    yield "state 02 (1 in 100)", PacketFilter(state="02")
    yield "state 03 (9 in 10)", PacketFilter(state="03")
    yield "one month", PacketFilter(since=month)
    yield "one day, 300 days ago", PacketFilter(since=old, until=old)
    yield "state 00, 300 days ago", PacketFilter(state="00", since=old, until=old)
    yield "state 00, a month long ago", PacketFilter(state="00", since=old, until=old + timedelta(days=30))
    yield "state 03, until 300 days ago", PacketFilter(state="03", until=old)
    yield "department, state 00", PacketFilter(agency=small, state="00")
    yield "department, frequent words, month", PacketFilter(agency=small, text="chuyen doi so", since=month)
    yield (
        "frequent words, state 02, old month",
        PacketFilter(text="chuyen doi so", state="02", since=old, until=old + timedelta(days=30)),
    )
    yield "urgency and old day", PacketFilter(urgency=4, since=old, until=old)


def run() -> list[Figure]:
    """Median and slowest of several runs of each search, its second page included."""
    console.print(f"{Packet.objects.count():,} packets")
    found = [_timed(name, wanted) for name, wanted in searches()]
    return [*found, *_console()]


def _console() -> list[Figure]:
    """The console's figures: counting a month anew, counting the last minute, and the page's queries."""
    CountedUntil.objects.all().delete()
    began = time.perf_counter()
    count_everything(at=now())
    month = time.perf_counter() - began
    return [
        Figure("figures: count a whole month after a stop", 1 / month, month, month),
        measure("figures: count again, every minute", lambda: count_everything(at=now())),
        measure("figures: read all of the console's page", lambda: figures(OPERATOR, at=now())),
        measure(
            "figures: health of 50 systems",
            lambda: systems_health(OPERATOR, at=now(), late=timedelta(hours=4)),
        ),
    ]


def _timed(name: str, wanted: PacketFilter) -> Figure:
    times = []
    for _run in range(RUNS):
        began = time.perf_counter()
        page = search_packets(OPERATOR, wanted)
        times.append(time.perf_counter() - began)
        if page.next:
            began = time.perf_counter()
            search_packets(OPERATOR, wanted, cursor=page.next)
            times.append(time.perf_counter() - began)
    median = statistics.median(times)
    return Figure(f"{name} ({len(page.rows)}{'+' if page.next else ''})", 1 / median, median, max(times))


def explain(wanted: PacketFilter) -> str:
    """What PostgreSQL says of each query of the search."""
    with CaptureQueriesContext(connection) as queries:
        search_packets(OPERATOR, wanted)
    plans = []
    with connection.cursor() as cursor:
        for query in queries:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {query['sql']}")
            plans.append("\n".join(line for (line,) in cursor.fetchall()))
    return "\n\n".join(plans)

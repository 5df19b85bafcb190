"""How long each migration of the axis takes over what is stored, and how long it keeps others waiting.

The tables are brought back to their first form and forward again (`--preload N` first), while two others
write: one locks and changes a delivery, one appends a status. What they wait at worst is what a caller would;
who is cut off by a deadlock is counted, and begins again as a caller does.
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import psycopg
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from rich.table import Table

from bench.harness import console
from lienthong.axis.models import Delivery, Packet, StatusEvent

APP, FIRST, PAUSE = "axis", "0001_initial", 0.01

_CHANGE = """
WITH one AS (SELECT id FROM axis_delivery WHERE id = %(delivery)s FOR UPDATE)
UPDATE axis_delivery SET last_status_at = now() FROM one WHERE axis_delivery.id = one.id
"""
_APPEND = """
INSERT INTO axis_statusevent
    (id, delivery_id, system_id, code, at, received_at, description, department, staff, mobile, email)
VALUES (%(event)s, %(delivery)s, %(system)s, '05', clock_timestamp(), now(), '', '', '', '', '')
"""


@dataclass
class _Writer:
    """Writes one row after the other, each in a transaction, and remembers the longest."""

    statement: str
    delivery: UUID
    system: int
    ended: threading.Event = field(default_factory=threading.Event)
    longest: float = 0.0
    written: int = 0
    cut_off: int = 0

    def work(self) -> None:
        with psycopg.connect(os.environ["LIENTHONG_DATABASE_URL"], autocommit=True) as database:
            while not self.ended.is_set():
                began = time.perf_counter()
                facts = {"delivery": self.delivery, "system": self.system, "event": uuid4()}
                try:
                    database.execute(self.statement, facts)
                except psycopg.errors.DeadlockDetected:
                    self.cut_off += 1
                self.longest = max(self.longest, time.perf_counter() - began)
                self.written += 1
                time.sleep(PAUSE)


def run() -> None:
    """Print one line per migration."""
    rows = f"{Packet.objects.count():,} packets, {Delivery.objects.count():,} deliveries"
    two = list(Delivery.objects.select_related("packet")[:2])
    names = [name for app, name in MigrationExecutor(connection).loader.graph.leaf_nodes(APP) if app == APP]
    order = _order(names[0])
    call_command("migrate", APP, FIRST, verbosity=0)
    title = f"Migrations over {rows}, {StatusEvent.objects.count():,} statuses"
    columns = ("migration", "took", "a change waited", "an append waited", "written meanwhile", "cut off")
    table = Table(*columns, title=title, title_justify="left")
    for name in order:
        writers = [
            _Writer(text, one.pk, one.packet.system_id)
            for text, one in zip((_CHANGE, _APPEND), two, strict=True)
        ]
        threads = [threading.Thread(target=writer.work, daemon=True) for writer in writers]
        for thread in threads:
            thread.start()
        began = time.perf_counter()
        call_command("migrate", APP, name, verbosity=0)
        took = time.perf_counter() - began
        for writer, thread in zip(writers, threads, strict=True):
            writer.ended.set()
            thread.join()
        waits = [f"{writer.longest * 1000:,.0f} ms" for writer in writers]
        sums = (sum(writer.written for writer in writers), sum(writer.cut_off for writer in writers))
        table.add_row(name, f"{took:,.1f} s", *waits, *map(str, sums))
    call_command("migrate", verbosity=0)
    console.print(table)


def _order(last: str) -> list[str]:
    """The app's migrations after the first, in their order."""
    plan = MigrationExecutor(connection).loader.graph.forwards_plan((APP, last))
    return [name for app, name in plan if app == APP and name != FIRST]

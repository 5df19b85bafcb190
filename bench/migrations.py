"""How long each migration of an app takes over what is stored, and how long it keeps others waiting.

The tables are brought back to an earlier form and forward again, while two others write: one locks and
changes a row, one appends to another. Those of the axis (`--preload N` first) begin with their first form,
those of the office (`--app office --documents N`) and the one-stop (`--app dossiers --dossiers N`) with one
that the generated province still fits. What the two wait at worst is what a caller would; who is cut off by a
deadlock is counted, and begins again.
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import psycopg
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from rich.table import Table

from bench.harness import console
from lienthong.axis.models import Delivery, Packet, StatusEvent
from lienthong.dossiers.public import Dossier
from lienthong.office.public import IncomingDocument

PAUSE = 0.01


@dataclass(frozen=True)
class _Writing:
    """An app, the migration after which it begins, and what two others write meanwhile."""

    first: str
    change: str
    append: str


_CHANGE = """
WITH one AS (SELECT id FROM axis_delivery WHERE id = %(delivery)s FOR UPDATE)
UPDATE axis_delivery SET last_status_at = now() FROM one WHERE axis_delivery.id = one.id
"""
_APPEND = """
INSERT INTO axis_statusevent
    (id, delivery_id, system_id, code, at, received_at, description, department, staff, mobile, email)
VALUES (%(event)s, %(delivery)s, %(system)s, '05', clock_timestamp(), now(), '', '', '', '', '')
"""
_REMARK = """
WITH one AS (SELECT id FROM office_incomingdocument WHERE id = %(document)s FOR UPDATE)
UPDATE office_incomingdocument SET product_note = 'x' FROM one WHERE office_incomingdocument.id = one.id
"""
_REPORT = """
INSERT INTO office_statustoreport (document_id, delivery_id, code, description, staff, department,
    happened_at, next_attempt_at, attempts, error, refused, reported_at)
VALUES (%(document)s, '', '05', '', '', '', clock_timestamp(), now(), 0, '', '', now())
"""
_WORD = """
WITH one AS (SELECT id FROM dossiers_dossier WHERE id = %(dossier)s FOR UPDATE)
UPDATE dossiers_dossier SET summary = 'x' FROM one WHERE dossiers_dossier.id = one.id
"""
_STOOD = """
INSERT INTO dossiers_pause (dossier_id, reason, began_at, ended_at)
VALUES (%(dossier)s, 'supplement', now(), clock_timestamp())
"""
APPS = {
    "axis": _Writing("0001_initial", _CHANGE, _APPEND),
    "office": _Writing("0016_secret_marks", _REMARK, _REPORT),
    "dossiers": _Writing("0009_queueing", _WORD, _STOOD),
}


@dataclass
class _Writer:
    """Writes one row after the other, each in a transaction, and remembers the longest."""

    statement: str
    facts: dict[str, Any]
    ended: threading.Event = field(default_factory=threading.Event)
    longest: float = 0.0
    written: int = 0
    cut_off: int = 0

    def work(self) -> None:
        with psycopg.connect(os.environ["LIENTHONG_DATABASE_URL"], autocommit=True) as database:
            while not self.ended.is_set():
                began = time.perf_counter()
                try:
                    database.execute(self.statement, self.facts | {"event": uuid4()})
                except psycopg.errors.DeadlockDetected:
                    self.cut_off += 1
                self.longest = max(self.longest, time.perf_counter() - began)
                self.written += 1
                time.sleep(PAUSE)


def run(app: str) -> None:
    """Print one line per migration."""
    writing = APPS[app]
    title, rows = _stored(app)
    order = _order(app, writing.first)
    call_command("migrate", app, writing.first, verbosity=0)
    columns = ("migration", "took", "a change waited", "an append waited", "written meanwhile", "cut off")
    table = Table(*columns, title=f"Migrations over {title}", title_justify="left")
    for name in order:
        pairs = zip((writing.change, writing.append), rows, strict=True)
        table.add_row(name, *_measured(app, name, [_Writer(text, facts) for text, facts in pairs]))
    call_command("migrate", verbosity=0)
    console.print(table)


def _stored(app: str) -> tuple[str, list[dict[str, Any]]]:
    """What there is, in words, and the two rows that the others write at."""
    if app == "office":
        rows = [{"document": key} for key in IncomingDocument.objects.values_list("pk", flat=True)[:2]]
        return f"{IncomingDocument.objects.count():,} incoming documents", rows
    if app == "dossiers":
        rows = [{"dossier": key} for key in Dossier.objects.values_list("pk", flat=True)[:2]]
        return f"{Dossier.objects.count():,} dossiers", rows
    two = Delivery.objects.select_related("packet")[:2]
    packets, deliveries = Packet.objects.count(), Delivery.objects.count()
    title = f"{packets:,} packets, {deliveries:,} deliveries, {StatusEvent.objects.count():,} statuses"
    return title, [{"delivery": one.pk, "system": one.packet.system_id} for one in two]


def _measured(app: str, name: str, writers: list[_Writer]) -> list[str]:
    """Migrate one step while they write: how long it took, what each waited at worst, what they wrote."""
    threads = [threading.Thread(target=writer.work, daemon=True) for writer in writers]
    for thread in threads:
        thread.start()
    began = time.perf_counter()
    call_command("migrate", app, name, verbosity=0)
    took = time.perf_counter() - began
    for writer, thread in zip(writers, threads, strict=True):
        writer.ended.set()
        thread.join()
    waits = [f"{writer.longest * 1000:,.0f} ms" for writer in writers]
    sums = (sum(writer.written for writer in writers), sum(writer.cut_off for writer in writers))
    return [f"{took:,.1f} s", *waits, *map(str, sums)]


def _order(app: str, first: str) -> list[str]:
    """The app's migrations after `first`, in their order."""
    graph = MigrationExecutor(connection).loader.graph
    (last,) = [key for key in graph.leaf_nodes(app) if key[0] == app]
    names = [name for owner, name in graph.forwards_plan(last) if owner == app]
    return names[names.index(first) + 1 :]

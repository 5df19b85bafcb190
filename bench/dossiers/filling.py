"""A year of dossiers of 200 bodies, made by the database itself in sets of `SET`; all is invented.

The busiest body has one dossier in 20. Of the last weeks two in a hundred wait for a supplement; three in a
hundred were refused, the others went through six steps, or are on their way through them.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from bench.dossiers import statements
from bench.dossiers.service import LIMIT, ROLES, STEPS, Service, definition, offered
from bench.harness import console
from lienthong.config.cli import runtime
from lienthong.demo import words
from lienthong.demo.public import prepare_country
from lienthong.dossiers.models import Dossier
from lienthong.ledger.partitions import ensure_partitions
from lienthong.procedures.public import (
    Position,
    Process,
    complete,
    open_steps,
    process_of,
    settle,
    start_position,
)

SET = 50_000
YEAR = timedelta(days=365)
# Minutes after a dossier was handed in at which its steps end, at a pace of one.
ENDS = {"receive": 10, "examine": 1440, "draft": 2160, "sign": 2880, "seal": 2940, "hand_out": 4320}
REFUSED_AT = 1500
Report = Callable[[str, int, int], None]


def ground(count: int, at: datetime) -> Service:
    """The country, the service, and a year of so many dossiers, unless there is one already."""
    with runtime.progress(remaining=True) as report:
        prepare_country(at=at, report=report)
        service = offered(at)
        began = time.perf_counter()
        made = fill(service, count=count, at=at, report=report)
    took = f", made in {time.perf_counter() - began:,.0f} s" if made else ", made by an earlier run"
    console.print(f"{Dossier.objects.count():,} dossiers of {len(service.bodies)} bodies{took}; {_size()}")
    return service


def fill(service: Service, *, count: int, at: datetime, report: Report) -> bool:
    """Make the year before `at`, unless there is one; whether it was made. `report` hears how far it is."""
    if Dossier.objects.filter(version=service.version).exists():
        return False
    write(service, count=count, at=at, report=report)
    with connection.cursor() as cursor:
        for done, table in enumerate(statements.TABLES, start=1):
            cursor.execute(f"VACUUM ANALYZE {table}")
            report("statistics", done, len(statements.TABLES))
    return True


def write(service: Service, *, count: int, at: datetime, report: Report) -> None:
    """Write the year, set by set, each in a transaction."""
    ensure_partitions(at - YEAR, months_ahead=15)
    values = _values(service, count, at)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.worker, pg_temp.desk, pg_temp.track")
        _run(cursor, (statements.DESKS, statements.TRACK), values)
        cursor.executemany(statements.TRACK_ROW, tracks(service.version.process_id))
        for start in range(0, count, SET):
            until = min(start + SET, count)
            with transaction.atomic():
                _hurry(cursor)
                _run(cursor, statements.SET, values | {"start": start, "until": until})
            report("dossiers", until, count)


def tracks(process_id: Any) -> list[tuple[Any, ...]]:
    """The rows of the ways a dossier goes, with the tokens as the game of `procedures` lays them."""
    process, rows, begun = process_of(process_id), [], 0
    tokens = _tokens_by_step(process)
    for place, (key, name, lane, minutes) in enumerate(STEPS, start=1):
        row = (key, name, "work", ROLES[lane], minutes, begun, ENDS[key], tokens[key])
        rows += [
            (track, place, *row)
            for track in ("granted", "refused", "supplement")
            if track == "granted" or key in {"receive", "examine"}
        ]
        begun = ENDS[key]
    waits = ("Chờ bổ sung", "wait", "", 0, ENDS["examine"], None)
    refuses = ("Thông báo từ chối", "work", "specialist", 60, ENDS["examine"], REFUSED_AT)
    rows.append(("supplement", 3, "supplement", *waits, tokens["supplement"]))
    rows.append(("refused", 3, "refuse", *refuses, tokens["refuse"]))
    return rows


def _tokens_by_step(process: Process) -> dict[str, list[int]]:
    """Where the tokens lie while each step is open; every choice is made in each way."""
    found: dict[str, list[int]] = {}

    def walk(position: Position, facts: Mapping[str, Any]) -> None:
        for key in open_steps(process, position):
            if key in found:
                continue
            found[key] = list(position.tokens)
            for way in process.out["complete"]:
                walk(complete(process, position, key, {**facts, "complete": way.target}), facts)

    walk(settle(process, start_position(process), {}), {})
    return found


def _size() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_size_pretty(pg_database_size(current_database()))")
        return f"the database has {cursor.fetchone()[0]}"


def _values(service: Service, count: int, at: datetime) -> dict[str, Any]:
    papers = [
        [paper["name"], paper.get("originals", 1), paper.get("copies", 0)] for paper in definition()["papers"]
    ]
    return {
        "at": at, "count": count, "step": YEAR.total_seconds() / count, "salt": at.isoformat(),
        "bodies": [body.pk for body in service.bodies], "desks": len(service.bodies),
        "version": service.version.pk, "procedure": service.version.procedure.name, "limit": LIMIT,
        "families": list(words.FAMILIES), "given": list(words.GIVEN), "matters": list(words.MATTERS),
        "places": list(words.PLACES), "rare": words.RARE, "papers": json.dumps(papers, ensure_ascii=False),
    }  # fmt: skip


def _run(cursor: Any, parts: tuple[str, ...], values: dict[str, Any]) -> None:
    """Run the statements one by one: with values the driver takes one at a time."""
    for part in parts:
        for statement in part.split(";\n"):
            cursor.execute(statement, values)


def _hurry(cursor: Any) -> None:
    """Write without waiting for the disk; skip what holds by construction, where the role may."""
    for setting in (
        "synchronous_commit = off",
        "gin_pending_list_limit = '256MB'",
        "maintenance_work_mem = '256MB'",
        "work_mem = '128MB'",
    ):
        cursor.execute(f"SET LOCAL {setting}")
    cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    if cursor.fetchone()[0]:
        cursor.execute("SET LOCAL session_replication_role = replica")

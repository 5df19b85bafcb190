"""The CPU seconds that a server has taken, itself and its children, read from `/proc`."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path

from django.db import connection

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(root: int) -> float:
    """What the process and all below it have taken until now, those that have ended included."""
    below: defaultdict[int, list[int]] = defaultdict(list)
    spent: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        below[int(fields[1])].append(int(stat.parent.name))
        spent[int(stat.parent.name)] = sum(map(int, fields[11:15]))
    waiting, total = [root], 0
    while waiting:
        process = waiting.pop()
        total += spent.get(process, 0)
        waiting += below[process]
    return total / TICKS


def postmaster() -> int:
    """The first process of the PostgreSQL of this run, which must be on this machine."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        data = Path(cursor.fetchone()[0])
    return int((data / "postmaster.pid").read_text().split("\n", 1)[0])

"""How everything here is measured: repeat, take the median, print the rate beside a peer of the same run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

console = Console(width=110)


@dataclass(frozen=True)
class Figure:
    """A measured rate in `unit`, and the median and 99th percentile of one piece, in seconds.

    The CPU seconds for a piece on the same machine, where they are known: `client`, of the load generator
    itself; `server`, of the web's processes; `database`, of PostgreSQL.
    """

    name: str
    rate: float
    median: float
    p99: float
    unit: str = "/s"
    client: float | None = None
    server: float | None = None
    database: float | None = None

    @property
    def cpu(self) -> float:
        """All CPU seconds of a piece."""
        return sum(getattr(self, who) or 0.0 for who in CPU)


CPU = ("client", "server", "database")


def measure(name: str, work: Callable[[], object], *, seconds: float = 2.0, warm: int = 2) -> Figure:
    """Repeat `work` for about `seconds` on one thread, after `warm` runs that do not count."""
    for _ in range(warm):
        work()
    times: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 5:
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return of_times(name, times)


def of_times(name: str, times: Iterable[float], *, wall: float | None = None) -> Figure:
    """A figure of single times; `wall` is how long they took together when they ran side by side."""
    ordered = sorted(times)
    median = statistics.median(ordered)
    rate = len(ordered) / wall if wall else 1 / median
    return Figure(name, rate, median, ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))])


def show(title: str, figures: Iterable[Figure], *, against: Figure | None = None) -> None:
    """Print the figures as a table; with `against`, also each one's ratio to it."""
    rows = list(figures)
    known = [who for who in CPU if any(getattr(figure, who) is not None for figure in rows)]
    more = [*(["of the first"] if against else []), *(f"CPU: {who}" for who in known)]
    table = Table("", "rate", "median", "p99", *more, title=title, title_justify="left")
    for figure in rows:
        cells = [figure.name, f"{figure.rate:,.1f} {figure.unit}", _time(figure.median), _time(figure.p99)]
        cells += [f"{figure.rate / against.rate:.3f}"] if against else []
        cells += ["" if (spent := getattr(figure, who)) is None else _time(spent) for who in known]
        table.add_row(*cells)
    console.print(table)


def _time(seconds: float) -> str:
    return f"{seconds * 1000:,.2f} ms" if seconds >= 0.001 else f"{seconds * 1_000_000:,.0f} µs"

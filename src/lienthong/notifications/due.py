"""What is due: upper apps say it, the digest and the calendar ask. Nothing is copied."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from datetime import datetime

from lienthong.notifications.contracts import DueRow

Provider = Callable[[Collection[int], datetime, datetime], Iterable[DueRow]]
_providers: dict[str, Provider] = {}


def register_due(name: str, provider: Provider) -> None:
    """Ask `provider(official_ids, since, until)` for the open things of those officials due in that time.

    It answers for all of them at once, in as many queries for 200 as for one. `name` is the app's; the same
    name twice replaces it.
    """
    _providers[name] = provider


def forget_due(name: str) -> None:
    """Ask that provider no more."""
    _providers.pop(name, None)


def due_of(official_ids: Collection[int], *, since: datetime, until: datetime) -> dict[int, list[DueRow]]:
    """By official: what is due from `since` until before `until`, the earliest first."""
    found: defaultdict[int, list[DueRow]] = defaultdict(list)
    for provider in _providers.values():
        for row in provider(official_ids, since, until):
            found[row.official_id].append(row)
    return {key: sorted(rows, key=lambda row: (row.due_at, row.key)) for key, rows in found.items()}

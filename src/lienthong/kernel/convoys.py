"""Callers that come at once travel together: one call of the work serves all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")
R = TypeVar("R")


@dataclass(eq=False)
class _Traveller(Generic[K, V, R]):
    """What one caller brings, and what the work made of it."""

    items: Mapping[K, V]
    results: Mapping[K, R] | None = None
    failure: Exception | None = None
    brought_before: set[K] = field(default_factory=set)


class Convoy(Generic[K, V, R]):
    """Work on keyed items that costs little more for many than for one, such as a durable commit.

    While one call is under way, further callers of this process wait; the first of them then calls the work
    with what all have brought, in the order they came. A caller returns only when the work with its own items
    has ended, so whatever the work promises by returning holds for every caller.
    """

    def __init__(self, work: Callable[[Mapping[K, V]], Mapping[K, R]], *, most: int) -> None:
        """`most`: with so many items a convoy is full, and the rest form the next."""
        self._work, self._most = work, most
        self._under_way, self._gate = Lock(), Lock()
        self._waiting: list[_Traveller[K, V, R]] = []

    def travel(self, items: Mapping[K, V]) -> tuple[dict[K, R], set[K]]:
        """The results of the items, and those of their keys that an earlier caller had brought, too.

        An exception of the work is raised for every caller of its convoy.
        """
        mine: _Traveller[K, V, R] = _Traveller(items)
        with self._gate:
            self._waiting.append(mine)
        with self._under_way:
            while mine.results is None and mine.failure is None:
                self._set_out()
        if mine.failure is not None:
            raise mine.failure
        results = mine.results or {}
        return {key: results[key] for key in items}, mine.brought_before

    def _set_out(self) -> None:
        """Take those who wait, the longest waiting first, until the convoy is full, and do the work."""
        together: dict[K, V] = {}
        with self._gate:
            travellers: list[_Traveller[K, V, R]] = []
            while self._waiting and (
                not together or len(together) + len(self._waiting[0].items) <= self._most
            ):
                one = self._waiting.pop(0)
                one.brought_before = one.items.keys() & together.keys()
                together = {**one.items, **together}
                travellers.append(one)
        try:
            results = self._work(together)
        except Exception as failure:  # raised anew by each caller
            for one in travellers:
                one.failure = failure
        else:
            for one in travellers:
                one.results = results

"""Callers that come at once are served by one call, each with its own results."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from lienthong.kernel.convoys import Convoy


class Broken(Exception):
    pass


class Work:
    """Doubles numbers; the first call waits until it is let go, so that the others gather."""

    def __init__(self) -> None:
        self.calls: list[dict[str, int]] = []
        self.under_way, self.go = Event(), Event()

    def __call__(self, items: Mapping[str, int]) -> dict[str, int]:
        self.calls.append(dict(items))
        if len(self.calls) == 1:
            self.under_way.set()
            assert self.go.wait(10)
        if -1 in items.values():
            raise Broken
        return {key: value * 2 for key, value in items.items()}


def gathered(convoy: Convoy[str, int, int], work: Work, *items: dict[str, int]) -> list[object]:
    """What each caller gets; all but the first come while the first is under way."""

    def travel(brought: dict[str, int]) -> object:
        try:
            return convoy.travel(brought)
        except Broken as failure:
            return failure

    with ThreadPoolExecutor(len(items)) as threads:
        first = threads.submit(travel, items[0])
        assert work.under_way.wait(10)
        others = []
        for number, brought in enumerate(items[1:], start=1):
            others.append(threads.submit(travel, brought))
            while len(convoy._waiting) < number:
                pass
        work.go.set()
        return [one.result(10) for one in [first, *others]]


def test_callers_that_come_at_once_share_a_call() -> None:
    work = Work()
    convoy = Convoy(work, most=10)
    results = gathered(convoy, work, {"a": 1}, {"b": 2}, {"c": 3, "d": 4})
    assert results == [({"a": 2}, set()), ({"b": 4}, set()), ({"c": 6, "d": 8}, set())]
    assert [sorted(call) for call in work.calls] == [["a"], ["b", "c", "d"]]


def test_a_key_that_two_bring_is_worked_on_once_and_the_second_is_told() -> None:
    work = Work()
    convoy = Convoy(work, most=10)
    results = gathered(convoy, work, {"a": 1}, {"b": 2}, {"b": 2, "c": 3})
    assert results[1:] == [({"b": 4}, set()), ({"b": 4, "c": 6}, {"b"})]
    assert sorted(work.calls[1]) == ["b", "c"]


def test_a_full_convoy_leaves_the_rest_to_the_next() -> None:
    work = Work()
    convoy = Convoy(work, most=2)
    gathered(convoy, work, {"a": 1}, {"b": 2}, {"c": 3}, {"d": 4}, {"e": 5, "f": 6, "g": 7})
    assert [len(call) for call in work.calls] == [1, 2, 1, 3]


def test_a_failure_reaches_everyone_in_the_convoy_and_nobody_else() -> None:
    work = Work()
    convoy = Convoy(work, most=10)
    results = gathered(convoy, work, {"a": 1}, {"b": -1}, {"c": 3})
    assert results[0] == ({"a": 2}, set())
    assert [type(one) for one in results[1:]] == [Broken, Broken]
    assert convoy.travel({"d": 4}) == ({"d": 8}, set())


def test_many_threads_all_get_their_own() -> None:
    convoy = Convoy(lambda items: {key: value * 2 for key, value in items.items()}, most=5)
    start = Barrier(20)

    def travel(number: int) -> bool:
        start.wait()
        return all(convoy.travel({number: place}) == ({number: place * 2}, set()) for place in range(50))

    with ThreadPoolExecutor(20) as threads:
        assert all(threads.map(travel, range(20)))


@pytest.mark.parametrize("most", [1, 3])
def test_one_alone_travels_at_once(most: int) -> None:
    convoy: Convoy[str, int, int] = Convoy(lambda items: dict(items), most=most)
    assert convoy.travel({"a": 1, "b": 2}) == ({"a": 1, "b": 2}, set())

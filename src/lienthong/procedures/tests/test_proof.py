"""The proof finds every way in which a process could fail, and passes those that cannot."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils.translation import override

from lienthong.procedures.process import Process
from lienthong.procedures.proof import prove
from lienthong.procedures.tests.processes import node, process, straight, task, way, whole


def said(found: Process, **asked: Any) -> str:
    with override("en"):
        return "; ".join(map(str, prove(found, **asked).faults))


def test_a_straight_process_is_proven_with_its_longest_way() -> None:
    proof = prove(straight(), limit_minutes=615)
    assert proof.holds
    assert proof.minutes == 615
    assert proof.longest == ("receive", "examine", "sign")


def test_of_parallel_ways_the_longer_counts_and_pauses_do_not() -> None:
    proof = prove(whole())
    assert proof.holds, proof.faults
    assert proof.minutes == 15 + 240 + 960 + 120 + 480
    assert "land" in proof.longest
    assert "police" not in proof.longest


def test_more_time_than_the_law_allows_is_a_fault() -> None:
    assert "takes 615 working minutes and the law allows 614: Receive → Examine → Sign" in said(
        straight(), limit_minutes=614
    )


def test_a_step_without_a_way_on_is_a_fault() -> None:
    found = process(task("a"), task("b"), ways=[way("begin>a"), way("a>end")])
    assert "0 ways come into the step “B”" in said(found)
    assert "0 ways leave the step “B”" in said(found)


def test_a_join_that_waits_for_a_way_not_chosen_is_a_dead_end() -> None:
    found = process(
        node("pick", "choice"),
        task("a"),
        task("b"),
        node("both", "join"),
        ways=[
            way("begin>pick"),
            way("pick>a", when="x == 1"),
            way("pick>b", otherwise=True),
            way("a>both"),
            way("b>both"),
            way("both>end"),
        ],
    )
    assert "dead end: it waits at “both”" in said(found)
    assert "the step “both” is never reached" in said(found)


def test_parallel_ways_that_meet_without_a_join_are_a_fault() -> None:
    found = process(
        node("split", "fork"),
        task("a"),
        task("b"),
        task("c"),
        ways=[way("begin>split"), way("split>a"), way("split>b"), way("a>c"), way("b>c"), way("c>end")],
    )
    assert "can be gone twice at once" in said(found)


def test_steps_that_only_lead_to_each_other_are_never_left() -> None:
    found = process(
        task("a"),
        task("b"),
        node("pick", "choice"),
        ways=[
            way("begin>pick"),
            way("pick>a", when="x == 1"),
            way("pick>end", otherwise=True),
            way("a>b"),
            way("b>a", returns=True),
        ],
    )
    assert "the end can no longer be reached" in said(found)


def test_a_circle_must_be_marked_as_a_return() -> None:
    found = process(
        task("a"),
        node("pick", "choice"),
        ways=[
            way("begin>a"),
            way("a>pick"),
            way("pick>a", when="again"),
            way("pick>end", otherwise=True),
        ],
    )
    assert "form a circle: A → pick" in said(found)


@pytest.mark.parametrize(
    ("steps", "ways", "expected"),
    [
        ([task("a"), task("a")], [way("begin>a"), way("a>end")], "the key “a” is there twice"),
        ([task("a")], [way("begin>a"), way("a>end"), way("a>gone")], "“gone”, which is no step"),
        ([task("a", lane="")], [way("begin>a"), way("a>end")], "has no lane"),
        ([task("a", lane="nobody")], [way("begin>a"), way("a>end")], "lane “nobody”, which does not exist"),
        ([task("a", name="")], [way("begin>a"), way("a>end")], "has no name"),
        ([node("m", "message", name="M")], [way("begin>m"), way("m>end")], "what it waits for"),
        ([task("a")], [way("begin>a", when="x"), way("a>end")], "is no choice"),
        (
            [node("c", "choice"), task("a")],
            [way("begin>c"), way("c>a"), way("c>end", name="Không")],
            "needs a name of its own",
        ),
        (
            [node("c", "choice"), task("a")],
            [way("begin>c"), way("c>a", when="x"), way("c>end", when="not x"), way("a>end")],
            "exactly one way for all other cases",
        ),
        (
            [node("s", "start"), task("a")],
            [way("begin>a"), way("a>end")],
            "exactly one start, and there are 2",
        ),
        (
            [node("c", "choice"), task("a")],
            [way("begin>c"), way("c>a", when="x"), way("c>a", otherwise=True), way("a>end")],
            "two ways lead from “c” to “a”",
        ),
    ],
)
def test_a_table_with_a_hole_is_named(steps: list[Any], ways: list[Any], expected: str) -> None:
    assert expected in said(process(*steps, ways=ways))


def test_a_process_of_too_many_positions_is_refused_in_time() -> None:
    """15 tasks in parallel have 32,768 positions; the proof stops at the most it looks at."""
    many = [task(f"t{number}") for number in range(15)]
    ways = [way("begin>split"), way("all>end")]
    ways += [way(f"split>{one['key']}") for one in many] + [way(f"{one['key']}>all") for one in many]
    found = process(node("split", "fork"), *many, node("all", "join"), ways=ways)
    assert "more than 20000 positions" in said(found)

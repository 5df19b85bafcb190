"""Differences between versions are told row by row."""

from __future__ import annotations

from lienthong.procedures.definition import Paper
from lienthong.procedures.differences import Difference, Kind, differences
from lienthong.procedures.tests.factories import definition


def test_nothing_is_different_from_itself() -> None:
    assert differences(definition(), definition()) == []


def test_rows_are_known_by_their_keys() -> None:
    old = definition(papers=(Paper(key="a", name="A"), Paper(key="b", name="B"), Paper(key="c", name="C")))
    new = definition(
        papers=(Paper(key="c", name="C"), Paper(key="a", name="A", copies=2), Paper(key="d", name="D"))
    )
    assert differences(old, new) == [
        Difference(Kind.CHANGED, ("papers", "a", "copies"), "0", "2"),
        Difference(Kind.ADDED, ("papers", "d"), after="D"),
        Difference(Kind.REMOVED, ("papers", "b"), before="B"),
        Difference(Kind.MOVED, ("papers",), "a → c", "c → a"),
    ]


def test_a_changed_limit_and_a_changed_step_are_told() -> None:
    old = definition()
    steps = tuple(
        step.model_copy(update={"minutes": 240}) if step.key == "examine" else step
        for step in old.process.steps
    )
    new = definition(limit_minutes=1440, process=old.process.model_copy(update={"steps": steps}))
    assert differences(old, new) == [
        Difference(Kind.CHANGED, ("limit_minutes",), "960", "1440"),
        Difference(Kind.CHANGED, ("process", "steps", "examine", "minutes"), "480", "240"),
    ]

"""The token game as a dossier plays it."""

from __future__ import annotations

import pytest

from lienthong.procedures.engine import NotWaiting, complete, open_steps, settle, start
from lienthong.procedures.tests.processes import straight, whole


def test_steps_follow_each_other() -> None:
    process = straight()
    position = settle(process, start(process), {})
    seen = []
    while not position.ended:
        (step,) = open_steps(process, position)
        seen.append(step)
        position = complete(process, position, step, {})
    assert seen == ["receive", "examine", "sign"]


def test_a_choice_by_hand_waits_until_it_is_made_and_parallel_steps_for_each_other() -> None:
    process = whole()
    position = complete(process, settle(process, start(process), {}), "receive", {})
    position = complete(process, position, "examine", {})
    assert open_steps(process, position) == ["complete"]
    position = settle(process, position, {"complete": "supplement"})
    assert open_steps(process, position) == ["supplement"]
    position = complete(process, position, "supplement", {})
    position = complete(process, position, "examine", {"complete": "ask"})
    assert open_steps(process, position) == ["police", "land"]
    position = complete(process, position, "land", {"fee": 0})
    assert open_steps(process, position) == ["police"]
    position = complete(process, position, "police", {"fee": 5})
    assert open_steps(process, position) == ["pay"]


def test_a_step_that_is_not_waited_for_cannot_be_done() -> None:
    process = straight()
    with pytest.raises(NotWaiting):
        complete(process, start(process), "sign", {})

"""The token game: where a process stands, what may happen next, and where it stands then. Pure.

A token lies on a transition. A step takes one from what comes into it (a join: one from each) and puts one
on what goes out (a fork: on each). The proof, the rehearsal and the dossiers play the same game.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lienthong.procedures.conditions import holds
from lienthong.procedures.process import Process, StepKind, Transition

# Steps at which somebody or something is waited for; the others pass by themselves.
WAITING = frozenset({StepKind.TASK, StepKind.TIMER, StepKind.MESSAGE})


@dataclass(frozen=True)
class Position:
    """The transitions on which tokens lie, by their index in the table, sorted; none when the
    process has ended.
    """

    tokens: tuple[int, ...] = ()

    @property
    def ended(self) -> bool:
        """Whether nothing is left to do."""
        return not self.tokens

    @property
    def doubled(self) -> tuple[int, ...]:
        """Transitions on which more than one token lies."""
        return tuple(token for token, count in Counter(self.tokens).items() if count > 1)


@dataclass(frozen=True)
class Firing:
    """One thing that may happen: the step, the transition it takes out of a choice, and the
    position after it.
    """

    step: str
    way: Transition | None
    after: Position


class NoWay(LookupError):
    """No transition out of a choice holds for the facts; a proven process always has one."""


class NotWaiting(LookupError):
    """The step is not where the process stands."""


def start(process: Process) -> Position:
    """The position at the start: a token on what leaves each start."""
    return Position(
        tuple(
            index
            for index, one in enumerate(process.transitions)
            if process.step[one.source].kind is StepKind.START
        )
    )


def firings(process: Process, position: Position) -> Iterator[Firing]:
    """All that may happen at the position, whatever the facts."""
    for key in process.step:
        for taken in _takes(process, position, key):
            yield from _results(process, _without(position, taken), key)


def open_steps(process: Process, position: Position) -> list[str]:
    """Where somebody or something is waited for, in the order of the table: steps, and choices made by hand.

    Of a position that has settled.
    """
    targets = {process.transitions[token].target for token in position.tokens}
    return [
        key
        for key, step in process.step.items()
        if key in targets and (step.kind in WAITING or step.kind is StepKind.CHOICE)
    ]


def settle(process: Process, position: Position, facts: Mapping[str, Any]) -> Position:
    """Let everything pass that waits for nobody: choices by the facts, forks, joins, ends.

    A choice that an official has still to make leaves its token where it is. Raises `NoWay`.
    """
    moved = True
    while moved:
        moved = False
        for key, step in process.step.items():
            if step.kind in WAITING or (step.kind is StepKind.CHOICE and unmade(process, key, facts)):
                continue
            for taken in _takes(process, position, key):
                position, moved = _pass(process, _without(position, taken), key, facts), True
                break
    return position


def complete(process: Process, position: Position, step: str, facts: Mapping[str, Any]) -> Position:
    """The position after the step was done. Raises `NotWaiting`, `NoWay`."""
    taken = next(_takes(process, position, step), None)
    if taken is None or process.step[step].kind not in WAITING:
        raise NotWaiting(step)
    return settle(process, _pass(process, _without(position, taken), step, facts), facts)


def unmade(process: Process, choice: str, facts: Mapping[str, Any]) -> bool:
    """Whether the choice is an official's, and has not been made yet."""
    return chosen_by_hand(process, choice) and choice not in facts


def chosen_by_hand(process: Process, choice: str) -> bool:
    """Whether an official makes the choice: none of its ways has a condition."""
    return not any(way.when or way.otherwise for way in process.out[choice])


def _takes(process: Process, position: Position, key: str) -> Iterator[tuple[int, ...]]:
    """The sets of tokens that the step could take: one of those that came, or for a join one of each."""
    came = process.arriving[key]
    if process.step[key].kind is StepKind.JOIN:
        if came and all(place in position.tokens for place in came):
            yield came
        return
    yield from ((place,) for place in came if place in position.tokens)


def _results(process: Process, rest: Position, key: str) -> Iterator[Firing]:
    """What comes of the step once its tokens are taken: of a choice, each of its ways."""
    if process.step[key].kind is StepKind.CHOICE:
        for place in process.leaving[key]:
            yield Firing(key, process.transitions[place], _with(rest, (place,)))
    else:
        yield Firing(key, None, _with(rest, process.leaving[key]))


def _pass(process: Process, rest: Position, key: str, facts: Mapping[str, Any]) -> Position:
    if process.step[key].kind is StepKind.CHOICE:
        return _with(rest, (_way(process, key, facts),))
    return _with(rest, process.leaving[key])


def _way(process: Process, key: str, facts: Mapping[str, Any]) -> int:
    """The first way whose condition holds, or the one for all other cases."""
    other: int | None = None
    for place in process.leaving[key]:
        way = process.transitions[place]
        if way.otherwise:
            other = place
        elif holds(process.condition_of(way), facts):
            return place
    if other is None:
        raise NoWay(key)
    return other


def _without(position: Position, taken: tuple[int, ...]) -> Position:
    left = list(position.tokens)
    for token in taken:
        left.remove(token)
    return Position(tuple(left))


def _with(position: Position, added: tuple[int, ...]) -> Position:
    return Position(tuple(sorted(position.tokens + added)))

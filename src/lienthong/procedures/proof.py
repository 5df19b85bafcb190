"""The proof that a process can be published: every step is reached, none is a dead end, the time is enough.

All positions of the token game are visited, whatever the facts will be, and from each the end must be
within reach.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lienthong.procedures.engine import Position, chosen_by_hand, firings, start
from lienthong.procedures.faults import Fault
from lienthong.procedures.process import Process, StepKind

MOST_POSITIONS = 20_000

_ONE, _SOME, _NONE = (1, 1), (1, 400), (0, 0)
# How many transitions may come into and leave a step of each kind.
DEGREES: dict[StepKind, tuple[tuple[int, int], tuple[int, int]]] = {
    StepKind.START: (_NONE, _ONE),
    StepKind.TASK: (_SOME, _ONE),
    StepKind.TIMER: (_SOME, _ONE),
    StepKind.MESSAGE: (_SOME, _ONE),
    StepKind.CHOICE: (_SOME, (2, 400)),
    StepKind.FORK: (_ONE, (2, 400)),
    StepKind.JOIN: ((2, 400), _ONE),
    StepKind.END: (_SOME, _NONE),
}
NAMED = frozenset({StepKind.TASK, StepKind.TIMER, StepKind.MESSAGE})


@dataclass(frozen=True)
class Proof:
    """What was found: the faults, the positions visited, and the longest way in working minutes
    with its steps.
    """

    faults: tuple[Fault, ...]
    positions: int = 0
    minutes: int = 0
    longest: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the process may be published."""
        return not self.faults


def prove(process: Process, *, limit_minutes: int | None = None) -> Proof:
    """Look at the whole process; `limit_minutes` is the legal time limit in working minutes, if
    there is one.
    """
    drawn = tuple(_drawing(process))
    if drawn:  # the game cannot be played on a table with holes
        return Proof(drawn)
    played, positions = _play(process)
    loops = _unmarked_loop(process)
    if loops:
        return Proof((*played, *loops), positions)
    minutes, longest = _longest(process)
    late: tuple[Fault, ...] = ()
    if limit_minutes is not None and minutes > limit_minutes:
        late = (_fault(_TOO_SLOW, minutes=minutes, limit=limit_minutes, steps=_names(process, longest)),)
    return Proof((*played, *late), positions, minutes, longest)


_TWICE = _("the key “%(key)s” is there twice")
_NO_STEP = _("the transition leads to or from “%(key)s”, which is no step")
_NO_LANE = _("the step “%(step)s” has no lane, so nobody does it")
_UNKNOWN_LANE = _("the step “%(step)s” is in the lane “%(lane)s”, which does not exist")
_UNNAMED = _("the step “%(step)s” has no name")
_NO_MESSAGE = _("the step “%(step)s” does not say what it waits for")
_COMES = _("%(count)s ways come into the step “%(step)s”; there must be %(wanted)s")
_LEAVES = _("%(count)s ways leave the step “%(step)s”; there must be %(wanted)s")
_ONE_START = _("there must be exactly one start, and there are %(count)s")
_NO_OTHERWISE = _("the choice “%(step)s” needs exactly one way for all other cases, or no conditions at all")
_UNNAMED_WAY = _("each way of the choice “%(step)s” that an official makes needs a name of its own")
_SAME_WAY = _("two ways lead from “%(step)s” to “%(target)s”")
_NOT_A_CHOICE = _("a condition is written on a way out of “%(step)s”, which is no choice")
_TANGLED = _("the process has more than %(most)s positions; divide it")
_DEAD_END = _("the process can come to a dead end: it waits at “%(step)s” for what never comes")
_ENDLESS = _("from “%(step)s” on, the end can no longer be reached")
_DOUBLED = _("the way from “%(step)s” can be gone twice at once; close what runs in parallel with a join")
_UNREACHED = _("the step “%(step)s” is never reached")
_LOOP = _("these steps form a circle: %(steps)s. Mark the way that leads back as a return")
_TOO_SLOW = _("the longest way takes %(minutes)s working minutes and the law allows %(limit)s: %(steps)s")


def _fault(sentence: Promise, **facts: object) -> Fault:
    return Fault("", sentence, facts)


def _drawing(process: Process) -> Iterator[Fault]:
    """What is wrong with the table itself: keys, lanes, how many ways come and go."""
    keys = [step.key for step in process.steps]
    lanes = [lane.key for lane in process.lanes]
    for key in sorted(
        {key for key in keys if keys.count(key) > 1} | {key for key in lanes if lanes.count(key) > 1}
    ):
        yield _fault(_TWICE, key=key)
    known = set(keys)
    for key in {end for one in process.transitions for end in (one.source, one.target) if end not in known}:
        yield _fault(_NO_STEP, key=key)
    starts = sum(step.kind is StepKind.START for step in process.steps)
    if starts != 1:
        yield _fault(_ONE_START, count=starts)
    yield from _steps(process, frozenset(lanes))
    yield from _ways(process)


def _steps(process: Process, lanes: frozenset[str]) -> Iterator[Fault]:
    for step in process.steps:
        label = step.name or step.key
        if step.kind in NAMED and not step.name:
            yield _fault(_UNNAMED, step=label)
        if step.kind is StepKind.TASK and not step.lane:
            yield _fault(_NO_LANE, step=label)
        if step.lane and step.lane not in lanes:
            yield _fault(_UNKNOWN_LANE, step=label, lane=step.lane)
        if step.kind is StepKind.MESSAGE and not step.message:
            yield _fault(_NO_MESSAGE, step=label)
        counts = (len(process.into[step.key]), len(process.out[step.key]))
        for sentence, count, (least, most) in zip((_COMES, _LEAVES), counts, DEGREES[step.kind], strict=True):
            if not least <= count <= most:
                wanted = least if least == most else f"≥ {least}"
                yield _fault(sentence, step=label, count=count, wanted=wanted)


def _ways(process: Process) -> Iterator[Fault]:
    """What is wrong with conditions and choices."""
    for step in process.steps:
        ways, label = process.out[step.key], step.name or step.key
        targets = [way.target for way in ways]
        for target in sorted({target for target in targets if targets.count(target) > 1}):
            yield _fault(_SAME_WAY, step=label, target=target)
        if step.kind is not StepKind.CHOICE:
            if any(way.when or way.otherwise for way in ways):
                yield _fault(_NOT_A_CHOICE, step=label)
        elif chosen_by_hand(process, step.key):
            if len({way.name for way in ways} - {""}) != len(ways):
                yield _fault(_UNNAMED_WAY, step=label)
        elif [bool(way.when) for way in ways].count(False) != 1 or sum(way.otherwise for way in ways) != 1:
            yield _fault(_NO_OTHERWISE, step=label)


def _play(process: Process) -> tuple[list[Fault], int]:
    """Visit every position; say which steps are never reached and from where the end is not."""
    first = start(process)
    before: dict[Position, set[Position]] = {first: set()}
    waiting, reached, dead = deque([first]), {_start_key(process)}, list[Position]()
    while waiting:
        position = waiting.popleft()
        if position.doubled:  # going on would never end
            source = process.transitions[position.doubled[0]].source
            return [_fault(_DOUBLED, step=_label(process, source))], len(before)
        moves = list(firings(process, position))
        if not moves and not position.ended:
            dead.append(position)
        for move in moves:
            reached.add(move.step)
            if move.after not in before:
                before[move.after] = set()
                waiting.append(move.after)
            before[move.after].add(position)
        if len(before) > MOST_POSITIONS:
            return [_fault(_TANGLED, most=MOST_POSITIONS)], len(before)
    faults = [_fault(_UNREACHED, step=_label(process, key)) for key in process.step if key not in reached]
    stuck = sorted({_where(process, position) for position in dead})
    faults += [_fault(_DEAD_END, step=step) for step in stuck]
    if not dead:
        lost = sorted({_where(process, position) for position in before.keys() - _ending(before)})
        faults += [_fault(_ENDLESS, step=step) for step in lost[:1]]
    return faults, len(before)


def _ending(before: dict[Position, set[Position]]) -> set[Position]:
    """The positions from which the end can be reached, found backwards from it."""
    found, waiting = set[Position](), [position for position in before if position.ended]
    while waiting:
        position = waiting.pop()
        if position not in found:
            found.add(position)
            waiting += before[position]
    return found


def _unmarked_loop(process: Process) -> list[Fault]:
    """A circle among the ways that are not marked as returns, if there is one."""
    left = {(way.source, way.target) for way in process.transitions if not way.returns}
    while True:  # take away what leads to an end or comes from the start only, until nothing more goes
        sources, targets = {source for source, _target in left}, {target for _source, target in left}
        kept = {(source, target) for source, target in left if source in targets and target in sources}
        if kept == left:
            break
        left = kept
    circle = tuple(key for key in process.step if any(key in way for way in left))
    return [_fault(_LOOP, steps=_names(process, circle))] if circle else []


def _longest(process: Process) -> tuple[int, tuple[str, ...]]:
    """The longest way from the start to an end, returns left out.

    Its working minutes and the steps that take time.
    """

    @cache
    def until(key: str) -> tuple[int, tuple[str, ...]]:
        came = [until(way.source) for way in process.into[key] if not way.returns]
        minutes, steps = max(came, default=(0, ()), key=lambda one: one[0])
        own = 0 if process.step[key].pauses else process.step[key].minutes
        return (minutes + own, (*steps, key)) if own else (minutes, steps)

    ordered = [until(key) for key in process.step]
    return max(ordered, default=(0, ()), key=lambda one: one[0])


def _start_key(process: Process) -> str:
    return next(step.key for step in process.steps if step.kind is StepKind.START)


def _where(process: Process, position: Position) -> str:
    """Where the process stands, in names."""
    return ", ".join(
        dict.fromkeys(_label(process, process.transitions[token].target) for token in position.tokens)
    )


def _names(process: Process, keys: tuple[str, ...]) -> str:
    return " → ".join(_label(process, key) for key in keys)


def _label(process: Process, key: str) -> str:
    step = process.step[key]
    return step.name or step.key

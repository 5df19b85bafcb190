"""A process: steps in lanes, joined by transitions; read from JSON, held as frozen values.

The words are those of BPMN 2.0 for the subset we draw: a task of an official, a choice (exclusive gateway),
a fork and a join (parallel gateways), a timer, a message that is waited for, a start and ends.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from lienthong.procedures.conditions import BadCondition, Comparison, Condition, parse_condition
from lienthong.procedures.faults import NotWhole, faults_of, require_shallow

MOST_STEPS, MOST_TRANSITIONS, MOST_LANES = 200, 400, 20
LINKED = "linked"  # what a group of linked procedures waits for: all its parts (ADR 0068)

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Name = Annotated[str, Field(min_length=1, max_length=200)]
MaybeName = Annotated[str, Field(max_length=200)]


def _readable(text: str) -> str:
    """A condition that can be read, or none."""
    try:
        if text:
            parse_condition(text)
    except BadCondition:
        raise PydanticCustomError("condition", "not a condition") from None
    return text


ConditionText = Annotated[str, AfterValidator(_readable)]


class StepKind(StrEnum):
    """What happens at a step."""

    START = "start"
    TASK = "task"
    CHOICE = "choice"
    FORK = "fork"
    JOIN = "join"
    TIMER = "timer"
    MESSAGE = "message"
    END = "end"


class Body(StrEnum):
    """Which agency a lane's work is done in, seen from the one that received the dossier."""

    OWNER = "owner"
    COMMUNE = "commune"
    DISTRICT = "district"
    DEPARTMENT = "department"
    PROVINCE = "province"
    MINISTRY = "ministry"


class Frozen(BaseModel):
    """A value that takes nothing it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Lane(Frozen):
    """Who works: a role in the owner agency or in another body; `agency` names one that is always
    the same.
    """

    key: Key
    name: Name
    name_en: MaybeName = ""
    body: Body = Body.OWNER
    agency: Annotated[str, Field(max_length=40, pattern=r"^([A-Z0-9]+(\.[A-Z0-9]+)*)?$")] = ""
    role: Key = "specialist"


class Step(Frozen):
    """One step; `minutes` is working time at most, `effects` name what is done when it ends.

    At a MESSAGE the process waits for `message` ("supplement", "payment", "opinion", "linked"), and with
    `pauses` the clock of the dossier stands still meanwhile.
    """

    key: Key
    name: MaybeName = ""
    name_en: MaybeName = ""
    kind: StepKind = StepKind.TASK
    lane: Annotated[str, Field(max_length=40)] = ""
    minutes: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    message: Annotated[str, Field(max_length=40)] = ""
    pauses: bool = False
    effects: Annotated[tuple[Key, ...], Field(max_length=10)] = ()


class Transition(Frozen):
    """A way from one step to the next; out of a choice it is taken when its condition holds.

    Out of a choice whose transitions have no condition an official chooses by name, and the choice is
    written as a
    fact: step key → target key. `returns` leads back to a step that was done before.
    """

    source: Key
    target: Key
    name: MaybeName = ""
    name_en: MaybeName = ""
    when: ConditionText = ""
    otherwise: bool = False
    returns: bool = False


class Process(Frozen):
    """The whole: lanes, steps, transitions, as the table has them."""

    lanes: Annotated[tuple[Lane, ...], Field(max_length=MOST_LANES)] = ()
    steps: Annotated[tuple[Step, ...], Field(max_length=MOST_STEPS)] = ()
    transitions: Annotated[tuple[Transition, ...], Field(max_length=MOST_TRANSITIONS)] = ()

    @cached_property
    def step(self) -> Mapping[str, Step]:
        """Each step by its key."""
        return {step.key: step for step in self.steps}

    @cached_property
    def waits_for_parts(self) -> bool:
        """Whether it is that of a group: its dossier waits for those of the linked procedures below it."""
        return any(step.message == LINKED for step in self.steps)

    @cached_property
    def leaving(self) -> Mapping[str, tuple[int, ...]]:
        """The places in the table of the transitions that leave each step."""
        return self._by_step(lambda one: one.source)

    @cached_property
    def arriving(self) -> Mapping[str, tuple[int, ...]]:
        """The places in the table of the transitions that come to each step."""
        return self._by_step(lambda one: one.target)

    @cached_property
    def out(self) -> Mapping[str, tuple[Transition, ...]]:
        """The transitions that leave each step, in the order of the table."""
        return {key: tuple(self.transitions[i] for i in places) for key, places in self.leaving.items()}

    @cached_property
    def into(self) -> Mapping[str, tuple[Transition, ...]]:
        """The transitions that come to each step, in the order of the table."""
        return {key: tuple(self.transitions[i] for i in places) for key, places in self.arriving.items()}

    def _by_step(self, end: Callable[[Transition], str]) -> Mapping[str, tuple[int, ...]]:
        found: dict[str, list[int]] = {step.key: [] for step in self.steps}
        for place, one in enumerate(self.transitions):
            found.setdefault(end(one), []).append(place)
        return {key: tuple(places) for key, places in found.items()}

    def condition_of(self, transition: Transition) -> Condition:
        """When the transition out of a choice is taken; without a text, when an official chose its target."""
        if transition.when:
            return parse_condition(transition.when)
        return Comparison(transition.source, "==", transition.target)


def parse_process(data: Any) -> Process:
    """Read a process. Raises `NotWhole` with what is wrong and where; whether it is sound is
    proven elsewhere.
    """
    require_shallow(data)
    try:
        return Process.model_validate(data)
    except ValidationError as error:
        raise NotWhole(faults_of(error)) from None


def as_data(process: Process) -> dict[str, Any]:
    """The process as JSON, without what is said by default."""
    data: dict[str, Any] = process.model_dump(mode="json", exclude_defaults=True)
    return data

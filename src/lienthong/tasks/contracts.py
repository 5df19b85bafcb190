"""Plain values of `tasks`: who is named, what is directed, what a list is narrowed to; and its events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from lienthong.ledger.public import Actor


class PartyKind(StrEnum):
    """What a party is; an agency only where a document carries the task there."""

    OFFICIAL = "official"
    DIVISION = "division"
    AGENCY = "agency"


@dataclass(frozen=True, order=True)
class PartyKey:
    """A party named: "official:12", "division:3"."""

    kind: PartyKind
    id: int

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> PartyKey:
        """Read the form's value back; raises `ValueError` for what names an agency or nothing."""
        kind, _colon, number = text.partition(":")
        if not (number.isascii() and number.isdigit() and len(number) < 16):
            raise ValueError(text)
        if kind not in {PartyKind.OFFICIAL, PartyKind.DIVISION}:
            raise ValueError(text)
        return cls(PartyKind(kind), int(number))


@dataclass(frozen=True)
class Direction:
    """What is to be done, who leads, works with and is told, and until when.

    The deadline is `due_at`, or `working_days` of the agency's calendar from now. `acceptance`: the giver
    looks at the result before the task is closed.
    """

    text: str
    lead: PartyKey | None
    cooperating: tuple[PartyKey, ...] = ()
    informed: tuple[PartyKey, ...] = ()
    due_at: datetime | None = None
    working_days: int | None = None
    acceptance: bool = True


@dataclass(frozen=True)
class Source:
    """What a task comes from: `kind` names the table ("office.incoming"), `label` is what people call it."""

    kind: str = ""
    id: str = ""
    label: str = ""


@dataclass(frozen=True)
class Carried:
    """A part of a task that a document carries to other agencies (id and name), by who prepared it.

    `link` names the document: the kind of its table and its key.
    """

    parent_id: UUID
    agencies: Mapping[int, str]
    work: str
    giver_id: int
    giver_post_id: int | None
    link: tuple[str, str]
    due_at: datetime | None = None


@dataclass(frozen=True)
class Candidate:
    """Someone who may be named: a division, or an official with today's posts."""

    key: PartyKey
    name: str
    detail: str = ""
    post_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class TaskFilter:
    """What a list of tasks is narrowed to; `tab` is "mine", "given", "division" or "all"."""

    tab: str = "mine"
    state: str = ""
    text: str = ""
    overdue: bool = False


@dataclass(frozen=True)
class TaskGiven:
    """A task was given."""

    task_id: UUID
    source: Source
    parent_id: UUID | None
    actor: Actor
    at: datetime


@dataclass(frozen=True)
class TaskMoved:
    """Something was done with a task: `verb` of the table, the state it is in now, and the words said."""

    task_id: UUID
    source: Source
    verb: str
    state: str
    text: str
    actor: Actor
    at: datetime


@dataclass(frozen=True)
class TaskFinished:
    """A task is closed with its product: accepted, or finished where no acceptance was asked for."""

    task_id: UUID
    source: Source
    actor: Actor
    at: datetime


@dataclass(frozen=True)
class SubTasksClosed:
    """The last open sub-task of a task was closed, so its lead may finish it."""

    task_id: UUID
    actor: Actor
    at: datetime

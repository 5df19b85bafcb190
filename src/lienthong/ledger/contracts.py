"""Who did something, to what and when, as plain values that outlive the rows they came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

JSON: TypeAlias = "bool | int | float | str | Sequence[JSON] | Mapping[str, JSON] | None"


@dataclass(frozen=True)
class Actor:
    """Who acts: an official in a post, a connected system, or a job of the platform.

    `kind` is "official", "system", "job" or "public"; `source` is a client address or a job's name. Under a
    delegation `post` is the one acted in and `acting_for` names its holder.
    """

    kind: str
    id: str
    name: str
    post: str = ""
    agency_id: int | None = None
    agency_code: str = ""
    source: str = ""
    acting_for: str = ""


@dataclass(frozen=True)
class Subject:
    """What was acted on: `kind` is the model's label ("axis.packet"), `id` its key as text."""

    kind: str
    id: str


@dataclass(frozen=True)
class Entry:
    """An act about to be recorded; `verb` is "<noun>.<verb>", such as "document.issue"."""

    actor: Actor
    verb: str
    subject: Subject
    at: datetime
    data: Mapping[str, JSON] | None = None


@dataclass(frozen=True)
class Event:
    """A recorded act, as it was on the day: later changes of name or post do not reach it."""

    id: UUID
    at: datetime
    verb: str
    actor: Actor
    subject: Subject
    data: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True)
class EventPage:
    """Events, newest first; `next` is the cursor of the page after, empty on the last."""

    rows: list[Event]
    next: str

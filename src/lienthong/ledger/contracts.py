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
    """Who acts: an official in a post, a party on its own pages, a system, or a job.

    `kind` is "official", "party", "system", "job" or "public"; `source` is a client address or a
    job's name. Under a delegation `post` is the one acted in and `acting_for` names its holder.
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


@dataclass(frozen=True)
class Statement:
    """A signed statement about a subject, one link of the subject's chain.

    `statement` is canonical JSON and names the SHA-256 of the subject's previous statement; `signature` is
    over its bytes. `sequence` counts from 1. `part` is what it speaks of within the subject, such as one
    delivery; empty means the whole.
    """

    subject: Subject
    stage: str
    sequence: int
    at: datetime
    statement: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    part: str = ""


@dataclass(frozen=True)
class Link:
    """The last statement of a subject's chain: its number and the SHA-256 of its bytes (hex)."""

    sequence: int
    sha256: str


@dataclass(frozen=True)
class Proof:
    """Where a statement stands in a closed batch: its place, and the hashes from it to the root."""

    batch: int
    position: int
    path: tuple[bytes, ...]


@dataclass(frozen=True)
class ProvenStatement:
    """A statement as it is kept, with its proof once its batch is closed."""

    statement: Statement
    proof: Proof | None


@dataclass(frozen=True)
class OpenBatch:
    """Statements about to become a batch: all that its header has to say. `previous` and `root` are hex."""

    number: int
    previous: str
    root: str
    size: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True)
class Batch:
    """A closed batch: its header (canonical JSON), the signature over it, and the timestamp token, if any."""

    number: int
    header: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    token: bytes | None = field(repr=False)


@dataclass(frozen=True)
class Backlog:
    """Statements that nothing outside proves yet: in no batch, or in one without timestamp.

    `oldest_at` is the time of the oldest of them.
    """

    unbatched: int
    unstamped: int
    oldest_at: datetime | None

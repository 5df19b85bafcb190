"""Plain values that cross the border of `notifications`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise

from lienthong.ledger.public import Subject


@dataclass(frozen=True)
class DueRow:
    """Something an official has to finish by `due_at`.

    `key` names the thing itself ("tasks.task/17"), is the same whenever it is asked for, and names no person.
    `changed_at` is when what stands here last changed. `link` is a path of this installation.
    """

    official_id: int
    key: str
    title: str | Promise
    link: str
    due_at: datetime
    changed_at: datetime


@dataclass(frozen=True)
class Letter:
    """A mail ready to be sent. `message_id` is the same at every attempt."""

    message_id: str
    to: str
    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class ShortText:
    """A text for a telephone, ready to be sent; `to` as "84" and nine digits.

    `message_id` is the same at every attempt. Zalo takes the `template` registered there and its `values`.
    """

    message_id: str
    to: str
    text: str
    template: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Telling:
    """What one party is told: a kind of notice, the subject in the ledger, and what fills the words.

    `key` tells repeated notices of a kind on one subject apart. `link` is a path of this installation, or
    empty; `until` is by when the party has to do something.
    """

    party_id: UUID
    kind: str
    subject: Subject
    values: Mapping[str, str | int] = field(default_factory=dict)
    key: str = ""
    link: str = ""
    until: datetime | None = None


@dataclass(frozen=True)
class Settled:
    """A matter of which parties need not be told any more: notices of these kinds about the subject."""

    subject: Subject
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class ToldOf:
    """That a party was told: when, by which channels a message went out, and when the party read it."""

    kind: str
    subject_id: str
    title: str
    at: datetime
    channels: tuple[str, ...]
    read_at: datetime | None


@dataclass(frozen=True)
class Candidate:
    """An official who may see what is commented on, and so may be mentioned."""

    official_id: int
    name: str
    title: str = ""

    @property
    def label(self) -> str:
        """Name and post, as people tell two of one name apart."""
        return ", ".join(filter(None, (self.name, self.title)))


@dataclass(frozen=True)
class Thread:
    """Where comments are made: what about, its page, where the forms are sent, and who may see it.

    The app that shows it has checked that the viewer may see the subject; `about` is its short name, which
    stands in what mentioned officials are told. `open` is false where nothing more may be said.
    """

    subject: Subject
    about: str
    link: str
    action: str
    candidates: tuple[Candidate, ...]
    open: bool = True


@dataclass(frozen=True)
class Remark:
    """A comment as its readers see it; without text once withdrawn."""

    id: UUID
    author: str
    author_title: str
    text: str
    created_at: datetime
    edited_at: datetime | None
    withdrawn_at: datetime | None
    mentioned: tuple[str, ...]
    own: bool

"""What two installations say to each other of a step that one of them settles for the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from lienthong.identity.public import PartyFacts


class Kind(StrEnum):
    """What a letter says: a step is handed over, its supplement came, it is called off; or how far it is."""

    HAND_OVER = "hand-over"
    SUPPLY = "supply"
    RECALL = "recall"
    STATE = "state"


class FarState(StrEnum):
    """Where a step stands that another installation settles; the first two are known at home only."""

    WAITING = "waiting"
    SENT = "sent"
    RECEIVED = "received"
    IN_PROGRESS = "in-progress"
    SUPPLEMENT = "supplement"
    FINISHED = "finished"
    REFUSED = "refused"


ENDED = frozenset({FarState.FINISHED, FarState.REFUSED})
TOLD = frozenset(FarState) - {FarState.WAITING, FarState.SENT}


@dataclass(frozen=True)
class SentDocument:
    """A paper or a result. `sha256` is empty for a paper that only lies on the desk of the sender."""

    name: str
    key: str = ""
    originals: int = 0
    copies: int = 0
    sha256: str = ""
    file_name: str = ""


@dataclass(frozen=True)
class HandedOver:
    """The dossier as far as the asked step needs it."""

    code: str
    procedure: str
    procedure_version: int
    channel: str
    submitted_at: datetime
    summary: str
    reply_to: str
    step: str
    step_name: str
    role: str
    minutes: int
    due_at: datetime | None
    applicant: PartyFacts
    answers: Mapping[str, Any] = field(default_factory=dict)
    representative: PartyFacts | None = None
    mandate: str = ""
    documents: tuple[SentDocument, ...] = ()


@dataclass(frozen=True)
class Supplied:
    """What the applicant brought, in answer to what the other side asked for."""

    documents: tuple[SentDocument, ...] = ()


@dataclass(frozen=True)
class Recalled:
    """The step is called off, and why."""

    reason: str


@dataclass(frozen=True)
class AskedFor:
    """What the other side wants the applicant to supplement."""

    items: tuple[str, ...]
    reason: str
    asked_at: datetime


@dataclass(frozen=True)
class StateTold:
    """How far it is, the whole of it each time, so that of two the later one suffices."""

    code: str
    state: FarState
    at: datetime
    words: str = ""
    supplement: AskedFor | None = None
    documents: tuple[SentDocument, ...] = ()


Body = HandedOver | Supplied | Recalled | StateTold


@dataclass(frozen=True)
class Letter:
    """One thing said of the step `handover` (the sender's key of it); later ones have a higher `sequence`."""

    kind: Kind
    handover: UUID
    sequence: int
    body: Body

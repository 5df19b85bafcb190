"""Plain values of `procedures`: what the catalogue tells others, and its events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise

from lienthong.procedures.states import SampleKind


@dataclass(frozen=True)
class ProcedureFilter:
    """What the catalogue is narrowed to; empty is all."""

    text: str = ""
    field: str = ""
    level: str = ""
    audience: str = ""
    state: str = ""


@dataclass(frozen=True)
class Sample:
    """A file that shows what a required paper looks like; `paper` is the key of that paper."""

    id: int
    paper: str
    kind: str
    name: str
    sha256: str
    size: int

    @property
    def kind_label(self) -> Promise | str:
        """What it shows, in the reader's language."""
        return SampleKind(self.kind).label


@dataclass(frozen=True)
class ProcedurePublished:
    """A version was put in force, in place of `former_id` if there was one."""

    procedure_id: UUID
    version_id: UUID
    former_id: UUID | None
    at: datetime


@dataclass(frozen=True)
class OfferCounts:
    """The services of an agency: how many it offers, of these online, and of these told whole."""

    offered: int = 0
    online: int = 0
    whole: int = 0

"""What an evidence file is worth, statement by statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from lienthong.signing.contracts import Sentence

STAGES: Mapping[str, Sentence] = {
    "submitted": _("Submitted"),
    "relayed": _("Relayed"),
    "delivered": _("Delivered"),
    "arrived": _("Arrived"),
    "accepted": _("Registered"),
    "assigned": _("Assigned"),
    "in-progress": _("In progress"),
    "finished": _("Finished"),
    "refused": _("Returned"),
    "withdrawn": _("Withdrawn"),
    "updated": _("Updated"),
    "replaced": _("Replaced"),
}


@dataclass(frozen=True)
class Root:
    """A certificate that the verdict rests on; `sha256` is what people compare."""

    sha256: str
    name: str


@dataclass(frozen=True)
class StatementVerdict:
    """One statement: its number in the packet's chain, the stage, who acted and when, and whether it holds.

    `reason` says why not, and `fault` is its stable code. `timestamped_at` is proven by a timestamp service;
    until then `pending` is "batch" or "timestamp". `place` counts the file's statements from 0. Texts come
    from the file and may be hostile; of a statement that cannot be read they are empty and `sequence` is 0.
    """

    place: int
    sequence: int
    stage: str
    by: str
    at: datetime | None
    timestamped_at: datetime | None
    pending: str
    fault: str = ""
    reason: Sentence = ""

    @property
    def valid(self) -> bool:
        """Whether nothing was found against it."""
        return not self.fault

    @property
    def label(self) -> Sentence:
        """The stage in the reader's language, where it is one that is known."""
        return STAGES.get(self.stage, self.stage)


@dataclass(frozen=True)
class EvidenceVerdict:
    """What an evidence file is worth: valid if every statement is.

    `roots_given` tells that the roots came from the asker; otherwise they came with the file, which proves
    nothing until somebody compares their SHA-256. `complete` is false for what a recipient is shown.
    """

    packet_id: str
    sha256: str
    complete: bool
    statements: tuple[StatementVerdict, ...]
    roots: tuple[Root, ...]
    roots_given: bool

    @property
    def valid(self) -> bool:
        """Whether there are statements and each one holds."""
        return bool(self.statements) and all(found.valid for found in self.statements)

"""Plain values of `office`: what is composed, assigned, searched for, and kept of a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import get_language, override

from lienthong.kernel.errors import LANGUAGES
from lienthong.tasks.public import PartyKey


@dataclass(frozen=True)
class StoredSigner:
    """One signature of a verdict: who signed, for which agency, when, and why it is not trusted."""

    name: str
    agency_name: str = ""
    agency_code: str = ""
    signed_at: datetime | None = None
    timestamped: bool = False
    trusted: bool = False
    whole_document: bool = False
    weak: bool = False
    reasons: Mapping[str, str] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """Why it is not trusted, in the reader's language; empty when it is."""
        return _in_language(self.reasons)


@dataclass(frozen=True)
class StoredVerdict:
    """The verdict on a signature as it was when the document arrived, with its sentence in both languages."""

    valid: bool
    code: str
    sentences: Mapping[str, str]
    signers: tuple[StoredSigner, ...] = ()

    @property
    def sentence(self) -> str:
        """The sentence in the reader's language."""
        return _in_language(self.sentences)

    @property
    def closed(self) -> bool:
        """Whether it says that the file could not be decrypted: nothing is known of its signatures."""
        return self.code.startswith("envelope-")

    def as_json(self) -> dict[str, Any]:
        """The form kept in a JSON column."""
        signers = [
            {**vars(signer), "signed_at": signer.signed_at.isoformat() if signer.signed_at else None}
            for signer in self.signers
        ]
        return {"valid": self.valid, "code": self.code, "sentences": dict(self.sentences), "signers": signers}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> StoredVerdict:
        """Read `as_json` back."""
        signers = tuple(
            StoredSigner(
                **{
                    **signer,
                    "signed_at": datetime.fromisoformat(signer["signed_at"])
                    if signer.get("signed_at")
                    else None,
                }
            )
            for signer in stored.get("signers", ())
        )
        return cls(bool(stored.get("valid")), stored.get("code", ""), stored.get("sentences", {}), signers)


def _in_language(texts: Mapping[str, str]) -> str:
    return texts.get((get_language() or "vi")[:2]) or texts.get("vi", "")


def in_both_languages(text: object) -> dict[str, str]:
    """A lazily translated text said in every language of the interface."""
    said = {}
    for language in LANGUAGES:
        with override(language):
            said[language] = str(text)
    return said


@dataclass(frozen=True)
class Composition:
    """What an outgoing document is made of; recipients are ids of agencies, `groups` names of `groups.Group`.

    `replaces` is the id of the issued document whose place it is to take, `corrects` of one that it corrects
    and that stays in force; `task` that of the task it carries to
    its recipients (steering 1) or reports on (steering 2). `inside` are divisions and officials of the own
    agency, `paper` those who get it on paper, in words.

    `body` is the text of a document written from a template: paragraphs parted by a blank line.
    """

    type_code: str
    subject: str
    place: str
    recipients: tuple[int, ...] = ()
    groups: tuple[str, ...] = ()
    body: str = ""
    urgency: int = 0
    due_on: date | None = None
    steering_type: int = 0
    encrypted: bool = False
    replaces: UUID | None = None
    corrects: UUID | None = None
    task: UUID | None = None
    inside: tuple[PartyKey, ...] = ()
    paper: tuple[str, ...] = ()


@dataclass(frozen=True)
class PaperRecord:
    """What the clerk writes down of a document that went on paper; `way` is one of `states.Way`."""

    way: str
    sent_on: date
    carried_by: str
    receipt_number: str = ""
    reason: str = ""


@dataclass(frozen=True)
class PaperFacts:
    """What the clerk reads off a document that came on paper or by mail; `came_by` is one of `states.CameBy`.

    `sender_code` is the code of an agency of the directory, empty for everybody else.
    """

    subject: str
    sender_name: str
    sender_code: str = ""
    sender_kind: str = "agency"
    came_by: str = "post"
    code: str = ""
    promulgated_on: date | None = None
    type_name: str = ""
    signer_name: str = ""
    urgency: int = 0
    pages: int | None = None
    duplicate_reason: str = ""


@dataclass(frozen=True)
class BookSettings:
    """A register's name, its place among the others, and the documents it is proposed for.

    It is for documents of one of `types` (names as in NĐ 30), from one of `senders` (`SenderKind`), or at
    least as urgent as `from_urgency`.
    """

    name: str
    position: int = 0
    types: tuple[str, ...] = ()
    senders: tuple[str, ...] = ()
    from_urgency: int | None = None
    active: bool = True


@dataclass(frozen=True)
class IncomingFilter:
    """What a list of incoming documents is narrowed to; `tab` is "mine", "all" or a state."""

    tab: str = "mine"
    text: str = ""
    urgency: int | None = None
    sender: str = ""
    overdue: bool = False
    unproven: bool = False
    late: bool = False
    signer: str = ""
    register: int | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class OutgoingFilter:
    """What a list of outgoing documents is narrowed to; `tab` is "all" or a state.

    Type and division are those of the statistics, by the whole name; a signer is found by a part of it too.
    "-" asks for those without one.
    """

    tab: str = "all"
    text: str = ""
    since: date | None = None
    until: date | None = None
    type: str = ""
    division: str = ""
    signer: str = ""
    way: str = ""


@dataclass(frozen=True)
class RecipientCount:
    """How many recipients stand at a status code."""

    status: str
    label: str
    count: int
    percent: int


@dataclass(frozen=True)
class Progress:
    """How far a sent document has come at its recipients."""

    total: int = 0
    received: int = 0
    registered: int = 0
    finished: int = 0
    returned: int = 0
    counts: tuple[RecipientCount, ...] = field(default_factory=tuple)

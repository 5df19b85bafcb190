"""Plain values of `dossiers`, and its events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from lienthong.identity.public import PartyFacts
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import Actor
from lienthong.procedures.public import GrantedExemptions


@dataclass(frozen=True)
class GivenFile:
    """A file that was sent or scanned, already stored: its SHA-256, what it is, and its file name."""

    sha256: str
    name: str
    file_name: str


@dataclass(frozen=True)
class GivenPaper:
    """A paper handed in: which of the required ones (`key`), or another by name.

    `held_id` is a document that the applicant gave or got before, used again; `files` are its pages, scanned.
    """

    name: str
    key: str = ""
    originals: int = 0
    copies: int = 0
    held_id: UUID | None = None
    files: tuple[GivenFile, ...] = ()


@dataclass(frozen=True)
class CoSigner:
    """Who applies together with the applicant: a signed-in party, or what a person says of itself."""

    facts: PartyFacts
    party_id: UUID | None = None


@dataclass(frozen=True)
class Intake:
    """What is handed in: for which offer, by whom, with which answers and papers.

    `granted` are the exemptions of fees that an official gives at the counter, with the reason.
    `root_id` names the dossier of which this one is a part, where procedures are linked; `mandate` says what
    the representative acts on, `mandate_sha256` is its scan. `draft_id`: what the applicant began online;
    `co_signers` have read and confirmed it.
    """

    agency_id: int
    version_id: UUID
    channel: str
    applicant: PartyFacts
    answers: Mapping[str, Any] = field(default_factory=dict)
    papers: tuple[GivenPaper, ...] = ()
    files: tuple[GivenFile, ...] = ()
    summary: str = ""
    representative: PartyFacts | None = None
    mandate: str = ""
    mandate_sha256: str = ""
    root_id: UUID | None = None
    granted: GrantedExemptions = field(default_factory=GrantedExemptions)
    draft_id: UUID | None = None
    co_signers: tuple[CoSigner, ...] = ()


@dataclass(frozen=True)
class Supplement:
    """What is missing or wrong, one text each, and why it is needed."""

    items: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Handing:
    """To whom the result goes and how (`way` of `states.HandOutWay`).

    `party_id` is a party of the dossier; without one `received_by` names somebody else, who gets it on
    `authority` (their mandate). `reference` is that of the parcel or the receipt. `apart`: it goes out though
    other dossiers of its application are not decided yet.
    """

    way: str
    party_id: UUID | None = None
    received_by: str = ""
    authority: str = ""
    reference: str = ""
    apart: bool = False


@dataclass(frozen=True)
class ResultText:
    """What a drafter writes of a result. `key` is one of the version's; with a PDF no `paragraphs`."""

    key: str
    type_code: str
    subject: str
    paragraphs: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    authority: str = ""
    position: str = ""
    place: str = ""


@dataclass(frozen=True)
class ResultSeen:
    """A draft as somebody has read it: each change of the text gives it another document."""

    result_id: UUID
    document_id: UUID


@dataclass(frozen=True)
class ResultSigned:
    """What came of signing one result of a list: its number, or why not."""

    result_id: UUID
    subject: str
    code: str = ""
    refusal: Refusal | None = None


@dataclass(frozen=True)
class StepDone:
    """A step that an official finishes. `choices` says how it goes on: choice step → target step.

    `handing` belongs to the step that hands the result out; without it the applicant got it, the way the
    dossier came. `despite`: why it is finished though opinions are still open.
    """

    task_id: UUID
    choices: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    supplement: Supplement | None = None
    handing: Handing | None = None
    despite: str = ""


@dataclass(frozen=True)
class Apology:
    """A dossier whose result comes later than it was promised, until when, and why."""

    dossier_id: UUID
    until: datetime
    reason: str


@dataclass(frozen=True)
class OpinionQuestion:
    """What other bodies are asked: which, what, with which file, within how many working minutes."""

    agency_ids: tuple[int, ...]
    question: str
    minutes: int
    sha256: str = ""
    file_name: str = ""


@dataclass(frozen=True)
class OpinionGiven:
    """What a body says of a question: the verdict, in words, with a file."""

    verdict: str
    text: str = ""
    sha256: str = ""
    file_name: str = ""


@dataclass(frozen=True)
class DossierFilter:
    """What a list of dossiers is narrowed to; empty is all. `timing` "late": open and past its deadline."""

    text: str = ""
    state: str = ""
    procedure: str = ""
    timing: str = ""


@dataclass(frozen=True)
class DossierMoved:
    """Something became true of a dossier: the verb of the table, and the state it is in now."""

    dossier_id: UUID
    code: str
    agency_id: int
    verb: str
    state: int
    outcome: str
    actor: Actor
    at: datetime


@dataclass(frozen=True)
class CalendarChange:
    """Why deadlines are counted again: the path of the agency, the day (None: the hours), by whom."""

    path: str
    day: date | None
    name: str
    by: str
    at: datetime


@dataclass(frozen=True)
class DraftReceived:
    """What an applicant began online was received at the counter, as the dossier."""

    draft_id: UUID
    dossier_id: UUID

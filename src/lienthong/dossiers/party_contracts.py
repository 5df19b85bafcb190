"""Plain values of what a party reads of a dossier, and of what they answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.utils.functional import Promise

from lienthong.dossiers.contracts import GivenFile
from lienthong.dossiers.states import WAITING

Words = str | Promise


@dataclass(frozen=True)
class Place:
    """A body, or a division of it, and how it is reached."""

    agency: str
    division: str = ""
    telephone: str = ""
    email: str = ""
    address: str = ""


@dataclass(frozen=True)
class Stage:
    """One thing that happened on the way, in plain words; without `at` it is yet to come."""

    label: Words
    at: datetime | None = None

    @property
    def done(self) -> bool:
        """Whether it has happened."""
        return self.at is not None


@dataclass(frozen=True)
class Standing:
    """Since when the clock stands, why, and how much working time is left when it goes on (in words)."""

    since: datetime
    why: Words
    left: str


@dataclass(frozen=True)
class Followed:
    """Where a dossier is, for whoever has its code: no name, no answer, no outcome.

    `places` are where it lies now, `call` is whom to call about it. `procedure` is empty unless the asker
    holds a slip, which names it.
    """

    code: str
    state: int
    label: Words
    color: str
    sentence: Words
    submitted_at: datetime
    stages: tuple[Stage, ...]
    places: tuple[Place, ...]
    call: Place
    due_at: datetime | None = None
    promised_at: datetime | None = None
    late: bool = False
    standing: Standing | None = None
    procedure: str = ""
    procedure_en: str = ""

    @property
    def waits_for_applicant(self) -> bool:
        """Whether the next word is the applicant's, so that it lies with nobody else."""
        return self.state in WAITING


@dataclass(frozen=True)
class Likely:
    """By when a dossier is likely done: half of the last `cases` took no longer, nine of ten neither.

    `of_body`: they are of the same body, else of all. `longer`: this one takes longer than nine of ten.
    """

    cases: int
    half_at: datetime
    most_at: datetime
    of_body: bool
    longer: bool


@dataclass(frozen=True)
class Opened:
    """One time that an official had the file: which body, in which post, what for, when."""

    at: datetime
    agency: str
    post: str
    what: Words
    purpose: Words = ""


@dataclass(frozen=True)
class ItemAnswer:
    """What a party answers to one item of a supplement: words, files, or both."""

    text: str = ""
    files: tuple[GivenFile, ...] = field(default_factory=tuple)

    @property
    def empty(self) -> bool:
        """Whether nothing is answered."""
        return not self.text.strip() and not self.files

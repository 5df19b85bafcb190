"""Plain values of a form on a page, and how its inputs are called."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from lienthong.procedures.answers import AnswerFault
from lienthong.procedures.form import Page, Question

# A key has no hyphen, and each kind of input has a first word of its own: no name can be taken for another.
ANSWER, ENTRIES, KEPT, OTHER = "answer", "entries", "kept", "other"
SHOWN, ACT = "form-shown", "form-act"
ADD, REMOVE, REFRESH = "add", "remove", "refresh"

Path = tuple[str | int, ...]


def name_of(first: str, path: Path) -> str:
    """What the input at a path is called: `answer-siblings-0-school`."""
    return "-".join((first, *map(str, path)))


@dataclass(frozen=True)
class Place:
    """A commune with its code and how it is called: "Phường Ba Đình, Thành phố Hà Nội"."""

    code: str
    label: str

    @property
    def written(self) -> str:
        """As it stands in a field: the code in brackets tells places of one name apart."""
        return f"{self.label} ({self.code})"


class Places(Protocol):
    """What knows the communes."""

    def find(self, text: str) -> Sequence[Place]:
        """Those that match a text, with or without marks, the best first."""
        ...

    def labels(self, codes: Collection[str]) -> Mapping[str, str]:
        """How the communes of these codes are called; unknown ones are left out."""
        ...


class NoPlaces:
    """Knows no commune: codes are taken as they are."""

    def find(self, text: str) -> Sequence[Place]:
        """None."""
        return ()

    def labels(self, codes: Collection[str]) -> Mapping[str, str]:
        """Every code by itself."""
        return {code: code for code in codes}


@dataclass(frozen=True)
class KeptFile:
    """A file that was sent before: its SHA-256, name, and where it is opened; empty nowhere."""

    sha256: str
    name: str = ""
    url: str = ""
    size: int | None = None


@dataclass(frozen=True)
class Choice:
    """An answer to choose from."""

    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True)
class Entry:
    """One entry of a group; `number` counts from 1."""

    number: int
    fields: tuple[DrawnField, ...]
    remove: str = ""


@dataclass(frozen=True)
class DrawnField:
    """A question as it is drawn: which control, what stands in it, what is wrong with it.

    `said` is the answer in words; `decides` says that other questions hang on this one; `new` that it was
    not asked before, so that a missing answer is no fault yet; `prefilled` that the answer was filled in
    beforehand and stands; `whence` says from where, if it is known.
    """

    question: Question
    path: Path
    control: str
    type: str = "text"
    inputmode: str = ""
    autocomplete: str = ""
    value: str = ""
    said: str = ""
    choices: tuple[Choice, ...] = ()
    files: tuple[KeptFile, ...] = ()
    entries: tuple[Entry, ...] = ()
    add: str = ""
    unit: str = ""
    hint: str = ""
    fault: str = ""
    decides: bool = False
    new: bool = False
    prefilled: bool = False
    whence: str = ""

    @property
    def name(self) -> str:
        """The name of the input, and its id."""
        return name_of(ANSWER, self.path)

    @property
    def other_name(self) -> str:
        """The name of the input that searches for a place that is not offered."""
        return name_of(OTHER, self.path)

    @property
    def kept_name(self) -> str:
        """The name of the boxes that keep files sent before."""
        return name_of(KEPT, self.path)

    @property
    def entries_name(self) -> str:
        """The name of the number of entries."""
        return name_of(ENTRIES, self.path)

    @property
    def shown(self) -> str:
        """What says that the question was on the page."""
        return "-".join(map(str, self.path))

    @property
    def described_by(self) -> str:
        """The ids of hint and fault, for the control."""
        ids = [f"{self.name}_help"] if self.hint else []
        return " ".join(ids + ([f"{self.name}_error"] if self.fault else []))


@dataclass(frozen=True)
class DrawnPage:
    """A page with the fields that are asked."""

    page: Page
    fields: tuple[DrawnField, ...]


@dataclass(frozen=True)
class DrawnForm:
    """The pages that are shown, and the fields with faults in their order, for the summary above them."""

    pages: tuple[DrawnPage, ...]
    faulty: tuple[DrawnField, ...] = ()


@dataclass(frozen=True)
class Posted:
    """What was sent: the answers, whole as `whole_answers` makes them, and what is wrong with them.

    `act` is the button that only changes the page (an entry more, an entry less, the questions anew); with it
    nothing is to be judged. `seen` are the questions that were on the page.
    """

    answers: Mapping[str, Any]
    faults: tuple[AnswerFault, ...] = ()
    act: str = ""
    seen: frozenset[Path] = field(default_factory=frozenset)

    @property
    def accepted(self) -> bool:
        """Whether it was sent for good and nothing is wrong."""
        return not self.act and not self.faults

"""What a page sent, read back into answers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from lienthong.kernel.errors import Refusal
from lienthong.procedures.answers import KINDS, AnswerFault, faults_in, whole_answers
from lienthong.procedures.filling.contracts import (
    ACT,
    ADD,
    ANSWER,
    ENTRIES,
    KEPT,
    OTHER,
    REMOVE,
    SHOWN,
    NoPlaces,
    Path,
    Places,
    Posted,
    name_of,
)
from lienthong.procedures.form import MOST_ENTRIES, Form, Question, QuestionType
from lienthong.procedures.form_schema import MOST_FILES

Store = Callable[["UploadedFile[Any]"], str]

LONGEST_SENT = 20_000  # characters; beyond every bound of a form, so what is cut off is refused anyway
MOST_DIGITS = 16
NO_FILES: MultiValueDict[str, UploadedFile[Any]] = MultiValueDict()
NO_PLACES = NoPlaces()

_GROUPED = re.compile(r"^[0-9]{1,3}([., ][0-9]{3})+$")
_DAY = re.compile(r"^([0-9]{1,2})\s*[/.\-]\s*([0-9]{1,2})\s*[/.\-]\s*([0-9]{4})$")
_CODE = re.compile(r"(?<![0-9])([0-9]{5})(?![0-9])")


def answers_from_post(
    form: Form,
    data: QueryDict,
    *,
    on: date,
    files: MultiValueDict[str, UploadedFile[Any]] = NO_FILES,
    store: Store | None = None,
    may_keep: Callable[[str], bool] = lambda _sha256: False,
    former: Mapping[str, Any] = MappingProxyType({}),
    places: Places = NO_PLACES,
    schema: Mapping[str, Any] | None = None,
) -> Posted:
    """Read what a page drawn by `form_pages` sent, and judge it on the day.

    Questions that were not on the page keep their `former` answer. What cannot be read is kept as it was
    written, with a fault, so that it can be corrected. `store` keeps a file and answers its SHA-256; what it
    refuses becomes a fault at the question. `may_keep` says which hashes the sender may name again: it must
    know who sent them, else a hash would open the file of another.
    """
    reader = _Reader(form, data, files, store, may_keep, places)
    answers: dict[str, Any] = {}
    for question in form.questions:
        value = reader.answer(question, (question.key,), former.get(question.key))
        if value is not None:
            answers[question.key] = value
    answers = whole_answers(form, answers, on=on)
    faults = [] if reader.act else faults_in(form, answers, schema=schema)
    said = {fault.path for fault in reader.faults}
    faults = [*(fault for fault in faults if fault.path not in said), *reader.faults]
    return Posted(answers, tuple(faults), reader.act, frozenset(reader.seen))


@dataclass
class _Reader:
    """Reads one form; `faults` and `seen` gather on the way."""

    form: Form
    data: QueryDict
    files: MultiValueDict[str, UploadedFile[Any]]
    store: Store | None
    may_keep: Callable[[str], bool]
    places: Places
    faults: list[AnswerFault] = field(default_factory=list)
    seen: set[Path] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.sent = set(self.data.getlist(SHOWN))
        self.act = self.data.get(ACT, "")[:200]

    def answer(self, question: Question, path: Path, former: Any = None) -> Any:
        """The answer to one question; `None` if there is none."""
        if question.computed is not None:
            return None
        if "-".join(map(str, path)) not in self.sent:
            return former
        self.seen.add(path)
        if question.type is QuestionType.GROUP:
            return self._entries(question) or None
        if question.type is QuestionType.FILE:
            return self._files(path) or None
        if question.type is QuestionType.CHOICES:
            values = self.data.getlist(name_of(ANSWER, path))[:MOST_ENTRIES]
            return list(dict.fromkeys(_cleaned(value) for value in values if value)) or None
        if question.type is QuestionType.PLACE:
            return self._place(path)
        text = _cleaned(self.data.get(name_of(ANSWER, path), ""))
        return _READ.get(question.type, _one_line)(text) if text else None

    def _entries(self, group: Question) -> list[dict[str, Any]]:
        """The entries, without empty ones and the one that a button takes away."""
        number = min(_small(self.data.get(name_of(ENTRIES, (group.key,)), "")), MOST_ENTRIES)
        found: list[dict[str, Any]] = []
        for place in range(number):
            if self.act == f"{REMOVE}-{group.key}-{place}":
                continue
            entry = _Reader(self.form, self.data, self.files, self.store, self.may_keep, self.places)
            answers = {
                inner.key: value
                for inner in group.questions
                if (value := entry.answer(inner, (group.key, place, inner.key))) is not None
            }
            if not answers and not self.act:
                continue
            # Faults and marks follow the entry to the place it has from now on.
            self.seen |= {(group.key, len(found), *path[2:]) for path in entry.seen}
            self.faults += [
                AnswerFault((group.key, len(found), *fault.path[2:]), fault.sentence, fault.facts)
                for fault in entry.faults
            ]
            found.append(answers)
        if self.act == f"{ADD}-{group.key}" and len(found) < MOST_ENTRIES:
            found.append({})
        return found

    def _files(self, path: Path) -> list[str]:
        """The files that stay, and those that came now."""
        kept = [one for one in self.data.getlist(name_of(KEPT, path))[:MOST_FILES] if self.may_keep(one)]
        for upload in self.files.getlist(name_of(ANSWER, path))[: MOST_FILES + 1]:
            try:
                if self.store is not None:
                    kept.append(self.store(upload))
            except Refusal as refusal:
                self.faults.append(AnswerFault(path, refusal.sentence, dict(refusal.facts)))
        return list(dict.fromkeys(kept))

    def _place(self, path: Path) -> str | None:
        """The code of a commune: chosen, written with its code, or the only one that matches."""
        text = _one_line(_cleaned(self.data.get(name_of(OTHER, path), "")))
        text = text or _one_line(_cleaned(self.data.get(name_of(ANSWER, path), "")))
        if not text:
            return None
        codes = _CODE.findall(text)
        if codes:
            if codes[-1] in self.places.labels(codes[-1:]):
                return str(codes[-1])
            self.faults.append(AnswerFault(path, KINDS[QuestionType.PLACE]))
            return text
        found = self.places.find(text)
        return found[0].code if len(found) == 1 else text


def _cleaned(text: str) -> str:
    """Without what cannot be kept or read, in composed Unicode."""
    shown = (one for one in text[:LONGEST_SENT].replace("\r\n", "\n") if one >= " " or one in "\n\t")
    return unicodedata.normalize("NFC", "".join(shown)).strip()


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _digits(text: str) -> str:
    """Without the spaces, dots and hyphens that people put between the digits of a number."""
    return re.sub(r"[\s.\-]", "", text)


def _telephone(text: str) -> str:
    number = _digits(text)
    return f"0{number.removeprefix('+84')}" if number.startswith("+84") else number


def _number(text: str) -> int | str:
    """A whole number, with or without dots between its thousands; anything else as it was written."""
    plain = re.sub(r"[., ]", "", text) if _GROUPED.match(text) else text
    usable = plain.removeprefix("-")
    return int(plain) if usable.isascii() and usable.isdigit() and len(usable) <= MOST_DIGITS else text


def _day(text: str) -> str:
    """A day as ISO 8601; what is none as it was written."""
    found = _DAY.match(text)
    if found is None:
        return text
    day, month, year = map(int, found.groups())
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return text


def _yes_no(text: str) -> bool | str:
    return {"yes": True, "no": False}.get(text, text)


def _small(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0


# How a text is read that stands for an answer of the type; the others are one line.
_READ: dict[QuestionType, Callable[[str], Any]] = {
    QuestionType.LONG_TEXT: lambda text: text,
    QuestionType.WHOLE_NUMBER: _number,
    QuestionType.AMOUNT: _number,
    QuestionType.DATE: _day,
    QuestionType.YES_NO: _yes_no,
    QuestionType.IDENTIFICATION_NUMBER: _digits,
    QuestionType.TELEPHONE: _telephone,
}

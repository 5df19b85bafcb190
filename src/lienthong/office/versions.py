"""What a version of a draft says, and how two of them differ, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lienthong.documents.public import TYPES
from lienthong.office.states import STEERING_TYPES, URGENCIES

# Comparing costs the product of two lengths in words; longer changes are shown as a whole.
MOST_PRODUCT = 90_000


@dataclass(frozen=True)
class Content:
    """The texts of a draft as its form has them; `recipients` are names, `due_on` is ISO 8601 or empty.

    `annexes` are names, each with the beginning of its file's SHA-256; None of a version kept before they
    were recorded, with which they cannot be compared.
    """

    type_code: str = ""
    subject: str = ""
    place: str = ""
    urgency: int = 0
    steering_type: int = 0
    due_on: str = ""
    authority: str = ""
    body: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    file: str = ""
    annexes: tuple[str, ...] | None = None

    def as_json(self) -> dict[str, Any]:
        """The form kept in a JSON column."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Content:
        """Read `as_json` back; what is not there is empty."""
        known = {field.name for field in fields(cls)}
        values: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value
            for key, value in stored.items()
            if key in known
        }
        return cls(**values)


class Kind(StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True)
class Piece:
    """A stretch of words with one fate."""

    kind: Kind
    text: str


Line = tuple[Piece, ...]


@dataclass(frozen=True)
class Difference:
    """How one part of a document changed, line by line; lines that stayed are left out of long texts."""

    label: Promise
    lines: tuple[Line, ...]


LABELS: dict[str, Promise] = {
    "type_code": _("Type"),
    "subject": _("Summary"),
    "place": _("Place of issue"),
    "urgency": _("Urgency"),
    "steering_type": _("Steering"),
    "due_on": _("Asked for by"),
    "authority": _("Authority"),
    "recipients": _("Recipients"),
    "body": _("Text"),
    "file": _("PDF file"),
    "annexes": _("Annexes"),
}


def paragraphs_of(text: str) -> tuple[str, ...]:
    """The paragraphs of a text whose paragraphs are parted by blank lines."""
    return tuple(part.strip() for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if part.strip())


def differences(old: Content, new: Content) -> list[Difference]:
    """What changed from `old` to `new`, part by part in the order of the form; empty when nothing did."""
    found = []
    for name, label in LABELS.items():
        if getattr(old, name) is None or getattr(new, name) is None:
            continue
        before, after = _lines(old, name), _lines(new, name)
        if before != after:
            found.append(Difference(label, tuple(_compared(before, after))))
    return found


def _lines(content: Content, name: str) -> list[str]:
    """The part as lines a person reads: labels for codes, nothing for what is empty."""
    value = getattr(content, name)
    if name == "type_code":
        kind = TYPES.get(value)
        value = kind.name if kind else value
    elif name == "urgency":
        value = str(URGENCIES.get(value, value))
    elif name == "steering_type":
        value = str(STEERING_TYPES.get(value, value))
    return list(value) if isinstance(value, tuple) else [str(value)] if value else []


def _compared(old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    """The lines of both, those that changed compared word by word; at most one unchanged line of context."""
    blocks = SequenceMatcher(None, old, new).get_opcodes()
    for tag, i1, i2, j1, j2 in blocks:
        if tag == "equal":
            yield from _context(old[i1:i2])
            continue
        common = min(i2 - i1, j2 - j1)
        for before, after in zip(old[i1 : i1 + common], new[j1 : j1 + common], strict=True):
            yield tuple(_words_compared(before, after))
        yield from ((Piece(Kind.REMOVED, line),) for line in old[i1 + common : i2])
        yield from ((Piece(Kind.ADDED, line),) for line in new[j1 + common : j2])


def _context(lines: Sequence[str]) -> Iterator[Line]:
    if len(lines) > 3:
        yield (Piece(Kind.SAME, lines[0]),)
        yield (Piece(Kind.SAME, "…"),)
        lines = lines[-1:]
    yield from ((Piece(Kind.SAME, line),) for line in lines)


def _words_compared(before: str, after: str) -> Iterator[Piece]:
    old, new = before.split(), after.split()
    start = _shared(old, new)
    end = _shared(old[start:][::-1], new[start:][::-1])
    if start:
        yield Piece(Kind.SAME, " ".join(old[:start]))
    yield from _middle(old[start : len(old) - end], new[start : len(new) - end])
    if end:
        yield Piece(Kind.SAME, " ".join(old[len(old) - end :]))


def _middle(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    if len(old) * len(new) > MOST_PRODUCT:
        blocks = [("replace", 0, len(old), 0, len(new))]
    else:
        blocks = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()  # type: ignore[assignment]
    for tag, i1, i2, j1, j2 in blocks:
        if tag == "equal":
            yield Piece(Kind.SAME, " ".join(old[i1:i2]))
            continue
        if i1 < i2:
            yield Piece(Kind.REMOVED, " ".join(old[i1:i2]))
        if j1 < j2:
            yield Piece(Kind.ADDED, " ".join(new[j1:j2]))


def _shared(old: Sequence[str], new: Sequence[str]) -> int:
    """How many words both begin with."""
    return next(
        (at for at, (left, right) in enumerate(zip(old, new, strict=False)) if left != right),
        min(len(old), len(new)),
    )

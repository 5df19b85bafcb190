"""What is read of a PDF for the check of its form: lines with their places, sizes and faces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Line:
    """A line of text; edges in points from the page's lower left corner."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    size: float
    face: str

    @property
    def middle(self) -> float:
        """Halfway between its left and right edge."""
        return (self.left + self.right) / 2


@dataclass(frozen=True)
class PageOfSheet:
    """A page and its lines, from the top; `number` counts from 1."""

    number: int
    width: float
    height: float
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Sheet:
    """The first two pages and the last one of a file, and its faces with whether each is embedded."""

    pages: tuple[PageOfSheet, ...]
    count: int
    faces: tuple[tuple[str, bool], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The form kept in a JSON column."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Sheet:
        """Read `as_json` back."""
        pages = tuple(
            PageOfSheet(
                page["number"], page["width"], page["height"], tuple(Line(**line) for line in page["lines"])
            )
            for page in stored["pages"]
        )
        return cls(pages, stored["count"], tuple((name, embedded) for name, embedded in stored["faces"]))

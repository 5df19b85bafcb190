"""What changed between two versions of words, word by word, to be read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

KEPT, GONE, NEW = "kept", "gone", "new"


@dataclass(frozen=True)
class Piece:
    """Some words that both versions have, or only the earlier (`gone`), or only the later (`new`)."""

    sort: str
    text: str


def changes(old: str, new: str) -> list[Piece]:
    """The pieces in order; what is gone comes before what is new in its place."""
    before, after = re.findall(r"\s+|\S+", old), re.findall(r"\s+|\S+", new)
    found = []
    for sort, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if sort == "equal":
            found.append(Piece(KEPT, "".join(before[a:b])))
            continue
        found += [Piece(GONE, "".join(before[a:b]))] if b > a else []
        found += [Piece(NEW, "".join(after[c:d]))] if d > c else []
    return found

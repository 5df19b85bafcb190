"""Who a text mentions: "@" and the full name of someone who may see the subject. Pure: no database."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lienthong.notifications.contracts import Candidate


@dataclass(frozen=True)
class Mentions:
    """Whom a text names, and the names that more than one candidate bears."""

    officials: frozenset[int]
    ambiguous: tuple[str, ...]


def mentions_in(text: str, candidates: Iterable[Candidate]) -> Mentions:
    """Names after "@", in any letter case, the longest that fits. Any other is plain text."""
    bearers: defaultdict[str, dict[int, str]] = defaultdict(dict)
    for candidate in candidates:
        bearers[_plain(candidate.name)][candidate.official_id] = candidate.name
    names = sorted(filter(None, bearers), key=len, reverse=True)
    found: set[int] = set()
    ambiguous: list[str] = []
    for named in _names(_plain(text), names):
        if len(bearers[named]) == 1:
            found.update(bearers[named])
        else:
            ambiguous.append(next(iter(bearers[named].values())))
    return Mentions(frozenset(found), tuple(dict.fromkeys(ambiguous)))


def _names(text: str, names: Sequence[str]) -> Iterable[str]:
    for place, sign in enumerate(text):
        if sign != "@" or (place and text[place - 1].isalnum()):  # the "@" of a mail address
            continue
        rest = text[place + 1 :]
        named = next((name for name in names if rest.startswith(name) and _ends(rest, len(name))), None)
        if named:
            yield named


def _ends(text: str, place: int) -> bool:
    return place >= len(text) or not text[place].isalnum()


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())

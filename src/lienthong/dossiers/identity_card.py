"""The QR code of the citizen's identity card, as a scanner types it. Pure; hostile until read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

LONGEST = 500
_NUMBER = re.compile(r"[0-9]{12}")
_OLD_NUMBER = re.compile(r"[0-9]{9}")
_SEXES = {"nam": "male", "nữ": "female"}


@dataclass(frozen=True)
class CardFacts:
    """What the code says of its holder: `sex` is "male", "female" or empty; `old_number` of nine digits."""

    number: str
    name: str
    born_date: date
    address: str
    sex: str = ""
    old_number: str = ""


def read_card(text: str) -> CardFacts | None:
    """The facts of a code `number|old number|name|ddmmyyyy|sex|address|ddmmyyyy`; else `None`."""
    parts = [part.strip() for part in text.split("|")]
    if len(text) > LONGEST or len(parts) != 7 or not _NUMBER.fullmatch(parts[0]) or not parts[2]:
        return None
    try:
        born = datetime.strptime(parts[3], "%d%m%Y").date()  # noqa: DTZ007 -- a day, not an instant
    except ValueError:
        return None
    return CardFacts(
        number=parts[0],
        name=parts[2],
        born_date=born,
        address=parts[5],
        sex=_SEXES.get(parts[4].casefold(), ""),
        old_number=parts[1] if _OLD_NUMBER.fullmatch(parts[1]) else "",
    )

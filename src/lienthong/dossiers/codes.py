"""The code of a dossier: `{agency code}-{yymmdd}-{number of the day}`. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

# Read leniently: dots and letters of either order of an agency's code, six or eight digits of the day.
_CODE = re.compile(
    r"(?P<agency>[A-Z0-9]{1,6}(?:\.[A-Z0-9]{1,6}){0,7})-(?P<day>\d{6}|\d{8})-(?P<number>\d{1,7})"
)
SHORTEST_NUMBER = 4


class NotACode(ValueError):
    """The text is no dossier code."""


@dataclass(frozen=True)
class DossierCode:
    """A code taken apart."""

    agency: str
    day: date
    number: int

    def __str__(self) -> str:
        return f"{self.agency}-{self.day:%y%m%d}-{self.number:0{SHORTEST_NUMBER}d}"


def spellings_of(text: str) -> list[str]:
    """The code that the text is, as we write it and as it was typed; none where it is no code."""
    try:
        return [str(read_code(text)), "".join(text.split()).upper()]
    except NotACode:
        return []


def read_code(text: str) -> DossierCode:
    """Take a code apart, also one of a ministry that writes the day with eight digits.

    Raises:
        NotACode
    """
    found = _CODE.fullmatch("".join(text.split()).upper())
    if found is None:
        raise NotACode(text[:60])
    written = found["day"]
    # Eight digits are written as yyyymmdd or as ddmmyyyy.
    forms = ["%y%m%d"] if len(written) == 6 else ["%Y%m%d", "%d%m%Y"]
    for form in forms:
        try:
            day = datetime.strptime(written, form).date()  # noqa: DTZ007 -- a day, not an instant
        except ValueError:
            continue
        if 2000 <= day.year < 2100:
            return DossierCode(found["agency"], day, int(found["number"]))
    raise NotACode(text[:60])

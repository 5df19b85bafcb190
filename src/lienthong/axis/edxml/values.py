"""Single values of the wire: texts, dates and times, choices. Lenient in, strict out."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from enum import IntEnum
from typing import TypeVar

from lienthong.axis.edxml import errors
from lienthong.kernel.clock import VIETNAM

E = TypeVar("E", bound=IntEnum)

_DATE = re.compile(r"(?:(\d{4})[/-](\d{1,2})[/-](\d{1,2})|(\d{1,2})[/-](\d{1,2})[/-](\d{4}))", re.ASCII)
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?", re.ASCII)
# XML 1.0, production 2 (Char): what no element may hold; lone surrogates too.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    """The text in Unicode NFC without surrounding space; senders mix composed and decomposed Vietnamese."""
    return unicodedata.normalize("NFC", text).strip()


def check_text(text: str, *, field: str, limit: int) -> None:
    """Refuse a text longer than `limit` characters or with characters that XML cannot carry."""
    if len(text) > limit:
        raise errors.FieldTooLong(field=field, length=len(text), limit=limit)
    if _FORBIDDEN.search(text):
        raise errors.InvalidText(field=field)


def read_date(text: str, *, field: str) -> date:
    """Read `yyyy/MM/dd` or `dd/MM/yyyy` (also with hyphens; a time after it is ignored)."""
    return _read(text, field)[0]


def read_datetime(text: str, *, field: str) -> datetime:
    """Read a time in either form; it is at +07:00, and midnight where only the date was written."""
    day, clock = _read(text, field)
    try:
        return datetime(day.year, day.month, day.day, *clock, tzinfo=VIETNAM)
    except ValueError as error:
        raise errors.InvalidDate(field=field) from error


def _read(text: str, field: str) -> tuple[date, tuple[int, int, int]]:
    head, _, tail = text.strip().replace("T", " ", 1).partition(" ")
    found, clock = _DATE.fullmatch(head), _TIME.match(tail.strip())
    if found is None or (tail.strip() and clock is None):
        raise errors.InvalidDate(field=field)
    year, month, day = found.group(1, 2, 3) if found[1] else found.group(6, 5, 4)
    try:
        read = date(int(year), int(month), int(day))
    except ValueError as error:
        raise errors.InvalidDate(field=field) from error
    hour, minute, second = clock.groups(default="0") if clock else ("0", "0", "0")
    return read, (int(hour), int(minute), int(second))


def write_date(day: date) -> str:
    """`yyyy/MM/dd`, with four digits of the year."""
    return f"{day.year:04}/{day.month:02}/{day.day:02}"


def write_datetime(at: datetime) -> str:
    """`yyyy/MM/dd HH:mm:ss` at +07:00."""
    local = at.astimezone(VIETNAM)
    return f"{write_date(local)} {local:%H:%M:%S}"


def read_choice(text: str, choices: type[E], *, field: str) -> E:
    """Read one of the numbered values; empty means 0."""
    try:
        return choices(int(text or "0"))
    except ValueError as error:
        allowed = ", ".join(str(choice.value) for choice in choices)
        raise errors.InvalidValue(field=field, allowed=allowed) from error


def read_flag(text: str, *, field: str) -> bool:
    """Read 0 or 1; empty means 0."""
    if text not in {"", "0", "1"}:
        raise errors.InvalidValue(field=field, allowed="0, 1")
    return text == "1"


def read_count(text: str, *, field: str) -> int | None:
    """Read a whole number of at most 9 digits; empty means not said."""
    if not text:
        return None
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII):
        raise errors.InvalidValue(field=field, allowed="0–999999999")
    return int(text)

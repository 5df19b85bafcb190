"""Which results a dossier may have, what they are called, and until when one is valid."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from lienthong.dossiers.models import Dossier

# A document that goes out with the dossier and is none of the procedure's results: a refusal, an answer.
OTHER, OTHER_NAME = "other", "Văn bản trả lời"


def names_of(dossier: Dossier) -> dict[str, str]:
    """Each kind of result of the dossier's version with its name, and any other document. One query."""
    return {row.key: row.name for row in dossier.version.results.all()} | {OTHER: OTHER_NAME}


def valid_until(dossier: Dossier, key: str, *, signed_on: date) -> date | None:
    """The last day a result signed that day is valid; none for ever. One query unless prefetched."""
    months = {row.key: row.months for row in dossier.version.results.all()}.get(key)
    return months_after(signed_on, months) if months else None


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the last of the month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))

"""Why a dossier's deadline is another one than on its receipt: changes of the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from lienthong.dossiers.states import RECOUNT
from lienthong.ledger.public import JSON, Event

RECOUNTED = f"dossier.{RECOUNT}"


@dataclass(frozen=True)
class Recount:
    """One change: which day (None: the hours of the week), by whom and when; the deadline before and after.

    Both deadlines are empty where the clock stood, or where steps alone got another time: `steps` of them.
    """

    day: date | None
    name: str
    by: str
    changed_at: datetime | None
    old_due_at: datetime | None
    new_due_at: datetime | None
    steps: int
    at: datetime


def recounted(event: Event) -> Recount:
    """The record of the ledger, read for the page of the dossier."""
    data = event.data
    day = str(data.get("day") or "")
    steps = data.get("steps")
    return Recount(
        date.fromisoformat(day) if day else None,
        str(data.get("name") or ""),
        str(data.get("by") or ""),
        _instant(data.get("changed_at")),
        _instant(data.get("old_due_at")),
        _instant(data.get("new_due_at")),
        steps if isinstance(steps, int) else 0,
        event.at,
    )


def _instant(said: JSON) -> datetime | None:
    return datetime.fromisoformat(said) if isinstance(said, str) and said else None

"""The periods that public figures are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal

LABELS: dict[str, Promise] = {
    "week": _("Last seven days"),
    "month": _("This month"),
    "quarter": _("This quarter"),
    "year": _("This year"),
    "last-year": _("Last year"),
}
USUAL = "year"
LONGEST = timedelta(days=10 * 366)
EARLIEST = date(1990, 1, 1)


class PeriodWrong(Refusal):
    """The days asked for make no period."""

    code, status = "period-wrong", 422
    sentence = _(
        "“%(since)s” to “%(until)s” is no period. Write two days as 2026-01-31, the first before the last, "
        "within ten years."
    )


@dataclass(frozen=True)
class Days:
    """From the first to the last day."""

    since: date
    until: date


def days_of(name: str, *, at: datetime) -> Days:
    """The days of a usual period until today; of a name that is none, this year."""
    today = at.astimezone(VIETNAM).date()
    firsts = {
        "week": today - timedelta(days=6),
        "month": today.replace(day=1),
        "quarter": today.replace(day=1, month=(today.month - 1) // 3 * 3 + 1),
        "last-year": date(today.year - 1, 1, 1),
    }
    until = date(today.year - 1, 12, 31) if name == "last-year" else today
    return Days(firsts.get(name, date(today.year, 1, 1)), until)


def days_said(since: str, until: str, *, at: datetime) -> Days:
    """The days that a program names, as ISO 8601; what is empty is this year's first day, and today.

    Raises:
        PeriodWrong
    """
    usual = days_of(USUAL, at=at)
    try:
        days = Days(
            date.fromisoformat(since) if since else usual.since,
            date.fromisoformat(until) if until else usual.until,
        )
    except ValueError as error:
        raise PeriodWrong(field="since", since=since[:20], until=until[:20]) from error
    if not EARLIEST <= days.since <= days.until <= days.since + LONGEST:
        raise PeriodWrong(field="until", since=days.since.isoformat(), until=days.until.isoformat())
    return days

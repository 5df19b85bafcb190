"""A period as few spans of whole years, months and days, as counts are kept. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from lienthong.dossiers.models.counts import DAY, MONTH, YEAR

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """Whole units of a grain, from the first day of the first to the last day of the last."""

    grain: int
    first: date
    last: date


def spans(first: date, last: date) -> list[Span]:
    """The days from `first` to `last` as at most five spans, in order; none if `last` is before `first`."""
    if last < first:
        return []
    for grain in (YEAR, MONTH):
        begins, ends = _rounded_up(first, grain), _begin(last + ONE_DAY, grain)
        if begins < ends:
            whole = Span(grain, begins, ends - ONE_DAY)
            return [*spans(first, begins - ONE_DAY), whole, *spans(ends, last)]
    return [Span(DAY, first, last)]


def _begin(day: date, grain: int) -> date:
    return day.replace(day=1, month=1) if grain == YEAR else day.replace(day=1)


def _rounded_up(day: date, grain: int) -> date:
    begin = _begin(day, grain)
    if begin == day:
        return day
    later = begin + timedelta(days=366 if grain == YEAR else 31)
    return _begin(later, grain)

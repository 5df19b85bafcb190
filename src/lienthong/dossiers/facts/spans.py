"""A period as few spans of whole years, months and days, as counts are kept, some taken away. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from lienthong.dossiers.models.counts import DAY, YEAR

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """Whole units of a grain, from the first day of the first to the last day of the last.

    With `sign` -1 they are taken away: most of a month is the month less the rest of it.
    """

    grain: int
    first: date
    last: date
    sign: int = 1


def spans(first: date, last: date, *, grain: int = YEAR) -> list[Span]:
    """The days from `first` to `last` as signed spans; none where `last` is before `first`.

    What is left of a year or a month is told by what is shorter: the part itself, or the whole less the rest.
    So never more than half a month of days and half a year of months are read at either end.
    """
    if last < first:
        return []
    if grain == DAY:
        return [Span(DAY, first, last)]
    begins, ends = _rounded_up(first, grain), _begin(last + ONE_DAY, grain)
    if begins <= ends:
        whole = [Span(grain, begins, ends - ONE_DAY)] if begins < ends else []
        return [*_part(first, begins - ONE_DAY, grain), *whole, *_part(ends, last, grain)]
    return _part(first, last, grain)


def _part(first: date, last: date, grain: int) -> list[Span]:
    """A part of one year or month."""
    if last < first:
        return []
    whole = Span(grain, _begin(first, grain), _rounded_up(last + ONE_DAY, grain) - ONE_DAY)
    if 2 * (last - first + ONE_DAY) <= whole.last - whole.first + ONE_DAY:
        return spans(first, last, grain=grain - 1)
    rest = spans(whole.first, first - ONE_DAY, grain=grain - 1)
    rest += spans(last + ONE_DAY, whole.last, grain=grain - 1)
    return [whole, *(replace(span, sign=-span.sign) for span in rest)]


def _begin(day: date, grain: int) -> date:
    return day.replace(day=1, month=1) if grain == YEAR else day.replace(day=1)


def _rounded_up(day: date, grain: int) -> date:
    begin = _begin(day, grain)
    if begin == day:
        return day
    return _begin(begin + timedelta(days=366 if grain == YEAR else 31), grain)

"""The rule that what arrives is registered the same day, at the latest the next working day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from lienthong.directory.public import WorkingCalendar, calendar_of, sessions_of
from lienthong.kernel.clock import VIETNAM

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class SameDay:
    """The rule that what arrives is registered the same day, at the latest the next (NĐ 30/2020, Đ.22).

    What arrived before `late_before`, the end of the last working day that is over, is late; what arrived
    before `unlawful_before`, the end of the one before it, is past what the law allows.
    """

    late_before: datetime
    unlawful_before: datetime


def same_day_rule(agency_id: int, *, at: datetime) -> SameDay:
    """The rule's two moments by the agency's own working calendar."""
    year = at.astimezone(VIETNAM).year
    ends = _ends_of_working_days(calendar_of(agency_id, years=(year - 1, year)), at)
    return SameDay(next(ends), next(ends))


def _ends_of_working_days(calendar: WorkingCalendar, at: datetime) -> Iterator[datetime]:
    """The ends of the working days that are over, the last first."""
    day = at.astimezone(VIETNAM).date()
    while True:
        if sessions := sessions_of(calendar, day):
            end = datetime.combine(day, time(), VIETNAM) + timedelta(minutes=sessions[-1].ends)
            if end <= at:
                yield end
        day -= ONE_DAY

"""The hours of a day in which a party is left alone."""

from __future__ import annotations

from datetime import datetime, timedelta

from lienthong.kernel.clock import VIETNAM

DAY = 24 * 60


def quiet_until(at: datetime, *, begins: int, ends: int) -> datetime | None:
    """When the quiet hours that `at` lies in are over; None outside of them, and where there are none.

    `begins` and `ends` are minutes after midnight in Vietnam, the first inside, the last outside.
    """
    local = at.astimezone(VIETNAM)
    since = (local.hour * 60 + local.minute - begins) % DAY
    lasts = (ends - begins) % DAY
    if since >= lasts:
        return None
    minute = local.replace(second=0, microsecond=0)
    return minute + timedelta(minutes=lasts - since)

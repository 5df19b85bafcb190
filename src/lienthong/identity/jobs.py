"""Chores of identity."""

from __future__ import annotations

from lienthong.identity.actions.codes import forget_codes
from lienthong.kernel.clock import now
from lienthong.kernel.jobs import job, periodic


@periodic(cron="*/10 * * * *")
@job(name="identity.forget_codes", queueing_lock="identity.forget_codes")
def forget_over_codes(timestamp: int) -> None:
    """Remove what is personal from codes that are over, every ten minutes."""
    while forget_codes(at=now()):
        pass

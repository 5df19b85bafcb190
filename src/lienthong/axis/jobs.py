"""Chores of the axis."""

from __future__ import annotations

from lienthong.axis.actions.figures import count_everything
from lienthong.axis.actions.systems import forget_expired
from lienthong.kernel.clock import now
from lienthong.kernel.jobs import job, periodic


@periodic(cron="23 * * * *")
@job(name="axis.forget_expired", queueing_lock="axis.forget_expired")
def forget_expired_tokens(timestamp: int) -> None:
    """Remove expired tokens and old failed attempts, every hour."""
    forget_expired(at=now())


@periodic(cron="* * * * *")
@job(name="axis.count_everything", queueing_lock="axis.count_everything", lock="axis.count_everything")
def keep_figures(timestamp: int) -> None:
    """Bring the console's counts up to now, every minute."""
    count_everything(at=now())

"""Chores of feedback."""

from __future__ import annotations

from lienthong.kernel.clock import now
from lienthong.kernel.jobs import job, periodic
from lienthong.participation.actions import chores


@periodic(cron="13 * * * *")
@job(name="participation.warn", queueing_lock="participation.warn")
def warn(timestamp: int) -> None:
    """Tell bodies what is nearly late, every hour."""
    while chores.warn(at=now()):
        pass


@periodic(cron="37 3 * * *")
@job(name="participation.close", queueing_lock="participation.close")
def close(timestamp: int) -> None:
    """Close what nobody reopened, forget old senders and drafts, every night."""
    while chores.lapse(at=now()):
        pass
    while chores.forget_senders(at=now()):
        pass
    chores.clear(at=now())

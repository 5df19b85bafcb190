"""What the worker does for the portal."""

from __future__ import annotations

from datetime import timedelta

from lienthong.kernel.clock import now
from lienthong.kernel.jobs import job, periodic
from lienthong.portal.actions.expiring import announce_expiry, delete_expired
from lienthong.portal.actions.noticing import forget_uses

KEPT = timedelta(days=3 * 366)  # counts of how services are used


@periodic(cron="17 1 * * *")
@job(name="portal.expire_drafts", queueing_lock="portal.expire_drafts")
def expire_drafts(timestamp: int) -> None:
    """Announce which applications will be deleted, delete those whose time is over, and old counts."""
    at = now()
    forget_uses(before=at.date() - KEPT)
    announce_expiry(at=at)
    delete_expired(at=at)

"""What the worker does for the portal."""

from __future__ import annotations

from lienthong.kernel.clock import now
from lienthong.kernel.jobs import job, periodic
from lienthong.portal.actions.expiring import announce_expiry, delete_expired


@periodic(cron="17 1 * * *")
@job(name="portal.expire_drafts", queueing_lock="portal.expire_drafts")
def expire_drafts(timestamp: int) -> None:
    """Announce which applications will be deleted, and delete those whose time is over, every night."""
    at = now()
    announce_expiry(at=at)
    delete_expired(at=at)

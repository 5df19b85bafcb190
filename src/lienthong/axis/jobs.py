"""Chores of the axis."""

from __future__ import annotations

from django.conf import settings

from lienthong.axis.actions.evidence import keep_evidence
from lienthong.axis.actions.systems import forget_expired
from lienthong.kernel.clock import now
from lienthong.kernel.jobs import job, periodic


@periodic(cron="23 * * * *")
@job(name="axis.forget_expired", queueing_lock="axis.forget_expired")
def forget_expired_tokens(timestamp: int) -> None:
    """Remove expired tokens and old failed attempts, every hour."""
    forget_expired(at=now())


@periodic(cron="* * * * *")
@job(name="axis.batch_evidence", lock="axis.batch_evidence", queueing_lock="axis.batch_evidence")
def batch_evidence(timestamp: int) -> None:
    """Batch what was attested and have it timestamped, every minute."""
    keep_evidence(
        most=settings.ENV.evidence_batch_size,
        seconds=settings.ENV.evidence_batch_seconds,
        tick=timestamp,
        at=now(),
    )

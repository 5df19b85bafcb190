"""Chores of the axis."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings

from lienthong.axis.actions.evidence import keep_evidence
from lienthong.axis.actions.figures import count_everything
from lienthong.axis.actions.notices import announce_uncollected
from lienthong.axis.actions.playing import answer_packet
from lienthong.axis.actions.systems import forget_expired
from lienthong.axis.actions.upload_parts import remove_orphans
from lienthong.axis.actions.uploads import remove_expired
from lienthong.axis.actions.webhook_sending import send_webhooks
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


@job(name="axis.send_webhooks")
def send_due_webhooks() -> None:
    """Send, batch by batch, every webhook message that is due; each batch has its own time."""
    while send_webhooks(at=now()):
        pass


@periodic(cron="* * * * *")
@job(name="axis.send_webhooks_again", queueing_lock="axis.send_webhooks_again")
def send_webhooks_again(timestamp: int) -> None:
    """Send what failed before and is due again, every minute."""
    send_due_webhooks()


@periodic(cron="*/10 * * * *")
@job(name="axis.announce_uncollected", queueing_lock="axis.announce_uncollected")
def announce(timestamp: int) -> None:
    """Tell both sides what nobody collects, every ten minutes."""
    while announce_uncollected(at=now()):
        pass


@periodic(cron="* * * * *")
@job(name="axis.count_everything", queueing_lock="axis.count_everything", lock="axis.count_everything")
def keep_figures(timestamp: int) -> None:
    """Bring the console's counts up to now, every minute."""
    count_everything(at=now())


@periodic(cron="*/10 * * * *")
@job(name="axis.remove_uploads", queueing_lock="axis.remove_uploads")
def remove_uploads(timestamp: int) -> None:
    """Remove uploads whose time is over, every ten minutes."""
    remove_expired(at=now())


@periodic(cron="53 2 * * *")
@job(name="axis.remove_orphaned_parts", queueing_lock="axis.remove_orphaned_parts")
def remove_orphaned_parts(timestamp: int) -> None:
    """Remove parts of uploads that a crash left in the store, every night."""
    remove_orphans(at=now())


@job(name="axis.answer_sandbox")
def answer_sandbox(packet_id: str) -> None:
    """Answer a packet in the sandbox as an agency would, all the way."""
    answer_packet(UUID(packet_id), at=now())

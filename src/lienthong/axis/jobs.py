"""Chores of the axis."""

from __future__ import annotations

from uuid import UUID

from lienthong.axis.actions.playing import answer_packet
from lienthong.axis.actions.systems import forget_expired
from lienthong.kernel.clock import now
from lienthong.kernel.jobs import job, periodic


@periodic(cron="23 * * * *")
@job(name="axis.forget_expired", queueing_lock="axis.forget_expired")
def forget_expired_tokens(timestamp: int) -> None:
    """Remove expired tokens and old failed attempts, every hour."""
    forget_expired(at=now())


@job(name="axis.answer_sandbox")
def answer_sandbox(packet_id: str) -> None:
    """Answer a packet in the sandbox as an agency would, all the way."""
    answer_packet(UUID(packet_id), at=now())

"""Chores of the ledger."""

from __future__ import annotations

from lienthong.kernel.clock import now
from lienthong.kernel.jobs import job, periodic
from lienthong.ledger.partitions import ensure_partitions


@periodic(cron="17 2 * * *")
@job(name="ledger.ensure_partitions", queueing_lock="ledger.ensure_partitions")
def make_partitions(timestamp: int) -> None:
    """Make the partitions of the coming months, every night."""
    ensure_partitions(now())

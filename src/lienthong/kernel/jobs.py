"""Jobs: work done later by the worker, enqueued in the transaction that needs it."""

from __future__ import annotations

from typing import Any

from procrastinate.contrib.django import app

from lienthong.kernel.blobs import collect_garbage
from lienthong.kernel.clock import now

job = app.task
periodic = app.periodic


def enqueue(name: str, /, *, lock: str | None = None, **arguments: Any) -> None:
    """Put the job `name` (app.verb) on the queue; it exists only if the surrounding transaction commits.

    `lock`: jobs of one lock run one after the other.
    """
    app.configure_task(name, lock=lock).defer(**arguments)


@periodic(cron="41 2 * * *")
@job(name="kernel.collect_garbage", queueing_lock="kernel.collect_garbage")
def collect_blobs(timestamp: int) -> None:
    """Remove the blobs that no row names, every night."""
    collect_garbage(at=now())

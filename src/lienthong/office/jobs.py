"""What the worker does for the office: fetch what waits, tell what happened, send what was not sent."""

from __future__ import annotations

import logging

from lienthong.kernel.clock import now
from lienthong.kernel.jobs import job, periodic
from lienthong.office.actions import collecting, reporting, sending
from lienthong.office.ports import AxisUnavailable

logger = logging.getLogger(__name__)


@job(name="office.collect_inbox", lock="office.collect_inbox")
def collect() -> None:
    """Take in what waits at the axis; if it is away, the next minute's call will."""
    try:
        collecting.collect_inbox(at=now())
    except AxisUnavailable as error:
        logger.warning("the inbox waits: %s", error)


@job(name="office.report_statuses")
def report() -> None:
    """Tell the axis every status that is due."""
    reporting.report_statuses(at=now())


@job(name="office.send_documents")
def send() -> None:
    """Send every issued document whose turn has come."""
    sending.send_waiting(at=now())


@periodic(cron="* * * * *")
@job(name="office.every_minute", queueing_lock="office.every_minute")
def every_minute(timestamp: int) -> None:
    """Collect, report and send what no job of its own has done yet."""
    collect()
    report()
    send()


@periodic(cron="*/2 * * * *")
@job(name="office.refresh_recipients", queueing_lock="office.refresh_recipients")
def refresh(timestamp: int) -> None:
    """Ask a distant axis for the states of what this office sent; one in the same process tells by itself."""
    try:
        sending.refresh_recipients(at=now())
    except AxisUnavailable as error:
        logger.warning("the recipients' states wait: %s", error)

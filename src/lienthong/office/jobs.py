"""What the worker does for the office: fetch what waits, tell what happened, send what was not sent."""

from __future__ import annotations

import logging

from lienthong.kernel.blobs import remove_unnamed
from lienthong.kernel.clock import now
from lienthong.kernel.jobs import enqueue, job, periodic
from lienthong.office.actions import (
    backfilling,
    collecting,
    deciding_secrecy,
    reading,
    reading_mail,
    reporting,
    sending,
)
from lienthong.office.mail_ports import MailboxesMisconfigured
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


@job(name="office.read_texts", lock="office.read_texts")
def read() -> None:
    """Read the text of the scans that wait, one batch; what is left is read by the next call."""
    if reading.read_texts(at=now()):
        enqueue("office.read_texts")


@periodic(cron="*/10 * * * *")
@job(name="office.read_waiting_texts", queueing_lock="office.read_waiting_texts")
def read_waiting(timestamp: int) -> None:
    """Read what failed before or was left."""
    enqueue("office.read_texts")


@periodic(cron="* * * * *")
@job(name="office.backfill_texts", lock="office.backfill_texts", queueing_lock="office.backfill_texts")
def backfill(timestamp: int) -> None:
    """Order the next of the older documents to be read, if nothing newer waits."""
    backfilling.order_older(at=now())


@periodic(cron="7 * * * *")
@job(name="office.destroy_overdue", queueing_lock="office.destroy_overdue")
def destroy_overdue(timestamp: int) -> None:
    """Destroy what bears a secrecy mark and was not decided in time, where the operator set so."""
    deciding_secrecy.destroy_overdue(at=now())


@job(name="office.remove_blobs")
def remove(sha256s: list[str]) -> None:
    """Remove contents that were just destroyed, unless something else names them."""
    remove_unnamed(sha256s, at=now())


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


@periodic(cron="* * * * *")
@job(name="office.read_mailboxes", lock="office.read_mailboxes", queueing_lock="office.read_mailboxes")
def read_mail(timestamp: int) -> None:
    """Take in what waits in the agencies' mailboxes."""
    try:
        reading_mail.read_mailboxes(at=now())
    except MailboxesMisconfigured as error:
        logger.error("no mailbox is read: %s", error)


@periodic(cron="*/2 * * * *")
@job(name="office.refresh_recipients", queueing_lock="office.refresh_recipients")
def refresh(timestamp: int) -> None:
    """Ask a distant axis for the states of what this office sent; one in the same process tells by itself."""
    try:
        sending.refresh_recipients(at=now())
    except AxisUnavailable as error:
        logger.warning("the recipients' states wait: %s", error)

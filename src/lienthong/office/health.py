"""What `lienthong doctor` asks of the office."""

from __future__ import annotations

from lienthong.axis.public import count_failed_fetches
from lienthong.kernel.checks import Finding, bad, check, good, warning
from lienthong.office.adapters.imap import configured_mailboxes
from lienthong.office.adapters.ocr import OcrMyPdf
from lienthong.office.mail_models import Mailbox
from lienthong.office.mail_ports import MailboxesMisconfigured
from lienthong.office.ports import OcrAbsent


@check("OCR")
def check_ocr() -> Finding:
    """Whether scans are read; without it they are found by number, sender and summary only."""
    try:
        return good(OcrMyPdf().version())
    except OcrAbsent as absent:
        return warning(f"scans are kept but not read for the search: {absent}")


@check("Mailboxes")
def check_mailboxes() -> Finding:
    """Whether the mailboxes that the operator named are read."""
    try:
        boxes = configured_mailboxes()
    except MailboxesMisconfigured as error:
        return bad(str(error))
    if not boxes:
        return good("no mailbox is to be read (LIENTHONG_MAILBOXES)")
    failing = Mailbox.objects.exclude(failing_since=None).select_related("agency").order_by("failing_since")
    first, count = failing.first(), failing.count()
    if first is None:
        return good(f"{len(boxes)} mailboxes are read every minute")
    since = f"{first.failing_since:%Y-%m-%d %H:%M}"
    return warning(f"{count} of {len(boxes)} are not read; {first.agency.code} since {since}: {first.error}")


@check("Collecting")
def check_collecting() -> Finding:
    """Whether packets wait at the axis that have been tried again and again and cannot be fetched."""
    count, problem = count_failed_fetches()
    if not count:
        return good("every packet that waits at the axis can be fetched")
    return warning(f"packets that cannot be fetched: {count} ({problem}), see /axis/dead-letters/")

"""What `lienthong doctor` asks of the office."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Count, Min, Q

from lienthong.axis.public import count_failed_fetches
from lienthong.kernel.checks import Finding, bad, check, good, warning
from lienthong.kernel.clock import now
from lienthong.office.adapters.imap import configured_mailboxes
from lienthong.office.adapters.ocr import OcrMyPdf
from lienthong.office.mail_models import Mailbox
from lienthong.office.mail_ports import MailboxesMisconfigured
from lienthong.office.ports import OcrAbsent
from lienthong.office.secret_models import SecretMark
from lienthong.office.secret_states import SecretState
from lienthong.office.states import Reading
from lienthong.office.text_models import ReadingBackfill, ReadText


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


@check("Secrecy marks")
def check_secrecy_marks() -> Finding:
    """Whether clerks decide about the secrecy marks that OCR found; the files are closed meanwhile."""
    late = Count("pk", filter=Q(due_at__lt=now()))
    found = SecretMark.objects.filter(state=SecretState.FOUND).aggregate(
        open=Count("pk"), late=late, oldest=Min("due_at")
    )
    if found["late"]:
        since = f"{found['oldest']:%Y-%m-%d %H:%M}"
        return warning(
            f"{found['late']} documents with a secrecy mark are overdue for a clerk's decision, the first "
            f"since {since}; their files stay closed"
        )
    return good(f"{found['open']} documents wait for a clerk's decision, none overdue")


@check("Reading older documents")
def check_backfill() -> Finding:
    """How far the documents from before the text search have been ordered to be read."""
    walk, limit = ReadingBackfill.objects.first(), settings.ENV.backfill_per_minute
    absent = ReadText.objects.filter(state=Reading.ABSENT).exists()
    left = "; scans wait for OCR" if absent else ""
    if walk is None:
        return good(f"not begun: no document, or no worker yet{left}")
    said = f"{walk.looked_at} of {walk.total} looked at, {walk.ordered} ordered{left}"
    if walk.finished_at:
        return good(f"finished on {walk.finished_at:%Y-%m-%d %H:%M}: {said}")
    if limit == 0:
        return good(f"stopped (LIENTHONG_BACKFILL_PER_MINUTE is 0): {said}")
    return good(f"at most {limit} a minute: {said}")

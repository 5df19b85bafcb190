"""What the worker does for documents: Word files become PDF, and files that were not scanned are."""

from __future__ import annotations

from uuid import UUID

from lienthong.documents.actions.converting import convert_source
from lienthong.documents.rescanning import scan_again
from lienthong.documents.scanning import scan_later
from lienthong.kernel.clock import now
from lienthong.kernel.jobs import job, periodic


@job(name="documents.convert_source")
def convert(document_id: str) -> None:
    """Make the PDF of a draft's Word file."""
    convert_source(document_id=UUID(document_id), at=now())


@periodic(cron="*/5 * * * *")
@job(name="documents.scan_waiting", lock="documents.scan_waiting", queueing_lock="documents.scan_waiting")
def scan_waiting(timestamp: int) -> None:
    """Scan for viruses what could not be scanned when it came."""
    scan_later(at=now())


@periodic(cron="*/5 * * * *")
@job(name="documents.scan_again", lock="documents.scan_again", queueing_lock="documents.scan_again")
def scan_renewed(timestamp: int) -> None:
    """Scan again what came lately, once the scanner has newer signatures."""
    scan_again(at=now())

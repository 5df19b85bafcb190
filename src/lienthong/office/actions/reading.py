"""Reading the text of incoming files in the background, so that it can be searched."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.db import transaction
from pypdf import PdfReader

from lienthong.kernel.blobs import open_blob
from lienthong.kernel.jobs import enqueue
from lienthong.kernel.media_types import PDF
from lienthong.kernel.models import Blob
from lienthong.office.actions.deciding_secrecy import close_marked
from lienthong.office.adapters.ocr import OcrMyPdf
from lienthong.office.models import IncomingDocument, IncomingFile
from lienthong.office.ports import OcrAbsent, OcrFailed, OcrPort
from lienthong.office.scanning import BROKEN, MAX_PAGES
from lienthong.office.secrecy import found_mark
from lienthong.office.secret_models import SecretMark
from lienthong.office.secret_states import SecretState
from lienthong.office.states import Reading
from lienthong.office.text_models import ReadText

logger = logging.getLogger(__name__)
BATCH = 20
LEASE = timedelta(minutes=30)
ATTEMPTS = 3
TEXT_LIMIT = 1_000_000
LEAST_LETTERS = 40  # of the first pages, below which they are pictures


def order_reading(documents: Iterable[IncomingDocument], *, at: datetime) -> None:
    """Have the documents' text read soon, in the caller's transaction; nothing waits for it."""
    rows = [
        ReadText(document=document, agency_id=document.agency_id, next_attempt_at=at)
        for document in documents
    ]
    if rows:
        ReadText.objects.bulk_create(rows, ignore_conflicts=True)
        enqueue("office.read_texts")


def read_texts(*, at: datetime, port: OcrPort | None = None) -> int:
    """Read what waits, a batch, and answer how many texts were found.

    A row is leased while it is read, so that several workers never read the same, and nothing is locked
    during the work. What fails is tried three times; where OCR is absent, the row says so and waits for it.
    A document with a secrecy mark is closed at once, unless a clerk said before that it is none.
    """
    ocr = port or OcrMyPdf()
    rows = _lease(at)
    blobs = _first_pdfs(rows)
    released = _released(rows)
    for row in rows:
        mark = _read(row, blobs.get(row.document_id), ocr, judged=row.document_id in released)
        if mark:  # at once, not after the others of the batch, each of which may take minutes
            _close(row, mark, at)
    # Those with a mark are written already, and a clerk may have decided since.
    others = [row for row in rows if row.state != Reading.MARKED]
    ReadText.objects.bulk_update(others, ["state", "text", "by_ocr", "error"])
    return sum(row.state == Reading.DONE for row in rows)


def read_absent_again(*, at: datetime, port: OcrPort | None = None, limit: int = BATCH) -> int:
    """Once OCR is there, order the next of what was left unread without it; answers how many rows."""
    try:
        (port or OcrMyPdf()).version()
    except OcrAbsent:
        return 0
    absent = ReadText.objects.filter(state=Reading.ABSENT).order_by("pk").values("pk")[:limit]
    rows = ReadText.objects.filter(pk__in=list(absent.values_list("pk", flat=True)), state=Reading.ABSENT)
    return rows.update(state=Reading.WAITING, attempts=0, next_attempt_at=at)


def _lease(at: datetime) -> list[ReadText]:
    waiting = ReadText.objects.filter(state=Reading.WAITING, next_attempt_at__lte=at)
    with transaction.atomic():
        ordered = waiting.order_by("next_attempt_at").defer("words")
        rows = list(ordered.select_for_update(skip_locked=True)[:BATCH])
        for row in rows:
            row.attempts, row.next_attempt_at = row.attempts + 1, at + LEASE
        ReadText.objects.bulk_update(rows, ["attempts", "next_attempt_at"])
    return rows


def _first_pdfs(rows: list[ReadText]) -> dict[object, Blob]:
    """The first PDF of each document; of what was withdrawn there is none."""
    ids = [row.document_id for row in rows]
    files = IncomingFile.objects.filter(document__in=ids, blob__media_type=PDF).select_related("blob")
    first: dict[object, Blob] = {}
    for file in files.order_by("document", "position"):
        if file.blob is not None:
            first.setdefault(file.document_id, file.blob)
    return first


def _released(rows: list[ReadText]) -> set[UUID]:
    """Those of whose mark a clerk said that it is none."""
    marks = SecretMark.objects.filter(pk__in=[row.pk for row in rows], state=SecretState.RELEASED)
    return set(marks.values_list("pk", flat=True))


def _close(row: ReadText, mark: str, at: datetime) -> None:
    with transaction.atomic():
        rows = ReadText.objects.filter(pk=row.pk)  # it may be gone: withdrawn meanwhile
        rows.update(state=row.state, text="", by_ocr=row.by_ocr, error="")
        close_marked({row.document_id: mark}, at=at)


def _read(row: ReadText, blob: Blob | None, ocr: OcrPort, *, judged: bool) -> str:
    """Read one, write down how it went, and answer its secrecy mark; `judged`: a clerk said it has none."""
    row.error = ""
    if blob is None:
        row.state = Reading.NOTHING
        return ""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        for chunk in open_blob(blob):
            file.write(chunk)
        file.flush()
        try:
            text = _own_text(Path(file.name))
            row.by_ocr = not text
            text = text or ocr.read(Path(file.name))
        except OcrAbsent as error:
            row.state, row.error = Reading.ABSENT, str(error)[:500]
        except OcrFailed as error:
            logger.warning("the scan of %s could not be read: %s", row.document_id, error)
            row.error = str(error)[:500]
            row.state = Reading.FAILED if row.attempts >= ATTEMPTS else Reading.WAITING
        else:
            if not judged and (mark := found_mark(text)):
                row.state = Reading.MARKED
                return mark
            row.text = text.replace("\0", "")[:TEXT_LIMIT]
            row.state = Reading.DONE if row.text else Reading.NOTHING
    return ""


def _own_text(pdf: Path) -> str:
    """The text that the PDF itself carries; empty if its first pages are pictures or it cannot be told."""
    try:
        pages = PdfReader(pdf, strict=False).pages
        begins = "\n".join(page.extract_text() for page in pages[:3])
        if sum(map(str.isalpha, begins)) < LEAST_LETTERS:
            return ""
        return "\n".join([begins, *(page.extract_text() for page in pages[3:MAX_PAGES])])
    except BROKEN:
        return ""

"""Reading the text of documents' files in the background, so that it can be searched."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Iterable
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
from lienthong.office.annex_models import Annex
from lienthong.office.models import IncomingDocument, IncomingFile, OutgoingDocument
from lienthong.office.ports import OcrAbsent, OcrFailed, OcrPort
from lienthong.office.scanning import BROKEN, MAX_PAGES
from lienthong.office.secrecy import found_mark
from lienthong.office.secret_models import SecretMark
from lienthong.office.secret_states import SecretState
from lienthong.office.states import Reading
from lienthong.office.text_models import FileText, IssuedText, ReadText

logger = logging.getLogger(__name__)
BATCH = 20
LEASE = timedelta(minutes=30)
ATTEMPTS = 3
TEXT_LIMIT = 1_000_000
LEAST_LETTERS = 40  # of the first pages, below which they are pictures


def order_reading(documents: Iterable[IncomingDocument], *, at: datetime) -> None:
    """Have the documents' text read soon, in the caller's transaction; nothing waits for it."""
    if rows := orders_to_read(documents, at=at):
        ReadText.objects.bulk_create(rows, ignore_conflicts=True)
        enqueue("office.read_texts")


def orders_to_read(documents: Iterable[IncomingDocument], *, at: datetime) -> list[ReadText]:
    """The rows that order it, not yet written."""
    return [
        ReadText(document=document, agency_id=document.agency_id, next_attempt_at=at)
        for document in documents
    ]


def order_reading_issued(outgoing: OutgoingDocument, *, at: datetime) -> None:
    """Have the text of a document just issued, and of its annexes, read soon; in the caller's transaction."""
    IssuedText.objects.create(document=outgoing, agency_id=outgoing.agency_id, next_attempt_at=at)
    enqueue("office.read_texts")


def read_texts(*, at: datetime, port: OcrPort | None = None) -> int:
    """Read what waits, a batch of each kind, and answer how many texts were found.

    A row is leased while it is read, so that several workers never read the same, and nothing is locked
    during the work. What fails is tried three times; where OCR is absent, the row says so and waits for it.
    A document with a secrecy mark is closed at once, unless a clerk said before that it is none.
    """
    ocr, found = port or OcrMyPdf(), 0
    for model, files_of in KINDS.items():
        rows = _lease(model, at)
        ids = [row.pk for row in rows]
        files, released = files_of(ids), _released(ids)
        for row in rows:
            mark = _read(row, files.get(row.pk, []), ocr, judged=row.pk in released)
            if mark and isinstance(row, ReadText):  # at once, not after the others, which may take minutes
                _close(row, mark, at)
        # Those closed are written already, and a clerk may have decided since.
        others = [row for row in rows if row.state != Reading.MARKED or not isinstance(row, ReadText)]
        model._default_manager.bulk_update(others, ["state", "text", "by_ocr", "error"])
        found += sum(row.state == Reading.DONE for row in rows)
    return found


def read_absent_again(*, at: datetime, port: OcrPort | None = None, limit: int = BATCH) -> int:
    """Once OCR is there, order the next of what was left unread without it; answers how many rows."""
    try:
        (port or OcrMyPdf()).version()
    except OcrAbsent:
        return 0
    again = {"state": Reading.WAITING, "attempts": 0, "next_attempt_at": at}
    ordered = 0
    for model in KINDS:
        rows = model._default_manager.filter(state=Reading.ABSENT)
        ids = list(rows.order_by("pk").values_list("pk", flat=True)[:limit])
        ordered += rows.filter(pk__in=ids).update(**again)
    return ordered


def _lease(model: type[FileText], at: datetime) -> list[FileText]:
    waiting = model._default_manager.filter(state=Reading.WAITING, next_attempt_at__lte=at)
    with transaction.atomic():
        ordered = waiting.order_by("next_attempt_at").defer("words")
        rows = list(ordered.select_for_update(skip_locked=True)[:BATCH])
        for row in rows:
            row.attempts, row.next_attempt_at = row.attempts + 1, at + LEASE
        model._default_manager.bulk_update(rows, ["attempts", "next_attempt_at"])
    return rows


def _first_pdfs(ids: list[UUID]) -> dict[UUID, list[Blob]]:
    """The first PDF of each incoming document; of what was withdrawn there is none."""
    files = IncomingFile.objects.filter(document__in=ids, blob__media_type=PDF).select_related("blob")
    first: dict[UUID, list[Blob]] = {}
    for file in files.order_by("document", "position"):
        if file.blob is not None:
            first.setdefault(file.document_id, [file.blob])
    return first


def _issued_pdfs(ids: list[UUID]) -> dict[UUID, list[Blob]]:
    """The PDF of each issued document and those of its annexes, in their order."""
    rows = OutgoingDocument.objects.filter(id__in=ids).select_related("document__pdf")
    found = {row.pk: [row.document.pdf] if row.document.pdf else [] for row in rows}
    annexes = Annex.objects.filter(outgoing__in=ids, pdf__isnull=False).select_related("pdf")
    for annex in annexes.order_by("outgoing", "position"):
        if annex.pdf is not None:
            found[annex.outgoing_id].append(annex.pdf)
    return found


KINDS: dict[type[FileText], Callable[[list[UUID]], dict[UUID, list[Blob]]]] = {
    ReadText: _first_pdfs,
    IssuedText: _issued_pdfs,
}


def _released(ids: list[UUID]) -> set[UUID]:
    """Those of whose mark a clerk said that it is none."""
    marks = SecretMark.objects.filter(pk__in=ids, state=SecretState.RELEASED)
    return set(marks.values_list("pk", flat=True))


def _close(row: ReadText, mark: str, at: datetime) -> None:
    with transaction.atomic():
        rows = ReadText.objects.filter(pk=row.pk)  # it may be gone: withdrawn meanwhile
        rows.update(state=row.state, text="", by_ocr=row.by_ocr, error="")
        close_marked({row.document_id: mark}, at=at)


def _read(row: FileText, blobs: list[Blob], ocr: OcrPort, *, judged: bool) -> str:
    """Read one document's files, write down how it went, and answer the secrecy mark on one of them.

    `judged`: a clerk said that it has none.
    """
    row.error, texts = "", []
    try:
        for blob in blobs:
            text, by_ocr = _text_of(blob, ocr)
            row.by_ocr = row.by_ocr or by_ocr
            if not judged and (mark := found_mark(text)):
                row.state = Reading.MARKED
                return mark
            texts.append(text)
    except OcrAbsent as error:
        row.state, row.error = Reading.ABSENT, str(error)[:500]
    except OcrFailed as error:
        logger.warning("a file of %s could not be read: %s", row.pk, error)
        row.error = str(error)[:500]
        row.state = Reading.FAILED if row.attempts >= ATTEMPTS else Reading.WAITING
    else:
        row.text = "\n".join(filter(None, texts)).replace("\0", "")[:TEXT_LIMIT]
        row.state = Reading.DONE if row.text else Reading.NOTHING
    return ""


def _text_of(blob: Blob, ocr: OcrPort) -> tuple[str, bool]:
    """What the PDF says, and whether OCR read it."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        for chunk in open_blob(blob):
            file.write(chunk)
        file.flush()
        own = _own_text(Path(file.name))
        text = own or ocr.read(Path(file.name))
    return text, not own


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

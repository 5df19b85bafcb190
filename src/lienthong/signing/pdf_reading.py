"""Opening a PDF that may be anything: sizes, revisions, passwords and damage, each with its own refusal."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader

from lienthong.kernel.spools import Extent
from lienthong.signing import errors
from lienthong.signing.ports import KeyStoreError, TimestampUnavailable

MAX_BYTES = 100 * 1024 * 1024
MAX_REVISIONS = 19
MAX_MARKS = 60  # a linearised revision has two `startxref`
MAX_SIGNATURES = 16
MAX_PARSED = 64 * 1024 * 1024  # of a PDF that is only checked: a larger one is looked at in its ends
MOST_PAGES = 100_000
HEAD, HEAD_WITHIN = b"%PDF-", 1024
MARK, MARK_WITHIN = b"startxref", 4096

log = logging.getLogger(__name__)


def open_pdf(pdf: bytes | Extent) -> PdfFileReader:
    """A reader of the PDF.

    Raises:
        SignedFileEmpty, SignedFileTooLarge, PdfBroken, PdfEncrypted, PdfTooManyRevisions
    """
    size = len(pdf) if isinstance(pdf, bytes) else pdf.size
    if not size:
        raise errors.SignedFileEmpty
    if size > MAX_BYTES:
        raise errors.SignedFileTooLarge(limit=MAX_BYTES // (1024 * 1024))
    return _open(io.BytesIO(pdf) if isinstance(pdf, bytes) else pdf.open())


def check_pdf(pdf: bytes | Extent) -> None:
    """Refuse a PDF that cannot be relied on: what `open_pdf` refuses, signed or not.

    Of one above 64 MiB only its beginning and its end are looked at: that it is one, and not cut short. Its
    revisions and a password then show only to the receiver.
    """
    if isinstance(pdf, bytes) or pdf.size <= MAX_PARSED:
        open_pdf(pdf)
    elif HEAD not in pdf.at(0, HEAD_WITHIN) or MARK not in pdf.at(pdf.size - MARK_WITHIN, MARK_WITHIN):
        raise errors.PdfBroken


def _open(file: BinaryIO) -> PdfFileReader:
    if HEAD not in file.read(HEAD_WITHIN):
        raise errors.PdfBroken
    file.seek(0)
    if _marks(file) > MAX_MARKS:
        raise errors.PdfTooManyRevisions(count=MAX_REVISIONS + 1, limit=MAX_REVISIONS)
    with as_broken():
        reader = PdfFileReader(file, strict=False)
        if reader.encrypted:
            raise errors.PdfEncrypted
        if reader.xrefs.total_revisions > MAX_REVISIONS:
            raise errors.PdfTooManyRevisions(count=reader.xrefs.total_revisions, limit=MAX_REVISIONS)
        if len(reader.root["/Pages"]["/Kids"]) < 1:
            raise errors.PdfBroken
    return reader


def _marks(file: BinaryIO) -> int:
    """How often `startxref` stands in the file."""
    found, before = 0, b""
    while piece := file.read(1 << 20):
        found += (before + piece).count(MARK)
        before = (before + piece)[1 - len(MARK) :]
    return found


@contextmanager
def as_broken() -> Iterator[None]:
    """Whatever a library stumbles over in hostile content is one refusal; our own refusals pass."""
    try:
        yield
    except (errors.SignatureRefusal, errors.SigningUnavailable, KeyStoreError, TimestampUnavailable):
        raise
    except PdfError as error:
        raise errors.PdfBroken from error
    except Exception as error:  # parsers of hostile files fail in every way there is
        log.info("a PDF was not readable: %s", type(error).__name__)
        raise errors.PdfBroken from error


def count_pages(pdf: bytes) -> int | None:
    """How many pages the PDF says it has; None of one that cannot be read or says nothing that can be."""
    try:
        with as_broken():
            count = open_pdf(pdf).root["/Pages"]["/Count"]
    except errors.SignatureRefusal:
        return None
    return int(count) if isinstance(count, int) and 0 < count <= MOST_PAGES else None

"""Opening a PDF that may be anything: sizes, revisions, passwords and damage, each with its own refusal."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader

from lienthong.signing import errors
from lienthong.signing.ports import KeyStoreError, TimestampUnavailable

MAX_BYTES = 100 * 1024 * 1024
MAX_REVISIONS = 19
MAX_MARKS = 60  # a linearised revision has two `startxref`
MAX_SIGNATURES = 16
HEAD = b"%PDF-"

log = logging.getLogger(__name__)


def open_pdf(pdf: bytes) -> PdfFileReader:
    """A reader of the PDF.

    Raises:
        SignedFileEmpty, SignedFileTooLarge, PdfBroken, PdfEncrypted, PdfTooManyRevisions
    """
    if not pdf:
        raise errors.SignedFileEmpty
    if len(pdf) > MAX_BYTES:
        raise errors.SignedFileTooLarge(limit=MAX_BYTES // (1024 * 1024))
    if HEAD not in pdf[:1024]:
        raise errors.PdfBroken
    if pdf.count(b"startxref") > MAX_MARKS:
        raise errors.PdfTooManyRevisions(count=MAX_REVISIONS + 1, limit=MAX_REVISIONS)
    with as_broken():
        reader = PdfFileReader(io.BytesIO(pdf), strict=False)
        if reader.encrypted:
            raise errors.PdfEncrypted
        if reader.xrefs.total_revisions > MAX_REVISIONS:
            raise errors.PdfTooManyRevisions(count=reader.xrefs.total_revisions, limit=MAX_REVISIONS)
        if len(reader.root["/Pages"]["/Kids"]) < 1:
            raise errors.PdfBroken
    return reader


def check_pdf(pdf: bytes) -> None:
    """Refuse a PDF that cannot be relied on: what `open_pdf` refuses, signed or not."""
    open_pdf(pdf)


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

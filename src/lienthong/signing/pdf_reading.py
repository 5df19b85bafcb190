"""Opening a PDF that may be anything: sizes, revisions, passwords and damage, each with its own refusal.

The one place where a PDF from outside is opened with pyHanko. What it may cost is bounded: bytes, revisions,
pages, objects, what its compressed parts unfold to, and processor time; and only `AT_ONCE` are read at a time
in a process, so that memory and the web's few threads are never all in the hands of such files.
"""

from __future__ import annotations

import io
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import BinaryIO

from pyhanko.pdf_utils.decode_limits import (
    DEFAULT_PURPOSE_LIMITS,
    DecodeLimits,
    DecodePurpose,
    DocumentDecodeBudget,
    StreamDecodeLimits,
)
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
MOST_OBJECTS = 1_000_000
MOST_SECONDS = 5.0  # of the processor, so that a busy machine refuses nothing
AT_ONCE = 2
HEAD, HEAD_WITHIN = b"%PDF-", 1024
MARK, MARK_WITHIN = b"startxref", 4096
# An entry of the table of objects has some eight bytes; the objects themselves are mostly words and numbers.
UNFOLDED = DecodeLimits(
    per_stream=StreamDecodeLimits(max_output_size=64 * 1024 * 1024),
    per_purpose={
        **DEFAULT_PURPOSE_LIMITS,
        DecodePurpose.XREF_STREAM: StreamDecodeLimits(max_output_size=16 * MOST_OBJECTS),
    },
    document_budget=DocumentDecodeBudget(base_allowance=128 * 1024 * 1024, max_ratio=10),
)

log = logging.getLogger(__name__)


_slots = BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True)
class PdfLimits:
    """What a PDF may have; each use has its own."""

    bytes: int = MAX_BYTES
    revisions: int = MAX_REVISIONS
    pages: int | None = None  # None: not counted, only that there is one
    seconds: float = MOST_SECONDS


ANY = PdfLimits()


def open_pdf(pdf: bytes | Extent) -> PdfFileReader:
    """A reader of the PDF.

    Raises:
        SignedFileEmpty, SignedFileTooLarge, PdfBroken, PdfEncrypted, PdfTooManyRevisions, PdfTooComplex
    """
    with read_pdf(pdf) as reader:
        return reader


@contextmanager
def read_pdf(pdf: bytes | Extent, limits: PdfLimits = ANY) -> Iterator[PdfFileReader]:
    """A reader of the PDF, within the limits while the block lasts; what fails in it is the PDF's fault.

    It waits for its turn, which comes: those before it have only so much time.

    Raises:
        SignedFileEmpty, SignedFileTooLarge, PdfBroken, PdfEncrypted, PdfTooManyRevisions, PdfTooComplex
    """
    size = len(pdf) if isinstance(pdf, bytes) else pdf.size
    if not size:
        raise errors.SignedFileEmpty
    if size > limits.bytes:
        raise errors.SignedFileTooLarge(limit=limits.bytes // (1024 * 1024))
    file: BinaryIO = io.BytesIO(pdf) if isinstance(pdf, bytes) else pdf.open()
    with _slots, as_broken():
        _require_marks(file, limits)
        reader = PdfFileReader(_Timed(file, limits.seconds), strict=False, decode_limits=UNFOLDED)
        _require_within(reader, limits)
        yield reader
        reader.stream = file  # the time is for the check; who signs or verifies has its own


def check_pdf(pdf: bytes | Extent) -> None:
    """Refuse a PDF that cannot be relied on: what `open_pdf` refuses, signed or not.

    Of one above 64 MiB only its beginning and its end are looked at: that it is one, and not cut short. Its
    revisions and a password then show only to the receiver.
    """
    if isinstance(pdf, bytes) or pdf.size <= MAX_PARSED:
        open_pdf(pdf)
    elif HEAD not in pdf.at(0, HEAD_WITHIN) or MARK not in pdf.at(pdf.size - MARK_WITHIN, MARK_WITHIN):
        raise errors.PdfBroken


class _Timed:
    """A file that can be read only so long, measured by the reading thread's own processor time.

    Asking for that is a system call, and a reader reads hundreds of times, often one character. A thread uses
    no more than passes, so nobody asks before as much has passed on the wall as is left.
    """

    def __init__(self, file: BinaryIO, seconds: float) -> None:
        self._read, self.seek, self.tell = file.read, file.seek, file.tell
        self._seconds, self._end = seconds, time.thread_time() + seconds
        self._ask_at = time.perf_counter() + seconds

    def read(self, size: int = -1) -> bytes:
        """As a file; what it is read for has taken too long when it refuses."""
        if time.perf_counter() >= self._ask_at:
            self._require_time()
        return self._read(size)

    def _require_time(self) -> None:
        left = self._end - time.thread_time()
        if left < 0:
            raise errors.PdfTooComplex(seconds=f"{self._seconds:g}")
        self._ask_at = time.perf_counter() + left


def _require_marks(file: BinaryIO, limits: PdfLimits) -> None:
    """What can be said without reading the structure."""
    if HEAD not in file.read(HEAD_WITHIN):
        raise errors.PdfBroken
    file.seek(0)
    if _marks(file) > MAX_MARKS:
        raise errors.PdfTooManyRevisions(count=limits.revisions + 1, limit=limits.revisions)


def _require_within(reader: PdfFileReader, limits: PdfLimits) -> None:
    if reader.encrypted:
        raise errors.PdfEncrypted
    if reader.xrefs.total_revisions > limits.revisions:
        raise errors.PdfTooManyRevisions(count=reader.xrefs.total_revisions, limit=limits.revisions)
    if int(reader.trailer["/Size"]) > MOST_OBJECTS:
        raise errors.PdfTooComplex(seconds=f"{limits.seconds:g}")
    pages = reader.root["/Pages"]
    if len(pages["/Kids"]) < 1 or (limits.pages and not 0 < int(pages["/Count"]) <= limits.pages):
        raise errors.PdfBroken


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

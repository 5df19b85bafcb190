"""Annexes in files of their own: checked when given, stamped and sealed when their document is issued."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from lienthong.documents.adapters.signing import seal_with_key
from lienthong.documents.models import OfficialDocument
from lienthong.documents.pdf_check import require_signable
from lienthong.documents.pdf_stamp import put_stamp
from lienthong.documents.rendering import STAMP, render_stamp
from lienthong.documents.scanning import store_received
from lienthong.kernel.blobs import read_blob, store_blob
from lienthong.kernel.media_types import PDF
from lienthong.kernel.models import Blob

MAX_ANNEX_BYTES = 20 * 1024 * 1024
MAX_FINISHED_BYTES = 80 * 1024 * 1024


def check_annex(*, file: Iterable[bytes], at: datetime) -> Blob:
    """Store a PDF that is to be an annex.

    Raises:
        PdfBroken, PdfEncrypted, PdfTooManyRevisions, PdfTooComplex, AlreadySigned, and what the store
        refuses: empty files, other types, more than 20 MB.
    """
    blob = store_received(file, at=at, max_bytes=MAX_ANNEX_BYTES, allow=frozenset({PDF}))
    require_signable(read_blob(blob))
    return blob


def finish_annex(*, annex: Blob, document: OfficialDocument, at: datetime) -> Blob:
    """The annex of an issued document with its number and time top right on page 1, sealed by its agency.

    Text alone, no picture, as NĐ 30/2020/NĐ-CP has it (annex I). The file given stays as it is.
    """
    stamp = render_stamp(code=document.code, verify_url="", at=at)
    stamped = put_stamp(read_blob(annex), stamp, size=STAMP)
    sealed = seal_with_key(stamped, agency_id=document.agency_id, at=at)
    return store_blob([sealed], at=at, max_bytes=MAX_FINISHED_BYTES)

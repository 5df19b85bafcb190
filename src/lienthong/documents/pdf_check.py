"""Whether an uploaded PDF can be signed: what `signing` opens, with pages that a number goes on, unsigned."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from pyhanko.pdf_utils.generic import DictionaryObject
from pyhanko.pdf_utils.reader import PdfFileReader

from lienthong.documents.contracts import Box
from lienthong.documents.rendering import MILLIMETRE, SEAL, SIGNATURE
from lienthong.kernel.errors import Refusal
from lienthong.signing.public import PdfLimits, SignatureRefusal, read_pdf

MAX_PAGES = 2_000
UPLOADED = PdfLimits(revisions=10, pages=MAX_PAGES)  # earlier contents stay hidden inside
MAX_SIDE = 14_400  # points; ISO 32000-1, annex C


class AlreadySigned(Refusal):
    """The PDF carries signatures already; a number stamped on it would break them."""

    code, status = "already-signed", 422
    sentence = _(
        "The PDF file is signed already, and giving it a number would break its signatures. "
        "Upload the unsigned file."
    )


def require_signable(pdf: bytes) -> None:
    """Refuse a PDF that cannot be numbered and signed.

    Raises:
        PdfBroken, PdfEncrypted, PdfTooManyRevisions, PdfTooComplex, AlreadySigned
    """
    try:
        with read_pdf(pdf, UPLOADED) as reader:
            pages = int(reader.root["/Pages"]["/Count"])
            for place in {0, pages - 1}:  # where number and signature go
                page, _resources = reader.find_page_for_modification(place)  # type: ignore[no-untyped-call]
                media_box(page.get_object())
            signed = bool(reader.embedded_signatures)
    except SignatureRefusal as refusal:
        refusal.field = "file"
        raise
    if signed:
        raise AlreadySigned(field="file")


def signing_boxes(reader: PdfFileReader) -> tuple[Box, Box]:
    """Where signature and seal go on a PDF not made here: on the last page, low and right of the middle."""
    last = int(reader.root["/Pages"]["/Count"]) - 1
    page, _resources = reader.find_page_for_modification(last)  # type: ignore[no-untyped-call]
    left, bottom, right, _top = media_box(page.get_object())
    middle, height = left + (right - left) * 0.68, bottom + 60 * MILLIMETRE
    signature = Box(
        last,
        middle - SIGNATURE[0] / 2,
        height - SIGNATURE[1] / 2,
        middle + SIGNATURE[0] / 2,
        height + SIGNATURE[1] / 2,
    )
    edge = signature.left + SIGNATURE[0] / 3
    return signature, Box(last, edge - SEAL, height - SEAL / 2, edge, height + SEAL / 2)


def media_box(page: DictionaryObject) -> tuple[float, float, float, float]:
    """The page's edges in points; a page may inherit them from the nodes above.

    Raises:
        ValueError: it has no area, or is larger than any viewer shows.
    """
    node, depth = page, 0
    while "/MediaBox" not in node and "/Parent" in node and depth < 50:
        node, depth = node["/Parent"], depth + 1
    box = node.get("/MediaBox", [0, 0, 595.28, 841.89])
    x1, y1, x2, y2 = (float(box[edge]) for edge in range(4))  # by index, which follows references
    left, bottom, right, top = min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)
    if not (0 < right - left <= MAX_SIDE and 0 < top - bottom <= MAX_SIDE and abs(left) + abs(bottom) < 1e6):
        raise ValueError(f"a page of {right - left} by {top - bottom} points")
    return left, bottom, right, top

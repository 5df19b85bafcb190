"""Printing the number on a PDF made elsewhere."""

from __future__ import annotations

import io
from datetime import datetime

from pyhanko.pdf_utils.generic import DictionaryObject, StreamObject, pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader

from lienthong.documents.contracts import Rendering
from lienthong.documents.pdf_check import media_box, signing_boxes
from lienthong.documents.rendering import MILLIMETRE, STAMP, render_stamp

EDGE = 4 * MILLIMETRE


def stamp_number(pdf: bytes, *, code: str, verify_url: str, at: datetime) -> Rendering:
    """Print number, notation and time of signing top right on page 1, black, 10 pt, with the QR code.

    So has NĐ 30/2020/NĐ-CP the annex that is a file of its own, the only rule for a file numbered afterwards.
    """
    stamped = put_stamp(pdf, render_stamp(code=code, verify_url=verify_url, at=at), size=STAMP)
    signature, seal = signing_boxes(PdfFileReader(io.BytesIO(stamped), strict=False))
    return Rendering(stamped, signature, seal)


def put_stamp(pdf: bytes, stamp: bytes, *, size: tuple[float, float], beside: float = 0) -> bytes:
    """Draw the one page of `stamp` (millimetres wide and high) top right on page 1, `beside` further left."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
    reference, _resources = writer.find_page_for_modification(0)  # type: ignore[no-untyped-call]
    page: DictionaryObject = reference.get_object()
    if "/Contents" not in page:  # an empty page may leave it out, the writer expects it
        page[pdf_name("/Contents")] = writer.add_object(StreamObject(stream_data=b""))
        writer.update_container(page)
    _print(writer, page, stamp, size, beside)
    output = io.BytesIO()
    writer.write(output)  # type: ignore[no-untyped-call]
    return output.getvalue()


def _print(
    writer: IncrementalPdfFileWriter,
    page: DictionaryObject,
    stamp: bytes,
    size: tuple[float, float],
    beside: float,
) -> None:
    """Draw the one page of `stamp` in the upper right corner, whatever state its own content leaves."""
    _left, _bottom, right, top = media_box(page)
    x = right - (size[0] + beside) * MILLIMETRE - EDGE
    y = top - size[1] * MILLIMETRE - EDGE
    drawing = writer.import_page_as_xobject(PdfFileReader(io.BytesIO(stamp)))
    before = writer.add_object(StreamObject(stream_data=b"q\n"))
    after = writer.add_object(
        StreamObject(stream_data=f"\nQ\nq 1 0 0 1 {x:.2f} {y:.2f} cm /LienThongNumber Do Q\n".encode())
    )
    resources: DictionaryObject = DictionaryObject()  # type: ignore[no-untyped-call]
    resources[pdf_name("/XObject")] = DictionaryObject()  # type: ignore[no-untyped-call]
    resources["/XObject"][pdf_name("/LienThongNumber")] = drawing
    writer.add_stream_to_page(0, before, prepend=True)  # type: ignore[no-untyped-call]
    writer.add_stream_to_page(0, after, resources=resources)  # type: ignore[no-untyped-call]

"""Printing the number on a PDF made elsewhere."""

from __future__ import annotations

import io
from datetime import datetime

from pyhanko.pdf_utils.font.opentype import GlyphAccumulatorFactory
from pyhanko.pdf_utils.generic import StreamObject, pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.text import TextBoxStyle
from pyhanko.stamp import TextStamp, TextStampStyle

from lienthong.documents.contracts import Rendering
from lienthong.documents.pdf_check import media_box, signing_boxes
from lienthong.documents.rendering import MILLIMETRE, font_folder
from lienthong.kernel.clock import VIETNAM

WIDTH, HEIGHT = 70 * MILLIMETRE, 11 * MILLIMETRE


def stamp_number(pdf: bytes, *, code: str, at: datetime) -> Rendering:
    """Print number, notation and time of signing top right on page 1: upright, black, ISO 8601 at +07:00.

    So has NĐ 30/2020/NĐ-CP the annex that is a file of its own, the only rule for a file numbered afterwards.
    """
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
    page, _resources = writer.find_page_for_modification(0)
    _left, _bottom, right, top = media_box(page.get_object())
    if "/Contents" not in page.get_object():  # an empty page may leave it out, the writer expects it
        page.get_object()[pdf_name("/Contents")] = writer.add_object(StreamObject(stream_data=b""))
        writer.mark_update(page)
    face = GlyphAccumulatorFactory(str(font_folder() / "400Regular" / "Tinos_400Regular.ttf"), font_size=10)
    style = TextStampStyle(
        stamp_text=f"Số: {code}\n{at.astimezone(VIETNAM).isoformat(timespec='seconds')}",
        text_box_style=TextBoxStyle(font=face, font_size=10, border_width=0),
        border_width=0,
        background=None,
    )
    box = BoxConstraints(width=WIDTH, height=HEIGHT)
    stamp = TextStamp(writer, style, box=box)
    stamp.apply(0, round(right - WIDTH - 10 * MILLIMETRE), round(top - HEIGHT - 8 * MILLIMETRE))
    output = io.BytesIO()
    writer.write(output)
    stamped = output.getvalue()
    signature, seal = signing_boxes(PdfFileReader(io.BytesIO(stamped), strict=False))
    return Rendering(stamped, signature, seal)

"""A small PDF/A to sign, and ways to spoil one."""

from __future__ import annotations

import io
from functools import cache

import typst
from pyhanko.pdf_utils.generic import NumberObject, StreamObject, pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pypdf import PdfWriter

TEXT = """#set page(paper: "a4")
#set document(title: "Thử", date: datetime(year: 2026, month: 3, day: 2))
#align(center)[GIÁM ĐỐC]
"""


@cache
def plain_pdf(pages: int = 1) -> bytes:
    """A PDF/A-2u of so many pages."""
    text = TEXT + "#pagebreak() trang\n" * (pages - 1)
    made = typst.compile(text.encode(), format="pdf", pdf_standards=["a-2u"])
    assert isinstance(made, bytes)
    return made


def revised_pdf(times: int) -> bytes:
    """A PDF saved over itself so many times, each change a harmless one."""
    pdf = plain_pdf()
    for number in range(times):
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
        writer.root[pdf_name("/Revised")] = NumberObject(number)
        writer.update_root()
        output = io.BytesIO()
        writer.write(output)
        pdf = output.getvalue()
    return pdf


def encrypted_pdf() -> bytes:
    """A PDF that opens only with a password."""
    writer = PdfWriter(clone_from=io.BytesIO(plain_pdf()))
    writer.encrypt("mật khẩu", algorithm="AES-256")
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def write_over(pdf: bytes) -> bytes:
    """The PDF with a further revision that draws on its first page."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
    stream = StreamObject(stream_data=b"q 1 0 0 rg 100 100 200 200 re f Q")
    writer.add_stream_to_page(0, writer.add_object(stream))
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()

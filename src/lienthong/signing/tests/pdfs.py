"""A small PDF/A to sign, and ways to spoil one."""

from __future__ import annotations

from functools import cache

import typst

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

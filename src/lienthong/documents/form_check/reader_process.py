"""Reads a PDF from standard input and writes its `Sheet` as JSON: a process of its own, within limits.

A PDF from outside may ask for hours or for all memory; what it takes down is this process only. It imports
nothing of the house but the plain values of `sheet.py`.
"""

from __future__ import annotations

import io
import json
import resource
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator

from pdfminer.high_level import extract_pages
from pdfminer.layout import LAParams, LTChar, LTContainer, LTPage, LTTextLine
from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import resolve1

from lienthong.documents.form_check.sheet import Line, PageOfSheet, Sheet

LIMITS = {
    resource.RLIMIT_CPU: 15,  # seconds
    resource.RLIMIT_AS: 1024 * 1024 * 1024,
    resource.RLIMIT_FSIZE: 0,  # it writes no file
    resource.RLIMIT_CORE: 0,
}
MOST_LINES = 400
MOST_LETTERS = 300
MOST_FACES = 60


def main() -> None:
    """Limit this process, read, write; it ends with an error where a number is not finite."""
    for kind, most in LIMITS.items():
        resource.setrlimit(kind, (most, most))
    json.dump(read(sys.stdin.buffer.read()).as_json(), sys.stdout, allow_nan=False)


def read(pdf: bytes) -> Sheet:
    """The first two pages and the last, of whatever file pdfminer makes sense of."""
    pages = list(PDFPage.create_pages(PDFDocument(PDFParser(io.BytesIO(pdf)))))
    wanted = sorted({0, min(1, len(pages) - 1), len(pages) - 1})
    layout = extract_pages(io.BytesIO(pdf), page_numbers=wanted, laparams=LAParams(boxes_flow=None))
    read_pages = tuple(
        PageOfSheet(index + 1, float(page.width), float(page.height), tuple(_lines(page)))
        for index, page in zip(wanted, layout, strict=True)
    )
    faces: dict[str, bool] = {}
    for index in wanted:
        for name, embedded in _faces(pages[index]):
            faces[name] = embedded and faces.get(name, True)  # once outside the file is a fault
    return Sheet(read_pages, len(pages), tuple(faces.items())[:MOST_FACES])


def _lines(page: LTPage) -> list[Line]:
    found = [line for line in _text_lines(page) if line.get_text().strip()]
    found.sort(key=lambda line: (-line.y1, line.x0))
    return [_line(line) for line in found[:MOST_LINES]]


def _text_lines(item: object) -> Iterator[LTTextLine]:
    if isinstance(item, LTTextLine):
        yield item
    elif isinstance(item, LTContainer):
        for part in item:
            yield from _text_lines(part)


def _line(line: LTTextLine) -> Line:
    letters = [part for part in line if isinstance(part, LTChar)]
    inked = [letter for letter in letters if letter.get_text().strip()] or letters
    sizes = Counter(round(letter.size, 1) for letter in inked)
    faces = Counter(letter.fontname for letter in inked)
    return Line(
        text=_printable(unicodedata.normalize("NFC", " ".join(line.get_text().split())))[:MOST_LETTERS],
        left=float(min(letter.x0 for letter in inked)),
        bottom=float(line.y0),
        right=float(max(letter.x1 for letter in inked)),
        top=float(line.y1),
        size=float(sizes.most_common(1)[0][0]),
        face=_printable(str(faces.most_common(1)[0][0]))[:100],
    )


def _printable(text: str) -> str:
    """Without control characters and halves of characters, which PostgreSQL does not store in JSON."""
    return "".join(letter for letter in text if letter.isprintable())


def _faces(page: PDFPage) -> Iterator[tuple[str, bool]]:
    fonts = resolve1(page.resources.get("Font")) or {}
    for reference in list(fonts.values())[:MOST_FACES]:
        font = resolve1(reference)
        inner = resolve1((resolve1(font.get("DescendantFonts")) or [font])[0])
        descriptor = resolve1(inner.get("FontDescriptor")) or {}
        name = getattr(resolve1(font.get("BaseFont")), "name", "")
        embedded = any(key in descriptor for key in ("FontFile", "FontFile2", "FontFile3"))
        yield (
            _printable(str(name))[:100],
            embedded or getattr(resolve1(font.get("Subtype")), "name", "") == "Type3",
        )


if __name__ == "__main__":
    main()

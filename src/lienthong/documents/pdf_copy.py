"""The pages of a signed PDF as a new file: what is seen stays, the signatures do not."""

from __future__ import annotations

import io
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    StreamObject,
)

from lienthong.documents.pdf_check import MAX_PAGES
from lienthong.kernel.errors import Refusal

# A malformed file shows itself in any of these.
_MALFORMED = (
    PyPdfError,
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    RecursionError,
    AttributeError,
    OSError,
)
_SHOWN = frozenset({"/Widget", "/Stamp", "/FreeText"})
_HIDDEN = 2


class OriginalBroken(Refusal):
    """The original cannot be read as a PDF."""

    code, status = "original-broken", 422
    sentence = _("The original's file is damaged or no PDF, so no copy can be made of it. Copy it on paper.")


class OriginalLocked(Refusal):
    """The original is locked with a password."""

    code, status = "original-locked", 422
    sentence = _(
        "The original's file is locked with a password, so no copy can be made. "
        "Ask its sender for an open one."
    )


class PagesOutside(Refusal):
    """The pages of an excerpt are pages of the original."""

    code, status = "pages-outside", 422
    sentence = _(
        "The original has the pages 1 to %(total)s; %(first)s to %(last)s is no part of them. "
        "Choose the pages again."
    )


def copied_pages(pdf: bytes, *, first: int | None = None, last: int | None = None) -> bytes:
    """The pages (from 1, both included; all without) with the pictures of signatures and seals drawn on them.

    Raises:
        OriginalBroken, OriginalLocked, PagesOutside
    """
    try:
        reader = PdfReader(io.BytesIO(pdf))
        if reader.is_encrypted:
            raise OriginalLocked
        total = len(reader.pages)
        if not 0 < total <= MAX_PAGES:
            raise OriginalBroken
        first, last = (1 if first is None else first), (total if last is None else last)
        if not 1 <= first <= last <= total:
            raise PagesOutside(field="first_page", total=total, first=first, last=last)
        writer = PdfWriter()
        for number in range(first - 1, last):
            _draw_annotations(writer, writer.add_page(reader.pages[number]), number)
        output = io.BytesIO()
        writer.write(output)
    except _MALFORMED as error:
        raise OriginalBroken from error
    return output.getvalue()


def _draw_annotations(writer: PdfWriter, page: PageObject, number: int) -> None:
    """Draw what the page's fields and stamps look like into its content, and take them off the page."""
    shown = list(_appearances(page))
    page.pop("/Annots", None)
    if not shown:
        return
    resources = page.setdefault(NameObject("/Resources"), DictionaryObject()).get_object()
    drawings = resources.setdefault(NameObject("/XObject"), DictionaryObject()).get_object()
    words = ["\nQ"]
    for place, (appearance, matrix) in enumerate(shown):
        name = f"/LienThongShown{number}x{place}"
        drawings[NameObject(name)] = appearance
        words.append(f"q {matrix} cm {name} Do Q")
    contents = page.get("/Contents")
    held = contents.get_object() if contents is not None else ArrayObject()
    parts = list(held) if isinstance(held, ArrayObject) else [page.raw_get("/Contents")]
    before, after = _stream(writer, "q\n"), _stream(writer, "\n".join(words) + "\n")
    page[NameObject("/Contents")] = ArrayObject([before, *parts, after])


def _appearances(page: PageObject) -> Iterator[tuple[IndirectObject, str]]:
    """What is seen of each annotation, and the matrix that puts it in its place."""
    for reference in page.get("/Annots", ArrayObject()).get_object():
        annotation = reference.get_object()
        if annotation.get("/Subtype") not in _SHOWN or int(annotation.get("/F", 0)) & _HIDDEN:
            continue
        states = annotation.get("/AP", DictionaryObject()).get_object()
        if "/N" not in states:
            continue
        seen = states.raw_get("/N")
        stream = seen.get_object()
        if not isinstance(stream, StreamObject) or not isinstance(seen, IndirectObject):
            continue
        left, bottom, right, top = (float(edge) for edge in annotation["/Rect"].get_object())
        x0, y0, x1, y1 = _extent(stream, right - left, top - bottom)
        if x1 == x0 or y1 == y0:
            continue
        across, up = (right - left) / (x1 - x0), (top - bottom) / (y1 - y0)
        yield seen, f"{across:.5f} 0 0 {up:.5f} {left - x0 * across:.3f} {bottom - y0 * up:.3f}"


def _extent(stream: StreamObject, width: float, height: float) -> tuple[float, float, float, float]:
    """The box of an appearance after its own matrix, which drawing it applies (ISO 32000-1, 12.5.5)."""
    x0, y0, x1, y1 = (float(edge) for edge in stream.get("/BBox", [0, 0, width, height]))
    a, b, c, d, e, f = (float(value) for value in stream.get("/Matrix", [1, 0, 0, 1, 0, 0]))
    corners = [(a * x + c * y + e, b * x + d * y + f) for x in (x0, x1) for y in (y0, y1)]
    across, up = [x for x, _y in corners], [y for _x, y in corners]
    return min(across), min(up), max(across), max(up)


def _stream(writer: PdfWriter, words: str) -> IndirectObject:
    stream = DecodedStreamObject()
    stream.set_data(words.encode())
    return writer._add_object(stream)

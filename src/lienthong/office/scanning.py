"""Scans and photos of paper: looked at, refused or put together as one PDF."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pi_heif import register_heif_opener
from PIL import Image, ImageOps, UnidentifiedImageError
from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError

from lienthong.documents.public import refuse_secret
from lienthong.kernel.blobs import EmptyFile, ExecutableRefused, FileTooLarge
from lienthong.kernel.errors import Refusal
from lienthong.kernel.media_types import HEAD, HEIC, executable_kind, sniff

MAX_BYTES = 100 * 1024 * 1024
MAX_PAGES = 300
MAX_FILES = 100
MAX_PIXELS = 60_000_000
LEAST_DPI = 200
BEST_DPI = 300
A4_INCHES = (8.27, 11.69)
DRAFT = (round(A4_INCHES[0] * BEST_DPI), round(A4_INCHES[1] * BEST_DPI))
LOOKED_AT = 5  # pages whose resolution is looked at
PHOTOS = {"image/jpeg", "image/png", HEIC}
BROKEN = (PyPdfError, OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError)

register_heif_opener(thumbnails=False)  # photos of telephones; ADR 0043

ADVICE: dict[str, Promise] = {
    "low-resolution": _(
        "A page was scanned with less than 200 dpi, which NĐ 30/2020 asks for. "
        "Scan it again if it is hard to read."
    ),
    "not-colour": _("A page was scanned without colour; NĐ 30/2020 asks for colour."),
    "old-pdf": _("The scan is a PDF older than version 1.4, which NĐ 30/2020 asks for."),
}


class NoScan(Refusal):
    """A document on paper is entered with its scan."""

    code, status = "no-scan", 422
    sentence = _("No file was chosen. Choose the scan (PDF) or photos of all pages.")


class NotAScan(Refusal):
    """The file is neither a PDF nor a photo that can be read everywhere."""

    code, status = "not-a-scan", 415
    sentence = _(
        "“%(name)s” is neither a PDF nor a JPEG, PNG or HEIC photo (it is %(kind)s). Choose another file."
    )


class BrokenScan(Refusal):
    """The file calls itself PDF or photo and cannot be read as one."""

    code, status = "broken-scan", 422
    sentence = _("“%(name)s” is damaged and cannot be read. Scan the pages again and choose the new file.")


class LockedScan(Refusal):
    """The PDF is locked with a password, so nobody here could read it."""

    code, status = "locked-scan", 422
    sentence = _("“%(name)s” is locked with a password. Ask the sender for an open file, or scan the paper.")


class TooManyPages(Refusal):
    """A scan has an end."""

    code, status = "too-many-pages", 422
    sentence = _(
        "The scan has %(pages)s pages; at most %(limit)s are taken in. Scan the document and its "
        "first annex, and note in the summary that the rest is on paper."
    )


@dataclass(frozen=True)
class Scan:
    """One PDF, ready to be stored: its pages, and the advice (keys of `ADVICE`) for the next time."""

    content: BinaryIO
    pages: int
    advice: tuple[str, ...] = ()


def assemble(files: Sequence[tuple[str, BinaryIO]]) -> Scan:
    """Put the files (name, content), in their order, together as one PDF.

    A single PDF stays as it is, byte for byte, so that signatures in it hold. Photos are turned upright,
    freed of what the camera wrote into them (place, device), and brought to at most 300 dpi on A4; one
    at a time.

    Raises:
        NoScan, NotAScan, BrokenScan, LockedScan, TooManyPages; EmptyFile, FileTooLarge,
        ExecutableRefused; SecretDocument: the first page bears a secrecy mark in its text.
    """
    if not files:
        raise NoScan(field="scan")
    if len(files) > MAX_FILES:
        raise TooManyPages(field="scan", pages=len(files), limit=MAX_FILES)
    if sum(_size(content) for _name, content in files) > MAX_BYTES:
        raise FileTooLarge(field="scan", megabytes=MAX_BYTES // 2**20)
    kinds = [_kind(name, content) for name, content in files]
    if len(files) == 1 and kinds[0] not in PHOTOS:
        ((name, content),) = files
        reader = _open(name, content)
        _examine_first(reader)
        scan = Scan(content, len(reader.pages), _advice(reader))
        content.seek(0)
        return scan
    return _together(files, kinds)


def spooled(pieces: Iterable[bytes]) -> BinaryIO:
    """The content of a stored file as a file to be read here."""
    result = tempfile.SpooledTemporaryFile(max_size=8 * 2**20)  # noqa: SIM115, the caller reads it
    for piece in pieces:
        result.write(piece)
    result.seek(0)
    return result  # type: ignore[return-value]


def _together(files: Sequence[tuple[str, BinaryIO]], kinds: Sequence[str]) -> Scan:
    writer, advice = PdfWriter(), dict[str, None]()
    writer.pdf_header = "%PDF-1.7"
    for (name, content), kind in zip(files, kinds, strict=True):
        if kind in PHOTOS:
            page, low = _photo(name, content)
            writer.append(page)
            advice |= dict.fromkeys(["low-resolution"] if low else [])
        else:
            reader = _open(name, content)
            _examine_first(reader)
            advice |= dict.fromkeys(_advice(reader))
            try:
                writer.append(reader)
            except BROKEN as error:
                raise BrokenScan(field="scan", name=name) from error
        if len(writer.pages) > MAX_PAGES:
            raise TooManyPages(field="scan", pages=len(writer.pages), limit=MAX_PAGES)
    result = tempfile.SpooledTemporaryFile(max_size=8 * 2**20)  # noqa: SIM115, the caller reads it
    writer.write(result)
    result.seek(0)
    return Scan(result, len(writer.pages), tuple(advice))  # type: ignore[arg-type]


def _size(content: BinaryIO) -> int:
    size = content.seek(0, io.SEEK_END)
    content.seek(0)
    return size


def _kind(name: str, content: BinaryIO) -> str:
    head = content.read(HEAD)
    content.seek(0)
    if not head:
        raise EmptyFile(field="scan")
    if program := executable_kind(head):
        raise ExecutableRefused(field="scan", kind=program)
    kind = sniff(head)
    if kind != "application/pdf" and kind not in PHOTOS:
        raise NotAScan(field="scan", name=name, kind=kind)
    return kind


def _open(name: str, content: BinaryIO) -> PdfReader:
    """The PDF with its pages counted and the first and last of them reached."""
    try:
        reader = PdfReader(content, strict=False)
        if reader.is_encrypted:
            raise LockedScan(field="scan", name=name)
        pages = len(reader.pages)
        if pages > MAX_PAGES:
            raise TooManyPages(field="scan", pages=pages, limit=MAX_PAGES)
        if pages == 0:
            raise BrokenScan(field="scan", name=name)
        _ = reader.pages[0].mediabox, reader.pages[pages - 1].mediabox
        content.seek(0)
    except Refusal:
        raise
    except BROKEN as error:
        raise BrokenScan(field="scan", name=name) from error
    return reader


def _examine_first(reader: PdfReader) -> None:
    """Refuse a PDF whose first page says that it is secret; one without text says nothing."""
    try:
        text = reader.pages[0].extract_text()[:20_000]
    except BROKEN:
        return
    refuse_secret(text)


def _photo(name: str, content: BinaryIO) -> tuple[io.BytesIO, bool]:
    """The photo as a PDF page of A4, and whether it has too few pixels."""
    try:
        with Image.open(content, formats=["JPEG", "PNG", "HEIF"]) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise BrokenScan(field="scan", name=name)
            opened.draft("RGB", DRAFT)
            picture = ImageOps.exif_transpose(opened).convert("RGB")
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        RuntimeError,
        OSError,
        ValueError,
        SyntaxError,
    ) as error:
        raise BrokenScan(field="scan", name=name) from error
    width, height = A4_INCHES if picture.width <= picture.height else A4_INCHES[::-1]
    picture.thumbnail((round(width * BEST_DPI), round(height * BEST_DPI)))
    dpi = max(picture.width / width, picture.height / height)
    page = io.BytesIO()
    picture.save(page, "PDF", resolution=dpi, quality=85)
    page.seek(0)
    return page, dpi < LEAST_DPI


def _advice(reader: PdfReader) -> tuple[str, ...]:
    """What the first pages of a scanned PDF fall short of; of a PDF that is no scan nothing is said."""
    advice = dict[str, None]()
    if reader.pdf_header < "%PDF-1.4":
        advice["old-pdf"] = None
    try:
        for page in reader.pages[: min(LOOKED_AT, len(reader.pages))]:
            inches = max(float(page.mediabox.width) / 72, 0.1)
            for image in _whole_page_images(page):
                if int(image["/Width"]) / inches < LEAST_DPI - 5:
                    advice["low-resolution"] = None
                if image.get("/ColorSpace") == "/DeviceGray" or int(image.get("/BitsPerComponent", 8)) == 1:
                    advice["not-colour"] = None
    except BROKEN:
        pass  # advice only: what cannot be read is not advised on
    return tuple(advice)


def _whole_page_images(page: Any) -> list[Any]:
    """The picture of a scanned page: a page with several, or with a small one, is no scan."""
    objects = page.get("/Resources", {}).get("/XObject", {})
    found = [item.get_object() for item in objects.values()]
    images = [item for item in found if item.get("/Subtype") == "/Image"]
    return images if len(images) == 1 and int(images[0]["/Width"]) >= 500 else []

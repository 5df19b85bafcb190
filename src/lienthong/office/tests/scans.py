"""Scans, photos and PDFs that are none of it, for tests."""

from __future__ import annotations

import io

import typst
from PIL import Image, ImageDraw, ImageFont
from pypdf import PdfReader, PdfWriter

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"


def photo(size: tuple[int, int] = (1700, 2400), form: str = "JPEG", *, rotated: bool = False) -> bytes:
    """A photo; `rotated` as a telephone held upright writes it: lying, with a note to turn it."""
    picture = Image.new("RGB", size, (200, 190, 180))
    ImageDraw.Draw(picture).rectangle((0, 0, size[0] // 2, size[1] // 4), fill=(200, 0, 0))
    options = {}
    if rotated:
        exif = Image.Exif()
        exif[0x0112] = 6
        exif[0x010F] = "Secret camera"
        options["exif"] = exif
    content = io.BytesIO()
    picture.save(content, form, **options)
    return content.getvalue()


def scanned(text: str = "", *, pages: int = 1, dpi: int = 200, mode: str = "RGB") -> bytes:
    """A PDF of pictures, as a scanner makes it."""
    size = (round(8.27 * dpi), round(11.69 * dpi))
    picture = Image.new("RGB", size, "white")
    if text:
        font = ImageFont.truetype(FONT, round(dpi / 4))
        ImageDraw.Draw(picture).text((dpi, dpi), text, fill="black", font=font)
    picture = picture.convert(mode)
    content = io.BytesIO()
    picture.save(content, "PDF", resolution=dpi, save_all=True, append_images=[picture] * (pages - 1))
    return content.getvalue()


def blank(pages: int = 1, *, password: str = "") -> bytes:
    """A PDF of empty pages."""
    writer = PdfWriter()
    writer.pdf_header = "%PDF-1.7"
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    if password:
        writer.encrypt(password)
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()


def written(*paragraphs: str) -> bytes:
    """A PDF with text in it, as a word processor makes it."""
    pdf = typst.compile("\n\n".join(paragraphs).encode(), format="pdf")
    assert isinstance(pdf, bytes)
    return pdf


def images_of(pdf: bytes) -> list[Image.Image]:
    return [image.image for page in PdfReader(io.BytesIO(pdf)).pages for image in page.images]  # type: ignore[misc]

"""Official documents as PDF/A, laid out by Typst as annex I of NĐ 30/2020/NĐ-CP asks."""

from __future__ import annotations

import json
import re
import threading
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal

import qrcode
import typst
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from fontTools.ttLib import TTFont

from lienthong.documents.contracts import TYPES, Box, DocumentText, Rendering
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal

TEMPLATES = Path(__file__).parent / "typst"
STANDARD: Literal["a-2u"] = "a-2u"
MOST_PICTURES = 5
PICTURE_PPI = 84.0
PAGE_HEIGHT = 841.89  # A4, points
MILLIMETRE = 72 / 25.4
SIGNATURE = (50 * MILLIMETRE, 24 * MILLIMETRE)
STAMP = (75, 15)  # millimetres
COPY_STAMP = (120, 15)  # within the upper margin, for agencies with long names too
SEAL = 36 * MILLIMETRE  # across; the true size of a state agency's round seal

# Width in millimetres of the urgency frame (annex I, II.6).
URGENCY_MARKS = {"KHAN": ("KHẨN", 20), "THUONG_KHAN": ("THƯỢNG KHẨN", 40), "HOA_TOC": ("HỎA TỐC", 30)}

_ARTICLE = re.compile(r"^(Điều \d+[a-zđ]?\.)(?=\s)")
_COMMITTEE = re.compile(
    r"^(ủy ban nhân dân|hội đồng nhân dân) (?=tỉnh|thành phố|quận|huyện|thị|phường|xã|đặc)", re.IGNORECASE
)
_BASIS = ("Căn cứ ", "Theo đề nghị ", "Xét đề nghị ", "Xét Tờ trình ")
_thread = threading.local()


class UnprintableText(Refusal):
    """A text has characters that the document's face does not have."""

    code, status = "unprintable-text", 422
    sentence = _(
        "The text has characters that cannot be printed in an official document: %(characters)s. "
        "Remove them or write them in Vietnamese letters."
    )


def render_pdf(text: DocumentText, *, at: datetime) -> Rendering:
    """Lay the text out as PDF/A-2u and tell where the personal signature and the agency's seal go.

    `at` becomes the file's date. A few milliseconds a document; each thread holds its own compiler.

    Raises:
        UnprintableText: a character is missing in the face; PDF/A forbids to leave it out.
    """
    pdf = _compile("official", _content(text), at)
    place = json.loads(_compiler("official").query("<signature>", field="value", one=True))
    return _with_boxes(pdf, place)


def render_pictures(text: DocumentText, *, at: datetime) -> list[bytes]:
    """The first `MOST_PICTURES` pages as PNG, for a look; some ten milliseconds a page.

    Raises:
        UnprintableText
    """
    values = _content(text)
    require_printable(*_texts(values))
    pages = _compiler("official").compile(
        format="png",
        ppi=PICTURE_PPI,
        sys_inputs={"document": json.dumps(values, ensure_ascii=False)},
        timestamp=int(at.timestamp()),
    )
    found = [pages] if isinstance(pages, bytes) else list(pages or ())
    return [page for page in found[:MOST_PICTURES] if isinstance(page, bytes)]


def render_stamp(*, code: str, verify_url: str, at: datetime) -> bytes:
    """A small page of `STAMP` millimetres with the number, the time (ISO 8601, +07:00) and the QR code."""
    width, height = STAMP
    values = {
        "code": code,
        "moment": at.astimezone(VIETNAM).isoformat(timespec="seconds"),
        "width": width,
        "height": height,
        **_verification(verify_url),
    }
    return _compile("stamp", values, at)


def render_form(template: Path, values: dict[str, object], *, at: datetime) -> bytes:
    """Lay out another app's form as PDF/A-2u; `template` is a Typst file that reads the values as JSON.

    A character that the face lacks becomes "?": what a form lists was written by others and cannot be mended.
    """
    return _compile(
        template.stem, {name: _printed(value) for name, value in values.items()}, at, template.parent
    )


def render_copy_stamp(*, form: str, code: str, agency: str, verify_url: str, at: datetime) -> bytes:
    """A small page of `COPY_STAMP` millimetres: form and number of a copy, agency, time, and the QR code."""
    width, height = COPY_STAMP
    values = {
        "form": form,
        "code": code,
        "agency": agency,
        "moment": at.astimezone(VIETNAM).isoformat(timespec="seconds"),
        "width": width,
        "height": height,
        **_verification(verify_url),
    }
    return _compile("copy-stamp", values, at)


def require_printable(*texts: str) -> None:
    """Refuse texts with characters that the face lacks: emoji, foreign scripts.

    Raises:
        UnprintableText: names up to ten of them.
    """
    if missing := sorted(set().union(*texts) - _printable() - {"\n"}):
        raise UnprintableText(characters=" ".join(missing[:10]))


def long_date(at: datetime) -> str:
    """The date as box 4 has it: days below 10 and the months 1 and 2 with a nought."""
    day = at.astimezone(VIETNAM)
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def qr_svg(text: str) -> str:
    """A text's QR code as SVG, one path. A fixed mask is as readable and spares trying all eight (15 ms)."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=1, mask_pattern=3)
    code.add_data(text)
    modules = code.get_matrix()
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(modules) for x, dark in enumerate(row) if dark)
    size = len(modules)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}"><path d="{path}"/></svg>'


def _compile(template: str, values: dict[str, object], at: datetime, folder: Path = TEMPLATES) -> bytes:
    require_printable(*_texts(values))
    pdf = _compiler(template, folder).compile(
        format="pdf",
        sys_inputs={"document": json.dumps(values, ensure_ascii=False)},
        pdf_standards=[STANDARD],
        timestamp=int(at.timestamp()),
    )
    if not isinstance(pdf, bytes):
        raise TypeError("the compiler answered something other than one file")
    return pdf


def _printed(value: object) -> object:
    """The value with "?" for every character that cannot be printed."""
    if isinstance(value, str):
        composed = unicodedata.normalize("NFC", value)
        return "".join(letter if letter in _printable() or letter == "\n" else "?" for letter in composed)
    if isinstance(value, dict):
        return {name: _printed(part) for name, part in value.items()}
    return [_printed(part) for part in value] if isinstance(value, list) else value


def _compiler(template: str, folder: Path = TEMPLATES) -> typst.Compiler:
    """This thread's compiler of the template; it keeps its inputs between calls, so none is shared."""
    held: dict[Path, typst.Compiler] = _thread.__dict__.setdefault("compilers", {})
    file = folder / f"{template}.typ"
    if file not in held:
        held[file] = typst.Compiler(
            input=str(file),
            root=str(folder),
            font_paths=_fonts(),
            ignore_system_fonts=True,
        )
    return held[file]


def font_folder() -> Path:
    """Where the TTF files of Tinos lie."""
    return Path(settings.ENV.frontend) / "@expo-google-fonts" / "tinos"


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(font_folder())]
    )


@cache
def _printable() -> frozenset[str]:
    """Every character that Tinos has and a reader sees; marks that turn the direction would deceive."""
    with TTFont(font_folder() / "400Regular" / "Tinos_400Regular.ttf") as font:
        letters = map(chr, font.getBestCmap())
        return frozenset(letter for letter in letters if not unicodedata.category(letter).startswith("C"))


def _texts(value: object) -> Iterator[str]:
    """Every text within what the template reads."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)


def _content(text: DocumentText) -> dict[str, object]:
    """What the template reads; every value a plain text, a number or a list of them."""
    kind = TYPES[text.type_code]
    mark, width = URGENCY_MARKS.get(text.urgency, ("", 0))
    return {
        "title": f"{text.code} {text.subject}".strip(),
        "type_name": kind.name_vi if kind.abbreviation else "",
        "superior": _broken(text.superior),
        "agency": _broken(text.agency),
        "code": text.code,
        "place": text.place,
        "date": text.date,
        "subject": text.subject,
        "addressees": [_unended(name) for name in text.addressees],
        "recipients": [_unended(name) for name in text.recipients],
        "paragraphs": [_paragraph(paragraph) for paragraph in text.paragraphs],
        "authority": text.authority,
        "position": text.position,
        "signer": text.signer,
        "urgency": mark,
        "urgency_width": width,
        **_verification(text.verify_url),
    }


def _verification(address: str) -> dict[str, object]:
    """The QR code of the address and the words beside it; empty texts without an address."""
    if not address:
        return {"qr": "", "verify_hint": ""}
    return {"qr": qr_svg(address), "verify_hint": f"Kiểm tra văn bản tại {address.partition('?')[0]}"}


def _broken(agency: str) -> str:
    """An agency's name with the line break that custom has: ỦY BAN NHÂN DÂN / TỈNH …"""
    return _COMMITTEE.sub(r"\1\n", agency)


def _unended(name: str) -> str:
    """A line of a list without its own end and dash; the template sets both."""
    return name.strip().lstrip("-").strip().rstrip(";.").strip()


def _paragraph(text: str) -> dict[str, str]:
    """How a paragraph is set: legal bases in italics, lines in capitals centred, "Điều 1." bold."""
    if text.startswith(_BASIS):
        return {"kind": "basis", "lead": "", "text": text}
    if len(text) < 120 and text.isupper():
        return {"kind": "centred", "lead": "", "text": text}
    article = _ARTICLE.match(text)
    lead = article.group(1) if article else ""
    return {"kind": "plain", "lead": lead, "text": text[len(lead) :]}


def _with_boxes(pdf: bytes, place: dict[str, object]) -> Rendering:
    """Boxes around the middle of the space for signing; the seal covers the signature's left third."""
    page = int(str(place["page"])) - 1
    x = float(str(place["x"]).removesuffix("pt"))
    y = PAGE_HEIGHT - float(str(place["y"]).removesuffix("pt"))
    width, height = SIGNATURE
    signature = Box(page, x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    edge = signature.left + width / 3
    return Rendering(pdf, signature, Box(page, edge - SEAL, y - SEAL / 2, edge, y + SEAL / 2))

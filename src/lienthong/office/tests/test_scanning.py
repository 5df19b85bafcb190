"""What becomes one PDF, what is advised, and what is refused with an answer of its own."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from pypdf import PdfReader

from lienthong.documents.public import SecretDocument
from lienthong.kernel.blobs import EmptyFile, ExecutableRefused, FileTooLarge
from lienthong.kernel.errors import Refusal
from lienthong.office import scanning
from lienthong.office.scanning import (
    BrokenScan,
    LockedScan,
    NoScan,
    NotAScan,
    Scan,
    TooManyPages,
    assemble,
)
from lienthong.office.tests.scans import blank, images_of, photo, scanned, written

HEIC_PHOTO = Path(__file__).with_name("photo.heic").read_bytes()


def _assembled(*contents: bytes) -> Scan:
    return assemble([(f"{number}.x", io.BytesIO(content)) for number, content in enumerate(contents)])


def test_a_single_pdf_stays_as_it_is_byte_for_byte() -> None:
    pdf = scanned(pages=3)
    scan = _assembled(pdf)
    assert (scan.content.read(), scan.pages, scan.advice) == (pdf, 3, ())


def test_photos_and_pdfs_become_one_pdf_in_their_order() -> None:
    scan = _assembled(photo(), scanned(pages=2), photo(form="PNG"))
    pdf = scan.content.read()
    assert (scan.pages, len(PdfReader(io.BytesIO(pdf)).pages)) == (4, 4)


def test_a_photo_is_turned_upright_and_freed_of_what_the_camera_wrote() -> None:
    pdf = _assembled(photo((2400, 1700), rotated=True)).content.read()
    (picture,) = images_of(pdf)
    assert picture.width < picture.height
    assert b"Secret camera" not in pdf
    page = PdfReader(io.BytesIO(pdf)).pages[0].mediabox
    assert (round(float(page.width)), round(float(page.height))) == (595, 841)


def test_a_large_photo_is_brought_to_300_dpi_of_a4() -> None:
    (picture,) = images_of(_assembled(photo((4500, 6000))).content.read())
    assert max(picture.size) <= 3507


@pytest.mark.parametrize(
    ("content", "advice"),
    [
        (photo((800, 1100)), ("low-resolution",)),
        (scanned(dpi=150), ("low-resolution",)),
        (scanned(mode="L"), ("not-colour",)),
        (scanned().replace(b"%PDF-1.4", b"%PDF-1.2"), ("old-pdf",)),
        (blank(), ()),
        (photo(), ()),
    ],
)
def test_what_falls_short_of_the_decree_is_advised_and_not_refused(
    content: bytes, advice: tuple[str, ...]
) -> None:
    assert _assembled(content).advice == advice


@pytest.mark.parametrize(
    ("content", "refusal", "says"),
    [
        (b"", EmptyFile, "empty"),
        (b"MZ" + bytes(100), ExecutableRefused, "program"),
        (b"\0\0\0\x18ftypheic" + bytes(100), BrokenScan, "damaged"),
        (b"just words", NotAScan, "neither a PDF nor"),
        (scanned()[:2000], BrokenScan, "damaged"),
        (b"%PDF-1.4\nnothing", BrokenScan, "damaged"),
        (photo()[:300], BrokenScan, "damaged"),
        (blank(password="x"), LockedScan, "password"),
        (blank(0), BrokenScan, "damaged"),
        (blank(500), TooManyPages, "500 pages"),
    ],
)
def test_each_file_that_is_no_scan_has_an_answer_of_its_own(
    content: bytes, refusal: type[Refusal], says: str
) -> None:
    with pytest.raises(refusal) as raised:
        _assembled(content)
    assert says in raised.value.say("en")
    assert raised.value.field == "scan"


def test_a_photo_of_a_telephone_in_its_own_format_becomes_a_page_like_any_other() -> None:
    scan = _assembled(HEIC_PHOTO, photo())
    pdf = scan.content.read()
    picture, _other = images_of(pdf)
    assert (scan.pages, picture.size) == (2, (1700, 2400))
    red, green, _blue = picture.getpixel((100, 100))
    assert red > 180
    assert green < 40
    assert b"Secret camera" not in pdf


def test_a_photo_that_would_fill_the_memory_is_refused_by_its_head() -> None:
    at = HEIC_PHOTO.index(b"ispe") + 8
    bomb = HEIC_PHOTO[:at] + (30_000).to_bytes(4, "big") * 2 + HEIC_PHOTO[at + 8 :]
    with pytest.raises(BrokenScan):
        _assembled(bomb)
    with pytest.raises(BrokenScan):
        _assembled(HEIC_PHOTO[:900])


def test_pages_are_counted_over_all_files() -> None:
    with pytest.raises(TooManyPages):
        _assembled(blank(200), blank(200))


def test_too_many_bytes_are_refused_before_anything_is_read() -> None:
    with pytest.raises(FileTooLarge):
        _assembled(bytes(scanning.MAX_BYTES + 1))


def test_without_a_file_nothing_is_entered() -> None:
    with pytest.raises(NoScan):
        assemble([])


def test_a_pdf_whose_first_page_bears_a_secrecy_mark_is_refused() -> None:
    pdf = written("MẬT", "Kính gửi: Văn phòng Chính phủ")
    with pytest.raises(SecretDocument):
        _assembled(pdf)
    with pytest.raises(SecretDocument):
        _assembled(pdf, photo())

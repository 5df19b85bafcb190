"""Documents look as annex I asks, and every letter of a person's text is printed as it was written."""

from __future__ import annotations

import io
import re
import threading
import unicodedata
from dataclasses import replace
from datetime import datetime

import pypdf
import pytest

from lienthong.documents.contracts import TYPES, DocumentText, Rendering
from lienthong.documents.rendering import MILLIMETRE, PAGE_HEIGHT, UnprintableText, long_date, render_pdf
from lienthong.kernel.clock import VIETNAM

AT = datetime(2026, 3, 5, 9, 0, tzinfo=VIETNAM)
DECISION = DocumentText(
    type_code="QD",
    superior="",
    agency="Ủy ban nhân dân tỉnh Thái Nguyên",
    code="05/QĐ-UBND",
    place="Thái Nguyên",
    date=long_date(AT),
    subject="Về việc ban hành Quy chế làm việc",
    paragraphs=("Căn cứ Luật Tổ chức chính quyền địa phương;", "QUYẾT ĐỊNH:", "Điều 1. Ban hành Quy chế."),
    authority="TM. Ủy ban nhân dân",
    position="Chủ tịch",
    signer="Trịnh Việt Hùng",
    recipients=("Như Điều 3;", "Lưu: VT."),
    verify_url="https://example.vn/verify?document=0198c0de-0000-7000-8000-000000000000",
)
LETTER = replace(
    DECISION,
    type_code="CV",
    code="123/UBND-KT",
    subject="báo cáo tình hình",
    addressees=("Các sở, ban, ngành", "Ủy ban nhân dân các huyện"),
)
VOWELS = "aăâeêioôơuưy"
LETTERS = sorted(
    {
        letter
        for vowel in VOWELS
        for tone in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
        for letter in (
            unicodedata.normalize("NFC", vowel + tone),
            unicodedata.normalize("NFC", vowel + tone).upper(),
        )
    }
    | {"đ", "Đ"}
)


def pages(rendering: Rendering) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(rendering.pdf)).pages]


def text(rendering: Rendering) -> str:
    return re.sub(r"\s+", " ", " ".join(pages(rendering)))


def test_every_vietnamese_letter_is_printed_and_read_back() -> None:
    assert len(LETTERS) == 146
    rendering = render_pdf(replace(DECISION, paragraphs=(" ".join(LETTERS),)), at=AT)
    assert " ".join(LETTERS) in text(rendering)


@pytest.mark.parametrize("face", ["basis", "subject", "position"])
def test_every_vietnamese_letter_is_in_every_face(face: str) -> None:
    words = "".join(LETTERS[:146])
    content = {
        "basis": replace(DECISION, paragraphs=(f"Căn cứ {words}",)),
        "subject": replace(DECISION, subject=words),
        "position": replace(DECISION, place=words),
    }[face]
    assert words in text(render_pdf(content, at=AT)).replace(" ", "")


def test_all_boxes_of_a_decision_are_printed() -> None:
    printed = text(render_pdf(replace(DECISION, urgency="HOA_TOC", superior="Chính phủ"), at=AT))
    for expected in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "CHÍNH PHỦ",
        "ỦY BAN NHÂN DÂN TỈNH THÁI NGUYÊN",
        "Số: 05/QĐ-UBND",
        "Thái Nguyên, ngày 05 tháng 3 năm 2026",
        "QUYẾT ĐỊNH Về việc ban hành Quy chế làm việc",
        "HỎA TỐC",
        "Nơi nhận: - Như Điều 3; - Lưu: VT.",
        "TM. ỦY BAN NHÂN DÂN",
        "CHỦ TỊCH",
        "Trịnh Việt Hùng",
    ):
        assert expected in printed


def test_a_letter_has_its_summary_under_the_number_and_names_whom_it_addresses() -> None:
    printed = text(render_pdf(LETTER, at=AT))
    assert "V/v báo cáo tình hình" in printed
    assert "Kính gửi: - Các sở, ban, ngành; - Ủy ban nhân dân các huyện." in printed
    assert "CÔNG VĂN" not in printed
    one = text(render_pdf(replace(LETTER, addressees=("Bộ Nội vụ",)), at=AT))
    assert "Kính gửi: Bộ Nội vụ." in one


@pytest.mark.parametrize("code", TYPES)
def test_each_of_the_29_types_is_rendered(code: str) -> None:
    kind = TYPES[code]
    printed = text(render_pdf(replace(DECISION, type_code=code), at=AT))
    assert (kind.name_vi.upper() in printed) is bool(kind.abbreviation)


MARKUP = '#panic("x") #import "a" *b* _i_ $x^2$ @ref <l> `raw` // c /* d */ \\ #{1} = H - " \' -- ~ [x] https://x.vn'


@pytest.mark.parametrize(
    "field", ["subject", "agency", "place", "signer", "position", "paragraphs", "recipients"]
)
def test_what_a_person_writes_is_never_markup(field: str) -> None:
    value = (MARKUP,) if field in {"paragraphs", "recipients"} else MARKUP
    printed = re.sub(r"\s", "", text(render_pdf(replace(DECISION, **{field: value}), at=AT)))
    expected = re.sub(r"\s", "", MARKUP)
    assert expected in printed or expected.upper() in printed


def test_the_file_is_pdf_a_with_its_face_inside() -> None:
    pdf = render_pdf(DECISION, at=AT).pdf
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    metadata = reader.trailer["/Root"][
        "/XMP" if "/XMP" in reader.trailer["/Root"] else "/Metadata"
    ].get_data()
    assert b"<pdfaid:part>2</pdfaid:part>" in metadata
    assert b"<pdfaid:conformance>U</pdfaid:conformance>" in metadata
    fonts = reader.pages[0]["/Resources"]["/Font"].values()
    for font in fonts:
        descendant = font["/DescendantFonts"][0]
        assert "Tinos" in descendant["/BaseFont"]
        assert {"/FontFile2", "/FontFile3"} & set(descendant["/FontDescriptor"])
    assert reader.metadata is not None
    assert reader.metadata.title == "05/QĐ-UBND Về việc ban hành Quy chế làm việc"


def test_the_page_is_a4_and_only_later_pages_have_a_number() -> None:
    rendering = render_pdf(replace(DECISION, paragraphs=("Điều 1. " + "Nội dung " * 2000,)), at=AT)
    first, second, *_ = pages(rendering)
    box = pypdf.PdfReader(io.BytesIO(rendering.pdf)).pages[0].mediabox
    assert (round(box.width / MILLIMETRE), round(box.height / MILLIMETRE)) == (210, 297)
    assert second.strip().startswith("2")
    assert not re.match(r"^\s*1\s", first)


def positions(rendering: Rendering) -> dict[str, tuple[int, float, float]]:
    """Page, x and y of each printed text."""
    found: dict[str, tuple[int, float, float]] = {}
    for number, page in enumerate(pypdf.PdfReader(io.BytesIO(rendering.pdf)).pages):

        def visit(part: str, cm: list, tm: list, *_: object, number: int = number) -> None:
            x, y = tm[4] * cm[0] + cm[4], tm[5] * cm[3] + cm[5]
            found.setdefault(part.strip(), (number, x, y))

        page.extract_text(visitor_text=visit)
    return found


@pytest.mark.parametrize("words", [0, 150, 900, 1234, 3000])
def test_the_signature_stands_between_title_and_name_wherever_the_text_ends(words: int) -> None:
    rendering = render_pdf(replace(DECISION, paragraphs=("Nội dung " * words + ".",)), at=AT)
    where = positions(rendering)
    title, name, box = where["CHỦ TỊCH"], where["Trịnh Việt Hùng"], rendering.signature
    assert title[0] == name[0] == box.page
    assert name[2] < box.bottom < box.top < title[2]
    assert abs((box.bottom + box.top) / 2 - (title[2] + name[2]) / 2) < 12
    assert 0 < box.left < name[1] < box.right < 595


def test_the_seal_covers_the_left_third_of_the_signature() -> None:
    rendering = render_pdf(DECISION, at=AT)
    signature, seal = rendering.signature, rendering.seal
    assert seal.page == signature.page
    assert seal.right - signature.left == pytest.approx((signature.right - signature.left) / 3)
    assert seal.left < signature.left
    assert seal.right - seal.left == pytest.approx(36 * MILLIMETRE)
    assert (seal.bottom + seal.top) / 2 == pytest.approx((signature.bottom + signature.top) / 2)
    assert seal.top < PAGE_HEIGHT


@pytest.mark.parametrize("character", ["😀", "漢", "\u202e", "\x07"])
def test_a_character_that_cannot_be_printed_is_refused(character: str) -> None:
    with pytest.raises(UnprintableText) as caught:
        render_pdf(replace(DECISION, paragraphs=(f"a{character}b",)), at=AT)
    assert caught.value.code == "unprintable-text"


def test_threads_do_not_mix_their_documents() -> None:
    results: dict[int, str] = {}

    def run(number: int) -> None:
        for _ in range(5):
            results[number] = text(
                render_pdf(replace(DECISION, paragraphs=(f"Văn bản thứ {number}.",)), at=AT)
            )
            assert f"Văn bản thứ {number}." in results[number]

    threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(f"Văn bản thứ {number}." in results[number] for number in range(4))


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 1, 9, tzinfo=VIETNAM), "ngày 09 tháng 01 năm 2026"),
        (datetime(2026, 12, 31, tzinfo=VIETNAM), "ngày 31 tháng 12 năm 2026"),
        (datetime.fromisoformat("2026-02-28T18:00:00+00:00"), "ngày 01 tháng 3 năm 2026"),
    ],
)
def test_the_date_has_noughts_where_custom_has_them_and_is_vietnams(at: datetime, expected: str) -> None:
    assert long_date(at) == expected

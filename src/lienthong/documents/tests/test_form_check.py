"""The check of form: our own documents are clean, and each fault is found in a document that has it alone."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pypdf
import pytest
from pypdf.generic import NameObject, NumberObject, StreamObject

from lienthong.documents.actions.drafting import adopt_pdf
from lienthong.documents.actions.issuing import printed_position
from lienthong.documents.contracts import TYPES, DocumentText
from lienthong.documents.form_check.findings import FAULTS, Finding
from lienthong.documents.form_check.reader_process import read
from lienthong.documents.form_check.reading import read_sheet
from lienthong.documents.form_check.rules import Expected, check_sheet
from lienthong.documents.form_check.sheet import Line, Sheet
from lienthong.documents.models import FormReading
from lienthong.documents.public import check_form
from lienthong.documents.rendering import render_pdf
from lienthong.documents.tests.factories import make_agency, make_viewer
from lienthong.documents.tests.test_rendering import AT, DECISION
from lienthong.identity.public import Role

LONG = tuple(
    f"Điều {n}. " + "Giao các cơ quan, đơn vị tổ chức thực hiện nghiêm túc. " * 8 for n in range(1, 9)
)
Change = Callable[[Line], Line | None]


def _text(code: str) -> tuple[DocumentText, Expected]:
    kind = TYPES[code]
    notation = f"{kind.abbreviation}-UBND" if kind.abbreviation else "UBND-KT"
    text = replace(DECISION, type_code=code, code=f"05/{notation}", paragraphs=LONG)
    expected = Expected(
        type_code=code,
        type_name=kind.name_vi if kind.abbreviation else "",
        notation=notation,
        agency=text.agency,
        place=text.place,
        signer=text.signer,
        signer_title=text.position,
    )
    return text, expected


@cache
def _decision() -> Sheet:
    return read(render_pdf(_text("QD")[0], at=AT).pdf)


EXPECTED = _text("QD")[1]


def _codes(sheet: Sheet, expected: Expected = EXPECTED) -> list[str]:
    return [finding.code for finding in check_sheet(sheet, expected)]


def _changed(change: Change, sheet: Sheet | None = None) -> Sheet:
    """The decision with every line changed, or left out where `change` answers None."""
    sheet = sheet or _decision()
    pages = tuple(
        replace(page, lines=tuple(new for line in page.lines if (new := change(line)) is not None))
        for page in sheet.pages
    )
    return replace(sheet, pages=pages)


def _reworded(old: str, new: str) -> Sheet:
    assert any(old in line.text for page in _decision().pages for line in page.lines), old
    return _changed(lambda line: replace(line, text=line.text.replace(old, new)))


def _without(start: str) -> Sheet:
    return _changed(lambda line: None if line.text.startswith(start) else line)


def _moved(start: str, dx: float = 0, dy: float = 0) -> Sheet:
    def move(line: Line) -> Line:
        if not line.text.startswith(start):
            return line
        return replace(
            line, left=line.left + dx, right=line.right + dx, top=line.top + dy, bottom=line.bottom + dy
        )

    return _changed(move)


def _with_line(number: int, **fields: object) -> Sheet:
    values = {"text": "x", "left": 300, "right": 306, "top": 40, "bottom": 30, "size": 13.0, "face": "Tinos"}
    line = Line(**values | fields)  # type: ignore[arg-type]
    pages = tuple(
        replace(page, lines=(*page.lines, line)) if page.number == number else page
        for page in _decision().pages
    )
    return replace(_decision(), pages=pages)


@pytest.mark.parametrize("code", TYPES)
def test_what_is_laid_out_here_is_clean_for_each_of_the_29_types(code: str) -> None:
    text, expected = _text(code)
    sheet = read(render_pdf(text, at=AT).pdf)
    assert sheet.count >= 2
    assert [(finding.code, finding.facts) for finding in check_sheet(sheet, expected)] == []


FAULTY: dict[str, Callable[[], Sheet]] = {
    "page-size": lambda: replace(
        _decision(), pages=(replace(_decision().pages[0], width=612, height=842), *_decision().pages[1:])
    ),
    "margin-left": lambda: _moved("Điều 1.", dx=-60),
    "margin-top": lambda: _moved("CỘNG HÒA", dy=20),
    "margin-right": lambda: _moved("Thái Nguyên, ngày", dx=60),
    "margin-bottom": lambda: _with_line(1, text="chữ sát mép", left=100, right=200, top=30, bottom=16),
    "face": lambda: _changed(lambda line: replace(line, face="ABCDEF+Arial")),
    "legacy-face": lambda: replace(_decision(), faces=((".VnTime", True),)),
    "not-embedded": lambda: replace(_decision(), faces=(("TimesNewRomanPSMT", False),)),
    "page-number-first": lambda: _with_line(1, text="1", top=810, bottom=800),
    "page-number-missing": lambda: _changed(lambda line: None if line.text == "2" else line),
    "nation": lambda: _reworded("CỘNG HÒA", "CỘNG HOÀ"),
    "motto": lambda: _reworded("Độc lập - Tự do", "Độc lập – Tự do"),
    "nation-place": lambda: _moved("CỘNG HÒA", dx=-210),
    "agency": lambda: _reworded("TỈNH THÁI NGUYÊN", "TỈNH KHÁC"),
    "number": lambda: _without("Số:"),
    "notation": lambda: _reworded("05/QĐ-UBND", "05/QĐ-SNV"),
    "date": lambda: _without("Thái Nguyên, ngày"),
    "date-form": lambda: _reworded("ngày 05 tháng 3", "ngày 5 tháng 3"),
    "type-name": lambda: _without("QUYẾT ĐỊNH"),
    "body-size": lambda: _changed(lambda line: replace(line, size=11.0)),
    "authority-spelling": lambda: _reworded("TM. ỦY BAN", "T/M ỦY BAN"),
    "collective": lambda: _without("TM."),
    "head": lambda: _reworded("CHỦ TỊCH", "KT. CHỦ TỊCH"),
    "signer": lambda: _reworded("Trịnh Việt Hùng", "Người Khác"),
    "recipients": lambda: _without("Nơi nhận"),
    "no-text": lambda: _changed(lambda line: None),
}


@pytest.mark.parametrize("code", FAULTY)
def test_each_fault_is_found_where_it_is(code: str) -> None:
    assert code not in _codes(_decision())
    assert code in _codes(FAULTY[code]())


def test_the_faults_that_hang_on_the_document_or_the_signer_are_found() -> None:
    assert _codes(_decision(), replace(EXPECTED, signer_title="Phó Chủ tịch")) == ["deputy"]
    assert _codes(_decision(), replace(EXPECTED, type_code="CV", type_name="")) == ["letter-summary"]
    whole_page = (0.0, 0.0, 595.0, 842.0)
    assert _codes(_decision(), replace(EXPECTED, signature=whole_page)) == ["signature-place"]
    assert set(FAULTS) == {*FAULTY, "deputy", "letter-summary", "signature-place", "unreadable"}


def test_a_deputy_signs_in_the_heads_place() -> None:
    assert printed_position("Phó Chủ tịch") == "KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH"
    assert printed_position("Thứ trưởng") == "KT. BỘ TRƯỞNG\nTHỨ TRƯỞNG"
    assert printed_position("Chủ tịch") == "Chủ tịch"
    text = replace(_text("QD")[0], position=printed_position("Phó Chủ tịch"))
    sheet = read(render_pdf(text, at=AT).pdf)
    assert _codes(sheet, replace(EXPECTED, signer_title="Phó Chủ tịch")) == []


@pytest.mark.parametrize(
    "blank", ["Số: /QĐ-UBND", "Số:      /QĐ-UBND", "Số: …/QĐ-UBND", "Số: ......./QĐ-UBND"]
)
def test_a_number_left_open_is_no_fault(blank: str) -> None:
    assert _codes(_reworded("Số: 05/QĐ-UBND", blank)) == []


@pytest.mark.parametrize(
    "blank", ["ngày tháng năm 2026", "ngày … tháng … năm 2026", "ngày ..... tháng 3 năm 2026"]
)
def test_a_date_left_open_is_no_fault(blank: str) -> None:
    assert _codes(_reworded("ngày 05 tháng 3 năm 2026", blank)) == []


def test_every_fault_says_its_rule_and_what_to_do_in_both_languages() -> None:
    from django.utils.translation import override

    facts = dict.fromkeys(("page", "width", "height", "found", "wanted", "place", "title"), "x")
    for code, fault in FAULTS.items():
        assert fault.rule
        said = dict.fromkeys(("vi", "en"), "")
        for language in said:
            with override(language):
                said[language] = Finding(code, facts).sentence
        assert said["vi"] != said["en"], code


def _bomb() -> bytes:
    """A page whose content is 20 MB of nested text commands packed into a few kilobytes, thrice."""
    writer = pypdf.PdfWriter()
    page = writer.add_blank_page(595, 842)
    stream = StreamObject()
    stream._data = zlib.compress(b"q " * 300_000_000)
    stream[NameObject("/Filter")] = NameObject("/FlateDecode")
    stream[NameObject("/Length")] = NumberObject(len(stream._data))
    page[NameObject("/Contents")] = writer._add_object(stream)
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


@pytest.mark.slow
def test_a_bomb_takes_down_its_own_process_only() -> None:
    assert len(_bomb()) < 1_000_000
    assert read_sheet(_bomb()) is None


@pytest.mark.parametrize("content", [b"", b"words", b"%PDF-1.7\n%%EOF", b"%PDF-1.7\n" + b"<<" * 100_000])
def test_what_is_no_pdf_is_not_read(content: bytes) -> None:
    assert read_sheet(content) is None


def test_a_sheet_is_kept_and_read_back_as_it_was() -> None:
    sheet = read_sheet(render_pdf(_text("QD")[0], at=AT).pdf)
    assert sheet == _decision()
    assert Sheet.from_json(sheet.as_json()) == sheet


@pytest.mark.django_db
def test_an_uploaded_draft_is_read_once_and_checked_against_who_looks() -> None:
    agency = make_agency()
    chief = make_viewer(agency, Role.LEADER)
    deputy = make_viewer(agency, Role.LEADER, title="Phó Chủ tịch", name="Nguyễn Thị Loan")
    clerk = make_viewer(agency, Role.CLERK, title="Văn thư")
    pdf = render_pdf(_text("QD")[0], at=AT).pdf
    draft = adopt_pdf(viewer=chief, pdf=[pdf], type_code="QD", subject="Quy chế", at=AT)
    found = {
        viewer.post_title: [finding.code for finding in check_form(document=draft, viewer=viewer, at=AT)]
        for viewer in (chief, deputy, clerk)
    }
    assert found["Phó Chủ tịch"][:1] == ["deputy"]
    assert "signer" in found["Phó Chủ tịch"]
    assert "deputy" not in found["Chủ tịch"] + found["Văn thư"]
    assert FormReading.objects.count() == 1

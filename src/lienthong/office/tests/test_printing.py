"""Registers as the law has them: their rows, their files, and who may have them."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta
from typing import BinaryIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import etree
from pypdf import PdfReader

from lienthong.documents.public import MOST_ROWS, Printed, TooManyRows, write_pdf, write_xlsx
from lienthong.identity.public import NotAllowed, NotFound, Role
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.ledger.public import Subject, timeline
from lienthong.office.actions.printing_registers import PeriodReversed, print_register
from lienthong.office.adapters.fake import FakeAxis
from lienthong.office.printing import INCOMING, OUTGOING, incoming_rows, outgoing_rows
from lienthong.office.states import State
from lienthong.office.tests.factories import (
    NOON,
    assigned_document,
    book,
    draft,
    general_book,
    incoming_document,
)
from lienthong.office.tests.pages import client_as
from lienthong.office.tests.test_outgoing import _send, _sender

pytestmark = pytest.mark.django_db
YEAR = {"since": date(2026, 1, 1), "until": date(2026, 12, 31)}
PRINTED = Printed("Sổ đăng ký văn bản đến", "Sở Nội vụ", YEAR["since"], YEAR["until"], INCOMING, NOON)
EVIL = ("=1+1", "+1", "@x", "-1", "http://a.example", "{=1}", "Thường", "", "", "")


def _cells(file: BinaryIO) -> tuple[list[str], bytes]:
    with zipfile.ZipFile(file) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
        texts = [
            text
            for name in archive.namelist()
            if name.startswith("xl/worksheets/sheet") or name == "xl/sharedStrings.xml"
            for text in etree.fromstring(archive.read(name)).itertext()
        ]
    return texts, sheet


def _text(file: BinaryIO) -> str:
    return " ".join("".join(page.extract_text() for page in PdfReader(file).pages).split())


def test_the_columns_are_those_of_annex_iv() -> None:
    assert list(INCOMING)[:4] == ["Ngày đến", "Số đến", "Tác giả", "Số, ký hiệu"]
    assert (len(INCOMING), len(OUTGOING)) == (10, 8)


def test_incoming_rows_come_in_the_order_of_their_numbers_within_period_and_register() -> None:
    ours = agency()
    leader, lead = viewer_in(ours, Role.LEADER), viewer_in(ours, Role.SPECIALIST)
    first = assigned_document(ours, lead, promulgated_on=date(2026, 2, 27))
    second = incoming_document(ours, state=State.REGISTERED, type_name="")
    incoming_document(ours, at=NOON + timedelta(days=400), state=State.REGISTERED)
    incoming_document(ours)
    book(ours, "other")
    rows = list(incoming_rows(leader, book_id=general_book(ours).id, **YEAR))
    assert [row[1] for row in rows] == [1, 2]
    assert rows[0] == (
        "02/03/2026",
        1,
        "Văn phòng Chính phủ",
        first.code,
        "27/02/2026",
        f"Công văn – {first.subject}",
        lead.name,
        "02/03/2026",
        "",
        "",
    )
    assert rows[1][5] == second.subject


def test_outgoing_rows_tell_signer_recipients_and_copies() -> None:
    sender = _sender()
    others = [agency() for _ in range(4)]
    sent = _send(sender, draft(sender, *others), FakeAxis())
    (row,) = outgoing_rows(viewer_in(sender, Role.CLERK), since=date(2026, 1, 1), until=date(2027, 12, 31))
    assert row[0] == sent.code
    assert row[3] == sent.document.signer.full_name  # type: ignore[union-attr]
    assert row[4] == "; ".join(place.name for place in others[:3]) + "; và 1 nơi khác"
    assert row[6] == 4


def test_a_specialist_has_no_rows_but_his_or_her_own() -> None:
    ours = agency()
    specialist = viewer_in(ours, Role.SPECIALIST)
    mine = assigned_document(ours, specialist)
    incoming_document(ours, state=State.REGISTERED)
    rows = incoming_rows(specialist, book_id=general_book(ours).id, **YEAR)
    assert [row[3] for row in rows] == [mine.code]


def test_a_spreadsheet_holds_texts_and_numbers_and_never_a_formula_or_link() -> None:
    file, count = write_xlsx(PRINTED, [(7, *EVIL[1:]), EVIL])
    texts, sheet = _cells(file)
    assert count == 2
    assert {*EVIL, *INCOMING, "Từ ngày 01/01/2026 đến ngày 31/12/2026"} - {""} <= set(texts)
    assert b"<f>" not in sheet
    assert b"<hyperlink" not in sheet


def test_a_pdf_holds_every_row_as_plain_text_on_numbered_pages() -> None:
    rows = [
        ("01/01/2026", number, "#import", "$x$", "", f"Dòng {number}", "*a*", "", "", "")
        for number in range(1, 612)
    ]
    file, count = write_pdf(PRINTED, rows)
    said = _text(file)
    assert count == 611
    assert all(word in said for word in ("SỔ ĐĂNG KÝ VĂN BẢN ĐẾN", "Dòng 1 ", "Dòng 611", "#import", "*a*"))
    pages = PdfReader(file).pages
    assert pages[-1].extract_text().split()[-1] == str(len(pages))


def test_an_empty_register_is_a_page_too() -> None:
    file, count = write_pdf(PRINTED, [])
    assert (count, len(PdfReader(file).pages)) == (0, 1)
    assert write_xlsx(PRINTED, [])[1] == 0


def test_more_rows_than_can_be_bound_are_refused() -> None:
    rows = ([""] * 10 for _ in range(MOST_ROWS["xlsx"] + 1))
    with pytest.raises(TooManyRows):
        write_xlsx(PRINTED, rows)


def test_printing_is_recorded_with_how_much_was_taken() -> None:
    ours = agency()
    auditor, general = viewer_in(ours, Role.AUDITOR), general_book(ours)
    incoming_document(ours, state=State.REGISTERED)
    print_register(book_id=general.id, form="xlsx", viewer=auditor, at=NOON, **YEAR)
    (event,) = timeline(Subject("office.register", str(general.id)))
    assert (event.verb, event.actor.name) == ("register.print", auditor.name)
    assert (event.data["rows"], event.data["form"]) == (1, "xlsx")


def test_who_may_not_and_what_makes_no_sense() -> None:
    ours = agency()
    clerk = viewer_in(ours, Role.CLERK)
    with pytest.raises(NotAllowed):
        print_register(book_id=None, form="pdf", viewer=viewer_in(ours, Role.SPECIALIST), at=NOON, **YEAR)
    with pytest.raises(NotFound):
        print_register(book_id=general_book(agency()).id, form="pdf", viewer=clerk, at=NOON, **YEAR)
    with pytest.raises(PeriodReversed):
        print_register(
            book_id=None, form="pdf", viewer=clerk, at=NOON, since=YEAR["until"], until=YEAR["since"]
        )


def test_rows_take_as_many_queries_for_a_hundred_as_for_one() -> None:
    ours = agency()
    leader, lead = viewer_in(ours, Role.LEADER), viewer_in(ours, Role.SPECIALIST)
    counts = []
    for rows in (1, 99):
        for _ in range(rows):
            assigned_document(ours, lead)
        with CaptureQueriesContext(connection) as captured:
            assert list(incoming_rows(leader, book_id=general_book(ours).id, **YEAR))
        counts.append(len(captured))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(("form", "begins"), [("pdf", b"%PDF-"), ("xlsx", b"PK")])
def test_the_page_gives_the_file(form: str, begins: bytes) -> None:
    ours = agency()
    incoming_document(ours, state=State.REGISTERED)
    asked = {"book": general_book(ours).id, "since": "2026-01-01", "until": "31/12/2026", "form": form}
    client = client_as(Role.CLERK, ours)
    answer = client.get("/office/registers/print/", asked)
    assert b"".join(answer.streaming_content).startswith(begins)  # type: ignore[attr-defined]
    assert f".{form}" in answer.headers["Content-Disposition"]
    back = client.get("/office/registers/print/", asked | {"until": "2025-12-31"})
    assert back.status_code == 422
    assert io.BytesIO(back.content).read().count(b"lies before the first") == 1

"""Reading scans in the background: found, absent, failed, secret."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest

from lienthong.identity.tests.factories import agency
from lienthong.kernel.blobs import store_blob
from lienthong.office.actions.reading import ATTEMPTS, LEASE, order_reading, read_absent_again, read_texts
from lienthong.office.adapters.ocr import FakeOcr
from lienthong.office.models import IncomingFile
from lienthong.office.states import Reading
from lienthong.office.tests.factories import NOON, incoming_document
from lienthong.office.tests.scans import blank, scanned, written
from lienthong.office.text_models import ReadText

pytestmark = pytest.mark.django_db
WORDS = "Kính gửi Văn phòng Chính phủ, về việc triển khai liên thông văn bản điện tử."


def _ordered(content: bytes | None) -> ReadText:
    document = incoming_document(agency())
    if content is not None:
        blob = store_blob(io.BytesIO(content), at=NOON, max_bytes=10**8)
        IncomingFile.objects.create(document=document, position=1, name="a.pdf", blob=blob)
    order_reading([document], at=NOON)
    return ReadText.objects.get(document=document)


def _after(row: ReadText, **options: Any) -> ReadText:
    read_texts(**{"at": NOON, **options})
    row.refresh_from_db()
    return row


def test_a_scan_is_read_by_ocr_and_a_pdf_with_text_is_not() -> None:
    ocr = FakeOcr(WORDS)
    row = _after(_ordered(scanned()), port=ocr)
    assert (row.state, row.text, row.by_ocr) == (Reading.DONE, WORDS, True)
    own = _after(_ordered(written(WORDS)), port=ocr)
    assert (own.state, own.by_ocr) == (Reading.DONE, False)
    assert "liên thông" in own.text
    assert len(ocr.read_files) == 1


def test_without_ocr_the_row_says_so_and_is_read_once_it_is_there() -> None:
    absent = FakeOcr(absent=True)
    row = _after(_ordered(blank()), port=absent)
    assert (row.state, row.text) == (Reading.ABSENT, "")
    assert read_absent_again(at=NOON, port=absent) == 0
    assert read_absent_again(at=NOON, port=FakeOcr()) == 1
    assert _after(row, port=FakeOcr(WORDS)).state == Reading.DONE


def test_what_fails_is_tried_three_times_and_then_left() -> None:
    row, at = _ordered(blank()), NOON
    for attempt in range(ATTEMPTS):
        assert row.state == Reading.WAITING, attempt
        row = _after(row, at=at, port=FakeOcr(failing="killed"))
        at += LEASE
    assert (row.state, row.error) == (Reading.FAILED, "killed")
    assert read_texts(at=at + LEASE, port=FakeOcr(WORDS)) == 0


def test_a_row_under_way_is_not_taken_by_another_worker() -> None:
    row = _ordered(blank())
    _after(row, port=FakeOcr(failing="first"))
    assert read_texts(at=NOON + LEASE - timedelta(seconds=1), port=FakeOcr(WORDS)) == 0
    assert read_texts(at=NOON + LEASE, port=FakeOcr(WORDS)) == 1


def test_a_secrecy_mark_found_on_the_scan_keeps_no_text() -> None:
    row = _after(_ordered(blank()), port=FakeOcr("TỐI MẬT\nKế hoạch"))
    assert (row.state, row.text) == (Reading.MARKED, "")


def test_of_a_scan_without_words_and_of_a_document_without_a_file_nothing_is_kept() -> None:
    assert _after(_ordered(blank()), port=FakeOcr("")).state == Reading.NOTHING
    assert _after(_ordered(None), port=FakeOcr(WORDS)).state == Reading.NOTHING


def test_a_text_longer_than_the_word_index_takes_is_kept_and_its_beginning_searched() -> None:
    row = _after(_ordered(blank()), port=FakeOcr("chữ " * 300_000))
    assert (row.state, len(row.text)) == (Reading.DONE, 1_000_000)

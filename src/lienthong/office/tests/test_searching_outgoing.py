"""Finding outgoing documents: by what the issued PDF and its annexes say, by signer, the very marks first."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lienthong.directory.public import Agency
from lienthong.identity.public import Role, Viewer, acting_viewer
from lienthong.identity.tests.factories import agency, official_in, viewer_in
from lienthong.office import outgoing_queries
from lienthong.office.actions import annexing
from lienthong.office.actions import outgoing as actions
from lienthong.office.actions.reading import read_texts
from lienthong.office.adapters.fake import FakeAxis
from lienthong.office.adapters.ocr import FakeOcr
from lienthong.office.contracts import OutgoingFilter
from lienthong.office.models import OutgoingDocument
from lienthong.office.states import Reading
from lienthong.office.tests.factories import NOON, draft
from lienthong.office.tests.scans import written
from lienthong.office.text_models import IssuedText
from lienthong.signing.public import ensure_agency_certificates, ensure_official_certificates

pytestmark = pytest.mark.django_db


def _found(viewer: Viewer, text: str = "", **wanted: Any) -> list[OutgoingDocument]:
    return outgoing_queries.list_outgoing(viewer, OutgoingFilter(text=text, **wanted)).rows


def _says(document: OutgoingDocument, text: str) -> OutgoingDocument:
    IssuedText.objects.create(
        document=document,
        agency_id=document.agency_id,
        state=Reading.DONE,
        text=text,
        next_attempt_at=NOON,
    )
    return document


def _leader(place: Agency, name: str = "") -> Viewer:
    ensure_agency_certificates([place.id], at=NOON)
    leader = acting_viewer(official_in(place, Role.LEADER, **{"name": name} if name else {}), at=NOON)
    ensure_official_certificates([leader.official_id or 0], at=NOON)
    return leader


def _issue(document: OutgoingDocument, leader: Viewer) -> OutgoingDocument:
    return actions.sign_and_send(outgoing_id=document.id, viewer=leader, at=NOON, port=FakeAxis())


@pytest.fixture
def ours() -> Agency:
    return agency()


@pytest.fixture
def clerk(ours: Agency) -> Viewer:
    return viewer_in(ours, Role.CLERK)


def test_an_issued_document_and_its_annex_are_read_and_found_without_marks(
    ours: Agency, clerk: Viewer
) -> None:
    document = draft(ours, paper=("Ông A",), body="Giao Sở Tài nguyên rà soát quy hoạch bãi thải Phấn Mễ.")
    drafter = viewer_in(ours, Role.CLERK, at=NOON)
    annex = written("Danh muc cac ho dan thuoc dien di doi khan cap trong nam nay")
    annexing.add_annex(outgoing_id=document.id, name="Phụ lục I", file=[annex], viewer=drafter, at=NOON)
    assert _found(clerk, "bai thai phan me") == []
    _issue(document, _leader(ours))
    assert read_texts(at=NOON, port=FakeOcr()) == 1
    assert _found(clerk, "bai thai phan me") == [document]
    assert _found(clerk, "ho dan thuoc dien di doi") == [document]
    assert not IssuedText.objects.get().by_ocr


def test_a_draft_has_no_text_to_be_found(ours: Agency) -> None:
    draft(ours, agency())
    assert not IssuedText.objects.exists()


def test_the_very_marks_rank_first_and_the_content_last(ours: Agency, clerk: Viewer) -> None:
    marked = draft(ours, agency(), subject="Kế hoạch thủ đô")
    other = draft(ours, agency(), subject="Thu do hạn hán")
    content = _says(draft(ours, agency(), subject="Báo cáo"), "Nội dung nói về thủ đô Hà Nội")
    assert _found(clerk, "thủ đô") == [marked, other, content]


def test_the_content_of_others_is_not_found(ours: Agency, clerk: Viewer) -> None:
    _says(draft(agency(), agency()), "bãi thải Phấn Mễ")
    mine = _says(draft(ours, agency()), "bãi thải Phấn Mễ")
    assert _found(clerk, "bãi thải") == [mine]
    assert _found(viewer_in(ours, Role.SPECIALIST), "bãi thải") == []


def test_the_signer_narrows_with_and_without_marks(ours: Agency, clerk: Viewer) -> None:
    first, second = _leader(ours, "Trịnh Việt Hùng"), _leader(ours, "Đặng Xuân Trường")
    signed = _issue(draft(ours, paper=("Ông A",)), first)
    _issue(draft(ours, paper=("Ông A",)), second)
    draft(ours, paper=("Ông A",))
    assert _found(clerk, signer="trinh viet hung") == [signed]
    assert _found(clerk, signer="Trịnh Việt") == [signed]
    assert _found(clerk, signed.code, signer="hung") == [signed]
    assert _found(clerk, signer="Người khác") == []


def test_the_number_of_queries_does_not_depend_on_what_is_found(ours: Agency, clerk: Viewer) -> None:
    counts = []
    for _number in range(2):
        for _more in range(4):
            _says(draft(ours, agency(), subject="Báo cáo thu"), "thu ngân sách")
        with CaptureQueriesContext(connection) as captured:
            _found(clerk, "thu ngan sach", signer="hung")
            _found(clerk, "thu ngan sach")
        counts.append(len(captured))
    assert counts[0] == counts[1]

"""Finding documents: numbers in any spelling, words with and without marks, the content, the exact first."""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lienthong.directory.public import Agency
from lienthong.identity.public import NotFound, Role, Viewer
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.office import queries
from lienthong.office.actions.saved_searches import (
    MOST_SEARCHES,
    BadSearchName,
    NothingToSave,
    TooManySearches,
    delete_search,
    save_search,
    searches_of,
)
from lienthong.office.contracts import IncomingFilter
from lienthong.office.models import IncomingDocument
from lienthong.office.searching import RARE
from lienthong.office.states import Reading, State
from lienthong.office.tests.factories import NOON, assigned_document, book, incoming_document
from lienthong.office.text_models import ReadText

pytestmark = pytest.mark.django_db


def _found(viewer: Viewer, text: str = "", cursor: str = "", **wanted: Any) -> list[IncomingDocument]:
    asked = IncomingFilter(tab="all", text=text, **wanted)
    return queries.list_incoming(viewer, asked, at=NOON, cursor=cursor).rows


def _says(document: IncomingDocument, text: str) -> None:
    ReadText.objects.create(
        document=document,
        agency_id=document.agency_id,
        state=Reading.DONE,
        text=text,
        next_attempt_at=NOON,
    )


def _many(place: Agency, rows: int, subject: str) -> list[IncomingDocument]:
    """Documents not yet in the database."""
    return [
        IncomingDocument(
            agency=place,
            delivery_id=f"many-{rows}-{number}",
            arrived_at=NOON,
            code=f"{number}/BC-SNV",
            subject=f"{subject} {number}",
            authentic=True,
        )
        for number in range(rows)
    ]


@pytest.fixture
def ours() -> Agency:
    return agency()


@pytest.fixture
def clerk(ours: Agency) -> Viewer:
    return viewer_in(ours, Role.CLERK)


@pytest.mark.parametrize(
    "spelling",
    ["15/QĐ-UBND", "15/qd-ubnd", "015/QĐ-UBND", "15 / qđ-ubnd", unicodedata.normalize("NFD", "15/QĐ-UBND")],
)
def test_a_number_is_found_in_any_spelling_and_stands_before_longer_ones(
    ours: Agency, clerk: Viewer, spelling: str
) -> None:
    exact = incoming_document(ours, code="15/QĐ-UBND")
    longer = incoming_document(ours, code="115/QĐ-UBND")
    incoming_document(ours, code="16/QĐ-UBND")
    assert _found(clerk, spelling) == [exact, longer]


def test_the_very_marks_rank_before_words_without_them_and_the_content_last(
    ours: Agency, clerk: Viewer
) -> None:
    marked = incoming_document(ours, subject="Kế hoạch thủ đô")
    other = incoming_document(ours, subject="Thu do hạn hán")
    content = incoming_document(ours, subject="Báo cáo")
    _says(content, "Nội dung nói về thủ đô Hà Nội")
    incoming_document(ours, subject="Không liên quan")
    assert _found(clerk, "thủ đô") == [marked, other, content]
    assert _found(clerk, unicodedata.normalize("NFD", "THỦ ĐÔ")) == [marked, other, content]
    assert _found(clerk, "thu do") == [other, marked, content]


def test_content_of_another_agency_is_not_found(ours: Agency, clerk: Viewer) -> None:
    _says(incoming_document(agency()), "liên thông")
    assert _found(clerk, "liên thông đất đai") == []


def test_a_specialist_finds_in_content_only_what_he_or_she_has_a_part_in(ours: Agency) -> None:
    specialist = viewer_in(ours, Role.SPECIALIST)
    mine, other = assigned_document(ours, specialist), incoming_document(ours)
    for document in (mine, other):
        _says(document, "quy hoạch sử dụng đất")
    assert _found(specialist, "quy hoạch đất") == [mine]


@pytest.mark.parametrize("rows", [60, RARE + 60])
def test_rare_and_frequent_words_are_found_newest_first_over_the_pages(
    ours: Agency, clerk: Viewer, rows: int
) -> None:
    documents = IncomingDocument.objects.bulk_create(_many(ours, rows, "Công văn số"))
    first = queries.list_incoming(clerk, IncomingFilter(tab="all", text="công văn"), at=NOON)
    second = queries.list_incoming(
        clerk, IncomingFilter(tab="all", text="công văn"), at=NOON, cursor=first.next
    )
    assert [*first.rows, *second.rows] == documents[::-1][:100]
    assert bool(second.next) == (rows > 100)


def test_signer_period_register_and_state_narrow_together(ours: Agency, clerk: Viewer) -> None:
    special = book(ours, "special", from_urgency=1)
    wanted = incoming_document(ours, signer_name="Trịnh Việt Hùng", state=State.REGISTERED)
    IncomingDocument.objects.filter(id=wanted.id).update(arrived_at=NOON - timedelta(days=3))
    incoming_document(ours, signer_name="Nguyễn Văn A", state=State.REGISTERED)
    day = (NOON - timedelta(days=3)).date()
    assert _found(clerk, signer="trinh viet") == [wanted]
    assert _found(clerk, since=day, until=day) == [wanted]
    assert _found(clerk, since=date(2027, 1, 1)) == []
    assert _found(clerk, register=special.id) == []
    register = wanted.register
    assert register is not None
    assert len(_found(clerk, register=register.book_id)) == 2
    assert _found(clerk, wanted.code, signer="hung", until=day) == [wanted]


@pytest.mark.parametrize("text", ["\0", "   ", "%_\\", "a" * 200, "' & | ! ( ) :*", "12/"])
def test_odd_texts_are_answered(ours: Agency, clerk: Viewer, text: str) -> None:
    incoming_document(ours)
    assert isinstance(_found(clerk, text), list)


def test_searching_takes_as_many_queries_among_a_thousand_rows_as_among_ten(
    ours: Agency, clerk: Viewer
) -> None:
    counts = []
    for rows in (10, 990):
        IncomingDocument.objects.bulk_create(_many(ours, rows, "Báo cáo công tác"))
        with CaptureQueriesContext(connection) as captured:
            _found(clerk, "báo cáo 5/BC-SNV")
            _found(clerk, "5/BC-SNV")
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_an_official_keeps_searches_that_nobody_else_sees(clerk: Viewer, ours: Agency) -> None:
    saved = save_search(place="incoming", name=" Khẩn  tháng này ", query="urgency=1", viewer=clerk)
    again = save_search(place="incoming", name="Khẩn tháng này", query="urgency=2", viewer=clerk)
    assert (saved.id, again.query, saved.name) == (again.id, "urgency=2", "Khẩn tháng này")
    other = viewer_in(ours, Role.CLERK)
    assert searches_of(other, "incoming") == []
    assert searches_of(clerk, "outgoing") == []
    with pytest.raises(NotFound):
        delete_search(search_id=saved.id, viewer=other)
    delete_search(search_id=saved.id, viewer=clerk)
    assert searches_of(clerk, "incoming") == []


def test_what_cannot_be_saved_says_why(clerk: Viewer) -> None:
    with pytest.raises(BadSearchName):
        save_search(place="incoming", name=" ", query="a=1", viewer=clerk)
    with pytest.raises(NothingToSave):
        save_search(place="incoming", name="x", query="", viewer=clerk)
    for number in range(MOST_SEARCHES):
        save_search(place="incoming", name=str(number), query="a=1", viewer=clerk)
    save_search(place="incoming", name="0", query="a=2", viewer=clerk)
    with pytest.raises(TooManySearches):
        save_search(place="incoming", name="one more", query="a=1", viewer=clerk)


def test_the_index_of_words_is_asked_with_the_agency_in_its_own_type_alone() -> None:
    ours = agency()
    with CaptureQueriesContext(connection) as caught:
        _found(viewer_in(ours, Role.CLERK), "chuyển đổi 12")
    few = [query["sql"] for query in caught if f"LIMIT {RARE + 1}" in query["sql"]]
    assert len(few) == 3
    assert all(f'"agency_id" = ({ours.id})::bigint' in sql for sql in few)
    assert not any(f'"agency_id" = {ours.id} ' in sql for sql in few)

"""The pages of work files: from a document into a file, closed, handed in, accepted; the lists and papers."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from lienthong.directory.public import Agency, Division
from lienthong.identity.public import Role, acting_viewer
from lienthong.identity.tests.factories import agency, official_in, viewer_in
from lienthong.kernel.clock import now
from lienthong.office.archive import queries
from lienthong.office.archive.models import WorkFile, WorkFileItem
from lienthong.office.archive.queries import WorkFileFilter
from lienthong.office.archive.states import FileState
from lienthong.office.models import IncomingDocument
from lienthong.office.states import State
from lienthong.office.tests.factories import NOON, incoming_document, led_by
from lienthong.office.tests.pages import client_as, client_of, text_of
from lienthong.office.tests.work_files import file_in, kept_document, put, work_file
from lienthong.signing.public import ensure_agency_certificates
from lienthong.tasks.public import Part

pytestmark = pytest.mark.django_db


def test_a_finished_document_in_no_file_is_reminded_of_and_put_into_a_new_one() -> None:
    ours = agency()
    account = official_in(ours, Role.SPECIALIST)
    document = incoming_document(ours, state=State.FINISHED)
    led_by(document, acting_viewer(account, at=now()))
    client = client_of(account)
    page = reverse("office:incoming_detail", args=[document.id])
    assert "in no work file yet" in text_of(client.get(page))
    address = f"{reverse('office:open_work_file')}?document=incoming:{document.id}"
    assert "is put in at once" in text_of(client.get(address))
    values = {"title": "Hồ sơ A", "retention": "10", "code": "", "document": f"incoming:{document.id}"}
    opened = client.post(reverse("office:open_work_file"), values, follow=True)
    file = WorkFile.objects.get()
    assert f"Opened as {file.code}." in text_of(opened)
    assert document.code in text_of(opened)
    said = text_of(client.get(page))
    assert "in no work file yet" not in said
    assert file.code in said


def test_a_document_is_put_into_an_open_file_from_its_own_page() -> None:
    ours = agency()
    account = official_in(ours, Role.CLERK)
    file, document = work_file(acting_viewer(account, at=now()), at=now()), kept_document(ours)
    client = client_of(account)
    page = client.get(reverse("office:incoming_detail", args=[document.id]))
    assert "Put into a work file" in text_of(page)
    values, address = (
        {"file": str(file.id)},
        reverse("office:put_into_work_file", args=["incoming", document.id]),
    )
    done = client.post(address, values, follow=True)
    assert f"Put into the work file {file.code} as number 1." in text_of(done)
    again = client.post(address, values)
    assert again.status_code == 409
    assert "already stands" in text_of(again)


@pytest.mark.parametrize("document", ["incoming", "incoming:x", f"task:{UUID(int=1)}"])
def test_an_address_that_names_no_document_is_not_found(document: str) -> None:
    client = client_as(Role.CLERK, agency())
    address = reverse("office:open_work_file")
    assert client.get(address, {"document": document}).status_code == 404
    put_in = reverse("office:put_into_work_file", args=["task", UUID(int=1)])
    assert client.post(put_in, {"file": str(UUID(int=1))}).status_code == 404
    assert client.post(put_in.replace("task", "incoming"), {"file": "x"}).status_code == 404


def test_it_is_closed_handed_in_returned_and_accepted_by_the_pages() -> None:
    ours = agency()
    ensure_agency_certificates([ours.id], at=now())
    account = official_in(ours, Role.SPECIALIST)
    keeper, clerk = client_of(account), client_as(Role.CLERK, ours)
    viewer = acting_viewer(account, at=now())
    file, document = work_file(viewer, at=now()), kept_document(ours)
    led_by(document, viewer, part=Part.INFORMED)
    put(file, document, viewer, at=now())

    def post(client: Any, name: str, **values: str) -> str:
        return text_of(client.post(reverse(f"office:{name}", args=[file.id]), values, follow=True))

    assert "Title" in post(keeper, "revise_work_file", title="Hồ sơ B", retention="5")
    assert "Closed. The cover" in post(keeper, "close_work_file")
    assert "Handed in, under the agency" in post(keeper, "hand_in_work_file")
    assert "required" in post(clerk, "return_work_file", reason="")
    assert "Returned to its keeper" in post(clerk, "return_work_file", reason="Thiếu bìa.")
    assert "Thiếu bìa." in text_of(keeper.get(reverse("office:work_file", args=[file.id])))
    post(keeper, "hand_in_work_file")
    assert "Accepted into the archive." in post(clerk, "accept_work_file")
    package = clerk.get(reverse("office:work_file_package", args=[file.id]))
    assert b"".join(package.streaming_content).startswith(b"PK")  # type: ignore[attr-defined]
    file.refresh_from_db()
    assert (file.title, file.retention, file.state) == ("Hồ sơ B", "5", FileState.ACCEPTED)


def test_table_and_cover_say_what_the_file_holds_even_with_letters_that_cannot_be_printed() -> None:
    ours = agency(name="Sở Giấy tờ")
    clerk = official_in(ours, Role.CLERK)
    viewer = acting_viewer(clerk, at=now())
    file = work_file(viewer, title="Hồ sơ giấy tờ", retention="permanent", at=now())
    put(file, kept_document(ours, code="77/ABC", subject="Báo cáo 😀 *đậm*", sender_name="Bộ Thử"), viewer)
    said = {}
    for paper in ("contents", "cover"):
        answer = client_of(clerk).get(reverse("office:work_file_paper", args=[file.id, paper]))
        assert answer["Content-Type"] == "application/pdf"
        said[paper] = " ".join(
            " ".join(page.extract_text().split()) for page in PdfReader(BytesIO(answer.content)).pages
        )
    for words in ("MỤC LỤC VĂN BẢN", "77/ABC", "Báo cáo ? *đậm*", "Bộ Thử", "có 1 văn bản"):
        assert words in said["contents"]
    for words in ("HỒ SƠ", "Hồ sơ giấy tờ", "VĨNH VIỄN", file.code, "SỞ GIẤY TỜ"):
        assert words in said["cover"]
    assert client_of(clerk).get(reverse("office:work_file_paper", args=[file.id, "x"])).status_code == 404


def _files(ours: Agency, keeper: Any, number: int) -> None:
    WorkFile.objects.bulk_create(
        WorkFile(
            agency=ours,
            year=2026,
            code=f"{index}.X",
            title=f"Hồ sơ {index}",
            keeper_id=keeper.official_id,
            retention="10",
            opened_on=date(2026, 1, 1),
        )
        for index in range(number)
    )


def test_list_export_and_file_ask_no_more_for_a_thousand_rows_than_for_ten() -> None:
    counts = []
    for number in (10, 1000):
        ours = agency()
        account = official_in(ours, Role.CLERK)
        viewer = acting_viewer(account, at=now())
        _files(ours, viewer, number)
        file = work_file(viewer, at=now())
        documents = IncomingDocument.objects.bulk_create(
            IncomingDocument(
                agency=ours,
                delivery_id=f"{ours.code}-{index}",
                packet_id="p",
                arrived_at=NOON,
                authentic=True,
            )
            for index in range(number)
        )
        WorkFileItem.objects.bulk_create(
            WorkFileItem(
                file=file, position=index, incoming=document, added_by_id=viewer.official_id, added_at=NOON
            )
            for index, document in enumerate(documents, 1)
        )
        client = client_of(account)
        asked = []
        for address in (
            reverse("office:work_files"),
            reverse("office:work_files_export"),
            reverse("office:work_file", args=[file.id]),
            reverse("office:work_file_paper", args=[file.id, "contents"]),
        ):
            client.get(address)
            with CaptureQueriesContext(connection) as captured:
                text = client.get(address)
                assert text.status_code == 200
                if text.streaming:
                    assert text_of(text).count("\n") == number + 2
            asked.append(len(captured))
        counts.append(asked)
    assert counts[0] == counts[1]


def test_lists_narrow_by_scope_state_year_words_and_what_is_overdue() -> None:
    ours = agency()
    division = Division.objects.create(agency=ours, name="Phòng Kinh tế", short_name="KT")
    mine = acting_viewer(official_in(ours, Role.CLERK, division=division), at=NOON)
    mate = acting_viewer(official_in(ours, Role.SPECIALIST, division=division), at=NOON)
    own = work_file(mine, title="Quy hoạch sử dụng đất")
    mates = work_file(mate, title="Đấu giá đất")
    file, _clerk = file_in(ours, FileState.CLOSED, title="Tuyển dụng", at=NOON)

    def found(**wanted: Any) -> set[str]:
        at = wanted.pop("at", NOON)
        rows = queries.list_files(mine, WorkFileFilter(**{"scope": queries.ALL, **wanted}), at=at).rows
        return {row.code for row in rows}

    everything = {own.code, mates.code, file.code}
    assert found() == everything
    assert found(scope=queries.MINE) == {own.code}
    assert found(scope=queries.DIVISION) == {own.code, mates.code}
    assert found(state=FileState.CLOSED) == {file.code}
    assert found(year=2025) == set()
    assert found(text="dau gia") == found(text="ĐẤU  giá") == {mates.code}
    assert found(text=own.code) == {own.code}
    assert found(text="100%") == set()
    assert found(due=True) == set()
    assert found(due=True, at=NOON + timedelta(days=365)) == set()
    assert found(due=True, at=NOON + timedelta(days=366)) == {file.code}


def test_pages_follow_each_other_by_a_cursor() -> None:
    ours = agency()
    clerk = viewer_in(ours, Role.CLERK, at=NOON)
    _files(ours, clerk, 120)
    seen, cursor = [], ""
    while True:
        page = queries.list_files(clerk, WorkFileFilter(), at=NOON, cursor=cursor)
        seen += [row.code for row in page.rows]
        if not (cursor := page.next):
            break
    assert len(seen) == len(set(seen)) == 120


def test_the_export_has_one_line_a_file_and_no_formula() -> None:
    ours = agency()
    account = official_in(ours, Role.CLERK)
    work_file(acting_viewer(account, at=now()), title="=HYPERLINK(1)", at=now())
    lines = text_of(client_of(account).get(reverse("office:work_files_export"))).splitlines()
    assert len(lines) == 2
    assert "'=HYPERLINK(1)" in lines[1]


def test_a_document_that_is_not_there_for_the_keeper_leaves_no_empty_file_behind() -> None:
    theirs = kept_document(agency())
    values = {"title": "A", "retention": "10", "code": "", "document": f"incoming:{theirs.id}"}
    answer = client_as(Role.CLERK, agency()).post(reverse("office:open_work_file"), values)
    assert answer.status_code == 404
    assert not WorkFile.objects.exists()

"""The pages of the list of files: begun, filled, approved, opened from, exported and taken in."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from lienthong.directory.public import Agency
from lienthong.identity.public import Role, acting_viewer
from lienthong.identity.tests.factories import agency, official_in, viewer_in
from lienthong.kernel.clock import VIETNAM, now
from lienthong.office.archive.list_models import FileList, PlannedFile
from lienthong.office.archive.models import WorkFile
from lienthong.office.archive.planning import Entry, approve_list, draft_list, replace_entries
from lienthong.office.tests.pages import client_as, client_of, text_of

pytestmark = pytest.mark.django_db
YEAR = now().astimezone(VIETNAM).year


def listed(ours: Agency, count: int, *, approved: bool = True) -> FileList:
    clerk = viewer_in(ours, Role.CLERK)
    found = draft_list(year=YEAR, copied=False, viewer=clerk, at=now())
    rows = [
        Entry(code=f"{number:04d}", title=f"Hồ sơ {number}", retention="10", heading=f"Mục {number // 10}")
        for number in range(1, count + 1)
    ]
    replace_entries(year=YEAR, entries=rows, viewer=clerk, at=now())
    if approved:
        approve_list(year=YEAR, viewer=viewer_in(ours, Role.LEADER), at=now())
    return found


def test_a_list_is_begun_filled_approved_and_opened_from_by_hand() -> None:
    ours = agency()
    clerk, head = client_as(Role.CLERK, ours), client_as(Role.LEADER, ours)
    page = reverse("office:file_list", args=[YEAR])
    assert "Begin an empty list" in text_of(clerk.get(page))
    assert "Begin an empty list" not in text_of(head.get(page))
    clerk.post(reverse("office:draft_file_list", args=[YEAR]))
    values = {
        "heading": "I. Tổng hợp",
        "code": "01.TH",
        "title": "Hồ sơ họp",
        "retention": "10",
        "responsible": "",
    }
    add = reverse("office:add_planned_file", args=[YEAR])
    assert "01.TH was added" in text_of(clerk.post(add, values, follow=True))
    again = clerk.post(add, values)
    assert again.status_code == 422
    assert "stands in the list already" in text_of(again)
    row = PlannedFile.objects.get()
    change = reverse("office:change_planned_file", args=[row.pk])
    clerk.post(change, {**values, "title": "Hồ sơ họp giao ban"})
    assert "Hồ sơ họp giao ban" in text_of(head.get(page))
    assert "Approve the list" not in text_of(clerk.get(page))
    approved = head.post(reverse("office:approve_file_list", args=[YEAR]), follow=True)
    assert "Approved. Work files" in text_of(approved)
    assert clerk.get(change).status_code == 409
    account = official_in(ours, Role.SPECIALIST)
    client = client_of(account)
    address = f"{reverse('office:open_work_file')}?planned={row.pk}"
    assert address in text_of(client.get(page))
    form = text_of(client.get(address))
    assert "Hồ sơ họp giao ban</textarea>" in form
    assert 'name="code"' not in form
    done = client.post(
        reverse("office:open_work_file"),
        {"planned": row.pk, "title": "Hồ sơ họp", "retention": "10"},
        follow=True,
    )
    assert "Opened as 01.TH." in text_of(done)
    assert address not in text_of(client.get(page))
    beside = client.post(reverse("office:open_work_file"), {"title": "Khác", "retention": "5", "code": ""})
    assert beside.status_code == 422
    assert "Open the file from its row there" in text_of(beside)


def test_what_has_no_work_file_is_shown_alone() -> None:
    ours = agency()
    found = listed(ours, 3)
    WorkFile.objects.create(
        agency=ours,
        year=YEAR,
        code="0002",
        title="Hồ sơ 2",
        retention="10",
        opened_on=now().date(),
        keeper_id=acting_viewer(official_in(ours, Role.CLERK), at=now()).official_id,
        planned=found.entries.get(code="0002"),
    )
    page = text_of(
        client_as(Role.AUDITOR, ours).get(reverse("office:file_list", args=[YEAR]) + "?unopened=1")
    )
    assert "Hồ sơ 1" in page
    assert "Hồ sơ 2" not in page


def test_a_spreadsheet_goes_out_and_comes_in_and_wrong_ones_are_told() -> None:
    ours = agency()
    found = listed(ours, 12, approved=False)
    clerk = client_as(Role.CLERK, ours)
    export = reverse("office:file_list_export", args=[YEAR])
    content = b"".join(clerk.get(export).streaming_content)  # type: ignore[attr-defined]
    found.entries.all().delete()
    take_in = reverse("office:import_file_list", args=[YEAR])
    done = clerk.post(take_in, {"file": SimpleUploadedFile("a.xlsx", content)}, follow=True)
    assert "12 rows were taken in." in text_of(done)
    wrong = clerk.post(take_in, {"file": SimpleUploadedFile("a.xlsx", b"PK")})
    assert wrong.status_code == 422
    assert "cannot be read as a spreadsheet" in text_of(wrong)
    assert found.entries.count() == 12
    pdf = clerk.get(f"{export}?as=pdf")
    assert b"".join(pdf.streaming_content).startswith(b"%PDF-")  # type: ignore[attr-defined]


@pytest.mark.parametrize("count", [10, 1000])
def test_the_page_takes_as_many_queries_for_many_rows_as_for_few(
    count: int, django_assert_max_num_queries
) -> None:  # type: ignore[no-untyped-def]
    ours = agency()
    listed(ours, count)
    client = client_as(Role.CLERK, ours)
    page = reverse("office:file_list", args=[YEAR])
    client.get(page)
    # session, account, posts, bell; lists, rows, files twice, figures, history, who may be named, headings
    with django_assert_max_num_queries(14):
        client.get(page)


@pytest.mark.parametrize("asked", ["x", "-1", "1e3", "9" * 20])
def test_an_address_that_names_no_row_is_not_found(asked: str) -> None:
    client = client_as(Role.CLERK, agency())
    assert client.get(reverse("office:open_work_file"), {"planned": asked}).status_code == 404
    assert client.get(reverse("office:file_list", args=[99999999])).status_code == 200

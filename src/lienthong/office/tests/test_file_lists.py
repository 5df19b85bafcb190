"""The yearly list of files: drafted, approved, frozen, added to with a reason, and what is opened from it."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import openpyxl
import pytest
from django.db import IntegrityError, transaction

from lienthong.directory.public import Agency, Division, PostHolding
from lienthong.identity.public import NotAllowed, NotFound, Role, Viewer, acting_viewer
from lienthong.identity.tests.factories import agency, official_in, official_of, viewer_in
from lienthong.ledger.public import Subject, timeline
from lienthong.office import list_sheets
from lienthong.office.archive import planned_queries
from lienthong.office.archive.filing import (
    NotInTheList,
    NotYoursToOpen,
    OpenedAlready,
    TextDoesNotFit,
    TitleMissing,
    UnknownRetention,
)
from lienthong.office.archive.list_models import FileList, PlannedFile
from lienthong.office.archive.planning import (
    CodeMissing,
    CodePlanned,
    Entry,
    ListEmpty,
    ListExists,
    ListFrozen,
    NobodyThere,
    NothingToCopy,
    WhyAdded,
    YearNotNow,
    add_entry,
    approve_list,
    change_entry,
    draft_list,
    remove_entry,
    replace_entries,
)
from lienthong.office.tests.factories import NOON
from lienthong.office.tests.work_files import work_file

pytestmark = pytest.mark.django_db
YEAR = NOON.year


def entry(code: str = "01.TH", **fields: Any) -> Entry:
    return Entry(
        **{"code": code, "title": f"Hồ sơ {code}", "retention": "10", "heading": "I. Tổng hợp", **fields}
    )


def listed(ours: Agency, *entries: Entry, approved: bool = True) -> tuple[FileList, Viewer, Viewer]:
    """A list with the rows, its clerk and the head who approved it."""
    clerk, head = viewer_in(ours, Role.CLERK, at=NOON), viewer_in(ours, Role.LEADER, at=NOON)
    draft_list(year=YEAR, copied=False, viewer=clerk, at=NOON)
    for one in entries or (entry(),):
        add_entry(year=YEAR, entry=one, viewer=clerk, at=NOON)
    if approved:
        approve_list(year=YEAR, viewer=head, at=NOON)
    return FileList.objects.get(agency=ours, year=YEAR), clerk, head


def codes(found: FileList) -> list[str]:
    rows = list(found.entries.order_by("position"))
    assert [row.position for row in rows] == list(range(1, len(rows) + 1))
    return [row.code for row in rows]


def test_rows_stand_with_their_heading_and_their_places_have_no_gap() -> None:
    rows = [entry("01"), entry("02", heading="II"), entry("03"), entry("04", heading="")]
    found, clerk, _head = listed(agency(), *rows, approved=False)
    assert codes(found) == ["01", "03", "02", "04"]
    moved = found.entries.get(code="01")
    change_entry(entry_id=moved.pk, entry=entry("01b", heading="II"), viewer=clerk, at=NOON)
    assert codes(found) == ["03", "02", "01b", "04"]
    change_entry(entry_id=moved.pk, entry=entry("01c", heading="III"), viewer=clerk, at=NOON)
    assert codes(found) == ["03", "02", "04", "01c"]
    change_entry(entry_id=moved.pk, entry=entry("01d"), viewer=clerk, at=NOON)
    assert codes(found) == ["03", "01d", "02", "04"]
    remove_entry(entry_id=moved.pk, viewer=clerk, at=NOON)
    assert codes(found) == ["03", "02", "04"]


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"code": " "}, CodeMissing),
        ({"code": "x" * 51}, TextDoesNotFit),
        ({"title": ""}, TitleMissing),
        ({"heading": "x" * 251}, TextDoesNotFit),
        ({"retention": "0"}, UnknownRetention),
        ({"official_id": -1}, NobodyThere),
        ({"division_id": -1}, NobodyThere),
    ],
)
def test_a_row_that_says_too_little_or_too_much_is_refused(
    fields: dict[str, Any], refusal: type[Exception]
) -> None:
    found, clerk, _head = listed(agency(), approved=False)
    with pytest.raises(refusal):
        add_entry(year=YEAR, entry=entry(**{"code": "02", **fields}), viewer=clerk, at=NOON)
    assert codes(found) == ["01.TH"]


def test_a_code_stands_in_a_list_once() -> None:
    found, clerk, _head = listed(agency(), entry("01"), entry("02"), approved=False)
    with pytest.raises(CodePlanned):
        add_entry(year=YEAR, entry=entry("01"), viewer=clerk, at=NOON)
    with pytest.raises(CodePlanned):
        change_entry(entry_id=found.entries.get(code="02").pk, entry=entry("01"), viewer=clerk, at=NOON)
    with pytest.raises(CodePlanned):
        replace_entries(year=YEAR, entries=[entry("05"), entry("05")], viewer=clerk, at=NOON)
    assert codes(found) == ["01", "02"]


def test_another_agencys_officials_and_divisions_are_named_by_nobody() -> None:
    theirs = agency()
    stranger = viewer_in(theirs, Role.SPECIALIST, at=NOON)
    division = Division.objects.create(agency=theirs, name="Phòng khác")
    _found, clerk, _head = listed(agency(), approved=False)
    for fields in ({"official_id": stranger.official_id}, {"division_id": division.pk}):
        with pytest.raises(NobodyThere):
            add_entry(year=YEAR, entry=entry("02", **fields), viewer=clerk, at=NOON)
        with pytest.raises(NobodyThere):
            replace_entries(year=YEAR, entries=[entry("02", **fields)], viewer=clerk, at=NOON)


def test_the_archive_drafts_and_only_the_head_approves() -> None:
    ours = agency()
    found, clerk, head = listed(ours, approved=False)
    division = Division.objects.create(agency=ours, name="Phòng A")
    chief = acting_viewer(official_in(ours, Role.LEADER, division=division), at=NOON)
    for viewer in (clerk, chief, viewer_in(ours, Role.SPECIALIST, at=NOON)):
        with pytest.raises(NotAllowed):
            approve_list(year=YEAR, viewer=viewer, at=NOON)
    for viewer in (head, chief, viewer_in(ours, Role.SPECIALIST, at=NOON)):
        with pytest.raises(NotAllowed):
            add_entry(year=YEAR, entry=entry("02"), viewer=viewer, at=NOON)
        with pytest.raises(NotAllowed):
            draft_list(year=YEAR + 1, copied=False, viewer=viewer, at=NOON)
        with pytest.raises(NotAllowed):
            remove_entry(entry_id=found.entries.get().pk, viewer=viewer, at=NOON)
    approve_list(year=YEAR, viewer=head, at=NOON)
    with pytest.raises(ListFrozen):
        approve_list(year=YEAR, viewer=head, at=NOON)


def test_another_agency_sees_and_changes_nothing_of_it() -> None:
    found, _clerk, _head = listed(agency(), approved=False)
    theirs = agency()
    clerk, head = viewer_in(theirs, Role.CLERK, at=NOON), viewer_in(theirs, Role.LEADER, at=NOON)
    row = found.entries.get()
    with pytest.raises(NotFound):
        planned_queries.find_list(clerk, YEAR)
    with pytest.raises(NotFound):
        change_entry(entry_id=row.pk, entry=entry("02"), viewer=clerk, at=NOON)
    with pytest.raises(NotFound):
        remove_entry(entry_id=row.pk, viewer=clerk, at=NOON)
    with pytest.raises(NotFound):
        approve_list(year=YEAR, viewer=head, at=NOON)
    with pytest.raises(NotFound):
        work_file(clerk, planned_id=row.pk)


def test_an_approved_list_is_frozen_and_added_to_with_a_reason_on_record() -> None:
    found, clerk, _head = listed(agency(), entry("01"), entry("02", heading="II"))
    row = found.entries.get(code="01")
    with pytest.raises(ListFrozen):
        change_entry(entry_id=row.pk, entry=entry("03"), viewer=clerk, at=NOON)
    with pytest.raises(ListFrozen):
        remove_entry(entry_id=row.pk, viewer=clerk, at=NOON)
    with pytest.raises(ListFrozen):
        replace_entries(year=YEAR, entries=[entry("03")], viewer=clerk, at=NOON)
    with pytest.raises(WhyAdded):
        add_entry(year=YEAR, entry=entry("03"), viewer=clerk, at=NOON, reason="  ")
    added = add_entry(year=YEAR, entry=entry("03"), viewer=clerk, at=NOON, reason="Nhiệm vụ mới")
    assert (added.added_at, added.added_by, added.added_reason) == (NOON, clerk.name, "Nhiệm vụ mới")
    assert codes(found) == ["01", "03", "02"]
    event = timeline(Subject("office.file-list", str(found.pk)))[-1]
    assert (event.verb, event.data["reason"]) == ("file-list.add", "Nhiệm vụ mới")
    assert planned_queries.figures_of(found) == planned_queries.ListFigures(rows=3, opened=0, added=1)


def test_the_database_keeps_an_approved_list_whatever_the_code_does() -> None:
    found, _clerk, _head = listed(agency())
    rows = PlannedFile.objects.filter(list=found)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(title="Khác")
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        PlannedFile.objects.create(list=found, position=2, code="09", title="Lén", retention="5")


def test_an_empty_list_is_not_approved() -> None:
    ours = agency()
    clerk, head = viewer_in(ours, Role.CLERK, at=NOON), viewer_in(ours, Role.LEADER, at=NOON)
    draft_list(year=YEAR, copied=False, viewer=clerk, at=NOON)
    with pytest.raises(ListEmpty):
        approve_list(year=YEAR, viewer=head, at=NOON)


def test_next_years_list_begins_as_last_years_without_who_left() -> None:
    ours = agency()
    stays, leaves = (official_of(official_in(ours, Role.SPECIALIST)) for _ in range(2))
    rows = [entry("01", official_id=stays.pk), entry("02", official_id=leaves.pk), entry("03", heading="II")]
    _found, clerk, _head = listed(ours, *rows)
    PostHolding.objects.filter(official=leaves).update(valid_to=NOON.date())
    made = draft_list(year=YEAR + 1, copied=True, viewer=clerk, at=NOON)
    assert codes(made) == ["01", "02", "03"]
    assert made.is_draft
    assert [row.official_id for row in made.entries.all()] == [stays.pk, None, None]
    with pytest.raises(ListExists):
        draft_list(year=YEAR + 1, copied=False, viewer=clerk, at=NOON)
    for year in (YEAR - 1, YEAR + 2):
        with pytest.raises(YearNotNow):
            draft_list(year=year, copied=False, viewer=clerk, at=NOON)
    with pytest.raises(NothingToCopy):
        draft_list(year=YEAR, copied=True, viewer=viewer_in(agency(), Role.CLERK, at=NOON), at=NOON)


def test_a_file_opened_from_its_row_takes_its_code_and_only_once() -> None:
    ours = agency()
    found, clerk, _head = listed(ours, entry("05.TH"), entry("06.TH"))
    row = found.entries.get(code="05.TH")
    file = work_file(clerk, planned_id=row.pk, code="ignored")
    assert (file.code, file.planned, file.unplanned_reason) == ("05.TH", row, "")
    with pytest.raises(OpenedAlready):
        work_file(clerk, planned_id=row.pk)
    assert work_file(clerk, code="06.TH").planned == found.entries.get(code="06.TH")
    assert planned_queries.figures_of(found).unopened == 0


def test_beside_an_approved_list_a_file_is_opened_for_a_reason() -> None:
    _found, clerk, _head = listed(agency(), entry("01.STN"))
    with pytest.raises(NotInTheList):
        work_file(clerk)
    file = work_file(clerk, reason="Vụ việc đột xuất")
    assert (file.planned, file.unplanned_reason) == (None, "Vụ việc đột xuất")
    assert timeline(file.as_subject())[0].data["why"] == "Vụ việc đột xuất"


def test_a_draft_asks_for_nothing_and_its_codes_are_left_to_it() -> None:
    ours = agency()
    first = f"01.{ours.short_name}"
    found, clerk, head = listed(ours, entry(first), approved=False)
    assert work_file(clerk).code == f"02.{ours.short_name}"
    early = work_file(clerk, code=first)
    assert early.planned is None
    approve_list(year=YEAR, viewer=head, at=NOON)
    early.refresh_from_db()
    assert early.planned == found.entries.get()
    with pytest.raises(OpenedAlready):
        work_file(clerk, code=first)


def test_a_row_is_opened_by_who_is_named_and_who_is_above() -> None:
    ours = agency()
    division = Division.objects.create(agency=ours, name="Phòng Kinh tế")
    named = acting_viewer(official_in(ours, Role.SPECIALIST, division=division), at=NOON)
    beside = acting_viewer(official_in(ours, Role.SPECIALIST, division=division), at=NOON)
    outside = viewer_in(ours, Role.SPECIALIST, at=NOON)
    rows = [entry("01", official_id=named.official_id), entry("02", division_id=division.pk), entry("03")]
    found, _clerk, _head = listed(ours, *rows)
    by_code = {row.code: row.pk for row in found.entries.all()}
    for code, refused in (("01", [beside, outside]), ("02", [outside])):
        for viewer in refused:
            with pytest.raises(NotYoursToOpen):
                work_file(viewer, planned_id=by_code[code])
    assert work_file(named, planned_id=by_code["01"]).keeper_id == named.official_id
    assert work_file(beside, planned_id=by_code["02"]).code == "02"
    assert work_file(outside, planned_id=by_code["03"]).code == "03"
    with pytest.raises(NotAllowed):
        work_file(viewer_in(ours, Role.AUDITOR, at=NOON), planned_id=by_code["01"])


def test_what_is_written_as_a_spreadsheet_is_read_back_the_same() -> None:
    ours = agency()
    official = official_of(official_in(ours, Role.SPECIALIST, name="Trần Thị Ánh"))
    division = Division.objects.create(agency=ours, name="Phòng Kinh tế")
    rows = [
        entry("01", title="=SUM(A1)", official_id=official.pk),
        entry("02", heading="II. Kinh tế", division_id=division.pk, retention="permanent"),
        entry("03", heading="II. Kinh tế"),
    ]
    found, clerk, _head = listed(ours, *rows, approved=False)
    content = list_sheets.write_list(found, agency=ours.name, form="xlsx", at=NOON).read()
    responsible = planned_queries.responsible_in(ours.pk, on=NOON.date())
    read = list_sheets.read_entries(content, responsible=responsible)
    assert read == rows
    replace_entries(year=YEAR, entries=[*read, entry("04", heading="I. Tổng hợp")], viewer=clerk, at=NOON)
    assert codes(found) == ["01", "04", "02", "03"]
    assert list_sheets.write_list(found, agency=ours.name, form="pdf", at=NOON).read(5) == b"%PDF-"


def sheet(*rows: tuple[object, ...], head: tuple[str, ...] = tuple(list_sheets.COLUMNS)) -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in (head, *rows):
        page.append(row)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def test_every_wrong_row_of_a_spreadsheet_is_told() -> None:
    rows = [
        ("", "I", "", ""),
        ("01", "A", "10 năm", "Ai đó"),
        ("02", "", "VĨNH VIỄN", ""),
        ("03", "C", "lâu", ""),
    ]
    with pytest.raises(list_sheets.SheetRowsRefused) as caught:
        list_sheets.read_entries(sheet(*rows), responsible={})
    said = caught.value.say()
    assert "3 (Người lập hồ sơ: Ai đó)" in said
    assert "4 (Tên đề mục và tiêu đề hồ sơ)" in said
    assert "5 (Thời hạn bảo quản)" in said


def test_a_name_that_two_have_needs_the_post() -> None:
    twins = {"official:1": "Lê An, Chuyên viên", "official:2": "Lê An, Kế toán"}
    with pytest.raises(list_sheets.SheetRowsRefused):
        list_sheets.read_entries(sheet(("01", "A", "5", "Lê An")), responsible=twins)
    [read] = list_sheets.read_entries(sheet(("01", "A", 5, "lê an,  kế toán")), responsible=twins)
    assert (read.official_id, read.retention) == (2, "5")


def _bomb(parts: dict[str, bytes]) -> bytes:
    good = sheet(("01", "A", "5", ""))
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, parts.get(name, old.read(name)))
    return made.getvalue()


PAGE = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def _page(rows: str, *, before: str = "", after: str = "") -> str:
    """A sheet that a reader would take, but for what the test puts in."""
    return f'{before}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>{after}'


ENTITY = '<!DOCTYPE worksheet [<!ENTITY b "c">]>'


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no spreadsheet",
        b"PK\x03\x04" + b"\0" * 100,
        b"x" * (list_sheets.MOST_BYTES + 1),
        _bomb({PAGE: _page("<row>" + "<c/>" * 600_000 + "</row>").encode()}),
        _bomb({PAGE: _page("", before=ENTITY).encode()}),
        _bomb({PAGE: _page("", before=ENTITY).encode("utf-16")}),
        _bomb({PAGE: _page("", after=" " * list_sheets.MOST_UNPACKED).encode()}),
        _bomb({PAGE: b"<worksheet"}),
        sheet(("01", "A"))[:-30],
    ],
    ids=["empty", "text", "cut", "large", "tags", "entity", "utf-16", "unpacked", "broken", "end"],
)
def test_a_hostile_spreadsheet_is_refused(content: bytes) -> None:
    with pytest.raises(list_sheets.SheetUnreadable):
        list_sheets.read_entries(content, responsible={})


def test_a_row_far_below_costs_nothing_and_a_row_beyond_the_last_is_not_waited_for() -> None:
    far = _page('<row r="999999999999"><c r="A999999999999"/></row>')
    with pytest.raises(list_sheets.SheetWithoutColumns):
        list_sheets.read_entries(_bomb({PAGE: far.encode()}), responsible={})


def test_a_spreadsheet_of_other_columns_is_refused() -> None:
    with pytest.raises(list_sheets.SheetWithoutColumns):
        list_sheets.read_entries(sheet(head=("a", "b")), responsible={})

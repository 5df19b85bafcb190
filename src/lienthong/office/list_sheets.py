"""The list of files as a spreadsheet and on paper, and read back from a spreadsheet.

The columns are those of NĐ 30/2020, annex V. A row without a code is a heading.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, BinaryIO

import openpyxl
from django.utils.translation import gettext_lazy as _

from lienthong.documents.public import WRITERS, Printed, Row
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal
from lienthong.office.archive import planned_queries
from lienthong.office.archive.list_models import FileList, PlannedFile
from lienthong.office.archive.planning import MOST_ENTRIES, Entry, ListFull
from lienthong.office.archive.states import PERMANENT, retention_vi

COLUMNS = {
    "Số và ký hiệu hồ sơ": 14,
    "Tên đề mục và tiêu đề hồ sơ": 46,
    "Thời hạn bảo quản": 12,
    "Người lập hồ sơ": 26,
    "Ghi chú": 16,
}
CODE, TITLE, RETENTION, RESPONSIBLE, _NOTE = COLUMNS
MOST_BYTES = 4 * 1024 * 1024
MOST_UNPACKED = 64 * 1024 * 1024
MOST_PARTS, MOST_TAGS = 500, 500_000
LAST_ROW, COLUMNS_READ = 1_048_576, 30
MOST_TOLD = 8
HEAD_ROWS = 40
_DECLARED = re.compile(rb"<\x00?!\x00?[DE]")  # a document type or an entity, in UTF-8 or UTF-16


class SheetUnreadable(Refusal):
    """Not a spreadsheet that could be read."""

    code, status = "sheet-unreadable", 422
    sentence = _(
        "The file cannot be read as a spreadsheet of at most 4 MB. Save it as .xlsx, without a password, "
        "and choose it again."
    )


class SheetWithoutColumns(Refusal):
    """The columns are known by their names."""

    code, status = "sheet-without-columns", 422
    sentence = _(
        "No row names the columns “%(columns)s”. Download the list as a spreadsheet, fill that one in and "
        "choose it again."
    )


class SheetRowsRefused(Refusal):
    """Nothing is taken in while a row is wrong."""

    code, status = "sheet-rows-refused", 422
    sentence = _(
        "Nothing was taken in, because of these rows: %(rows)s. Mend them and choose the file again."
    )


def write_list(found: FileList, *, agency: str, form: str, at: datetime) -> BinaryIO:
    """The list as "pdf" or "xlsx". One query."""
    title = f"Danh mục hồ sơ năm {found.year}"
    title += " (dự thảo)" if found.is_draft else f" ({found.approved_by} phê duyệt)"
    printed = Printed(title, agency, date(found.year, 1, 1), date(found.year, 12, 31), COLUMNS, at)
    file, _count = WRITERS[form](printed, _rows(found))
    return file


def _rows(found: FileList) -> Iterator[Row]:
    heading = ""
    for entry in planned_queries.all_entries(found):
        if entry.heading != heading:
            heading = entry.heading
            yield ("", heading, "", "", "")
        note = _added(entry) if entry.added_at else ""
        yield (entry.code, entry.title, retention_vi(entry.retention), entry.responsible, note)


def _added(entry: PlannedFile) -> str:
    day = f"{entry.added_at.astimezone(VIETNAM):%d/%m/%Y}" if entry.added_at else ""
    return f"Bổ sung {day}: {entry.added_reason}"


def read_entries(content: bytes, *, responsible: Mapping[str, str]) -> list[Entry]:
    """The rows of a spreadsheet; `responsible` are those who may be named, by key, in words.

    The file is hostile until proven otherwise: its size, its parts and what they unpack to are bounded before
    a cell is read.

    Raises:
        SheetUnreadable, SheetWithoutColumns, SheetRowsRefused, ListFull
    """
    people, entries, faults, heading = _names(responsible), [], [], ""
    for number, cells in _data_rows(content):
        code, title, period, who = (cells[name] for name in (CODE, TITLE, RETENTION, RESPONSIBLE))
        if not code and not period:
            heading = title or heading
            continue
        retention, named = _retention(period), people.get(_plain(who), "") if who else ""
        fault = _fault(code, title, retention, who, named)
        if fault:
            faults.append(f"{number} ({fault})")
        else:
            kind, _colon, key = named.partition(":")
            entries.append(
                Entry(
                    code=code,
                    title=title,
                    retention=retention,
                    heading=heading,
                    official_id=int(key) if kind == "official" else None,
                    division_id=int(key) if kind == "division" else None,
                )
            )
        if len(entries) + len(faults) > MOST_ENTRIES:
            raise ListFull(field="file", limit=MOST_ENTRIES)
    if faults:
        told = "; ".join(faults[:MOST_TOLD]) + ("; …" if len(faults) > MOST_TOLD else "")
        raise SheetRowsRefused(field="file", rows=told)
    return entries


def _fault(code: str, title: str, retention: str, who: str, named: str) -> str:
    """Which column is wrong, by its name."""
    checks = ((CODE, bool(code)), (TITLE, bool(title)), (RETENTION, bool(retention)))
    wrong = [name for name, right in checks if not right]
    if who and not named:
        wrong.append(f"{RESPONSIBLE}: {who[:60]}")
    return ", ".join(wrong)


def _names(responsible: Mapping[str, str]) -> dict[str, str]:
    """Keys by what is written for them: the name with the post, or the name alone if one has it."""
    found: dict[str, str] = {}
    short: dict[str, list[str]] = {}
    for key, words in responsible.items():
        found[_plain(words)] = key
        short.setdefault(_plain(words.partition(",")[0]), []).append(key)
    return {name: keys[0] for name, keys in short.items() if len(keys) == 1} | found


def _retention(said: str) -> str:
    """The code of "Vĩnh viễn", "10 năm", "10"; empty for what says no period."""
    said = _plain(said).removesuffix("năm").strip()
    if said in {"vĩnh viễn", PERMANENT, "vv"}:
        return PERMANENT
    return str(int(said)) if said.isascii() and said.isdigit() and 0 < int(said[:6]) < 1000 else ""


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _data_rows(content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """The number and the named cells of each row below the one that names the columns, but empty ones."""
    places: dict[str, int] = {}
    for number, row in enumerate(_sheet(content), 1):
        cells = [_text(cell) for cell in row] if any(row) else []
        if not places:
            names = {_plain(cell): place for place, cell in enumerate(cells)}
            wanted = [CODE, TITLE, RETENTION, RESPONSIBLE]
            if all(_plain(name) in names for name in wanted):
                places = {name: names[_plain(name)] for name in wanted}
            elif number > HEAD_ROWS:
                break
        elif any(cells):
            yield number, {name: cells[place] if place < len(cells) else "" for name, place in places.items()}
    if not places:
        raise SheetWithoutColumns(field="file", columns="”, “".join([CODE, TITLE, RETENTION, RESPONSIBLE]))


def _sheet(content: bytes) -> Iterator[Sequence[Any]]:
    """The rows of the first sheet, read one by one; formulas as the values they had."""
    try:
        _require_sane(content)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        yield from book.worksheets[0].iter_rows(max_row=LAST_ROW, max_col=COLUMNS_READ, values_only=True)
    except Refusal:
        raise
    except Exception as error:  # a broken file is answered with whatever the reader stumbled over
        raise SheetUnreadable(field="file") from error


def _require_sane(content: bytes) -> None:
    """Refuse what would unpack to more than a list needs: bytes, parts, tags (each cell is one), entities."""
    if len(content) > MOST_BYTES:
        raise SheetUnreadable(field="file")
    tags = 0
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        found = parts.infolist()
        if len(found) > MOST_PARTS or sum(part.file_size for part in found) > MOST_UNPACKED:
            raise SheetUnreadable(field="file")
        for part in found:
            if part.filename.endswith((".xml", ".rels")):
                text = parts.read(part)
                tags += text.count(b"<")
                if tags > MOST_TAGS or _DECLARED.search(text):
                    raise SheetUnreadable(field="file")


def _text(cell: object) -> str:
    return "" if cell is None else " ".join(str(cell).split())[:600]

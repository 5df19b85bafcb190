"""Statements of a bank read from CSV or XLSX, and a day's takings written as XLSX.

What is read is hostile until proven otherwise: size, parts, what they unpack to, tags and rows are bounded
before a cell is read (ADR 0046).
"""

from __future__ import annotations

import csv
import io
import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from typing import Any, BinaryIO

import openpyxl
import xlsxwriter

from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal
from lienthong.payments.contracts import MOST_AMOUNT, Notice, Outcome
from lienthong.payments.refusals import SheetRowsRefused, SheetTooLong, SheetUnreadable, SheetWithoutColumns

MOST_BYTES = 4 * 1024 * 1024
MOST_UNPACKED = 64 * 1024 * 1024
MOST_PARTS, MOST_TAGS = 500, 1_500_000
MOST_ROWS, COLUMNS_READ, HEAD_ROWS, MOST_CELL, MOST_TOLD = 50_000, 40, 40, 600, 8
WHEN, AMOUNT, NOTE, TRANSACTION = "paid_at", "amount", "note", "transaction"
# How banks name the columns, without marks, in small letters.
NAMES: dict[str, tuple[str, ...]] = {
    WHEN: ("ngay giao dich", "ngay", "ngay gd", "thoi gian", "transaction date", "date", "paid at"),
    AMOUNT: ("ghi co", "so tien ghi co", "phat sinh co", "so tien", "credit", "credit amount", "amount"),
    NOTE: ("noi dung", "dien giai", "mo ta", "noi dung giao dich", "description", "remark", "note"),
    TRANSACTION: ("so tham chieu", "ma giao dich", "so giao dich", "so but toan", "reference", "transaction"),
}
_DECLARED = re.compile(rb"<\x00?!\x00?[DE]")
_REFERENCE = re.compile(r"LT[0-9A-HJKMNP-TV-Z]{13}")
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+(?:[.,]0{1,2})?|\d+(?:[.,]0{1,2})?")
_DAYS = ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%d-%m-%Y %H:%M:%S", "%d-%m-%Y", "%Y-%m-%d")
_MARKS = str.maketrans(
    "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ",
    "aaaaaaaaaaaaaaaaaeeeeeeeeeeeiiiiiooooooooooooooooouuuuuuuuuuuyyyyyd",
)


def read_statement(content: bytes) -> list[Notice]:
    """What came in by a bank's statement; the reference is looked for in the note, debits are passed over.

    Raises:
        SheetUnreadable, SheetWithoutColumns, SheetTooLong, SheetRowsRefused
    """
    notices, faults = [], []
    for number, cells in _data_rows(_rows(content)):
        try:
            notice = _notice(cells)
        except ValueError as error:
            faults.append(f"{number} ({error})")
        else:
            notices += [notice] if notice else []
    if faults:
        told = "; ".join(faults[:MOST_TOLD]) + ("; …" if len(faults) > MOST_TOLD else "")
        raise SheetRowsRefused(field="file", rows=told)
    return notices


def reference_in(note: str) -> str:
    """Our reference within a transfer's note, however the bank has mangled its spaces; empty without one."""
    found = _REFERENCE.search(re.sub(r"[^0-9A-Z]", "", note.upper()))
    return found.group() if found else ""


def write_table(title: Sequence[str], head: Sequence[str], rows: Iterable[Sequence[object]]) -> BinaryIO:
    """A spreadsheet: lines of title, a head, rows; every cell a text or a whole number, never a formula."""
    file = tempfile.TemporaryFile()  # noqa: SIM115, the caller reads it
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as workbook:
        sheet = workbook.add_worksheet()
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_column(0, len(head) - 1, 22)
        bold = workbook.add_format({"bold": True, "text_wrap": True, "border": 1})
        plain = workbook.add_format({"text_wrap": True, "border": 1, "valign": "top"})
        money = workbook.add_format({"num_format": "#,##0", "border": 1, "valign": "top"})
        for place, said in enumerate(title):
            sheet.write_string(place, 0, said)
        top = len(title) + 1
        sheet.write_row(top, 0, head, bold)
        for line, row in enumerate(rows, top + 1):
            for place, cell in enumerate(row):
                if isinstance(cell, int):
                    sheet.write_number(line, place, cell, money)
                else:
                    sheet.write_string(line, place, str(cell), plain)
    file.seek(0)
    return file


def _notice(cells: dict[str, str]) -> Notice | None:
    """A row as a notice; None for a debit or an empty amount; raises `ValueError` with the column's name."""
    amount = _amount(cells[AMOUNT])
    if amount <= 0:
        return None
    if not cells[TRANSACTION]:
        raise ValueError(TRANSACTION)
    note = cells[NOTE][:300]
    return Notice(
        event=cells[TRANSACTION][:64],
        reference=reference_in(cells[NOTE]),
        outcome=Outcome.PAID,
        amount=amount,
        transaction=cells[TRANSACTION][:64],
        paid_at=_moment(cells[WHEN]),
        note=note,
    )


def _amount(text: str) -> int:
    """Whole đồng of "1.200.000", "1,200,000.00", "1200000"; 0 for nothing, a debit below it."""
    bare = re.sub(r"[\s+]|đ|vnd|vnđ|đồng", "", text.casefold())
    if not bare or bare.startswith("-"):
        return 0
    if not _GROUPED.fullmatch(bare) or len(bare) > 20:
        raise ValueError(AMOUNT)
    amount = int(re.sub(r"[.,]", "", re.sub(r"[.,]0{1,2}$", "", bare)))
    if amount > MOST_AMOUNT:
        raise ValueError(AMOUNT)
    return amount


def _moment(text: str) -> datetime:
    """The instant of a cell, at +07:00; a day alone is its beginning."""
    for form in _DAYS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=VIETNAM)
        except ValueError:
            continue
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(WHEN) from error
    return moment.astimezone(VIETNAM) if moment.tzinfo else moment.replace(tzinfo=VIETNAM)


def _data_rows(rows: Iterable[Sequence[object]]) -> Iterator[tuple[int, dict[str, str]]]:
    """The number and the named cells of each row below the one that names the columns, but empty ones."""
    places: dict[str, int] = {}
    for number, row in enumerate(rows, 1):
        if number > MOST_ROWS + HEAD_ROWS:
            raise SheetTooLong(field="file", limit=f"{MOST_ROWS:,}")
        cells = [_text(cell) for cell in row[:COLUMNS_READ]] if any(row) else []
        if not places:
            places = _places(cells)
            if not places and number > HEAD_ROWS:
                break
        elif any(cells):
            yield number, {name: cells[place] if place < len(cells) else "" for name, place in places.items()}
    if not places:
        wanted = "; ".join(names[0] for names in NAMES.values())
        raise SheetWithoutColumns(field="file", columns=wanted)


def _places(cells: Sequence[str]) -> dict[str, int]:
    """Where each column is, by the first of its names that the row has; empty if one is missing."""
    plain = [" ".join(cell.casefold().translate(_MARKS).split()) for cell in cells]
    found = {}
    for name, known in NAMES.items():
        place = next((plain.index(each) for each in known if each in plain), None)
        if place is None:
            return {}
        found[name] = place
    return found


def _rows(content: bytes) -> Iterator[Sequence[object]]:
    """The rows of the first sheet or of the CSV, one by one."""
    if not content or len(content) > MOST_BYTES:
        raise SheetUnreadable(field="file")
    try:
        yield from _xlsx(content) if content.startswith(b"PK") else _csv(content)
    except Refusal:
        raise
    except Exception as error:  # a broken file is answered with whatever the reader stumbled over
        raise SheetUnreadable(field="file") from error


def _csv(content: bytes) -> Iterator[list[str]]:
    text = content.decode("utf-8-sig")
    if "\0" in text:
        raise SheetUnreadable(field="file")
    first = text.partition("\n")[0]
    mark = max(",;\t", key=first.count)
    yield from csv.reader(io.StringIO(text), delimiter=mark)


def _xlsx(content: bytes) -> Iterator[Sequence[Any]]:
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
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    yield from book.worksheets[0].iter_rows(max_row=1_048_576, max_col=COLUMNS_READ, values_only=True)


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat()
    if isinstance(cell, date):
        return datetime.combine(cell, time.min).isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return " ".join(str(cell).split())[:MOST_CELL]

"""A bank's statement: columns by their names, references in mangled notes, and files that mean harm."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any

import openpyxl
import pytest

from lienthong.kernel.clock import VIETNAM
from lienthong.payments.refusals import SheetRowsRefused, SheetTooLong, SheetUnreadable, SheetWithoutColumns
from lienthong.payments.sheets import MOST_BYTES, read_statement, reference_in, write_table

HEAD = "Ngày giao dịch,Số tham chiếu,Ghi có,Nội dung"
REFERENCE = "LT0123456789ABC"


def csv_of(*rows: str, head: str = HEAD) -> bytes:
    return "\n".join([head, *rows]).encode()


def xlsx_of(*rows: list[Any]) -> bytes:
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    book.save(file)
    return file.getvalue()


def test_a_csv_is_read_by_the_names_of_its_columns() -> None:
    found = read_statement(
        csv_of(
            f'02/03/2026 10:15:00,FT1,"1.200.000",MBVCB.{REFERENCE}.CT tu 0123',
            "02/03/2026,FT2,,phi dich vu",
            "02/03/2026,FT3,-5000,rut tien",
            "",
            "2026-03-02T11:00:00+07:00,FT4,8000,khong co ma",
        )
    )
    assert [(row.transaction, row.amount, row.reference) for row in found] == [
        ("FT1", 1_200_000, REFERENCE),
        ("FT4", 8_000, ""),
    ]
    assert found[0].paid_at == datetime(2026, 3, 2, 10, 15, tzinfo=VIETNAM)


def test_an_xlsx_is_read_below_the_banks_own_heading() -> None:
    content = xlsx_of(
        ["NGÂN HÀNG"],
        [],
        ["Date", "Credit", "Description", "Reference"],
        [datetime(2026, 3, 2, 9, 0), 8000.0, f"ung ho {REFERENCE[:5]} {REFERENCE[5:]}", "FT9"],  # noqa: DTZ001
    )
    [row] = read_statement(content)
    assert (row.amount, row.reference, row.transaction) == (8_000, REFERENCE, "FT9")
    assert row.paid_at == datetime(2026, 3, 2, 9, tzinfo=VIETNAM)


@pytest.mark.parametrize("note", [f"x {REFERENCE} y", "lt0123.4567-89abc", "IBFT LT 0123456789ABC GD 1"])
def test_a_reference_is_found_however_the_bank_writes_it(note: str) -> None:
    assert reference_in(note) == REFERENCE


def test_wrong_rows_are_named_and_nothing_is_taken() -> None:
    with pytest.raises(SheetRowsRefused) as error:
        read_statement(
            csv_of("02/03/2026,FT1,8000,a", "gì,FT2,8000,b", "02/03/2026,,8000,c", "02/03/2026,F,8k,d")
        )
    assert error.value.facts["rows"] == "3 (paid_at); 4 (transaction); 5 (amount)"


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe\x00rubbish", b"PK\x03\x04rubbish", b"a\0b", csv_of("x" * (MOST_BYTES + 1)), b"%PDF-1.7"],
)
def test_what_is_no_statement_is_refused(content: bytes) -> None:
    with pytest.raises((SheetUnreadable, SheetWithoutColumns)):
        read_statement(content)


def test_a_long_csv_is_refused_in_words() -> None:
    content = "\n".join([HEAD.replace("Ngày giao dịch", "date"), *["2026-03-02,F,1,x"] * 100_000]).encode()
    with pytest.raises(SheetTooLong):
        read_statement(content)


def bomb(name: str, content: bytes) -> bytes:
    file = io.BytesIO(xlsx_of(["a"]))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        bomb("xl/big.bin", b"\0" * (70 * 1024 * 1024)),
        bomb("xl/tags.xml", b"<c/>" * 1_600_000),
        bomb("xl/entity.xml", b'<!DOCTYPE a [<!ENTITY b "c">]>'),
    ],
)
def test_a_spreadsheet_that_would_unpack_to_much_is_refused_before_a_cell_is_read(content: bytes) -> None:
    assert len(content) < MOST_BYTES
    with pytest.raises(SheetUnreadable):
        read_statement(content)


def test_a_written_table_holds_no_formula() -> None:
    book = openpyxl.load_workbook(write_table(["T"], ["a", "b"], [["=1+1", 8_000]]))
    sheet = book.active
    assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)] == [
        ["a", "b"],
        ["=1+1", 8_000],
    ]  # type: ignore[union-attr]
    assert sheet["A4"].data_type == "s"  # type: ignore[index]

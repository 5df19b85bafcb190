"""Tables over many pages, for paper or as a spreadsheet, written row by row: registers, books, statistics."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Protocol

import xlsxwriter
from django.utils.translation import gettext_lazy as _
from pypdf import PdfReader, PdfWriter

from lienthong.documents.rendering import render_form
from lienthong.kernel.errors import Refusal

TEMPLATE = Path(__file__).parent / "typst" / "table.typ"
SET = 200  # rows laid out at a time, so that memory does not grow with the table
MOST_ROWS = {"pdf": 10_000, "xlsx": 50_000}
Row = Sequence[str | int]


class TooManyRows(Refusal):
    """What is printed is printed in parts that can be bound."""

    code, status = "too-many-rows", 422
    sentence = _("The period has more than %(limit)s rows. Choose a shorter one.")


@dataclass(frozen=True)
class Printed:
    """What is printed and when: the table's name, its agency and period, its columns with their widths."""

    title: str
    agency: str
    since: date
    until: date
    columns: dict[str, int]
    made_at: datetime

    @property
    def period(self) -> str:
        """The period in words."""
        return f"Từ ngày {self.since:%d/%m/%Y} đến ngày {self.until:%d/%m/%Y}"


class Writer(Protocol):
    """What writes a table to a file and answers how many rows it had."""

    def __call__(self, printed: Printed, rows: Iterable[Row]) -> tuple[BinaryIO, int]: ...


def write_xlsx(printed: Printed, rows: Iterable[Row]) -> tuple[BinaryIO, int]:
    """The table as a spreadsheet; every cell is a text or a number, never a formula or a link."""
    file = tempfile.TemporaryFile()  # noqa: SIM115, the caller reads it
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    count = 0
    with xlsxwriter.Workbook(file, options) as workbook:
        sheet = workbook.add_worksheet()
        sheet.set_landscape()
        sheet.set_paper(9)
        bold = workbook.add_format({"bold": True, "text_wrap": True, "border": 1, "valign": "top"})
        plain = workbook.add_format({"text_wrap": True, "border": 1, "valign": "top"})
        for place, width in enumerate(printed.columns.values()):
            sheet.set_column(place, place, width * 1.3)
        for place, said in enumerate((printed.agency, printed.title, printed.period)):
            sheet.write_string(place, 0, said)
        sheet.write_row(4, 0, list(printed.columns), bold)
        sheet.freeze_panes(5, 0)
        sheet.repeat_rows(4)
        for count, row in enumerate(_limited(rows, "xlsx"), start=1):
            for place, cell in enumerate(row):
                write = sheet.write_number if isinstance(cell, int) else sheet.write_string
                write(4 + count, place, cell, plain)
    file.seek(0)
    return file, count


def write_pdf(printed: Printed, rows: Iterable[Row]) -> tuple[BinaryIO, int]:
    """The table for paper, laid out `SET` rows at a time; pages are numbered through."""
    writer, limited, count = PdfWriter(), iter(_limited(rows, "pdf")), 0
    while True:
        part = [[str(cell) for cell in row] for row in islice(limited, SET)]
        if not part and count:
            break
        count += len(part)
        with tempfile.TemporaryFile() as page:
            page.write(_laid_out(printed, part, first_page=len(writer.pages) + 1))
            writer.append(PdfReader(page))
        if len(part) < SET:
            break
    writer.add_metadata({"/Title": printed.title, "/Author": printed.agency})
    file = tempfile.TemporaryFile()  # noqa: SIM115, the caller reads it
    writer.write(file)
    file.seek(0)
    return file, count


WRITERS: dict[str, Writer] = {"pdf": write_pdf, "xlsx": write_xlsx}


def _laid_out(printed: Printed, rows: list[list[str]], *, first_page: int) -> bytes:
    values: dict[str, object] = {
        "title": printed.title,
        "agency": printed.agency,
        "period": printed.period,
        "head": list(printed.columns),
        "widths": list(printed.columns.values()),
        "rows": rows,
        "first_page": first_page,
    }
    return render_form(TEMPLATE, values, at=printed.made_at)


def _limited(rows: Iterable[Row], form: str) -> Iterator[Row]:
    for count, row in enumerate(rows):
        if count == MOST_ROWS[form]:
            raise TooManyRows(field="until", limit=MOST_ROWS[form])
        yield row

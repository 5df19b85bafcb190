"""Registers as the law has them (NĐ 30/2020/NĐ-CP, annex IV), row by row, as a spreadsheet or for paper."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Protocol

import xlsxwriter
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef
from django.utils.translation import gettext_lazy as _
from pypdf import PdfReader, PdfWriter

from lienthong.documents.public import TYPES, render_form
from lienthong.identity.public import Viewer
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal
from lienthong.office import outgoing_queries, queries
from lienthong.office.models import IncomingDocument, OutgoingDocument, Recipient
from lienthong.office.searching import days

TEMPLATE = Path(__file__).parent / "typst" / "register.typ"
SET = 200  # rows laid out at a time, so that memory does not grow with the register
MOST_ROWS = {"pdf": 10_000, "xlsx": 50_000}
NAMED = 3  # recipients named one by one

# The registers are official forms: their words are Vietnamese in every language of the interface.
INCOMING = {
    "Ngày đến": 8,
    "Số đến": 6,
    "Tác giả": 16,
    "Số, ký hiệu": 13,
    "Ngày tháng": 8,
    "Tên loại và trích yếu nội dung": 32,
    "Đơn vị hoặc người nhận": 14,
    "Ngày chuyển": 8,
    "Ký nhận": 8,
    "Ghi chú": 10,
}
OUTGOING = {
    "Số, ký hiệu": 13,
    "Ngày tháng": 8,
    "Tên loại và trích yếu nội dung": 34,
    "Người ký": 14,
    "Nơi nhận": 24,
    "Đơn vị, người nhận bản lưu": 14,
    "Số lượng bản": 7,
    "Ghi chú": 10,
}
Row = Sequence[str | int]


class TooManyRows(Refusal):
    """A register is printed in parts that can be bound."""

    code, status = "too-many-rows", 422
    sentence = _("The period has more than %(limit)s documents. Choose a shorter one.")


@dataclass(frozen=True)
class Printed:
    """What is printed and when: the register's name, its agency and period, its columns with their widths."""

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
    """What writes a register to a file and answers how many rows it had."""

    def __call__(self, printed: Printed, rows: Iterable[Row]) -> tuple[BinaryIO, int]: ...


def incoming_rows(viewer: Viewer, *, book_id: int, since: date, until: date) -> Iterator[Row]:
    """The rows of a register of incoming documents that the viewer may see, in the order of their numbers."""
    registered = queries.incoming_of(viewer).filter(
        days("registered_at", since, until), register__book_id=book_id
    )
    rows = registered.defer("verdict", "content").select_related("task")
    rows = rows.prefetch_related(queries.WITH_PARTIES)
    for document in rows.order_by("register__year", "register_number").iterator(chunk_size=2000):
        yield _incoming_row(document)


def outgoing_rows(viewer: Viewer, *, since: date, until: date) -> Iterator[Row]:
    """The rows of the register of outgoing documents that the viewer may see, in the order of their issue."""
    named = Recipient.objects.filter(document=OuterRef("pk")).order_by("id").values("agency__name")[:NAMED]
    issued = outgoing_queries.outgoing_of(viewer).filter(
        days("issued_at", since, until), issued_at__isnull=False
    )
    rows = issued.annotate(named=ArraySubquery(named), copies=Count("recipients"))
    rows = rows.select_related("document__signer", "prepared_post__division", "prepared_by")
    for document in rows.order_by("issued_at", "id").iterator(chunk_size=2000):
        yield _outgoing_row(document)


def write_xlsx(printed: Printed, rows: Iterable[Row]) -> tuple[BinaryIO, int]:
    """The register as a spreadsheet; every cell is a text or a number, never a formula or a link."""
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
    """The register for paper, laid out `SET` rows at a time; pages are numbered through."""
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


def _incoming_row(document: IncomingDocument) -> Row:
    task = document.task
    return (
        _day(document.registered_at),
        document.register_number or "",
        document.sender_name or document.sender_code,
        document.code,
        _day(document.promulgated_on),
        _described(document.type_name, document.subject),
        task.lead.name if task else "",
        _day(task.given_at) if task else "",
        "",
        "Đã thu hồi" if document.withdrawn_at else "",
    )


def _outgoing_row(document: OutgoingDocument) -> Row:
    official, post = document.document, document.prepared_post
    named, copies = document.named, document.copies  # type: ignore[attr-defined]
    others = f"; và {copies - len(named)} nơi khác" if copies > len(named) else ""
    division = post.division if post else None
    return (
        document.code,
        _day(document.issued_at),
        _described(TYPES[official.type].name_vi if official.type in TYPES else "", document.subject),
        official.signer.full_name if official.signer else "",
        "; ".join(named) + others,
        division.name if division else document.prepared_by.full_name,
        copies,
        "Đã thu hồi" if document.withdrawn_at else "",
    )


def _described(kind: str, subject: str) -> str:
    return " – ".join(filter(None, (kind, subject)))


def _day(moment: datetime | date | None) -> str:
    if isinstance(moment, datetime):
        moment = moment.astimezone(VIETNAM).date()
    return f"{moment:%d/%m/%Y}" if moment else ""

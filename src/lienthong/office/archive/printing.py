"""The cover of a work file and the table of its documents, for paper and for the package."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from lienthong.documents.public import render_form
from lienthong.kernel.clock import VIETNAM
from lienthong.office.archive import queries
from lienthong.office.archive.models import WorkFile
from lienthong.office.archive.queries import Line
from lienthong.office.archive.states import retention_vi

TEMPLATE = Path(__file__).parents[1] / "typst" / "work_file.typ"


def render_cover(file: WorkFile, *, at: datetime) -> bytes:
    """The file's cover (bìa hồ sơ) as PDF/A; `at` becomes the PDF's date."""
    facts = [
        ["Số, ký hiệu hồ sơ", file.code],
        ["Năm", str(file.year)],
        ["Người lập hồ sơ", file.keeper.full_name],
        ["Ngày mở hồ sơ", _day(file.opened_on)],
        ["Ngày kết thúc", _day(file.closed_on)],
        ["Số văn bản, tài liệu", str(file.item_count)],
    ]
    return render_form(TEMPLATE, {**_common(file), "part": "cover", "facts": facts}, at=at)


def render_contents(file: WorkFile, *, at: datetime) -> bytes:
    """The table of its documents (mục lục văn bản) as PDF/A. One query, whatever its length."""
    rows = [_row(line) for line in queries.all_lines(file)]
    values = {**_common(file), "part": "contents", "rows": rows, "date": _day(at.astimezone(VIETNAM).date())}
    return render_form(TEMPLATE, values, at=at)


def _common(file: WorkFile) -> dict[str, object]:
    superior = file.agency.parent
    return {
        "title": file.title,
        "code": file.code,
        "agency": file.agency.name,
        "superior": superior.name if superior else "",
        "division": file.division.name if file.division else "",
        "retention": retention_vi(file.retention),
    }


def _row(line: Line) -> list[str]:
    return [
        str(line.position),
        line.code,
        _day(line.day),
        " ".join(filter(None, (line.type_name, line.subject))),
        line.author,
        str(line.pages or ""),
        line.destroyed,
    ]


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""

"""A form on paper, made of its own questions: blank, to be filled in by hand, or filled in as an example."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from django.utils.translation import override

from lienthong.documents.public import long_date, render_form
from lienthong.kernel.clock import VIETNAM
from lienthong.procedures.answers import whole_answers
from lienthong.procedures.filling import (
    DrawnField,
    Place,
    every_question,
    form_pages,
    invented_answers,
)
from lienthong.procedures.form import Form, Prefill, QuestionType
from lienthong.procedures.states import SampleKind

TEMPLATE = Path(__file__).parent / "typst" / "sheet.typ"
NOTES: dict[str, str] = {
    SampleKind.BLANK: "Mẫu để trống, lập từ tờ khai điện tử của thủ tục",
    SampleKind.FILLED: "Ví dụ đã điền với dữ liệu giả định, không dùng để nộp",
}
NO_DATE = "……, ngày …… tháng …… năm ……"
LINES = {QuestionType.LONG_TEXT: 3}
# Said in the example where a form would show what an applicant's record holds.
SAID: dict[str, str] = {
    Prefill.FULL_NAME: "Nguyễn Thị Ví Dụ",
    Prefill.RESIDENCE: "Số 1, phố Ví Dụ, phường Ba Đình, thành phố Hà Nội",
    Prefill.BUSINESS_NAME: "Công ty TNHH Ví Dụ",
    Prefill.BUSINESS_ADDRESS: "Số 1, phố Ví Dụ, phường Ba Đình, thành phố Hà Nội",
}


class _OnePlace:
    """Calls every commune by one name: what an example needs."""

    def find(self, text: str) -> Sequence[Place]:
        """None."""
        return ()

    def labels(self, codes: Collection[str]) -> Mapping[str, str]:
        """The one name."""
        return dict.fromkeys(codes, "Phường Ba Đình, Thành phố Hà Nội")


def sheet_pdf(
    form: Form,
    kind: str,
    *,
    title: str,
    procedure: str,
    author: str,
    example: Mapping[str, Any] = MappingProxyType({}),
    at: datetime,
) -> bytes:
    """The form as PDF/A, in Vietnamese: blank, or filled in with the `example` and what is invented."""
    filled = kind == SampleKind.FILLED
    answers = _example(form, example, at) if filled else {}
    with override("vi"):
        drawn = form_pages(
            form if filled else every_question(form, say_when=False), answers, places=_OnePlace()
        )
        pages = [
            {"title": one.page.title, "intro": one.page.intro, "fields": _fields(one.fields)}
            for one in drawn.pages
        ]
    values: dict[str, object] = {
        "title": title,
        "procedure": procedure,
        "author": author,
        "note": NOTES[kind],
        "filled": filled,
        "pages": [page for page in pages if page["fields"]],
        "date": f"Hà Nội, {long_date(at)}" if filled else NO_DATE,
        "signer": SAID[Prefill.FULL_NAME] if filled else "",
    }
    return render_form(TEMPLATE, values, at=at)


def _example(form: Form, example: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    on = at.astimezone(VIETNAM).date()
    answers = invented_answers(form, on=on)
    for question in form.questions:
        if question.prefill in SAID and question.type is QuestionType.TEXT:
            answers[question.key] = SAID[question.prefill]
    return whole_answers(form, {**answers, **example}, on=on)


def _fields(fields: Iterable[DrawnField]) -> list[dict[str, object]]:
    """What the template reads; a file is a paper of its own and no line of this one."""
    return [
        {
            "label": field.question.label,
            "hint": field.question.hint,
            "optional": not field.question.required,
            "kind": "group" if field.entries else "choices" if field.choices else "line",
            "lines": LINES.get(field.question.type, 1),
            "said": field.said,
            "choices": [[one.label, one.chosen] for one in field.choices],
            "entries": [_fields(entry.fields) for entry in field.entries],
        }
        for field in fields
        if field.question.type is not QuestionType.FILE
    ]

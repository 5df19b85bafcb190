"""Answers that nobody gave, so that a form can be looked at filled in."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from lienthong.procedures.answers import whole_answers
from lienthong.procedures.form import Form, Question, QuestionType

WORDS = "Ví dụ "
# What is invented where the question sets no bounds and offers nothing to choose from.
INVENTED: dict[QuestionType, Any] = {
    QuestionType.YES_NO: True,
    QuestionType.IDENTIFICATION_NUMBER: "001199000001",
    QuestionType.TELEPHONE: "0912345678",
    QuestionType.EMAIL: "vidu@example.vn",
    QuestionType.FILE: ["0" * 64],
}


def invented_answers(form: Form, *, on: date, place: str = "00004") -> dict[str, Any]:
    """An answer to every question; those that are then not asked fall away."""
    return whole_answers(form, {one.key: _invented(one, on, place) for one in form.questions}, on=on)


def _invented(question: Question, on: date, place: str) -> Any:
    if question.type is QuestionType.GROUP:
        entry = {one.key: _invented(one, on, place) for one in question.questions}
        return [entry] * max(question.minimum or 0, 1)
    if question.type is QuestionType.PLACE:
        return place
    if question.type is QuestionType.DATE:
        return (on - timedelta(days=30)).isoformat()
    if question.options:
        least = max(question.minimum or 0, 1)
        values = [option.value for option in question.options]
        return values[0] if question.type is QuestionType.CHOICE else values[:least]
    if question.type in {QuestionType.WHOLE_NUMBER, QuestionType.AMOUNT}:
        return question.minimum or min(1, question.maximum if question.maximum is not None else 1)
    if question.type in INVENTED:
        return INVENTED[question.type]
    least = question.minimum or 1
    return (WORDS + question.label + " ").ljust(least, ".")[: question.maximum or 500].strip()

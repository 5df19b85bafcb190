"""What the State knows already, put into the questions that ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lienthong.procedures.form import Form, Prefill, Question, QuestionType


def prefilled_answers(form: Form, known: Mapping[Prefill, Any]) -> dict[str, Any]:
    """The answers that are known: a date as ISO 8601, sex as the value of an option.

    What a question does not offer to choose from is left to whoever fills in the form.
    """
    found: dict[str, Any] = {}
    for question in form.questions:
        value = known.get(question.prefill) if question.prefill else None
        if value in (None, ""):
            continue
        offered = {option.value for option in question.options}
        if question.type is not QuestionType.CHOICE or value in offered:
            found[question.key] = value
    return found


def said_for(form: Form | None, answers: Mapping[str, Any]) -> dict[Prefill, Any]:
    """What the answers say of what forms prefill."""
    asked = form.questions if form else ()
    return {one.prefill: answers[one.key] for one in asked if one.prefill and one.key in answers}


def same_answers(form: Form, before: Form | None, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers to the questions that the form asks in the same way: key, kind and options."""
    asked = before.question if before else {}
    return {
        one.key: answers[one.key]
        for one in form.questions
        if one.computed is None
        and one.key in answers
        and one.key in asked
        and _manner(one) == _manner(asked[one.key])
    }


def _manner(question: Question) -> tuple[object, ...]:
    values = tuple(option.value for option in question.options)
    return question.type, values, tuple((one.key, _manner(one)) for one in question.questions)

"""What the State knows already, put into the questions that ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lienthong.procedures.form import Form, Prefill, QuestionType


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

"""A form as JSON Schema 2020-12, compiled once when it is published."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from lienthong.procedures.conditions import as_schema
from lienthong.procedures.form import MOST_ENTRIES, Form, Question, QuestionType

DRAFT = "https://json-schema.org/draft/2020-12/schema"
LONGEST_TEXT, LONGEST_LONG_TEXT, LARGEST = 500, 5_000, 10**15
MOST_FILES = 20

# What an answer of each type looks like; the bounds of a question come to it.
SHAPES: dict[QuestionType, dict[str, Any]] = {
    QuestionType.TEXT: {"type": "string", "pattern": r"\S"},
    QuestionType.LONG_TEXT: {"type": "string", "pattern": r"\S"},
    QuestionType.WHOLE_NUMBER: {"type": "integer"},
    QuestionType.AMOUNT: {"type": "integer"},
    QuestionType.DATE: {"type": "string", "format": "date"},
    QuestionType.YES_NO: {"type": "boolean"},
    QuestionType.CHOICE: {},
    QuestionType.CHOICES: {"type": "array", "uniqueItems": True},
    QuestionType.IDENTIFICATION_NUMBER: {"type": "string", "pattern": r"^[0-9]{12}$"},
    QuestionType.TELEPHONE: {"type": "string", "pattern": r"^0[0-9]{9,10}$"},
    QuestionType.EMAIL: {"type": "string", "format": "email", "maxLength": 254},
    QuestionType.PLACE: {"type": "string", "pattern": r"^[0-9]{5}$"},
    QuestionType.FILE: {
        "type": "array",
        "uniqueItems": True,
        "items": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    },
    QuestionType.GROUP: {"type": "array"},
}
# How `minimum` and `maximum` are called for each type, and what holds where a question says nothing.
BOUNDS: dict[QuestionType, tuple[str, str, int, int]] = {
    QuestionType.TEXT: ("minLength", "maxLength", 1, LONGEST_TEXT),
    QuestionType.LONG_TEXT: ("minLength", "maxLength", 1, LONGEST_LONG_TEXT),
    QuestionType.WHOLE_NUMBER: ("minimum", "maximum", 0, LARGEST),
    QuestionType.AMOUNT: ("minimum", "maximum", 0, LARGEST),
    QuestionType.CHOICES: ("minItems", "maxItems", 1, MOST_ENTRIES),
    QuestionType.FILE: ("minItems", "maxItems", 1, MOST_FILES),
    QuestionType.GROUP: ("minItems", "maxItems", 1, MOST_ENTRIES),
}


def compile_form(form: Form) -> dict[str, Any]:
    """The schema of the form's answers: an object of answers by key, with nothing that is not asked."""
    rules = [
        rule
        for page in form.pages
        for question in page.questions
        for rule in _asked(question, [text for text in (page.condition, question.condition) if text])
    ]
    return {"$schema": DRAFT, **_object(form.questions, rules)}


def _object(questions: Iterable[Question], rules: Sequence[dict[str, Any]]) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {question.key: _shape(question) for question in questions},
    }
    return schema | ({"allOf": list(rules)} if rules else {})


def _asked(question: Question, conditions: Sequence[Any]) -> list[dict[str, Any]]:
    """When the question must have an answer, and when it may not."""
    required = question.required and question.computed is None
    there = {"required": [question.key]}
    if not conditions:
        return [there] if required else []
    asked = {"allOf": [as_schema(condition) for condition in conditions]}
    rule: dict[str, Any] = {"if": asked, "else": {"not": there}}
    return [rule | {"then": there} if required else rule]


def _shape(question: Question) -> dict[str, Any]:
    shape = dict(SHAPES[question.type])
    if question.type in BOUNDS:
        least, most, lowest, highest = BOUNDS[question.type]
        shape[least] = lowest if question.minimum is None else question.minimum
        shape[most] = highest if question.maximum is None else min(question.maximum, highest)
    values = [option.value for option in question.options]
    if question.type is QuestionType.CHOICE:
        shape["enum"] = values
    elif question.type is QuestionType.CHOICES:
        shape["items"] = {"enum": values}
    elif question.type is QuestionType.GROUP:
        rules = [
            rule
            for inner in question.questions
            for rule in _asked(inner, [inner.condition] if inner.condition else [])
        ]
        shape["items"] = _object(question.questions, rules)
    return shape

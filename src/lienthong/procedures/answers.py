"""Answers to a form: what is asked, what is computed, what is wrong with them, in words at the question."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from math import prod
from typing import Any

import jsonschema_rs
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lienthong.procedures.conditions import holds
from lienthong.procedures.form import Computation, Form, Page, Question, QuestionType
from lienthong.procedures.form_schema import compile_form


@dataclass(frozen=True)
class AnswerFault:
    """An answer that cannot be taken: `path` leads to the question ("children", 1, "name"),
    counted from 0.
    """

    path: tuple[str | int, ...]
    sentence: Promise | str
    facts: dict[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return str(self.sentence) % self.facts

    @property
    def question(self) -> str:
        """The question of the top level."""
        return str(self.path[0]) if self.path else ""


def asked_pages(form: Form, answers: Mapping[str, Any]) -> list[Page]:
    """The pages that are shown for these answers, each with the questions that are asked."""
    shown = []
    for page in form.pages:
        if page.condition is None or holds(page.condition, answers):
            asked = tuple(_asked(page.questions, answers))
            if asked:
                shown.append(page.model_copy(update={"questions": asked}))
    return shown


def whole_answers(form: Form, answers: Mapping[str, Any], *, on: date) -> dict[str, Any]:
    """The answers without those that are no longer asked, and with those that are computed on the day.

    Answers are kept in the order of the form, so that an answer that falls away takes with it what hung on
    it.
    """
    kept: dict[str, Any] = {}
    for page in form.pages:
        if page.condition is not None and not holds(page.condition, kept):
            continue
        kept |= _kept(page.questions, answers, kept, on)
    return kept


def faults_in(
    form: Form, answers: Mapping[str, Any], *, schema: Mapping[str, Any] | None = None
) -> list[AnswerFault]:
    """What is wrong with answers, question by question; `schema` is the compiled form, if it is at hand."""
    validator = _validator_of(form) if schema is None else _validator(json.dumps(schema, sort_keys=True))
    found: dict[tuple[str | int, ...], AnswerFault] = {}
    for error in validator.iter_errors(dict(answers)):
        for fault in _faults(form, error):
            found.setdefault(fault.path, fault)
    order = list(form.question)
    return sorted(found.values(), key=lambda fault: _place(order, fault))


def _kept(
    questions: Sequence[Question], answers: Mapping[str, Any], before: Mapping[str, Any], on: date
) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for question in questions:
        so_far = {**before, **kept}
        if question.condition is not None and not holds(question.condition, so_far):
            continue
        value: Any
        if question.computed is not None:
            value = _compute(question.computed, so_far, on)
        else:
            value = answers.get(question.key)
            if question.type is QuestionType.GROUP and isinstance(value, list):
                value = [
                    _kept(question.questions, one, {}, on) if isinstance(one, dict) else one for one in value
                ]
        if value is not None:
            kept[question.key] = value
    return kept


def _asked(questions: Sequence[Question], answers: Mapping[str, Any]) -> Iterator[Question]:
    return (
        question for question in questions if question.condition is None or holds(question.condition, answers)
    )


def _compute(rule: Computation, answers: Mapping[str, Any], on: date) -> int | None:
    """The computed answer; `None` while an answer that it needs is missing or is not what it should be."""
    values = [answers.get(name) for name in rule.of]
    if rule.do == "count":
        return sum(len(value) for value in values if isinstance(value, list))
    if rule.do == "years":
        days = [_day(value) for value in values]
        end = days[1] if len(days) > 1 else on
        return _years(days[0], end) if days[0] is not None and end is not None else None
    numbers = [value for value in values if type(value) is int]
    if len(numbers) < len(values):
        return None
    return sum(numbers) if rule.do == "sum" else prod(numbers)


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _years(start: date, end: date) -> int | None:
    """Full years from one day to another (Civil Code, Đ.148); `None` if it lies before."""
    if end < start:
        return None
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))


_MISSING = _("Answer this question.")
_NOT_ASKED = _("This is not asked; leave it out.")
_UNKNOWN = _("The form has no such question.")
_CHOOSE = _("Choose one of the answers offered.")
_TWICE = _("The same entry is there twice.")
_TOO_LONG = _("Write at most %(limit)s characters.")
_TOO_SHORT = _("Write at least %(limit)s characters.")
_TOO_MANY = _("Give at most %(limit)s.")
_TOO_FEW = _("Give at least %(limit)s.")
_TOO_LARGE = _("Give a number of at most %(limit)s.")
_TOO_SMALL = _("Give a number of at least %(limit)s.")
# What is said of an answer of another kind than asked for.
KINDS: dict[QuestionType, Promise] = {
    QuestionType.TEXT: _("Write a text."),
    QuestionType.LONG_TEXT: _("Write a text."),
    QuestionType.WHOLE_NUMBER: _("Write a whole number, in digits."),
    QuestionType.AMOUNT: _("Write the amount in đồng, in digits."),
    QuestionType.DATE: _("Give a day that exists, like 25/11/2026."),
    QuestionType.YES_NO: _("Answer yes or no."),
    QuestionType.CHOICE: _CHOOSE,
    QuestionType.CHOICES: _CHOOSE,
    QuestionType.IDENTIFICATION_NUMBER: _(
        "An identification number has 12 digits; look at the identity card."
    ),
    QuestionType.TELEPHONE: _("A telephone number has 10 or 11 digits and begins with 0."),
    QuestionType.EMAIL: _("Write a mail address, like ten@coquan.gov.vn."),
    QuestionType.PLACE: _("Choose a commune from the list."),
    QuestionType.FILE: _("Send the file again; this one has not arrived."),
    QuestionType.GROUP: _("Give the entries one by one."),
}
# The words of the schema whose limit is said; anything else is an answer of another kind than asked for.
_LIMITS: dict[str, Promise] = {
    "maxLength": _TOO_LONG,
    "minLength": _TOO_SHORT,
    "maxItems": _TOO_MANY,
    "minItems": _TOO_FEW,
    "maximum": _TOO_LARGE,
    "minimum": _TOO_SMALL,
}


def _faults(form: Form, error: jsonschema_rs.ValidationError) -> Iterator[AnswerFault]:
    """One finding of the schema as faults at questions."""
    path = tuple(error.instance_path)
    rule = str(error.schema_path[-1]) if error.schema_path else ""
    kind: Any = error.kind
    if rule == "required":
        yield AnswerFault((*path, str(kind.property)), _MISSING)
    elif rule == "additionalProperties":
        yield from (AnswerFault((*path, str(name)), _UNKNOWN) for name in kind.unexpected)
    elif rule == "not":
        yield from (AnswerFault((*path, str(name)), _NOT_ASKED) for name in _forbidden(error))
    elif rule == "uniqueItems":
        yield AnswerFault(path, _TWICE)
    elif rule in _LIMITS:
        yield AnswerFault(path, _LIMITS[rule], {"limit": kind.limit})
    else:
        question = _question_at(form, path)
        yield AnswerFault(path, KINDS[question.type] if question else _UNKNOWN)


def _forbidden(error: jsonschema_rs.ValidationError) -> list[str]:
    schema: Any = getattr(error.kind, "schema", {})
    return list(schema.get("required", [])) if isinstance(schema, dict) else []


def _question_at(form: Form, path: Sequence[str | int]) -> Question | None:
    """The question that a path of answers leads to; an entry's own place belongs to its group."""
    found: Question | None = None
    known: Mapping[str, Question] = form.question
    for part in path:
        if isinstance(part, str):
            found = known.get(part)
            known = {inner.key: inner for inner in found.questions} if found else {}
    return found


def _place(order: Sequence[str], fault: AnswerFault) -> tuple[int, str]:
    place = order.index(fault.question) if fault.question in order else len(order)
    return place, ".".join(f"{part:06}" if isinstance(part, int) else part for part in fault.path)


@lru_cache(maxsize=256)
def _validator_of(form: Form) -> jsonschema_rs.Draft202012Validator:
    """The validator of a form; a form that was read once is the same object, so it is found by it."""
    return _validator(json.dumps(compile_form(form), sort_keys=True))


@lru_cache(maxsize=256)
def _validator(schema: str) -> jsonschema_rs.Draft202012Validator:
    """The validator of a schema written as JSON; compiling it costs more than asking it."""
    return jsonschema_rs.Draft202012Validator(json.loads(schema), validate_formats=True)

"""The proof that a form holds together.

Keys are there once, conditions and sums ask only what came before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext_lazy as _

from lienthong.procedures.conditions import (
    Both,
    Comparison,
    Condition,
    Either,
    Not,
    names_in,
    parse_condition,
)
from lienthong.procedures.faults import Fault
from lienthong.procedures.form import Form, Question, QuestionType

CHOOSING = frozenset({QuestionType.CHOICE, QuestionType.CHOICES})
NUMBERS = frozenset({QuestionType.WHOLE_NUMBER, QuestionType.AMOUNT})
BOUNDED = NUMBERS | {
    QuestionType.TEXT,
    QuestionType.LONG_TEXT,
    QuestionType.CHOICES,
    QuestionType.FILE,
    QuestionType.GROUP,
}
# Which answers a computation can take.
TAKES: dict[str, frozenset[QuestionType]] = {
    "sum": NUMBERS,
    "product": NUMBERS,
    "count": frozenset({QuestionType.GROUP, QuestionType.CHOICES, QuestionType.FILE}),
    "years": frozenset({QuestionType.DATE}),
}

_TWICE = _("the key “%(key)s” is there twice")
_LATER = _("it depends on “%(name)s”, which is not asked before it")
_NO_OPTIONS = _("there is nothing to choose from")
_OPTION_TWICE = _("the option “%(value)s” is there twice")
_OPTIONS = _("only a question that offers a choice may have options")
_NO_GROUP = _("only a group may hold questions")
_EMPTY_GROUP = _("the group holds no question")
_EMPTY_PAGE = _("the page holds no question")
_DEEP = _("a group may not hold a group")
_BOUNDS = _("the minimum is larger than the maximum")
_UNBOUNDED = _("a question of this type has no minimum or maximum")
_NO_SUM = _("“%(name)s” is no answer that can be computed with in this way")
_NOT_A_NUMBER = _("what is computed is a whole number or an amount")
_YEARS = _("years are counted from one day, or from one day to another")
_NEVER = _("the condition compares “%(name)s” with “%(value)s”, which can never be its answer")
_OTHER_KIND = _("the condition compares “%(name)s” with something of another kind")
_WHOLE = _("a condition cannot ask about a group, a file or several choices")


def prove_form(form: Form) -> list[Fault]:
    """Everything that is wrong with the form; empty when it may be published."""
    faults: list[Fault] = []
    known: dict[str, Question] = {}
    pages: set[str] = set()
    for page in form.pages:
        at = (page.key,)
        if page.key in pages:
            faults.append(Fault(page.title, _TWICE, {"key": page.key}, at))
        pages.add(page.key)
        if not page.questions:
            faults.append(Fault(page.title, _EMPTY_PAGE, keys=at))
        faults += [_at(page.title, at, fault) for fault in _condition(page.when, known)]
        faults += _questions(page.title, at, page.questions, known)
    return faults


def _questions(
    place: str, keys: tuple[str, ...], questions: Sequence[Question], known: dict[str, Question]
) -> Iterator[Fault]:
    """The faults of questions in their order, on a page or in a group; `known` grows with each."""
    for question in questions:
        here, at = f"{place}, {question.label}", (*keys, question.key)
        if question.key in known:
            yield Fault(here, _TWICE, {"key": question.key}, at)
        yield from (_at(here, at, fault) for fault in _question(question, known, inside=len(keys) > 1))
        known[question.key] = question
        yield from _questions(here, at, question.questions, {})


def _question(question: Question, known: dict[str, Question], *, inside: bool) -> Iterator[Fault]:
    yield from _condition(question.when, known)
    yield from _options(question)
    yield from _computed(question, known)
    group = question.type is QuestionType.GROUP
    if group and inside:
        yield Fault("", _DEEP)
    if group and not question.questions:
        yield Fault("", _EMPTY_GROUP)
    if question.questions and not group:
        yield Fault("", _NO_GROUP)
    bounds = [bound for bound in (question.minimum, question.maximum) if bound is not None]
    if bounds and question.type not in BOUNDED:
        yield Fault("", _UNBOUNDED)
    if len(bounds) == 2 and bounds[0] > bounds[1]:
        yield Fault("", _BOUNDS)


def _options(question: Question) -> Iterator[Fault]:
    values = [option.value for option in question.options]
    if question.type in CHOOSING and not values:
        yield Fault("", _NO_OPTIONS)
    if values and question.type not in CHOOSING:
        yield Fault("", _OPTIONS)
    for value in sorted({value for value in values if values.count(value) > 1}):
        yield Fault("", _OPTION_TWICE, {"value": value})


def _computed(question: Question, known: dict[str, Question]) -> Iterator[Fault]:
    rule = question.computed
    if rule is None:
        return
    if question.type not in NUMBERS:
        yield Fault("", _NOT_A_NUMBER)
    if rule.do == "years" and len(rule.of) > 2:
        yield Fault("", _YEARS)
    for name in rule.of:
        if name not in known:
            yield Fault("", _LATER, {"name": name})
        elif known[name].type not in TAKES[rule.do]:
            yield Fault("", _NO_SUM, {"name": known[name].label})


def _condition(text: str, known: dict[str, Question]) -> Iterator[Fault]:
    if not text:
        return
    condition = parse_condition(text)
    for name in sorted(names_in(condition) - known.keys()):
        yield Fault("", _LATER, {"name": name})
    for one in _comparisons(condition):
        if one.name in known:
            yield from _comparison(one, known[one.name])


def _comparison(one: Comparison, question: Question) -> Iterator[Fault]:
    """Whether the answer of the question can be what it is compared with."""
    kinds = {QuestionType.YES_NO: bool, **dict.fromkeys(NUMBERS, int)}
    values = one.value if isinstance(one.value, tuple) else (one.value,)
    if question.type in {QuestionType.GROUP, QuestionType.FILE, QuestionType.CHOICES}:
        yield Fault("", _WHOLE)
        return
    facts: dict[str, object] = {"name": question.label}
    if any(type(value) is not kinds.get(question.type, str) for value in values):
        yield Fault("", _OTHER_KIND, facts)
        return
    if question.type is QuestionType.CHOICE:
        offered = {option.value for option in question.options}
        yield from (Fault("", _NEVER, facts | {"value": value}) for value in values if value not in offered)


def _comparisons(condition: Condition) -> Iterator[Comparison]:
    match condition:
        case Both(parts) | Either(parts):
            for part in parts:
                yield from _comparisons(part)
        case Not(part):
            yield from _comparisons(part)
        case Comparison():
            yield condition


def _at(place: str, keys: tuple[str, ...], fault: Fault) -> Fault:
    return Fault(place, fault.sentence, fault.facts, keys)

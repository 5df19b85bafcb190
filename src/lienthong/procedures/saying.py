"""A condition in the words of the form it is about, for people: "Parents are married: yes"."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from lienthong.procedures.conditions import Both, Comparison, Condition, Either, Not, Value, parse_condition
from lienthong.procedures.form import Form, Option, Question
from lienthong.procedures.states import Channel
from lienthong.ui.public import grouped

FACTS: dict[str, Promise] = {
    "channel": gettext_lazy("How you apply"),
    "fee": gettext_lazy("What you pay"),
    "supplemented": gettext_lazy("Papers were added later"),
}
SIGNS: dict[str, Promise] = {
    "==": gettext_lazy("%(name)s: %(value)s"),
    "in": gettext_lazy("%(name)s: %(value)s"),
    "!=": gettext_lazy("%(name)s: other than %(value)s"),
    "<": gettext_lazy("%(name)s: under %(value)s"),
    "<=": gettext_lazy("%(name)s: at most %(value)s"),
    ">": gettext_lazy("%(name)s: over %(value)s"),
    ">=": gettext_lazy("%(name)s: at least %(value)s"),
}


def condition_in_words(text: str, form: Form | None) -> str:
    """When it holds, in the reader's language and the words of the form's questions; empty for always."""
    return _said(parse_condition(text), form) if text else ""


def _said(condition: Condition, form: Form | None) -> str:
    match condition:
        case Both(parts):
            return f" {_('and')} ".join(_said(part, form) for part in parts)
        case Either(parts):
            return f" {_('or')} ".join(_said(part, form) for part in parts)
        case Not(part):
            return _("not (%(condition)s)") % {"condition": _said(part, form)}
        case Comparison(name, sign, value):
            question = form.question.get(name) if form else None
            values = value if isinstance(value, tuple) else (value,)
            said = f" {_('or')} ".join(_value(one, name, question) for one in values)
            return str(SIGNS[sign]) % {"name": _name(name, question), "value": said}


def _name(name: str, question: Question | None) -> str:
    return _of(question) if question else str(FACTS.get(name, name))


def _value(value: Value, name: str, question: Question | None) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int):
        return grouped(value)
    if name == "channel" and value in Channel.values:
        return str(Channel(value).label)
    options = question.options if question else ()
    return next((_of(one) for one in options if one.value == value), value)


def _of(labelled: Question | Option) -> str:
    english = labelled.label_en if get_language() == "en" else ""
    return english or labelled.label

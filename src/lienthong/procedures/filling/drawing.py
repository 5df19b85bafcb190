"""The questions of a form as fields: which control, what stands in it, how it is described."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lienthong.procedures.answers import AnswerFault, asked_pages
from lienthong.procedures.conditions import holds, names_in, parse_condition
from lienthong.procedures.filling.contracts import (
    ADD,
    REMOVE,
    Choice,
    DrawnField,
    DrawnForm,
    DrawnPage,
    Entry,
    KeptFile,
    NoPlaces,
    Path,
    Places,
)
from lienthong.procedures.form import (
    MOST_ENTRIES,
    Form,
    Option,
    Page,
    Prefill,
    Question,
    QuestionType,
)

MOST_RADIOS = 7  # more options are a list that opens
NUMERIC = frozenset({QuestionType.WHOLE_NUMBER, QuestionType.AMOUNT})
NO_PLACES = NoPlaces()

# Control, type of the input, keyboard of a phone; the controls are those of `procedures/_field.html`.
CONTROLS: dict[QuestionType, tuple[str, str, str]] = {
    QuestionType.TEXT: ("input", "text", ""),
    QuestionType.LONG_TEXT: ("textarea", "", ""),
    QuestionType.WHOLE_NUMBER: ("input", "text", "numeric"),
    QuestionType.AMOUNT: ("input", "text", "numeric"),
    QuestionType.DATE: ("input", "text", "numeric"),
    QuestionType.YES_NO: ("radios", "", ""),
    QuestionType.CHOICE: ("radios", "", ""),
    QuestionType.CHOICES: ("checkboxes", "", ""),
    QuestionType.IDENTIFICATION_NUMBER: ("input", "text", "numeric"),
    QuestionType.TELEPHONE: ("input", "tel", "tel"),
    QuestionType.EMAIL: ("input", "email", "email"),
    QuestionType.PLACE: ("place", "text", ""),
    QuestionType.FILE: ("file", "file", ""),
    QuestionType.GROUP: ("group", "", ""),
}
# What is said below a label when the question says nothing itself.
HINTS: dict[QuestionType, Promise] = {
    QuestionType.DATE: _("Day/month/year, like 25/11/2026"),
    QuestionType.IDENTIFICATION_NUMBER: _("12 digits, as on the identity card"),
    QuestionType.PLACE: _("Name or code, with or without marks"),
}
# WCAG 2.1, 1.3.5: what a browser may fill in for its owner (HTML, "autofill detail tokens").
AUTOFILL: dict[Prefill, str] = {
    Prefill.FULL_NAME: "name",
    Prefill.TELEPHONE: "tel",
    Prefill.EMAIL: "email",
    Prefill.BUSINESS_NAME: "organization",
}
YES, NO = _("Yes"), _("No")
ONLY_IF = _("Only if: %(condition)s")


def form_pages(
    form: Form,
    answers: Mapping[str, Any],
    *,
    faults: Sequence[AnswerFault] = (),
    seen: frozenset[Path] | None = None,
    page: str = "",
    files: Mapping[str, KeptFile] = MappingProxyType({}),
    places: Places = NO_PLACES,
    autofill: bool = False,
    prefilled: Mapping[str, Any] = MappingProxyType({}),
    whence: Mapping[str, str] = MappingProxyType({}),
) -> DrawnForm:
    """The pages that are asked for these answers, or one of them, as fields with values and faults.

    `seen` are the questions that were on the page that sent the answers: others are new, so a missing answer
    is no fault yet. `files` name those sent before by their SHA-256. `autofill` lets the browser fill in
    what it knows of its owner: for who applies for oneself, never at a counter. `prefilled` are the answers
    that were filled in beforehand: those that still stand are marked, with `whence` they are, by question. At
    most one query, of places.
    """
    pages = [one for one in asked_pages(form, answers) if not page or one.key == page]
    drawer = _Drawer(
        faults={fault.path: str(fault) for fault in faults},
        seen=seen,
        files=files,
        places=places,
        labels=places.labels(set(_codes(pages, answers))),
        autofill=autofill,
        prefilled=prefilled,
        whence=whence,
    )
    deciding = _deciding(form)
    drawn = tuple(
        DrawnPage(one, tuple(drawer.field(ask, (ask.key,), answers, deciding) for ask in one.questions))
        for one in pages
    )
    return DrawnForm(drawn, tuple(_faulty(field for one in drawn for field in one.fields)))


def every_question(form: Form, *, say_when: bool = True) -> Form:
    """The form with every question asked, whatever the answers.

    Of one that is asked only in some cases the hint says in which, or with `say_when` off it is optional.
    """
    return Form(
        pages=tuple(
            page.model_copy(
                update={
                    "when": "",
                    "questions": tuple(_always(question, say_when) for question in page.questions),
                }
            )
            for page in form.pages
        )
    )


def _always(question: Question, say_when: bool) -> Question:
    changed: dict[str, Any] = {"questions": tuple(_always(one, say_when) for one in question.questions)}
    if question.when and say_when:
        condition = ONLY_IF % {"condition": question.when}
        hint = " ".join(filter(None, (_in_words(question, "hint"), str(condition))))
        changed |= {"when": "", "hint": hint, "hint_en": hint}
    elif question.when:
        changed |= {"when": "", "required": False}
    return question.model_copy(update=changed)


@dataclass(frozen=True)
class _Drawer:
    """What every field of one form is drawn with."""

    faults: Mapping[Path, str]
    seen: frozenset[Path] | None
    files: Mapping[str, KeptFile]
    places: Places
    labels: Mapping[str, str]
    autofill: bool
    prefilled: Mapping[str, Any]
    whence: Mapping[str, str]

    def field(
        self, question: Question, path: Path, answers: Mapping[str, Any], deciding: frozenset[str]
    ) -> DrawnField:
        """One question with its answer."""
        value = answers.get(question.key)
        control, kind, keyboard = CONTROLS[question.type]
        choices = self._choices(question, value, path)
        if question.computed is not None:
            control = "computed"
        elif control == "radios" and len(choices) > MOST_RADIOS:
            control = "select"
        new = self.seen is not None and path not in self.seen and question.computed is None
        entries = self._entries(question, value) if question.type is QuestionType.GROUP else ()
        prefilled = len(path) == 1 and value is not None and self.prefilled.get(question.key) == value
        return DrawnField(
            question=question,
            path=path,
            control=control,
            type=kind,
            inputmode=keyboard,
            autocomplete=self._autofill(question),
            value=self._written(question, value),
            said=self._said(question, value),
            choices=choices,
            files=tuple(self.files.get(one, KeptFile(one, one[:12])) for one in _texts(value))
            if question.type is QuestionType.FILE
            else (),
            entries=entries,
            add=f"{ADD}-{question.key}" if len(entries) < _most(question) else "",
            unit="đồng" if question.type is QuestionType.AMOUNT else "",
            hint=_in_words(question, "hint") or str(HINTS.get(question.type, "")),
            fault="" if new else self.faults.get(path, ""),
            decides=question.key in deciding,
            new=new,
            prefilled=prefilled,
            whence=self.whence.get(question.key, "") if prefilled else "",
        )

    def _autofill(self, question: Question) -> str:
        own = AUTOFILL.get(question.prefill) if question.prefill and self.autofill else None
        return own or "off"

    def _entries(self, group: Question, value: Any) -> tuple[Entry, ...]:
        """The entries given, and as many empty ones as must be filled in."""
        given = [one if isinstance(one, Mapping) else {} for one in value] if isinstance(value, list) else []
        least = max(group.minimum or 0, 1) if group.required else 0
        rows = (given + [{}] * (min(least, MOST_ENTRIES) - len(given)))[:MOST_ENTRIES]
        names = _named(inner.when for inner in group.questions)
        return tuple(
            Entry(
                place + 1,
                tuple(
                    self.field(inner, (group.key, place, inner.key), row, names)
                    for inner in group.questions
                    if inner.condition is None or holds(inner.condition, row)
                ),
                f"{REMOVE}-{group.key}-{place}" if len(rows) > least else "",
            )
            for place, row in enumerate(rows)
        )

    def _choices(self, question: Question, value: Any, path: Path) -> tuple[Choice, ...]:
        if question.type is QuestionType.YES_NO:
            return (Choice("yes", str(YES), value is True), Choice("no", str(NO), value is False))
        if question.type is QuestionType.PLACE:
            # What matched several is offered to choose from, where it is to be corrected.
            undecided = isinstance(value, str) and value not in self.labels and path in self.faults
            found = self.places.find(value) if undecided else ()
            return tuple(Choice(place.code, place.written) for place in found)
        chosen = value if isinstance(value, list) else [value]
        return tuple(
            Choice(option.value, _label(option), option.value in chosen) for option in question.options
        )

    def _written(self, question: Question, value: Any) -> str:
        """As it stands in the field."""
        if value is None or isinstance(value, bool | list | dict):
            return ""
        if question.type is QuestionType.PLACE and value in self.labels:
            return f"{self.labels[value]} ({value})"
        return _plain(question, value)

    def _said(self, question: Question, value: Any) -> str:
        """The answer in words; empty if there is none, or if it is files or entries."""
        if isinstance(value, bool):
            return str(YES if value else NO)
        if question.options:
            chosen = value if isinstance(value, list) else [value]
            return ", ".join(_label(option) for option in question.options if option.value in chosen)
        if value is None or isinstance(value, list | dict):
            return ""
        if question.type is QuestionType.PLACE:
            return self.labels.get(value, str(value))
        text = _plain(question, value)
        return f"{text} đồng" if question.type is QuestionType.AMOUNT else text


def _plain(question: Question, value: Any) -> str:
    """A value as people of the country write it; what is no value of the type as it was written."""
    if question.type is QuestionType.DATE:
        try:
            return f"{date.fromisoformat(str(value)):%d/%m/%Y}"
        except ValueError:
            return str(value)
    if question.type in NUMERIC and type(value) is int and abs(value) >= 10_000:
        grouped = f"{value:,}"
        return grouped if get_language() == "en" else grouped.replace(",", ".")
    return str(value)


def _most(group: Question) -> int:
    """How many entries there may be; none of a question that is no group."""
    if group.type is not QuestionType.GROUP:
        return 0
    return MOST_ENTRIES if group.maximum is None else min(group.maximum, MOST_ENTRIES)


def _codes(pages: Sequence[Page], answers: Mapping[str, Any]) -> Iterator[str]:
    """The codes of communes that are on the pages."""
    for page in pages:
        for question in page.questions:
            value = answers.get(question.key)
            if question.type is QuestionType.PLACE and isinstance(value, str):
                yield value
            elif question.type is QuestionType.GROUP and isinstance(value, list):
                places = [one.key for one in question.questions if one.type is QuestionType.PLACE]
                rows = [row for row in value if isinstance(row, Mapping)]
                yield from (row[key] for row in rows for key in places if isinstance(row.get(key), str))


def _deciding(form: Form) -> frozenset[str]:
    """The questions of the top level that others hang on: by a condition, or because they are computed."""
    named = _named([page.when for page in form.pages] + [question.when for question in form.questions])
    computed = {name for question in form.questions if question.computed for name in question.computed.of}
    return named | computed


def _named(conditions: Iterable[str]) -> frozenset[str]:
    found: set[str] = set()
    for text in conditions:
        if text:
            found |= names_in(parse_condition(text))
    return frozenset(found)


def _faulty(fields: Iterable[DrawnField]) -> Iterator[DrawnField]:
    for field in fields:
        if field.fault:
            yield field
        for entry in field.entries:
            yield from _faulty(entry.fields)


def _texts(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _label(option: Option) -> str:
    return _in_words(option, "label")


def _in_words(value: Any, name: str) -> str:
    """A text that is kept in both languages."""
    english = getattr(value, f"{name}_en", "") if get_language() == "en" else ""
    return str(english or getattr(value, name, ""))

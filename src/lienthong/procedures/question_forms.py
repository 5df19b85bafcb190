"""The pages and questions of a form as rows of a table."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lienthong.procedures.form import MOST_OPTIONS, MOST_PAGES, MOST_QUESTIONS, Prefill, QuestionType
from lienthong.procedures.rows import KEY, ConditionField, RememberedRow, Row, Table

TYPE_LABELS: dict[str, Promise] = {
    QuestionType.TEXT: _("Short text"),
    QuestionType.LONG_TEXT: _("Long text"),
    QuestionType.WHOLE_NUMBER: _("Whole number"),
    QuestionType.AMOUNT: _("Amount in đồng"),
    QuestionType.DATE: _("Date"),
    QuestionType.YES_NO: _("Yes or no"),
    QuestionType.CHOICE: _("One of several"),
    QuestionType.CHOICES: _("Several of several"),
    QuestionType.IDENTIFICATION_NUMBER: _("Identification number"),
    QuestionType.TELEPHONE: _("Telephone"),
    QuestionType.EMAIL: _("Email"),
    QuestionType.PLACE: _("Commune or ward"),
    QuestionType.FILE: _("File upload"),
    QuestionType.GROUP: _("Group that can be repeated"),
}
PREFILL_LABELS: dict[str, Promise] = {
    Prefill.FULL_NAME: _("Full name of the applicant"),
    Prefill.IDENTIFICATION_NUMBER: _("Identification number of the applicant"),
    Prefill.BIRTH_DATE: _("Date of birth of the applicant"),
    Prefill.SEX: _("Sex of the applicant"),
    Prefill.TELEPHONE: _("Telephone of the applicant"),
    Prefill.EMAIL: _("Email of the applicant"),
    Prefill.RESIDENCE: _("Residence of the applicant"),
    Prefill.BUSINESS_NAME: _("Name of the business"),
    Prefill.BUSINESS_CODE: _("Code of the business"),
    Prefill.BUSINESS_ADDRESS: _("Address of the business"),
}
COMPUTATIONS: dict[str, Promise] = {
    "sum": _("Sum of"),
    "product": _("Product of"),
    "count": _("Number of entries of"),
    "years": _("Full years from"),
}
NOTHING = ("", _("no"))
OPTION = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_BAR = re.compile(r"(?<!\\)\|")


class FormRow(RememberedRow):
    """A page or a question: its key is made of its title where none is given."""

    key = forms.RegexField(
        label=_("Key"),
        regex=f"^{KEY}$",
        required=False,
        help_text=_("Conditions name it. Left empty, it is made of the words above."),
        error_messages={"invalid": _("Use small letters, digits and _, and begin with a letter.")},
    )
    worded = "title"

    def clean(self) -> Row:
        """What was sent, with a key."""
        data = super().clean() or {}
        if not data.get("key") and "key" not in self.errors and data.get(self.worded):
            data["key"] = data.get("was") or made_key(data[self.worded])
        return data


class PageForm(FormRow):
    """A page of a form: one topic."""

    more = ("intro", "intro_en", "when", "key")

    title = forms.CharField(label=_("Title of the page"), max_length=200)
    title_en = forms.CharField(label=_("Title in English"), required=False, max_length=200)
    intro = forms.CharField(
        label=_("Introduction"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )
    intro_en = forms.CharField(
        label=_("Introduction in English"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    when = ConditionField()


class QuestionForm(FormRow):
    """A question."""

    worded = "label"
    more = (
        "when",
        "options",
        "minimum",
        "maximum",
        "hint",
        "hint_en",
        "prefill",
        "computed_do",
        "computed_of",
        "key",
    )

    label = forms.CharField(label=_("Words of the question"), max_length=200)
    label_en = forms.CharField(label=_("In English"), required=False, max_length=200)
    type = forms.ChoiceField(
        label=_("Type of answer"), initial=QuestionType.TEXT, choices=list(TYPE_LABELS.items())
    )
    required = forms.BooleanField(label=_("Required"), required=False, initial=True)
    when = ConditionField()
    options = forms.CharField(
        label=_("Answers to choose from"),
        help_text=_("One on each line: value | Vietnamese | English. The value may be left out."),
        required=False,
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    minimum = forms.IntegerField(
        label=_("At least"),
        help_text=_("Of a number its value; of a text its length; of files, choices and groups how many."),
        required=False,
        min_value=0,
        max_value=10**15,
    )
    maximum = forms.IntegerField(label=_("At most"), required=False, min_value=0, max_value=10**15)
    hint = forms.CharField(label=_("Hint"), required=False, max_length=500)
    hint_en = forms.CharField(label=_("Hint in English"), required=False, max_length=500)
    prefill = forms.ChoiceField(
        label=_("Filled in beforehand"), required=False, choices=[NOTHING, *PREFILL_LABELS.items()]
    )
    computed_do = forms.ChoiceField(
        label=_("Computed"), required=False, choices=[NOTHING, *COMPUTATIONS.items()]
    )
    computed_of = forms.RegexField(
        label=_("Computed from"),
        help_text=_("Keys of earlier questions, with spaces between them."),
        regex=rf"^{KEY}(\s+{KEY})*$",
        required=False,
        max_length=900,
        error_messages={"invalid": _("Write keys of questions with spaces between them.")},
    )

    def clean_options(self) -> list[Row]:
        """The answers, each with its value."""
        found = list[Row]()
        for number, line in enumerate(self.cleaned_data["options"].splitlines(), 1):
            if line.strip():
                found.append(_option(line, number))
        values = [one["value"] for one in found]
        for value in values:
            if values.count(value) > 1:
                raise forms.ValidationError(
                    _("The value “%(value)s” is there twice."), params={"value": value}
                )
        if len(found) > MOST_OPTIONS:
            raise forms.ValidationError(
                _("At most %(most)s answers can be chosen from."), params={"most": MOST_OPTIONS}
            )
        return found

    def clean(self) -> Row:
        """What was sent; a computation needs both its halves."""
        data = super().clean()
        if data.get("computed_do") and not data.get("computed_of") and "computed_of" not in self.errors:
            self.add_error("computed_of", _("Say from which questions it is computed."))
        if data.get("computed_of") and not data.get("computed_do"):
            self.add_error("computed_do", _("Say how it is computed."))
        return data

    def row(self) -> Row:
        """The question as a form has it, without what is said by default."""
        row = super().row()
        do, of = row.pop("computed_do", ""), row.pop("computed_of", "")
        computed = {"computed": {"do": do, "of": of.split()}} if do else {}
        return row | computed | {"required": self.cleaned_data["required"]}

    @classmethod
    def shown(cls, row: Mapping[str, Any]) -> Row:
        """A question as the row shows it."""
        computed = row.get("computed") or {}
        return super().shown(row) | {
            "required": row.get("required", True),
            "options": "\n".join(_line(option) for option in row.get("options") or ()),
            "computed_do": computed.get("do", ""),
            "computed_of": " ".join(computed.get("of", ())),
        }


PAGES = Table(("form", "pages"), _("Pages"), PageForm, ("questions",), _("Questions"), MOST_PAGES)


def questions_table(page: str, group: str = "") -> Table:
    """The questions of a page, or of a group on it."""
    path = ("form", "pages", page, "questions", *((group, "questions") if group else ()))
    return Table(
        path, _("Questions"), QuestionForm, ("questions",), _("Questions of the group"), MOST_QUESTIONS
    )


def made_key(words: str) -> str:
    """A key made of words: "Họ, chữ đệm, tên" is "ho_chu_dem_ten"."""
    plain = unicodedata.normalize("NFD", words.casefold().replace("đ", "d"))
    letters = "".join(one for one in plain if not unicodedata.combining(one))
    key = re.sub(r"[^a-z0-9]+", "_", letters).strip("_")
    return (key if key[:1].isalpha() and key.isascii() else f"q_{key}")[:40].rstrip("_")


def _option(line: str, number: int) -> Row:
    """One line of the answers to choose from. Raises `ValidationError` with its number."""
    parts = [part.strip().replace("\\|", "|") for part in _BAR.split(line)]
    if len(parts) == 1:
        parts = [made_key(parts[0]), parts[0]]
    value, label, english = (*parts, "")[:3] if len(parts) < 3 else (parts[0], parts[1], parts[2])
    if len(parts) > 3 or not label or not OPTION.fullmatch(value):
        raise forms.ValidationError(
            _(
                "Line %(number)s: write it like: married | Đã kết hôn | Married. The value has small "
                "letters, digits, _ and -."
            ),
            params={"number": number},
        )
    if max(len(label), len(english)) > 200:
        raise forms.ValidationError(_("Line %(number)s is too long."), params={"number": number})
    return {"value": value, "label": label} | ({"label_en": english} if english else {})


def _line(option: Mapping[str, Any]) -> str:
    """An answer as a line."""
    words = (option["value"], option["label"], option.get("label_en") or "")
    return " | ".join(" ".join(one.split()).replace("|", "\\|") for one in words if one)

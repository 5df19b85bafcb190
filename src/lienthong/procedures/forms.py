"""Validation of what the pages of the catalogue send; whether a definition is whole is proven elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lienthong.documents.public import CERTIFICATE_TYPES, DOCUMENT_TYPES
from lienthong.procedures.contracts import ProcedureFilter
from lienthong.procedures.definition import WORKING_DAY
from lienthong.procedures.models import ServiceField
from lienthong.procedures.process import Body, StepKind
from lienthong.procedures.question_forms import PAGES, questions_table
from lienthong.procedures.rows import KEY, ConditionField, RememberedRow, RowForm, Table
from lienthong.procedures.states import Audience, Level, VersionState

ANY = ("", _("Any"))


def type_choices() -> list[tuple[str, Any]]:
    """The types a result may be drafted as, certificates first."""
    kinds = (*CERTIFICATE_TYPES, *DOCUMENT_TYPES)
    return [("", _("By its name")), *((kind.code, kind.name) for kind in kinds)]


KIND_LABELS: dict[str, Promise] = {
    StepKind.START: _("Start"),
    StepKind.TASK: _("Task of an official"),
    StepKind.CHOICE: _("Choice (exclusive gateway)"),
    StepKind.FORK: _("Parallel from here (fork)"),
    StepKind.JOIN: _("Wait for all (join)"),
    StepKind.TIMER: _("Wait for a time"),
    StepKind.MESSAGE: _("Wait for a message"),
    StepKind.END: _("End"),
}
BODY_LABELS: dict[str, Promise] = {
    Body.OWNER: _("The agency that received it"),
    Body.COMMUNE: _("Commune"),
    Body.DISTRICT: _("District"),
    Body.DEPARTMENT: _("Provincial department"),
    Body.PROVINCE: _("Province"),
    Body.MINISTRY: _("Ministry"),
}


class ProcedureFilterForm(forms.Form):
    """The narrowing of the catalogue; what makes no sense is left out, never refused."""

    text = forms.CharField(label=_("Name or code"), required=False, max_length=200)
    field = forms.ChoiceField(label=_("Field"), required=False)
    level = forms.ChoiceField(label=_("Level"), required=False, choices=[ANY, *Level.choices])
    audience = forms.ChoiceField(label=_("For whom"), required=False, choices=[ANY, *Audience.choices])
    state = forms.ChoiceField(label=_("State"), required=False, choices=[ANY, *VersionState.choices])

    def __init__(self, data: Any, *, fields: Iterable[ServiceField]) -> None:
        super().__init__(data)
        self.fields["field"].choices = [ANY, *((one.code, one.name) for one in fields)]  # type: ignore[attr-defined]

    def wanted(self) -> ProcedureFilter:
        """The filter asked for."""
        self.is_valid()
        return ProcedureFilter(**self.cleaned_data)


class ReasonForm(forms.Form):
    """Why a procedure is no longer offered; everybody reads it."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Everybody who looks at the procedure will read it."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class FileForm(forms.Form):
    """A file to read a process or a whole definition from."""

    file = forms.FileField(label=_("File"), max_length=255)


class AboutForm(forms.Form):
    """Law, conditions and time limit."""

    law = forms.CharField(
        label=_("Legal bases"),
        help_text=_("One on each line."),
        required=False,
        max_length=15_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    conditions = forms.CharField(
        label=_("Conditions"), required=False, max_length=5_000, widget=forms.Textarea(attrs={"rows": 4})
    )
    conditions_en = forms.CharField(
        label=_("Conditions in English"),
        required=False,
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    limit_days = forms.DecimalField(
        label=_("Legal time limit in working days"),
        help_text=_("A working day has 8 hours. Leave it empty if the law sets no limit."),
        required=False,
        min_value=0,
        max_value=2_000,
        max_digits=8,
        decimal_places=3,
    )

    def part(self) -> dict[str, Any]:
        """The part of a definition."""
        days = self.cleaned_data["limit_days"]
        return {
            "law": [line.strip() for line in self.cleaned_data["law"].splitlines() if line.strip()],
            "conditions": self.cleaned_data["conditions"],
            "conditions_en": self.cleaned_data["conditions_en"],
            "limit_minutes": round(days * WORKING_DAY) if days else None,
        }

    @staticmethod
    def initial_of(data: Mapping[str, Any]) -> dict[str, Any]:
        """A definition as the form shows it."""
        minutes = data.get("limit_minutes")
        return {
            "law": "\n".join(data.get("law", [])),
            "conditions": data.get("conditions", ""),
            "conditions_en": data.get("conditions_en", ""),
            "limit_days": f"{minutes / WORKING_DAY:g}" if minutes else "",
        }


class QuestionsForm(forms.Form):
    """The form of the procedure as JSON."""

    json = forms.CharField(
        label=_("Form as JSON"),
        help_text=_("Copy it to keep it or to use it elsewhere; what is saved here replaces the whole form."),
        max_length=500_000,
        widget=forms.Textarea(attrs={"rows": 28, "spellcheck": "false", "class": "mono"}),
    )

    def clean_json(self) -> Any:
        """The data; refused with the line where it breaks off."""
        try:
            return json.loads(self.cleaned_data["json"])
        except (json.JSONDecodeError, RecursionError) as error:
            line = getattr(error, "lineno", 1)
            raise forms.ValidationError(
                _("This is no JSON: something is wrong at line %(line)s."), params={"line": line}
            ) from None


class PaperForm(RememberedRow):
    """A paper that is asked for."""

    name = forms.CharField(label=_("Name"), max_length=500)
    name_en = forms.CharField(label=_("Name in English"), required=False, max_length=500)
    originals = forms.IntegerField(label=_("Originals"), required=False, min_value=0, max_value=20)
    copies = forms.IntegerField(label=_("Copies"), required=False, min_value=0, max_value=20)
    when = ConditionField()
    held_by_state = forms.BooleanField(label=_("The State has it"), required=False)


class FeeForm(RowForm):
    """A fee."""

    name = forms.CharField(label=_("Name"), required=False, max_length=200)
    name_en = forms.CharField(label=_("Name in English"), required=False, max_length=200)
    amount = forms.IntegerField(label=_("Amount in đồng"), min_value=0, max_value=10**12)
    when = ConditionField()
    law = forms.CharField(label=_("Law"), required=False, max_length=200)


class ExemptionForm(RowForm):
    """An exemption or reduction of fees."""

    name = forms.CharField(label=_("Name"), max_length=200)
    name_en = forms.CharField(label=_("Name in English"), required=False, max_length=200)
    share = forms.IntegerField(label=_("Percent not asked for"), min_value=1, max_value=100)
    fee = forms.RegexField(label=_("Of the fee (key; empty: every fee)"), regex=f"^{KEY}$", required=False)
    when = forms.CharField(
        label=_("By itself if (empty: an official chooses)"), required=False, max_length=500
    )
    law = forms.CharField(label=_("Law"), max_length=200)


class ResultForm(RowForm):
    """A result."""

    name = forms.CharField(label=_("Name"), required=False, max_length=200)
    name_en = forms.CharField(label=_("Name in English"), required=False, max_length=200)
    months = forms.IntegerField(label=_("Valid for months"), required=False, min_value=1, max_value=1200)
    document_type = forms.ChoiceField(label=_("Type of document"), required=False, choices=type_choices)


class LaneForm(RowForm):
    """Who works."""

    name = forms.CharField(label=_("Name"), required=False, max_length=200)
    name_en = forms.CharField(label=_("Name in English"), required=False, max_length=200)
    body = forms.ChoiceField(label=_("Where"), initial=Body.OWNER, choices=list(BODY_LABELS.items()))
    agency = forms.CharField(label=_("Always this agency (code)"), required=False, max_length=40)
    role = forms.RegexField(label=_("Role"), regex=f"^{KEY}$", required=False)


class StepForm(RowForm):
    """A step."""

    more = ("name_en", "message", "pauses", "effects")

    name = forms.CharField(label=_("Name"), required=False, max_length=200)
    name_en = forms.CharField(label=_("Name in English"), required=False, max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), initial=StepKind.TASK, choices=list(KIND_LABELS.items()))
    lane = forms.CharField(label=_("Lane"), required=False, max_length=40)
    minutes = forms.IntegerField(label=_("Working minutes"), required=False, min_value=0, max_value=1_000_000)
    message = forms.CharField(label=_("Waits for"), required=False, max_length=40)
    pauses = forms.BooleanField(label=_("Clock stands still"), required=False)
    effects = forms.CharField(label=_("Effects"), required=False, max_length=200)

    def row(self) -> dict[str, Any]:
        """The row; effects are written with spaces between them."""
        row = super().row()
        return row | ({"effects": row["effects"].split()} if "effects" in row else {})

    @classmethod
    def shown(cls, row: Mapping[str, Any]) -> dict[str, Any]:
        """The step with its effects in one line."""
        return super().shown(row) | {"effects": " ".join(row["effects"])}


class TransitionForm(RowForm):
    """A way from step to step; it has no key of its own."""

    key = None  # type: ignore[assignment]
    source = forms.RegexField(label=_("From step"), regex=f"^{KEY}$")
    target = forms.RegexField(label=_("To step"), regex=f"^{KEY}$")
    name = forms.CharField(label=_("Name"), required=False, max_length=200)
    name_en = forms.CharField(label=_("Name in English"), required=False, max_length=200)
    when = ConditionField()
    otherwise = forms.BooleanField(label=_("In all other cases"), required=False)
    returns = forms.BooleanField(label=_("Leads back"), required=False)


TABLES: dict[str, tuple[Table, ...]] = {
    "papers": (Table(("papers",), _("Papers"), PaperForm),),
    "fees": (
        Table(("fees",), _("Fees"), FeeForm),
        Table(("exemptions",), _("Exemptions and reductions"), ExemptionForm),
    ),
    "results": (Table(("results",), _("Results"), ResultForm),),
    "process": (
        Table(("process", "lanes"), _("Who works (lanes)"), LaneForm),
        Table(("process", "steps"), _("Steps"), StepForm),
        Table(("process", "transitions"), _("Ways from step to step"), TransitionForm),
    ),
    "questions": (PAGES,),
}


# What the parts of a definition are called, for whoever reads a difference.
WORDS: dict[str, Promise | str] = {
    **{
        name: field.label
        for tables in (*TABLES.values(), (questions_table(""),))
        for table in tables
        for name, field in table.form.base_fields.items()
        if field.label
    },
    **{
        table.path[-1]: table.title
        for tables in (*TABLES.values(), (questions_table(""),))
        for table in tables
    },
    **{name: field.label for name, field in AboutForm.base_fields.items() if field.label},
    "limit_minutes": _("Legal time limit in working minutes"),
    "process": _("Process"),
    "form": _("Form"),
    "samples": _("Samples"),
    "sha256": _("Content (SHA-256)"),
}

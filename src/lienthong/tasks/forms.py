"""Validation of what the pages of tasks send; the rules of the work are the actions' own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lienthong.tasks.contracts import Candidate, PartyKey, TaskFilter
from lienthong.tasks.states import STATE_LABELS

REASON_LIMIT = 1000


class TaskFilterForm(forms.Form):
    """The narrowing of a list of tasks; what makes no sense is left out, never refused."""

    text = forms.CharField(label=_("Work or source"), required=False, max_length=200)
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("Any")), *STATE_LABELS.items()]
    )
    overdue = forms.BooleanField(label=_("Overdue tasks only"), required=False)

    def wanted(self, tab: str) -> TaskFilter:
        """The filter asked for."""
        self.is_valid()
        return TaskFilter(tab=tab, **self.cleaned_data)


class NothingForm(forms.Form):
    """An act that needs no words."""


class ReasonForm(forms.Form):
    """Words that the others will read."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The others will read it."),
        max_length=REASON_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class WordsForm(ReasonForm):
    """What is said: progress, an opinion."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("What to say")


class OptionalWordsForm(WordsForm):
    """Words that may be left out."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = False


class FinishForm(forms.Form):
    """What came of the work."""

    note = forms.CharField(
        label=_("Result"),
        help_text=_("What was done, in a sentence or two."),
        max_length=REASON_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    product = forms.FileField(label=_("Product (file)"), required=False, allow_empty_file=True)


class HandOnForm(forms.Form):
    """Who is to lead instead."""

    to = forms.TypedChoiceField(label=_("New lead"), coerce=PartyKey.parse)
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=REASON_LIMIT,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(
        self, *args: Any, candidates: Sequence[Candidate], reason_needed: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        rows = [(str(row.key), " – ".join(filter(None, (row.name, row.detail)))) for row in candidates]
        self.fields["to"].choices = [("", "–"), *rows]  # type: ignore[attr-defined]
        self.fields["reason"].required = reason_needed


class ExtensionForm(ReasonForm):
    """Until when more time is asked for, and why."""

    due_at = forms.DateTimeField(
        label=_("Until"),
        help_text=_("Vietnam time."),
        input_formats=["%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M", "%d/%m/%Y"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    field_order = ("due_at", "reason")

"""Validation of what the pages of work files send; the rules are the actions' own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lienthong.office.archive.filing import CODE_LIMIT, TITLE_LIMIT, NewFile
from lienthong.office.archive.moving import REASON_LIMIT
from lienthong.office.archive.queries import WorkFileFilter
from lienthong.office.archive.retention_queries import Rule
from lienthong.office.archive.states import FILE_STATE_LABELS, retention_of

ANY = ("", _("Any"))


class RetentionField(forms.ChoiceField):
    """A period, chosen by the group of files it holds for; a period given already may stay.

    Several groups have one period, so an option's value has the row's place behind it; what is cleaned is the
    period alone.
    """

    offered: tuple[tuple[str, str], ...] = ()

    def offer(self, rules: Sequence[Rule], given: str = "") -> None:
        """Offer the rows, and in front of them the period `given` already."""
        said = str(_("%(period)s (as it stands)"))
        stays = [(given, said % {"period": retention_of(given).label})] if given else []
        rows = [
            (f"{rule.retention}/{place}", f"{rule.group} – {rule.kept.label}")
            for place, rule in enumerate(rules, 1)
        ]
        self.offered = (*stays, *rows)
        self.choices = [("", _("Choose one")), *self.offered]

    def valid_value(self, value: Any) -> bool:
        """A row's value, or a period that one of the rows has."""
        return str(value) in {code for key, _label in self.offered for code in (key, _period(key))}

    def clean(self, value: Any) -> str:
        """The period of the row chosen."""
        return _period(super().clean(value))


def _period(value: str) -> str:
    return value.partition("/")[0]


class WorkFileFilterForm(forms.Form):
    """The narrowing of a list of work files; what makes no sense is left out, never refused."""

    text = forms.CharField(label=_("Code or title"), required=False, max_length=200)
    state = forms.ChoiceField(
        label=pgettext_lazy("work file", "State"), required=False, choices=[ANY, *FILE_STATE_LABELS.items()]
    )
    year = forms.IntegerField(
        label=pgettext_lazy("work file", "Year"), required=False, min_value=1945, max_value=9999
    )
    due = forms.BooleanField(label=_("Overdue for the archive"), required=False)

    def wanted(self, scope: str) -> WorkFileFilter:
        """The filter asked for."""
        self.is_valid()
        return WorkFileFilter(
            scope=scope,
            state=self.cleaned_data.get("state", ""),
            year=self.cleaned_data.get("year"),
            text=self.cleaned_data.get("text", ""),
            due=self.cleaned_data.get("due", False),
        )


class WorkFileForm(forms.Form):
    """Title and retention of a work file, and of a new one its code."""

    title = forms.CharField(
        label=_("Title of the work file"),
        help_text=_("What the work is about, as in the list of files."),
        max_length=TITLE_LIMIT,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    retention = RetentionField(
        label=_("Retention period"),
        help_text=_("As the agency's list of files says for this kind of work."),
    )
    code = forms.CharField(
        label=pgettext_lazy("work file", "Code"),
        help_text=_("From the agency's list of files. Leave it empty to get the next number of the year."),
        required=False,
        max_length=CODE_LIMIT,
    )
    reason = forms.CharField(
        label=_("Why the list of files does not have it"),
        help_text=_("Needed unless the code is one of the approved list."),
        required=False,
        max_length=TITLE_LIMIT,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    use_required_attribute = False

    def __init__(
        self, *args: Any, rules: Sequence[Rule], coded: bool = True, listed: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["retention"].offer(rules, self.initial.get("retention", ""))  # type: ignore[attr-defined]
        if not coded:
            del self.fields["code"]
        if not listed:
            del self.fields["reason"]

    def new_file(self, *, planned_id: int | None = None) -> NewFile:
        """The file asked for; with `planned_id` the one that the list of files has."""
        return NewFile(**self.cleaned_data, planned_id=planned_id)


class WhyForm(forms.Form):
    """A reason."""

    reason = forms.CharField(
        label=_("Reason"), max_length=REASON_LIMIT, widget=forms.Textarea(attrs={"rows": 3})
    )
    use_required_attribute = False

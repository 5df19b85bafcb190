"""Validation of what the page of retention periods sends; the rules are the actions' own."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from lienthong.office.archive.retaining import (
    ARTICLE_LIMIT,
    GROUP_LIMIT,
    LEAST_YEARS,
    MOST_YEARS,
    SOURCE_LIMIT,
    NewRule,
)
from lienthong.office.registering_forms import DAY, DAYS


class RuleForm(forms.Form):
    """A row to propose."""

    group = forms.CharField(
        label=_("Group of files"),
        help_text=_("One that is in the table is replaced from the first day on."),
        max_length=GROUP_LIMIT,
        widget=forms.TextInput(attrs={"list": "groups"}),
    )
    years = forms.IntegerField(
        label=_("Kept for how many years"),
        help_text=_("Leave it empty for files that are kept permanently."),
        required=False,
        min_value=LEAST_YEARS,
        max_value=MOST_YEARS,
    )
    source = forms.CharField(
        label=_("Law, circular or decision"),
        help_text=_("With its number and notation."),
        max_length=SOURCE_LIMIT,
    )
    article = forms.CharField(label=_("Article or row there"), required=False, max_length=ARTICLE_LIMIT)
    valid_from = forms.DateField(label=_("Valid from"), input_formats=DAYS, widget=DAY)
    use_required_attribute = False

    def new_rule(self) -> NewRule:
        """The row asked for."""
        return NewRule(**self.cleaned_data)

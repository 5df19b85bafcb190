"""The form with which an electronic copy is ordered."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lienthong.directory.public import Official
from lienthong.documents.public import CopyForm, CopyOrder


class CopyOrderForm(forms.Form):
    """The form of the copy, who instructed it, and of an excerpt its pages and what it is of."""

    form = forms.ChoiceField(label=_("Form of the copy"))
    instructed_by = forms.TypedChoiceField(
        label=_("Instructed by"),
        help_text=_("The leader on whose instruction the copy is made."),
        required=False,
        coerce=int,
        empty_value=None,
    )
    first_page = forms.IntegerField(label=_("From page"), required=False, min_value=1, max_value=5000)
    last_page = forms.IntegerField(label=_("To page"), required=False, min_value=1, max_value=5000)
    extract = forms.CharField(
        label=_("What is extracted"),
        help_text=_("Only of an excerpt: its pages, and what part of the document they are."),
        required=False,
        max_length=500,
    )

    use_required_attribute = False

    def __init__(
        self, *args: Any, leaders: Collection[Official], incoming: bool, leads: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["instructed_by"].required = not leads
        forms_of = [choice for choice in CopyForm.choices if incoming or choice[0] != CopyForm.TRANSCRIPT]
        self.fields["form"].choices = forms_of  # type: ignore[attr-defined]
        named = [(leader.pk, leader.full_name) for leader in leaders]
        self.fields["instructed_by"].choices = [("", "–"), *named]  # type: ignore[attr-defined]

    def order(self) -> CopyOrder:
        """The copy asked for."""
        return CopyOrder(**self.cleaned_data)

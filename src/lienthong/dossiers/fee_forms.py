"""Validation of the exemptions that an official chooses at the counter; the rules are of `procedures`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lienthong.procedures.public import EXEMPTION_REASON_LIMIT, Exemption, GrantedExemptions


class ExemptionsForm(forms.Form):
    """Which exemptions are given, and on what they rest."""

    exemption = forms.MultipleChoiceField(
        label=_("Exemptions and reductions to choose"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Choose among the exemptions that are shown here.")},
    )
    exemption_reason = forms.CharField(
        label=_("What the exemption rests on"),
        help_text=_("Needed where one is chosen: the paper shown, with its number. It stands on the slip."),
        required=False,
        max_length=EXEMPTION_REASON_LIMIT,
    )

    def __init__(self, *args: Any, exemptions: Sequence[Exemption], **kwargs: Any) -> None:
        """`exemptions` are those that an official may choose; without any nothing is asked."""
        super().__init__(*args, **kwargs)
        if not exemptions:
            self.fields.clear()
            return
        self.fields["exemption"].choices = [(one.key, _named(one)) for one in exemptions]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """An exemption has a reason."""
        said = super().clean() or self.cleaned_data
        if (
            said.get("exemption")
            and not said.get("exemption_reason")
            and "exemption_reason" not in self.errors
        ):
            self.add_error(
                "exemption_reason", _("Write down on what the exemption rests: a paper and its number.")
            )
        return said

    def granted(self) -> GrantedExemptions:
        """What was chosen of what may be, though the reason may be missing still."""
        if not self.is_bound:
            return GrantedExemptions()
        self.is_valid()  # a fault of the reason leaves the choice
        chosen = frozenset(self.cleaned_data.get("exemption", ()))
        return GrantedExemptions(chosen, self.cleaned_data.get("exemption_reason", "") if chosen else "")


def _named(one: Exemption) -> str:
    name = (get_language() == "en" and one.name_en) or one.name
    return f"{name} ({one.share}%; {one.law})"

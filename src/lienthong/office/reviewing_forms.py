"""Validation of what the pages of review send."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lienthong.office.drafting_models import MOST_STEPS
from lienthong.office.states import TurnState

STEPS = range(1, MOST_STEPS + 1)


class OpinionForm(forms.Form):
    """A reviewer's opinion on a draft."""

    opinion = forms.ChoiceField(
        label=_("Opinion"),
        choices=[
            (TurnState.AGREED, _("I agree")),
            (TurnState.REMARKED, _("I agree, with remarks")),
            (TurnState.RETURNED, _("I return it to the drafter")),
        ],
        widget=forms.RadioSelect,
    )
    remarks = forms.CharField(
        label=_("Remarks or reason"),
        help_text=_("Needed with remarks and when you return the draft. The drafter reads it."),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ChainForm(forms.Form):
    """In which step each place of an agency reviews; those of one step do so side by side."""

    def __init__(self, *args: Any, places: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        steps = [("0", str(_("does not review")))]
        steps += [(str(number), str(_("step %(number)s") % {"number": number})) for number in STEPS]
        for key, label in places.items():
            self.fields[key] = forms.TypedChoiceField(
                label=label, coerce=int, choices=steps, initial=0, required=False, empty_value="0"
            )

    def steps(self) -> dict[str, int]:
        """The step of every place that reviews."""
        return {key: step for key, step in self.cleaned_data.items() if int(step)}

    def general(self) -> list[forms.BoundField]:
        """The drafting unit and the divisions."""
        return [self[key] for key in self.fields if not key.startswith("post-")]

    def posts(self) -> list[forms.BoundField]:
        """The single posts."""
        return [self[key] for key in self.fields if key.startswith("post-")]

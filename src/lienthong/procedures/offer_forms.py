"""Validation of what an agency sets for a fee; the rules are the action's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lienthong.procedures.actions.offering import LAW_LIMIT, REASON_LIMIT
from lienthong.procedures.definition import Fee
from lienthong.procedures.models import MOST_AMOUNT


class OfferFeeForm(forms.Form):
    """An amount of the agency's own, from a day on."""

    fee = forms.ChoiceField(label=_("Fee"))
    amount = forms.IntegerField(
        label=_("Amount in đồng"),
        help_text=_("Leave it empty to return to the general amount."),
        required=False,
        min_value=0,
        max_value=MOST_AMOUNT,
    )
    law = forms.CharField(
        label=_("Resolution that sets it"),
        help_text=_("Number and body, like: NQ 12/2026/NQ-HĐND. It stands on receipts."),
        required=False,
        max_length=LAW_LIMIT,
    )
    valid_from = forms.DateField(
        label=_("Valid from"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("It stays on record."),
        max_length=REASON_LIMIT,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, data: Any, *, fees: Sequence[Fee], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["fee"].choices = [(one.key, _named(one)) for one in fees]  # type: ignore[attr-defined]


def _named(fee: Fee) -> str:
    return (get_language() == "en" and fee.name_en) or fee.name

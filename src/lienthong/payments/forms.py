"""Validation of what the pages of payments send; the rules are the actions' own."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lienthong.payments.actions.refunding import PROOF_LIMIT
from lienthong.payments.actions.writing import REASON_LIMIT
from lienthong.payments.banks import banks
from lienthong.payments.contracts import ChargeFilter, ProviderAccount
from lienthong.payments.sheets import MOST_BYTES


class ChargeFilterForm(forms.Form):
    """The narrowing of the list of fees; what makes no sense is left out, never refused."""

    text = forms.CharField(label=_("Dossier code or payer"), required=False, max_length=200)

    def wanted(self, tab: str) -> ChargeFilter:
        """The filter asked for."""
        self.is_valid()
        return ChargeFilter(tab=tab, **self.cleaned_data)


class DayForm(forms.Form):
    """A day of the cashier's book."""

    day = forms.DateField(label=_("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def chosen(self, today: date) -> date:
        """The day asked for, else today."""
        return (self.cleaned_data.get("day") if self.is_valid() else None) or today


class ChosenForm(forms.Form):
    """Which charges an act is about."""

    charge = forms.TypedMultipleChoiceField(required=False)

    def __init__(self, *args: Any, ids: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["charge"].choices = [(key, key) for key in ids]  # type: ignore[attr-defined]


class WaiveForm(forms.Form):
    """Why nothing is asked for."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("It stays on record."),
        max_length=REASON_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ProofForm(forms.Form):
    """What proves that the money has gone back."""

    proof = forms.CharField(label=_("Number of the transfer or of the signed slip"), max_length=PROOF_LIMIT)
    file = forms.FileField(label=_("Picture or scan of the proof"), required=False)


class StatementForm(forms.Form):
    """A bank's statement."""

    file = forms.FileField(
        label=_("Statement (.xlsx or .csv)"),
        help_text=_("It needs columns for the day, the amount, the note and the bank's own number."),
    )

    def content(self) -> bytes:
        """The file, no further than is read of it."""
        return bytes(self.cleaned_data["file"].read(MOST_BYTES + 1))


class BankForm(forms.Form):
    """The agency's bank account."""

    bank_bin = forms.ChoiceField(label=_("Bank"))
    account_number = forms.CharField(label=_("Account number"), max_length=30)
    account_name = forms.CharField(label=_("Name of the account"), max_length=100)
    active = forms.BooleanField(label=_("Take payments this way"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bank_bin"].choices = [("", "–"), *banks().items()]  # type: ignore[attr-defined]

    def account(self) -> ProviderAccount:
        """The account asked for."""
        said = self.cleaned_data
        number = said["account_number"].replace(" ", "").upper()
        return ProviderAccount(said["bank_bin"], number, said["account_name"])


class MerchantForm(forms.Form):
    """The agency at the payment page."""

    merchant = forms.CharField(
        label=_("Name at the payment page"),
        help_text=_("Who runs the payment page gives it to the agency."),
        max_length=40,
    )
    active = forms.BooleanField(label=_("Take payments this way"), required=False)

    def account(self) -> ProviderAccount:
        """The account asked for."""
        return ProviderAccount(merchant=self.cleaned_data["merchant"])

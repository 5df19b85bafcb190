"""Input on pages of the portal: validation only."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from lienthong.identity.public import PartyKind

NUMBER_WRONG = _("An identification number has 12 digits; look at the identity card.")
TELEPHONE_WRONG = _("A telephone number has 10 or 11 digits and begins with 0.")
DAYS = ["%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y"]
# What somebody hands in for another on (Civil Code 2015, Đ.134–141).
MANDATES = {
    "authorisation": _("Letter of authorisation"),
    "contract": _("Contract of authorisation"),
    "law": _("Representation by law (parent, guardian)"),
    "introduction": _("Letter of introduction"),
    "other": _("Other mandate in writing"),
}


class ContactForm(forms.Form):
    """How to reach who applies."""

    telephone = forms.RegexField(
        r"^0[0-9]{9,10}$",
        label=_("Telephone"),
        error_messages={"invalid": TELEPHONE_WRONG},
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"}),
    )
    email = forms.EmailField(
        label=_("E-mail"), required=False, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    address = forms.CharField(
        label=_("Where you live"),
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )

    def said(self) -> dict[str, Any]:
        """What was said, as it is kept."""
        return {key: value for key, value in self.cleaned_data.items() if value}


class StrangerForm(ContactForm):
    """Who applies without an account: name and number, and how to reach them."""

    name = forms.CharField(
        label=_("Your full name"), max_length=250, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    number = forms.RegexField(
        r"^[0-9]{12}$",
        label=_("Your identification number"),
        help_text=_("12 digits, as on the identity card"),
        error_messages={"invalid": NUMBER_WRONG},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    field_order = ("name", "number", "telephone", "email", "address")


class OtherForm(forms.Form):
    """The person or business for whom somebody else hands in, and on which mandate; empty for oneself."""

    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[
            (PartyKind.CITIZEN.value, _("Citizen")),
            (PartyKind.BUSINESS.value, _("Business")),
            (PartyKind.HOUSEHOLD.value, _("Household")),
        ],
    )
    name = forms.CharField(label=_("Their full name"), required=False, max_length=250)
    number = forms.RegexField(
        r"^([0-9]{12}|[0-9]{10}(-[0-9]{3})?)$",
        label=_("Identification number or tax code"),
        required=False,
        error_messages={"invalid": NUMBER_WRONG},
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    mandate = forms.ChoiceField(
        label=_("What you hand in for them on"),
        required=False,
        choices=[("", _("Choose…")), *MANDATES.items()],
    )

    @property
    def filled(self) -> bool:
        """Whether it is handed in for another."""
        return any(self[name].value() for name in ("name", "number", "mandate"))

    def clean(self) -> dict[str, Any]:
        """For another: a name and a mandate."""
        said = super().clean() or self.cleaned_data
        if self.filled:
            for name, sentence in (
                ("name", _("Write the name of the person or business you hand in for.")),
                ("mandate", _("Choose what you hand in for them on.")),
            ):
                if not said.get(name) and name not in self.errors:
                    self.add_error(name, sentence)
        return said

    def said(self) -> dict[str, Any]:
        """What was said, as it is kept; the mandate in the language of the record."""
        if not self.filled:
            return {}
        said = {key: value for key, value in self.cleaned_data.items() if value}
        with override("vi"):
            return said | {"mandate": str(MANDATES[said["mandate"]]), "mandate_key": said["mandate"]}

"""What citizens type to come in and to look after their account, and what the counter types for them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lienthong.identity.contact import clean_contact
from lienthong.identity.contracts import NewMandate, Opening, PartyFacts, PartyKind
from lienthong.identity.forms import DayField
from lienthong.kernel.errors import Refusal

SPACES = re.compile(r"[\s.-]")
PROCEDURE = re.compile(r"[A-Za-z0-9.\-]{1,30}")


class DigitsField(forms.CharField):
    """Digits, which people type with spaces between them."""

    def __init__(self, digits: int, message: Any, **kwargs: Any) -> None:
        self.digits, self.message = digits, message
        attributes = {"inputmode": "numeric", **kwargs.pop("attrs", {})}
        super().__init__(max_length=40, widget=forms.TextInput(attrs=attributes), **kwargs)

    def clean(self, value: Any) -> str:
        """The digits alone."""
        text = SPACES.sub("", super().clean(value))
        if not (text.isascii() and text.isdigit() and len(text) == self.digits):
            raise ValidationError(self.message, code="digits")
        return text


class NumberField(DigitsField):
    """A personal identification number."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Identification number"))
        kwargs.setdefault("help_text", _("The 12 digits on your identity card."))
        wrong = _("An identification number has 12 digits. Look at the identity card and type it again.")
        super().__init__(12, wrong, **kwargs)


class ContactField(forms.CharField):
    """An e-mail address or a telephone number, cleaned."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("E-mail or telephone"))
        super().__init__(max_length=254, **kwargs)

    def clean(self, value: Any) -> str:
        """As `clean_contact`."""
        text = super().clean(value)
        try:
            return clean_contact(text)
        except Refusal as refusal:
            raise ValidationError(refusal.say(), code=refusal.code) from refusal


class NameField(forms.CharField):
    """A name as it stands on a card or licence."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=250, **kwargs)


class SignInForm(forms.Form):
    """Who wants a code."""

    number = NumberField()
    contact = ContactField(
        help_text=_("The one you gave when you opened your account. The code is sent there.")
    )


class CodeForm(forms.Form):
    """The code that was sent."""

    code = DigitsField(
        6,
        _("The code has six digits. Type them as they stand in the message."),
        label=_("Code of six digits"),
        attrs={"autocomplete": "one-time-code"},
    )


class OpeningForm(forms.Form):
    """Who opens an account."""

    number = NumberField()
    name = NameField(
        label=_("Full name"),
        help_text=_("As it stands on your identity card."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    born_date = DayField(label=_("Date of birth"))
    contact = ContactField(help_text=_("A code is sent there now, and every time you sign in."))

    def opening(self) -> Opening:
        """What was typed."""
        said = self.cleaned_data
        return Opening(said["number"], said["name"], said["born_date"], said["contact"])


class ContactForm(forms.Form):
    """A new mail address or telephone."""

    contact = ContactField(label=_("New e-mail or telephone"), help_text=_("A code is sent there."))


class MandateForm(forms.Form):
    """Whom a person lets act, for what and how long."""

    holder_number = NumberField(
        label=_("Identification number of the other person"),
        help_text=_("The 12 digits on their identity card."),
    )
    holder_name = NameField(
        label=_("Full name of the other person"), help_text=_("As it stands on their card.")
    )
    purpose = forms.CharField(
        label=_("What they may do for you"),
        help_text=_("In your own words, for example: hand in the papers for my house."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    procedures = forms.CharField(
        label=_("Only for these procedures"),
        help_text=_("Codes of procedures, with commas between them. Leave it empty for all procedures."),
        max_length=700,
        required=False,
    )
    from_date = DayField(label=_("First day"))
    until_date = DayField(label=_("Last day"))

    def clean_procedures(self) -> tuple[str, ...]:
        """The codes, each spelled as codes are."""
        codes = [code for code in re.split(r"[,;\s]+", self.cleaned_data["procedures"]) if code]
        for code in codes:
            if not PROCEDURE.fullmatch(code):
                raise ValidationError(
                    _("“%(code)s” is no code of a procedure. It looks like 1.004194."),
                    params={"code": code[:40]},
                )
        return tuple(codes)

    def mandate(self) -> NewMandate:
        """What was typed."""
        return NewMandate(**self.cleaned_data)


class ConfirmingForm(forms.Form):
    """An account whose owner stands at the counter."""

    number = NumberField(help_text=_("Type it from the identity card, not from the screen of a telephone."))
    name = NameField(label=_("Full name on the identity card"))
    contact = ContactField(help_text=_("Ask the person with which one they opened the account."))
    seen = forms.BooleanField(
        label=_("I have seen the identity card, and it is of the person in front of me")
    )


class RepresentingForm(forms.Form):
    """A person who represents a business, both with their papers at the counter."""

    person_number = NumberField(label=_("Identification number of the representative"), help_text="")
    person_name = NameField(label=_("Full name of the representative"))
    business_number = forms.RegexField(
        r"^[0-9]{10}(-[0-9]{3})?$",
        label=_("Tax code of the business"),
        help_text=_("10 digits, or 10 and 3 after a hyphen."),
    )
    business_name = NameField(label=_("Name of the business"), help_text=_("As on the business licence."))
    seen = forms.BooleanField(
        label=_("I have seen the identity card and the business licence that names this person"),
        required=True,
    )

    def facts(self) -> Sequence[PartyFacts]:
        """Person and business."""
        said = self.cleaned_data
        return (
            PartyFacts(PartyKind.CITIZEN, said["person_name"], said["person_number"]),
            PartyFacts(PartyKind.BUSINESS, said["business_name"], said["business_number"]),
        )

"""Forms in which a signer enters a PIN; what was typed is never sent back to the browser."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lienthong.signing.public import Pin


def _pin_field(label: Any, *, new: bool = False, help_text: Any = "") -> forms.CharField:
    autocomplete = "new-password" if new else "off"
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete, "maxlength": 64})
    return forms.CharField(label=label, help_text=help_text, max_length=64, strip=False, widget=widget)


class PinForm(forms.Form):
    """The PIN of the signer's key."""

    pin = _pin_field(_("PIN of your signing key"))
    use_required_attribute = False

    def typed(self) -> Pin:
        """What was typed."""
        return Pin(self.cleaned_data["pin"])


class SetPinForm(forms.Form):
    """A PIN for a key that has none."""

    pin = _pin_field(_("New PIN"), new=True, help_text=_("6 to 64 characters, digits or letters."))
    again = _pin_field(_("New PIN once more"), new=True)
    use_required_attribute = False

    def clean(self) -> dict[str, Any]:
        """Both are the same."""
        given = super().clean() or {}
        if given.get("pin") and given.get("again") and given["pin"] != given["again"]:
            self.add_error("again", _("The two PINs differ. Type the same one twice."))
        return given

    def new_pin(self) -> Pin:
        """What was typed."""
        return Pin(self.cleaned_data["pin"])


class ChangePinForm(SetPinForm):
    """Another PIN for a key that has one."""

    old = _pin_field(_("PIN it has now"))
    field_order = ["old", "pin", "again"]

    def old_pin(self) -> Pin:
        """What was typed as the one there is."""
        return Pin(self.cleaned_data["old"])

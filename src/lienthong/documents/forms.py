"""What the page of verification takes in."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class VerifyForm(forms.Form):
    """A file, and the document it should be when a QR code led here."""

    file = forms.FileField(
        label=_("Signed file"),
        help_text=_(
            "A PDF file, a packet (.edxml) or evidence (.json), at most 60 MB. It is checked and not kept."
        ),
        allow_empty_file=True,
        max_length=255,
        widget=forms.ClearableFileInput(
            attrs={"accept": ".pdf,.edxml,.xml,.json,application/pdf,application/xml,application/json"}
        ),
    )
    document = forms.UUIDField(required=False, widget=forms.HiddenInput)

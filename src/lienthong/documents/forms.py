"""What the page of verification takes in."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class VerifyForm(forms.Form):
    """A file, and the document it should be when a QR code led here."""

    file = forms.FileField(
        label=_("Signed file"),
        help_text=_("A PDF file or a packet (.edxml), at most 60 MB. It is checked and not kept."),
        allow_empty_file=True,
        max_length=255,
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.edxml,.xml,application/pdf,application/xml"}),
    )
    document = forms.UUIDField(required=False, widget=forms.HiddenInput)

"""What an administrator types of an agency's own portal."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lienthong.portal.models import Site


class SiteForm(forms.ModelForm[Site]):
    """The portal of an agency; an empty host name means that it is reached by path only."""

    arms_file = forms.FileField(
        label=_("Coat of arms"),
        required=False,
        help_text=_("A PNG picture of at most 1 MB; it is drawn anew at 256 by 256 points."),
    )

    class Meta:
        model = Site
        fields = ("name", "name_en", "slug", "host", "intro", "intro_en", "address", "telephone")
        labels = {
            "name": _("Name of the portal"),
            "name_en": _("Name in English"),
            "slug": _("Short name in the address"),
            "host": _("Host name of its own"),
            "intro": _("A sentence about it"),
            "intro_en": _("The sentence in English"),
            "address": _("Address"),
            "telephone": _("Telephone"),
        }
        help_texts = {
            "slug": _("Small letters without marks, digits and hyphens: the portal is at /at/…/."),
            "host": _("Only if your operator has set it up, such as dichvucong.thainguyen.gov.vn."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("slug", "host"):
            self.fields[name].error_messages["invalid"] = _("Only small letters, digits, hyphens and dots.")

    def clean_host(self) -> str | None:
        """Nothing, or the name in small letters."""
        return str(self.cleaned_data["host"] or "").strip().lower() or None

    def clean_slug(self) -> str:
        """In small letters."""
        return str(self.cleaned_data["slug"]).strip().lower()

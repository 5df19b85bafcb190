"""What an agency's administrator types: a system, an overlap, a certificate request, reasons."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from lienthong.axis.forms import SERVES_LABELS
from lienthong.axis.models import Serves
from lienthong.signing.public import RevocationReason

OVERLAPS = {"0": _("It ends at once"), "1": _("1 hour"), "8": _("8 hours"), "24": _("24 hours")}
REVOCATION_REASONS = {
    RevocationReason.KEY_COMPROMISE: _("The key was lost or may be known to others"),
    RevocationReason.SUPERSEDED: _("A new certificate has taken its place"),
    RevocationReason.CEASED: _("It is not used any more"),
}


class RegisterForm(forms.Form):
    """A system of the agency itself."""

    name = forms.CharField(label=_("Name of the system"), max_length=200)
    serves = forms.ChoiceField(
        label=_("Speaks for"),
        choices=[(serves, SERVES_LABELS[serves]) for serves in (Serves.AGENCY, Serves.SUBTREE)],
        initial=Serves.SUBTREE,
        widget=forms.RadioSelect,
    )


class RotateForm(forms.Form):
    """How long the old secret stays valid."""

    overlap = forms.ChoiceField(
        label=_("The old secret stays valid for"), choices=list(OVERLAPS.items()), initial="8"
    )

    def length(self) -> timedelta:
        """The overlap chosen."""
        return timedelta(hours=int(self.cleaned_data["overlap"]))


class RequestForm(forms.Form):
    """A certificate request, and what the certificate is for."""

    SIGN, ENCRYPT = "sign", "encrypt"

    purpose = forms.ChoiceField(
        label=_("What it is for"),
        choices=[(SIGN, _("Signing packets")), (ENCRYPT, _("Encryption: others encrypt for your agency"))],
        initial=SIGN,
        widget=forms.RadioSelect,
    )
    request = forms.FileField(
        label=_("Certificate request (PKCS#10, PEM)"),
        help_text=_(
            "For signing: RSA of 2048 to 4096 bits, or ECDSA on P-256 or P-384. For encryption: RSA of 3072 "
            "or 4096 bits, or the certificate itself with its chain if an authority trusted here has issued "
            "it. The subject of a request is not used."
        ),
        max_length=200,
    )


class RevokeForm(forms.Form):
    """Why a certificate is revoked."""

    reason = forms.ChoiceField(label=_("Reason"), choices=list(REVOCATION_REASONS.items()))


class LiveForm(forms.Form):
    """Why a system is set live."""

    reason = forms.CharField(label=_("Reason"), max_length=500)

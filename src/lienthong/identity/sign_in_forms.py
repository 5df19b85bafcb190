"""allauth's forms of the second factor, in our words and with stricter reading of what a browser sends."""

from __future__ import annotations

from typing import Any

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
    SignupWebAuthnForm,
)
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

TEXTS = ("id", "rawId", "type")
ANSWERS = ({"clientDataJSON", "attestationObject"}, {"clientDataJSON", "authenticatorData", "signature"})


class CredentialField(forms.JSONField):
    """A browser's answer to a WebAuthn question (Web Authentication level 3, 5.1) with all its parts there.

    The library behind allauth takes their presence for granted.
    """

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        """The answer as nested dictionaries of texts."""
        credential = super().to_python(value)
        if credential is None:
            return None
        answer = credential.get("response") if isinstance(credential, dict) else None
        whole = (
            isinstance(answer, dict)
            and all(isinstance(credential.get(name), str) for name in TEXTS)
            and any(all(isinstance(answer.get(name), str) for name in names) for names in ANSWERS)
        )
        if not whole:
            raise ValidationError(
                _("The answer of the passkey is damaged. Try again, or sign in another way."), code="damaged"
            )
        return credential


class CodeForm(AuthenticateForm):  # type: ignore[misc]
    """A code of the second factor while signing in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["code"])


class ConfirmingCodeForm(ReauthenticateForm):  # type: ignore[misc]
    """A code of the second factor before a change."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["code"])


class FirstCodeForm(ActivateTOTPForm):  # type: ignore[misc]
    """The first code of an authenticator app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs.pop("placeholder", None)


class NewKeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """A passkey or security key to be added."""

    credential = CredentialField()


class CitizenKeyForm(SignupWebAuthnForm):  # type: ignore[misc]
    """A citizen's passkey to be added, which signs in alone."""

    credential = CredentialField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the passkey")
        self.fields["name"].help_text = _("So that you know it again, for example: my telephone.")

    def clean_name(self) -> str:
        """A name of at most 100 letters; one is made where none is given."""
        name: str = super().clean_name()
        return name[:100]


class KeyForm(AuthenticateWebAuthnForm):  # type: ignore[misc]
    """A key as the second half of signing in."""

    credential = CredentialField()


class PasskeyForm(LoginWebAuthnForm):  # type: ignore[misc]
    """A passkey alone."""

    credential = CredentialField()


class ConfirmingKeyForm(ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """A key before a change."""

    credential = CredentialField()


def _say(code: forms.Field) -> None:
    code.label = _("Code of the app, or a recovery code")
    code.widget.attrs.pop("placeholder", None)

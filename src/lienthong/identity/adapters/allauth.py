"""Second factors as allauth keeps them, with their secrets encrypted."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import WebAuthn, begin_authentication, begin_registration
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext_lazy as _

INCORRECT_CODE = _("The code is wrong or was used already. Wait for the next code and type that one.")


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of second factors are encrypted under a key derived from the master key."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": _(
            "This second factor cannot be removed: your post requires one. Add another first."
        ),
        "incorrect_code": INCORRECT_CODE,
    }

    def encrypt(self, text: str) -> str:
        """The text under Fernet (AES-128-CBC with HMAC-SHA-256)."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """What `encrypt` was given."""
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, Any]:
        """What the device calls the passkey: a citizen by name, since the account's own name says nothing."""
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        name = getattr(user, "known_as", "")
        return entity | ({"name": name, "display_name": name} if name else {})

    def _get_site_name(self) -> str:
        return str(settings.MFA_TOTP_ISSUER)


def remove_second_factors(account_id: int) -> int:
    """Delete every authenticator of the account; answers how many there were."""
    deleted, _by_model = Authenticator.objects.filter(user_id=account_id).delete()
    return int(deleted)


def count_second_factors(account_id: int) -> int:
    """How many apps and keys the account signs in with, recovery codes aside."""
    factors = Authenticator.objects.filter(user_id=account_id)
    return int(factors.exclude(type=Authenticator.Type.RECOVERY_CODES).count())


def keys_of(account_id: int) -> list[tuple[int, str, datetime, datetime | None]]:
    """The account's passkeys: key, name, since when, last used."""
    rows = Authenticator.objects.filter(user_id=account_id, type=Authenticator.Type.WEBAUTHN).order_by("pk")
    return [(row.pk, str(row.data.get("name", "")), row.created_at, row.last_used_at) for row in rows]


def add_key(account: AbstractBaseUser, *, name: str, credential: dict[str, Any]) -> None:
    """Keep a passkey that its form has checked; without recovery codes, since a code by mail is one."""
    WebAuthn.add(account, name, credential)


def remove_key(account_id: int, key_id: int) -> bool:
    """Remove a passkey of the account; whether there was one."""
    rows = Authenticator.objects.filter(user_id=account_id, type=Authenticator.Type.WEBAUTHN, pk=key_id)
    return bool(rows.delete()[0])


def begin_key(account: AbstractBaseUser, *, name: str) -> dict[str, Any]:
    """What the browser is asked to make a passkey that signs in alone, called by the person's name."""
    account.known_as = name  # type: ignore[attr-defined]
    options: dict[str, Any] = begin_registration(account, True)
    return options


def begin_key_sign_in() -> dict[str, Any]:
    """What the browser is asked to sign in by any passkey it has for this address."""
    options: dict[str, Any] = begin_authentication(None)
    return options


def _cipher() -> Fernet:
    master = bytes.fromhex(settings.MASTER_KEY)
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"lienthong identity second factor").derive(
        master
    )
    return Fernet(base64.urlsafe_b64encode(key))

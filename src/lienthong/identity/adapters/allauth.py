"""Second factors as allauth keeps them, with their secrets encrypted."""

from __future__ import annotations

import base64

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
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


def _cipher() -> Fernet:
    master = bytes.fromhex(settings.MASTER_KEY)
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"lienthong identity second factor").derive(
        master
    )
    return Fernet(base64.urlsafe_b64encode(key))

"""Small secrets that an app must read again (a webhook's), sealed for its own table."""

from __future__ import annotations

from django.conf import settings

from lienthong.signing.sealing import Seal, SealBroken

_PURPOSE = b"lienthong signing: sealing of an app's secrets, version 1"


class SecretUnreadable(Exception):
    """A sealed secret does not open: the master key is another one, or the row was altered or swapped."""


def seal_secret(secret: bytes, *, about: str) -> bytes:
    """The secret, sealed for the row that `about` names ("axis.webhook 0190…").

    Raises:
        MasterKeyInvalid: LIENTHONG_MASTER_KEY is not 32 bytes in hex.
    """
    return _seal().seal(secret, about=about.encode())


def open_secret(sealed: bytes, *, about: str) -> bytes:
    """The secret that `seal_secret` was given for the same row.

    Raises:
        SecretUnreadable, MasterKeyInvalid.
    """
    try:
        return _seal().open(sealed, about=about.encode())
    except SealBroken as error:
        raise SecretUnreadable(about) from error


def _seal() -> Seal:
    return Seal(settings.MASTER_KEY, purpose=_PURPOSE)

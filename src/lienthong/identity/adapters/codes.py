"""One-time codes: made at random, kept as keyed hashes, sealed until they are sent."""

from __future__ import annotations

import base64
import hmac
import secrets
from functools import cache
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

DIGITS = 6


def new_code() -> str:
    """Six digits, each sequence as likely as any other."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


def keyed_hash(*parts: str) -> bytes:
    """SHA-256 under a key of this installation: who copies the table cannot try a million codes on it."""
    return hmac.digest(_key(settings.MASTER_KEY, b"hash"), "\x1f".join(parts).encode(), sha256)


def seal(code: str) -> str:
    """The code encrypted."""
    return _cipher().encrypt(code.encode()).decode()


def unseal(sealed: str) -> str:
    """What `seal` was given; empty if it was sealed under another key."""
    try:
        return _cipher().decrypt(sealed.encode()).decode()
    except InvalidToken:
        return ""


def _cipher() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_key(settings.MASTER_KEY, b"seal")))


@cache
def _key(master: str, use: bytes) -> bytes:
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"lienthong identity code " + use)
    return derivation.derive(bytes.fromhex(master))

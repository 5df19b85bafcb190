"""Secrets that people copy: the code by which feedback is followed, and the key of an application."""

from __future__ import annotations

import hashlib
import secrets

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without I, L, O, U, which are read as others
LENGTH = 12
_READ_AS = str.maketrans("ILO", "110")


def new_code() -> str:
    """A code of 60 random bits."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def read_code(said: str) -> str:
    """The code as people write it down, however grouped; empty where it cannot be one."""
    found = "".join(said[:60].upper().split()).replace("-", "").translate(_READ_AS)
    return found if len(found) == LENGTH and set(found) <= set(LETTERS) else ""


def new_key() -> str:
    """A key of 256 random bits."""
    return secrets.token_urlsafe(32)


def hashed(key: str) -> str:
    """What is kept of a key."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()

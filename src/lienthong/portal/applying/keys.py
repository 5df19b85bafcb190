"""Secrets of applications without an account, and codes for the counter: made, spelled, kept as hashes."""

from __future__ import annotations

import secrets
from hashlib import sha256

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without what is taken for something else
LENGTH, GROUP = 16, 4  # 79 bits
COUNTER_DIGITS = 6


def new_secret() -> str:
    """A code that opens one application."""
    return "".join(secrets.choice(ALPHABET) for _place in range(LENGTH))


def plain(secret: str) -> str:
    """The code without what people put between its letters."""
    return "".join(one for one in secret.upper() if one.isascii() and one.isalnum())[:LENGTH]


def spelled(secret: str) -> str:
    """The code as it is read to somebody: "K7QM-2RST-…"."""
    return "-".join(secret[place : place + GROUP] for place in range(0, len(secret), GROUP))


def hash_of(secret: str) -> str:
    """What is kept of a secret, however it was typed."""
    return sha256(f"draft:{plain(secret)}".encode()).hexdigest()


def new_counter_code() -> str:
    """Six digits, for some minutes."""
    return f"{secrets.randbelow(10**COUNTER_DIGITS):0{COUNTER_DIGITS}d}"

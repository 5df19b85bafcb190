"""Identifiers that sort by the time they were made."""

from __future__ import annotations

import secrets
import time
from threading import Lock
from uuid import UUID

_TICKS_PER_MILLISECOND = 4096
_lock, _last = Lock(), 0


def uuid7() -> UUID:
    """A UUID version 7 (RFC 9562, 5.7) greater than every one this process made before.

    48 bits of Unix milliseconds, 12 of their fraction (6.2, method 3), then 62 random bits. Where the clock
    stands still or goes back, the fraction is counted on.
    """
    milliseconds, fraction = divmod(_next_tick(), _TICKS_PER_MILLISECOND)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | secrets.randbits(62))


def _next_tick() -> int:
    """The time in 1/4096 of a millisecond, and never the same twice."""
    global _last
    with _lock:
        _last = max(time.time_ns() * _TICKS_PER_MILLISECOND // 1_000_000, _last + 1)
        return _last

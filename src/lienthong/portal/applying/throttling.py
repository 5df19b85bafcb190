"""How often something may be tried from one place: counted in the cache that all processes share."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from django.core.cache import cache

from lienthong.portal.applying.refusals import TooManyTries


def count_try(what: str, who: str, *, most: int, minutes: int, at: datetime) -> None:
    """Count a try of `who` (an address, an account); beyond the most in the time raise `TooManyTries`."""
    window = int(at.timestamp()) // (minutes * 60)
    key = f"portal:{what}:{window}:{sha256(who.encode()).hexdigest()[:32]}"
    tries = int(cache.get(key, 0)) + 1
    cache.set(key, tries, minutes * 60)
    if tries > most:
        raise TooManyTries(minutes=minutes)

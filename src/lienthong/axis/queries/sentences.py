"""Sentences that leave in both languages at once."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import override

from lienthong.axis.contracts import Sentences


def in_both(sentence: Promise, **facts: object) -> Sentences:
    """The lazily translated sentence with its facts, which may be lazy too, in Vietnamese and English."""
    said = {}
    for language in ("vi", "en"):
        with override(language):
            said[language] = str(sentence) % {name: str(fact) for name, fact in facts.items()}
    return Sentences(**said)

"""What draws the rows of long lists by `format_html`, without the template engine (ADR 0055)."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from uuid import UUID

from django.urls import reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.text import Truncator

NIL = str(UUID(int=0))
DASH = SafeString("–")


def said_once(**words: str) -> dict[str, SafeString]:
    """Words that every row of a list says again, escaped once."""
    return {name: conditional_escape(word) for name, word in words.items()}


def shortened(text: str, length: int) -> str:
    """As the filter `truncatechars`, which costs ten times as much for a text that is short enough."""
    composed = unicodedata.normalize("NFC", text)
    return composed if len(composed) <= length else Truncator(composed).chars(length)


def pages_of(name: str) -> Callable[[object], str]:
    """What makes the address of the page `name`, which has one UUID in it, of any key: looked up once."""
    before, _nil, after = reverse(name, args=[NIL]).partition(NIL)
    return lambda key: f"{before}{key}{after}"

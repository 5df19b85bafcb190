"""What the tags of the look and the rows of long lists (ADR 0055) are drawn with."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache
from uuid import UUID

from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lienthong.kernel import clock

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


def when(value: datetime | None) -> str | SafeString:
    """The instant as a `<time>`: "23/11/2026 22:54" at +07:00; empty for None."""
    if value is None:
        return ""
    local = value.astimezone(clock.VIETNAM)
    # Figures need no escaping, and a list has a hundred of them.
    return SafeString(f'<time datetime="{local.isoformat("T", "seconds")}">{local:%d/%m/%Y %H:%M}</time>')


def day(value: date | datetime | None) -> str | SafeString:
    """The day as a `<time>`: "23/11/2026"; an instant is taken at +07:00; empty for None."""
    if value is None:
        return ""
    local = value.astimezone(clock.VIETNAM).date() if isinstance(value, datetime) else value
    return format_html('<time datetime="{}">{}</time>', local.isoformat(), f"{local:%d/%m/%Y}")


def due(value: datetime | None, at: datetime | None = None) -> str:
    """How long until `value`, or how long past it, as a short sentence, rounded down."""
    if value is None:
        return ""
    left = value - (at or clock.now())
    return _overdue(-left) if left < timedelta(0) else _left(left)


def due_color(value: datetime | None, at: datetime | None = None) -> str:
    """The colour of a deadline: "danger" past it, "warning" within a day of it, else "neutral"."""
    if value is None:
        return "neutral"
    left = value - (at or clock.now())
    if left < timedelta(0):
        return "danger"
    return "warning" if left < timedelta(days=1) else "neutral"


def badge(label: object, color: str = "neutral") -> SafeString:
    """A state as a tag; colours: neutral, accent, info, success, warning, danger."""
    return format_html('<span class="ds-tag" data-color="{}">{}</span>', color or "neutral", label)


def parts_of(length: timedelta) -> dict[str, int]:
    """Its days, hours and minutes, rounded down."""
    return {"days": length.days, "hours": length.seconds // 3600, "minutes": length.seconds // 60 % 60}


def _left(length: timedelta) -> str:
    parts = parts_of(length)
    if parts["days"]:
        return _("%(days)d d %(hours)d h left") % parts
    if parts["hours"]:
        return _("%(hours)d h %(minutes)d min left") % parts
    return _("%(minutes)d min left") % parts


def _overdue(length: timedelta) -> str:
    parts = parts_of(length)
    if parts["days"]:
        return _("%(days)d d overdue") % parts
    if parts["hours"]:
        return _("%(hours)d h overdue") % parts
    return _("%(minutes)d min overdue") % parts


def grouped(value: int) -> str:
    """A whole number in groups of three: "1.234", in English "1,234"."""
    said = f"{value:,}"
    return said if get_language() == "en" else said.replace(",", ".")


def icon(name: str, label: str = "") -> SafeString:
    """A symbol of the sprite; without a label it is decoration and hidden from screen readers."""
    sprite = static("ui/icons.svg")
    return _labelled(sprite, name, label) if label else _symbol(sprite, name)


def _labelled(sprite: str, name: str, label: str) -> SafeString:
    shape = '<svg class="icon" role="img" aria-label="{}"><use href="{}#{}"></use></svg>'
    return format_html(shape, label, sprite, name)


@lru_cache(maxsize=200)  # a page has forty, of as many names as the sprite has symbols
def _symbol(sprite: str, name: str) -> SafeString:
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', sprite, name)

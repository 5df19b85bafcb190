"""How much working time is left, in words: "2 days 3 hours left", "1 day over". Pure."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def in_words(minutes: int, *, day: int) -> str:
    """Working minutes left (negative: over), in days of `day` working minutes and hours."""
    amount = length_in_words(abs(minutes), day=day)
    return (_("%(amount)s left") if minutes >= 0 else _("%(amount)s over")) % {"amount": amount}


def length_in_words(minutes: int, *, day: int) -> str:
    """A length of working time in days and hours; below an hour in minutes."""
    days, rest = divmod(minutes, day)
    hours, left = divmod(rest, 60)
    words = []
    if days:
        words.append(ngettext("%(number)d day", "%(number)d days", days) % {"number": days})
    if hours:
        words.append(ngettext("%(number)d hour", "%(number)d hours", hours) % {"number": hours})
    if not words:
        words.append(ngettext("%(number)d minute", "%(number)d minutes", left) % {"number": left})
    return " ".join(words)


def color_of(minutes: int, *, day: int) -> str:
    """Red once it is late, yellow on the last day."""
    if minutes < 0:
        return "danger"
    return "warning" if minutes < day else "neutral"

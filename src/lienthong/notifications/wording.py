"""Words with places to fill, and what they cost as an SMS.

Officials write the words, so no template engine sees them: a place is `{name}` of a known name, nothing else.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from string import Formatter

from django.utils.translation import gettext_lazy as _

from lienthong.kernel.errors import Refusal

NAME = re.compile(r"^[a-z][a-z_]*$")
# GSM 03.38: what a segment of 160 takes; those of the second line count twice.
GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_TWICE = frozenset("^{}\\[~]|€")
ONE_GSM, MORE_GSM, ONE_UCS2, MORE_UCS2 = 160, 153, 70, 67


class UnknownPlace(Refusal):
    """Words name a place that their kind of notice cannot fill."""

    code, status = "unknown-place", 422
    sentence = _("There is no place {%(name)s} in this notice. Use one of: %(known)s.")


class BrokenPlace(Refusal):
    """A brace that opens no place or closes none."""

    code, status = "broken-place", 422
    sentence = _(
        "A brace stands alone, or more than a name stands between two braces, near “%(near)s”. "
        "Write {name} for a place, and two braces for one that is to be read."
    )


def require_places(words: str, known: Collection[str], *, field: str = "") -> None:
    """Raise `UnknownPlace` or `BrokenPlace` unless every place of the words is one of those known."""
    for name in places_of(words, field=field):
        if name not in known:
            raise UnknownPlace(field=field, name=name, known=", ".join(f"{{{one}}}" for one in sorted(known)))


def places_of(words: str, *, field: str = "") -> list[str]:
    """The names of the places, in order. Raises `BrokenPlace`."""
    return [name for _text, name in _parsed(words, field) if name is not None]


def fill(words: str, values: Mapping[str, object]) -> str:
    """The words with their places filled; one that has no value is left empty."""
    return "".join(
        text + ("" if name is None else str(values.get(name, ""))) for text, name in _parsed(words, "")
    )


def without_marks(text: str) -> str:
    """Vietnamese as an old telephone writes it: the letters alone."""
    apart = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    plain = "".join(char for char in apart if not unicodedata.combining(char))
    return plain.translate(str.maketrans("“”‘’–—…", "\"\"''--.", "")).replace("\u00a0", " ")


def segments(text: str) -> int:
    """As how many SMS the text counts: 160 characters of the plain alphabet, 70 of any other."""
    if all(char in GSM or char in GSM_TWICE for char in text):
        length, one, more = len(text) + sum(char in GSM_TWICE for char in text), ONE_GSM, MORE_GSM
    else:
        length, one, more = len(text.encode("utf-16-le")) // 2, ONE_UCS2, MORE_UCS2
    return 1 if length <= one else -(-length // more)


def _parsed(words: str, field: str) -> list[tuple[str, str | None]]:
    try:
        parts = list(Formatter().parse(words))
    except ValueError:
        raise BrokenPlace(field=field, near=words[:40]) from None
    for _text, name, spec, conversion in parts:
        if name is not None and (spec or conversion or not NAME.match(name)):
            raise BrokenPlace(field=field, near=name[:40] or words[:40])
    return [(text, name) for text, name, _spec, _conversion in parts]

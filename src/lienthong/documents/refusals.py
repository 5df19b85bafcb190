"""What is refused about a document before it is drafted or issued, in one place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from lienthong.kernel.errors import Refusal

MAX_SUBJECT = 500
MAX_LINE = 250
MAX_PARAGRAPH = 10_000
MAX_PARAGRAPHS = 2_000

_SECRET = re.compile(r"^(độ mật\s*:\s*)?\W*((tối|tuyệt)\s+)?mật\W*$", re.IGNORECASE)
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")  # left over from word processors, no meaning lost
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class SecretDocument(Refusal):
    """The document carries a mark of state secrecy."""

    code, status = "secret-document", 422
    sentence = _(
        "The document carries the secrecy mark %(mark)s. This system must not hold state secrets "
        "(Law on Protection of State Secrets, 29/2018/QH14). Handle it on paper, outside this system."
    )


class UnknownDocumentType(Refusal):
    """There is no such type among the 29."""

    code, status = "unknown-document-type", 422
    sentence = _("%(type)s is not one of the 29 types of official documents. Choose a type from the list.")


class UnknownUrgency(Refusal):
    """There is no such urgency mark."""

    code, status = "unknown-urgency", 422
    sentence = _("%(urgency)s is not an urgency mark. Choose one from the list.")


class MissingText(Refusal):
    """A text that every document has is empty."""

    code, status = "missing-text", 422
    sentence = _("The document lacks a part that it must have: %(part)s. Fill it in.")


class TextTooLong(Refusal):
    """A text is longer than its place allows."""

    code, status = "text-too-long", 422
    sentence = _("A text has %(length)s characters where at most %(most)s are allowed. Shorten it.")


class ControlCharacters(Refusal):
    """A text has characters that are no letters."""

    code, status = "control-characters", 422
    sentence = _("A text has invisible control characters. Paste it again as plain text.")


def refuse_secret(*texts: str) -> None:
    """Refuse a document of which a text, or a line of one, is a secrecy mark: MẬT, TỐI MẬT, TUYỆT MẬT.

    Raises:
        SecretDocument: there is such a mark.
    """
    for text in texts:
        for line in unicodedata.normalize("NFC", text).splitlines():
            if len(line) < 60 and _SECRET.match(line.strip()):
                raise SecretDocument(mark=line.strip().upper())


def clean(text: str, *, field: str, most: int = MAX_LINE, required: object = None) -> str:
    """The text in composed form (NFC) without white space around; `required` names a part that must be.

    Raises:
        MissingText, TextTooLong, ControlCharacters: `field` is named in each.
    """
    tidy = (
        _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
        .replace("\r\n", "\n")
        .replace("\t", " ")
        .strip()
    )
    if required and not tidy:
        raise MissingText(field=field, part=required)
    if len(tidy) > most:
        raise TextTooLong(field=field, length=len(tidy), most=most)
    if _CONTROL.search(tidy):
        raise ControlCharacters(field=field)
    return tidy


def clean_lines(texts: Iterable[str], *, field: str, most: int = MAX_LINE) -> list[str]:
    """Each text cleaned, those with nothing in them left out.

    Raises:
        TextTooLong, ControlCharacters: `field` is named in each.
    """
    lines = [tidy for text in texts if (tidy := clean(text, field=field, most=most))]
    if len(lines) > MAX_PARAGRAPHS:
        raise TextTooLong(field=field, length=len(lines), most=MAX_PARAGRAPHS)
    return lines

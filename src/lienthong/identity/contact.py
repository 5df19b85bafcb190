"""Mail addresses and telephones as people type them, and as they are kept."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from lienthong.identity.contracts import Channel
from lienthong.kernel.errors import Refusal

TELEPHONE = re.compile(r"0[0-9]{9,10}")
LONGEST = 254


class ContactWrong(Refusal):
    """Neither a mail address nor a telephone number."""

    code, status = "contact-wrong", 422
    sentence = _(
        "This is neither an e-mail address nor a telephone number of Vietnam. "
        "Write it like ten.cua.toi@example.vn or 0912 345 678."
    )


def clean_contact(typed: str) -> str:
    """A mail address in small letters, or a telephone as ten or eleven digits from 0.

    Raises:
        ContactWrong
    """
    text = typed.strip()
    if "@" in text:
        return _mail(text.lower())
    digits = re.sub(r"[\s.()-]", "", text)
    digits = re.sub(r"^(\+|00)84", "0", digits)
    if not TELEPHONE.fullmatch(digits):
        raise ContactWrong(field="contact")
    return digits


def channel_of(contact: str) -> Channel:
    """By which way a cleaned contact is reached."""
    return Channel.MAIL if "@" in contact else Channel.SMS


def masked(contact: str) -> str:
    """Enough of it for its owner to know it by: “m…@example.vn”, “…678”."""
    if "@" in contact:
        name, _at, host = contact.partition("@")
        return f"{name[:1]}…@{host}"
    return f"…{contact[-3:]}" if contact else ""


def _mail(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError as error:
        raise ContactWrong(field="contact") from error
    if len(text) > LONGEST:
        raise ContactWrong(field="contact")
    return text

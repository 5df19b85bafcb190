"""The address that a slip's QR code leads to, and the check that says it was read off a slip."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.crypto import constant_time_compare, salted_hmac

LENGTH = 12  # 48 bits: a guess is counted like any other look-up


def check_of(code: str) -> str:
    """What stands in the address beside the code, so that who reads it off a slip is not counted."""
    return salted_hmac("lienthong.dossiers.follow", code, algorithm="sha256").hexdigest()[:LENGTH]


def is_check(code: str, check: str) -> bool:
    """Whether the check is the code's."""
    return constant_time_compare(check_of(code), check)


def follow_page() -> str:
    """Where a dossier is followed by its code; empty where this installation has no portal."""
    try:
        return f"{settings.BASE_URL}{reverse('portal:follow')}"
    except NoReverseMatch:
        return ""


def follow_address(code: str) -> str:
    """What the QR code of a slip says: the page that follows the dossier; without a portal the code alone."""
    page = follow_page()
    return f"{page}?{urlencode({'code': code, 'k': check_of(code)})}" if page else code

"""Telephone numbers of Vietnam, as people write them and as gateways take them."""

from __future__ import annotations

import re

# What is written between the digits, and a mobile number (ten digits since 2018, TT 22/2014/TT-BTTTT).
BETWEEN = r"[ .()\-]"
MOBILE = r"^(\+?84|0)[35789][0-9]{8}$"
_BETWEEN, _MOBILE = re.compile(BETWEEN), re.compile(MOBILE)
_OWN = 9


def mobile_number(written: str) -> str:
    """The mobile number as "84" and nine digits; empty where it is none of Vietnam."""
    number = _BETWEEN.sub("", written)
    return f"84{number[-_OWN:]}" if _MOBILE.match(number) else ""

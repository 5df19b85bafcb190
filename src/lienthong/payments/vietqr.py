"""The text of a VietQR code: a transfer to an account with amount and words, as every bank's app reads it.

EMVCo QR Code Specification for Payment Systems, Merchant-Presented Mode 1.1 (structure, ID 63), with the
account template of NAPAS, Technical specifications on NAPAS QR switching, part IV, 1.5.2 (2021), ID 38; the
service "QRIBFTTA" is a transfer to an account. The State Bank's standard: TCCS 03:2018/NHNNVN. ADR 0052.
"""

from __future__ import annotations

import binascii
import re
import unicodedata

NAPAS, TO_ACCOUNT = "A000000727", "QRIBFTTA"
ONCE, VND, VIETNAM = "12", "704", "VN"
MOST_WORDS, MOST_NAME = 25, 25
_OTHER = re.compile(r"[^A-Za-z0-9 ]+")


class NotAQr(ValueError):
    """The text is no VietQR code, or was damaged."""


def transfer_text(*, bank_bin: str, account: str, amount: int, words: str, name: str = "") -> str:
    """The text of a code that asks for one transfer of `amount` đồng with `words` as its note."""
    bank = _object("00", bank_bin) + _object("01", account)
    receiver = _object("00", NAPAS) + _object("01", bank) + _object("02", TO_ACCOUNT)
    parts = [
        _object("00", "01"),
        _object("01", ONCE),
        _object("38", receiver),
        _object("53", VND),
        _object("54", str(amount)),
        _object("58", VIETNAM),
        _object("59", plain_letters(name)[:MOST_NAME].strip()),
        _object("62", _object("08", plain_letters(words)[:MOST_WORDS].strip())),
    ]
    return with_check("".join(parts))


def with_check(text: str) -> str:
    """The text with its check (ID 63): CRC-16/CCITT-FALSE over all before it, "6304" included."""
    whole = f"{text}6304"
    return f"{whole}{binascii.crc_hqx(whole.encode('ascii'), 0xFFFF):04X}"


def read_text(text: str) -> dict[str, str]:
    """The objects of the top by their number, after checking the sum; raises `NotAQr`."""
    if len(text) < 8 or len(text) > 512 or not text.isascii() or with_check(text[:-8]) != text:
        raise NotAQr("the check does not hold")
    return read_objects(text)


def read_objects(text: str) -> dict[str, str]:
    """The objects of a template by their number; raises `NotAQr`."""
    found, place = {}, 0
    while place < len(text):
        key, length = text[place : place + 2], text[place + 2 : place + 4]
        value = text[place + 4 : place + 4 + int(length)] if length.isdigit() else ""
        if not key.isdigit() or not value or len(value) != int(length):
            raise NotAQr(f"at {place}")
        found[key] = value
        place += 4 + len(value)
    return found


def plain_letters(text: str) -> str:
    """The text in letters and figures of ASCII, since banks' systems drop everything else."""
    text = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    bare = "".join(letter for letter in text if not unicodedata.combining(letter))
    return " ".join(_OTHER.sub(" ", bare).split())


def _object(key: str, value: str) -> str:
    """A data object: number, length in two figures, value; nothing for an empty value."""
    if len(value) > 99:
        raise ValueError(f"object {key} is longer than 99 characters")
    return f"{key}{len(value):02d}{value}" if value else ""

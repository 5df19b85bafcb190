"""Signatures of webhooks as the Standard Webhooks specification 1.0 has them (scheme v1, HMAC-SHA256).

A secret is written `whsec_` and base64 of 24 to 64 bytes. What is signed is `id.timestamp.body`; the header
may hold several signatures, divided by spaces, while a secret is being changed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
PREFIX, SCHEME = "whsec_", "v1"
SECRET_BYTES = 32
TOLERANCE = timedelta(minutes=5)


class WebhookInvalid(Exception):
    """A webhook is not to be trusted: `code` says why (`header-missing`, `too-old`, `signature-wrong`, …)."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True)
class Signed:
    """A webhook whose signature was verified. `id` stays the same however often it is sent."""

    id: str
    at: datetime


def write_secret(secret: bytes) -> str:
    """The secret as it is handed out: `whsec_…`."""
    return PREFIX + base64.b64encode(secret).decode()


def read_secret(text: str) -> bytes:
    """The bytes of a secret with or without its prefix; raises `WebhookInvalid`."""
    try:
        return base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise WebhookInvalid("secret-unreadable") from error


def sign(secrets: Sequence[bytes], *, message_id: str, body: bytes, at: datetime) -> dict[str, str]:
    """The three headers of a webhook, signed with each secret in turn."""
    timestamp = str(int(at.timestamp()))
    made = (_signature(secret, message_id, timestamp, body) for secret in secrets)
    return {ID: message_id, TIMESTAMP: timestamp, SIGNATURE: " ".join(made)}


def verify(headers: Mapping[str, str], body: bytes, secret: str, at: datetime) -> Signed:
    """Check signature and time of a webhook; header names in any case.

    Raises:
        WebhookInvalid: `header-missing`, `timestamp-unreadable`, `too-old`, `too-new` (five minutes either
            way), `signature-wrong`, `secret-unreadable`.
    """
    given = {name.lower(): value for name, value in headers.items()}
    try:
        message_id, timestamp, signatures = given[ID], given[TIMESTAMP], given[SIGNATURE]
    except KeyError as error:
        raise WebhookInvalid("header-missing") from error
    expected = _signature(read_secret(secret), message_id, timestamp, body).encode()
    given_ones = [each.encode("utf-8", "replace") for each in signatures.split(" ")]
    if not any(hmac.compare_digest(expected, each) for each in given_ones):
        raise WebhookInvalid("signature-wrong")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 11):
        raise WebhookInvalid("timestamp-unreadable")
    sent_at = datetime.fromtimestamp(int(timestamp), at.tzinfo)
    if abs(at - sent_at) > TOLERANCE:
        raise WebhookInvalid("too-old" if sent_at < at else "too-new")
    return Signed(message_id, sent_at)


def _signature(secret: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(secret, signed, hashlib.sha256).digest()
    return f"{SCHEME},{base64.b64encode(digest).decode()}"

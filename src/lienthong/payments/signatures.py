"""Signed messages between this installation and a payment provider: HMAC-SHA-256 over time and body."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import urlencode

from lienthong.payments.refusals import BadSignature

TIME, SIGNATURE = "Payment-Timestamp", "Payment-Signature"
WINDOW = timedelta(minutes=5)
LEAST_SECRET = 16


def sign(body: bytes, *, secret: str, at: datetime) -> dict[str, str]:
    """The headers that go with the body."""
    moment = str(int(at.timestamp()))
    return {TIME: moment, SIGNATURE: _mac(secret, moment, body)}


def require_signed(
    headers: Mapping[str, str], body: bytes, *, secret: str, at: datetime, window: timedelta = WINDOW
) -> None:
    """Refuse a body that who knows the secret did not sign, or not within the window around now.

    Raises:
        BadSignature: no secret is set, no header, another signature, or a time outside of the window.
    """
    moment, claimed = headers.get(TIME, ""), headers.get(SIGNATURE, "")
    if len(secret) < LEAST_SECRET or not (moment.isascii() and moment.isdigit() and len(moment) <= 12):
        raise BadSignature
    if not hmac.compare_digest(_mac(secret, moment, body).encode(), claimed.encode("utf-8", "replace")):
        raise BadSignature
    if abs(at.timestamp() - int(moment)) > window.total_seconds():
        raise BadSignature


def signed_query(fields: Mapping[str, str], *, secret: str, at: datetime) -> str:
    """The fields as a query string that ends with its own time and signature."""
    query = urlencode(sorted(fields.items()))
    headers = sign(query.encode(), secret=secret, at=at)
    return f"{query}&ts={headers[TIME]}&signature={headers[SIGNATURE]}"


def read_query(
    fields: Mapping[str, str], *, secret: str, at: datetime, window: timedelta = WINDOW
) -> dict[str, str]:
    """The fields of a signed query, without time and signature; raises `BadSignature`."""
    own = {name: value for name, value in fields.items() if name not in {"ts", "signature"}}
    headers = {TIME: fields.get("ts", ""), SIGNATURE: fields.get("signature", "")}
    require_signed(headers, urlencode(sorted(own.items())).encode(), secret=secret, at=at, window=window)
    return own


def _mac(secret: str, moment: str, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{moment}.".encode() + body, sha256).hexdigest()

"""A hosted payment page: reached by a signed address, it calls back signed, and has a statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import httpx

from lienthong.payments.contracts import Notice, Order
from lienthong.payments.gateway import order_fields, read_notice, read_notices
from lienthong.payments.refusals import BadCallback, BadSignature, ProviderAway
from lienthong.payments.signatures import require_signed, signed_query

SECONDS = 30.0
MOST_STATEMENT = 64 * 1024 * 1024


@dataclass(frozen=True)
class HostedPage:
    """Fulfils `PaymentPort`. `address` is the page's, `secret` is shared with it and shown nowhere."""

    address: str
    secret: str = field(repr=False)

    def start(self, order: Order, *, at: datetime) -> tuple[str, str]:
        """A signed address; the page learns of the order when the payer arrives."""
        query = signed_query(order_fields(order), secret=self.secret, at=at)
        return "", f"{self.address}/pay/?{query}"

    def read_callback(self, headers: Mapping[str, str], body: bytes, *, at: datetime) -> Notice:
        """The notice of a callback."""
        require_signed(headers, body, secret=self.secret, at=at)
        return read_notice(body)

    def statement(self, *, since: datetime, until: datetime, at: datetime) -> list[Notice]:
        """GET /statement/, signed both ways."""
        query = signed_query(
            {"since": since.isoformat(), "until": until.isoformat()}, secret=self.secret, at=at
        )
        try:
            with httpx.stream("GET", f"{self.address}/statement/?{query}", timeout=SECONDS) as answer:
                body = _bounded(answer)
                if answer.status_code != httpx.codes.OK:
                    raise ProviderAway(problem=f"HTTP {answer.status_code}")
                require_signed(answer.headers, body, secret=self.secret, at=at)
            return read_notices(body)
        except httpx.HTTPError as error:
            raise ProviderAway(problem=type(error).__name__) from error
        except (BadSignature, BadCallback) as error:
            raise ProviderAway(problem=error.code) from error


def _bounded(answer: httpx.Response) -> bytes:
    found = bytearray()
    for piece in answer.iter_bytes():
        found += piece
        if len(found) > MOST_STATEMENT:
            raise ProviderAway(problem="answer too large")
    return bytes(found)

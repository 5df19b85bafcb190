"""A payment page in memory that pays, fails, repeats and delays; also the core of the one over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_hex
from urllib.parse import parse_qsl

from lienthong.payments.contracts import Notice, Order, Outcome
from lienthong.payments.gateway import notice_as_data, order_fields, read_notice, write_notice
from lienthong.payments.signatures import read_query, require_signed, sign, signed_query

PAY, PAY_AND_REPEAT, PAY_TWICE, PAY_LATER, FAIL = "pay", "repeat", "twice", "later", "fail"
BUTTONS = (PAY, PAY_AND_REPEAT, PAY_TWICE, PAY_LATER, FAIL)


@dataclass(frozen=True)
class Sent:
    """A callback as it goes out."""

    headers: Mapping[str, str]
    body: bytes


def pressed(button: str, *, reference: str, amount: int, at: datetime) -> tuple[list[Notice], list[Notice]]:
    """What a button makes true, and which callbacks go out for it; raises `ValueError` for another button."""
    if button not in BUTTONS:
        raise ValueError(button)

    def notice(outcome: Outcome) -> Notice:
        key = token_hex(8)
        return Notice(f"evt-{key}", reference, outcome, amount, f"txn-{key}", at)

    if button == FAIL:
        return [], [notice(Outcome.FAILED)]
    made = [notice(Outcome.PAID) for _number in range(2 if button == PAY_TWICE else 1)]
    told = {PAY_LATER: [], PAY_AND_REPEAT: made * 2}.get(button, made)
    return made, told


def signed(notice: Notice, *, secret: str, at: datetime) -> Sent:
    """The callback of a notice."""
    body = write_notice(notice)
    return Sent(sign(body, secret=secret, at=at), body)


def statement_body(notices: list[Notice]) -> bytes:
    """A statement as JSON."""
    return json.dumps([notice_as_data(notice) for notice in notices]).encode()


@dataclass
class FakePage:
    """Fulfils `PaymentPort` without a net; `press` is what a payer does on its page."""

    secret: str = field(default="only-for-tests-only-for-tests", repr=False)
    address: str = "https://pay.example"
    paid: list[Notice] = field(default_factory=list)
    failing: Callable[[], Exception] | None = None

    def start(self, order: Order, *, at: datetime) -> tuple[str, str]:
        """The same address as the real adapter makes."""
        query = signed_query(order_fields(order), secret=self.secret, at=at)
        return "", f"{self.address}/pay/?{query}"

    def press(self, url: str, button: str, *, at: datetime) -> list[Sent]:
        """Press a button of the page at the address; the callbacks that go out."""
        fields = read_query(dict(parse_qsl(url.partition("?")[2])), secret=self.secret, at=at)
        made, told = pressed(button, reference=fields["order"], amount=int(fields["amount"]), at=at)
        self.paid += made
        return [signed(notice, secret=self.secret, at=at) for notice in told]

    def read_callback(self, headers: Mapping[str, str], body: bytes, *, at: datetime) -> Notice:
        """As the real adapter reads it."""
        require_signed(headers, body, secret=self.secret, at=at)
        return read_notice(body)

    def statement(self, *, since: datetime, until: datetime, at: datetime) -> list[Notice]:
        """What was paid in the period; raises what `failing` makes."""
        if self.failing is not None:
            raise self.failing()
        return [notice for notice in self.paid if since <= notice.paid_at < until]

"""Charges, accounts and attempts for tests, of this app and of those above."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID, uuid4

from django.test import Client
from django.urls import reverse

from lienthong.directory.public import Agency
from lienthong.identity.tests.factories import at_noon
from lienthong.kernel import events
from lienthong.kernel.clock import now
from lienthong.payments.adapters.fake import FakePage, Sent
from lienthong.payments.contracts import ChargeLine, ChargeView, Notice, Outcome, PaymentStart
from lienthong.payments.models import CollectingAccount
from lienthong.payments.public import open_charges, start_payment
from lienthong.payments.signatures import signed_query
from lienthong.payments.states import Provider

NOON = at_noon()
SECRET = "only-for-tests-only-for-tests"
_numbers = count(1)


def line(key: str = "fee", amount: int = 8_000, **fields: Any) -> ChargeLine:
    """A fee of 8,000 đồng."""
    values: dict[str, Any] = {
        "key": key,
        "name": f"Lệ phí {key}",
        "name_en": f"Fee {key}",
        "amount": amount,
        "law": "NQ 12/2024/NQ-HĐND",
    }
    return ChargeLine(**values | fields)


def charged(
    of: Agency, *lines: ChargeLine, subject_id: UUID | None = None, **fields: Any
) -> list[ChargeView]:
    """The charges of a new subject; one fee unless lines are given."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "agency_id": of.pk,
        "subject_id": subject_id or uuid4(),
        "subject_code": f"H15.50.05.13-260302-{number:04d}",
        "payer_name": "Nguyễn Thị Phương",
        "lines": lines or (line(),),
        "actor": None,
        "at": NOON,
    }
    return open_charges(**values | fields)


def ids(charges: Sequence[ChargeView]) -> list[UUID]:
    """Their keys."""
    return [charge.id for charge in charges]


def bank_account(of: Agency) -> CollectingAccount:
    """The agency takes transfers."""
    return CollectingAccount.objects.create(
        agency=of,
        provider=Provider.VIETQR,
        bank_bin="970436",
        account_number="1023456789",
        account_name="KHO BAC NHA NUOC",
    )


def merchant(of: Agency) -> CollectingAccount:
    """The agency takes money by the payment page."""
    return CollectingAccount.objects.create(agency=of, provider=Provider.PAGE, merchant=of.code)


def begun(
    of: Agency, *lines: ChargeLine, provider: str = Provider.VIETQR, at: datetime = NOON
) -> tuple[PaymentStart, list[ChargeView]]:
    """A new subject's charges with a payment under way."""
    if not CollectingAccount.objects.filter(agency=of, provider=provider).exists():
        bank_account(of) if provider == Provider.VIETQR else merchant(of)
    charges = charged(of, *lines)
    start = start_payment(subject_id=charges[0].subject_id, charge_ids=ids(charges), provider=provider, at=at)
    return start, charges


def notice(start: PaymentStart, **fields: Any) -> Notice:
    """That the attempt was paid in full."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "event": f"evt-{number}",
        "reference": start.reference,
        "outcome": Outcome.PAID,
        "amount": start.amount,
        "transaction": f"txn-{number}",
        "paid_at": NOON,
    }
    return Notice(**values | fields)


def pressing(page: FakePage, start: PaymentStart, button: str, *, at: datetime = NOON) -> list[Sent]:
    """What the page sends when a payer presses a button for the attempt."""
    order = {"order": start.reference, "amount": str(start.amount)}
    return page.press(f"?{signed_query(order, secret=page.secret, at=at)}", button, at=at)


def page_answers(client: Client, attempt: Any, button: str) -> list[int]:
    """Press a button of the payment page for an attempt; how its callbacks were answered here."""
    at, page = now(), FakePage(secret=SECRET)
    order = {"order": attempt.reference, "amount": str(attempt.amount)}
    sent = page.press(f"?{signed_query(order, secret=SECRET, at=at)}", button, at=at)
    url = reverse("payments:callback", args=[Provider.PAGE.value])
    kind = "application/json"
    return [client.post(url, one.body, kind, headers=dict(one.headers)).status_code for one in sent]


def query_of(address: str) -> dict[str, str]:
    """The fields of an address's query."""
    return dict(parse_qsl(address.partition("?")[2]))


@contextmanager
def heard(*kinds: type) -> Iterator[list[Any]]:
    """The events of these kinds that are published meanwhile."""
    found: list[Any] = []

    def note(event: Any) -> None:
        found.append(event)

    for kind in kinds:
        events.subscribe(kind)(note)
    try:
        yield found
    finally:
        for kind in kinds:
            events._subscribers[kind].remove(note)

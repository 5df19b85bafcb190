"""Words that a payment page and this installation exchange: an order out, a notice back, as JSON.

Both the adapter that speaks to a payment page and the fake one speak through this module, so that what one
writes the other reads.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from lienthong.kernel.clock import VIETNAM
from lienthong.payments.contracts import MOST_AMOUNT, Notice, Order, Outcome
from lienthong.payments.refusals import BadCallback

MOST_BYTES = 16 * 1024
MOST_LINES = 200_000


class NoticeBody(BaseModel):
    """The JSON of a notice."""

    model_config = ConfigDict(extra="ignore", strict=False)

    event: str = Field(min_length=1, max_length=64)
    order: str = Field(min_length=1, max_length=40)
    status: Outcome
    amount: int = Field(ge=0, le=MOST_AMOUNT, strict=True)
    transaction: str = Field(default="", max_length=64)
    paid_at: datetime
    note: str = Field(default="", max_length=300)


_bodies: TypeAdapter[list[NoticeBody]] = TypeAdapter(list[NoticeBody])


def order_fields(order: Order) -> dict[str, str]:
    """An order as the fields of a signed address."""
    return {
        "merchant": order.account.merchant or order.account.account_number,
        "order": order.reference,
        "amount": str(order.amount),
        "description": order.description,
        "return_url": order.return_url,
        "notify_url": order.notify_url,
        "expires": order.expires_at.isoformat(),
    }


def write_notice(notice: Notice) -> bytes:
    """A notice as the body of a callback."""
    return json.dumps(notice_as_data(notice), separators=(",", ":")).encode()


def notice_as_data(notice: Notice) -> dict[str, Any]:
    """A notice as JSON."""
    return {
        "event": notice.event,
        "order": notice.reference,
        "status": notice.outcome.value,
        "amount": notice.amount,
        "transaction": notice.transaction,
        "paid_at": notice.paid_at.isoformat(),
        "note": notice.note,
    }


def read_notice(body: bytes) -> Notice:
    """The notice in a callback's body; raises `BadCallback`."""
    try:
        return _notice(NoticeBody.model_validate_json(body))
    except ValidationError as error:
        raise BadCallback(problem=_problem(error)) from error


def read_notices(body: bytes) -> list[Notice]:
    """The notices of a statement, a JSON list; raises `BadCallback`."""
    try:
        found = _bodies.validate_json(body)
    except ValidationError as error:
        raise BadCallback(problem=_problem(error)) from error
    if len(found) > MOST_LINES:
        raise BadCallback(problem=f"more than {MOST_LINES} lines")
    return [_notice(each) for each in found]


def _notice(body: NoticeBody) -> Notice:
    texts = (body.event, body.order, body.transaction, body.note)
    if any("\0" in text for text in texts) or body.paid_at.tzinfo is None:
        raise BadCallback(problem="a text or a time without zone")
    if body.status is Outcome.PAID and (not body.transaction or not body.amount):
        raise BadCallback(problem="paid without transaction or amount")
    return Notice(
        event=body.event,
        reference=body.order,
        outcome=body.status,
        amount=body.amount,
        transaction=body.transaction,
        paid_at=body.paid_at.astimezone(VIETNAM),
        note=body.note,
    )


def _problem(error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['type']}"[:120]

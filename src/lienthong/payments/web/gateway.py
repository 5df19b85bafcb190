"""The demonstration's bank and payment page: over HTTP, signed, with buttons to pay, fail, repeat, delay.

Only where `LIENTHONG_PAYMENT_FAKE_GATEWAY` allows it and nobody but this machine reaches the installation;
elsewhere its addresses do not exist.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from urllib.parse import parse_qsl

import httpx
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from lienthong.kernel.access import public_page
from lienthong.kernel.clock import now
from lienthong.payments.actions.starting import order_of
from lienthong.payments.adapters.fake import (
    BUTTONS,
    FAIL,
    PAY,
    PAY_AND_REPEAT,
    PAY_LATER,
    PAY_TWICE,
    pressed,
    signed,
    statement_body,
)
from lienthong.payments.contracts import Notice, Outcome
from lienthong.payments.gateway import order_fields
from lienthong.payments.models import Attempt, CollectingAccount, FakeOrder
from lienthong.payments.providers import GATEWAY, fake_allowed, secret_of
from lienthong.payments.refusals import BadSignature
from lienthong.payments.signatures import read_query, sign, signed_query
from lienthong.payments.states import Provider

LABELS = {
    PAY: _("Pay"),
    PAY_AND_REPEAT: _("Pay, and tell it twice"),
    PAY_TWICE: _("Pay twice"),
    PAY_LATER: _("Pay, and tell nobody"),
    FAIL: _("Fail"),
}
SECONDS = 10.0
_REASON = "the demonstration's own bank; not there unless a setting allows it"


def _only_if_allowed(view: Any) -> Any:
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not fake_allowed():
            raise Http404
        return view(request)  # type: ignore[no-any-return]

    return guarded


@public_page(_REASON)
@require_GET
@_only_if_allowed
def page(request: HttpRequest) -> HttpResponse:
    """The page where a person pays."""
    fields = _order(request.GET.dict(), now())
    context = {
        "order": fields,
        "amount": int(fields["amount"]),
        "query": request.GET.urlencode(),
        "buttons": [(button, LABELS[button]) for button in BUTTONS],
    }
    return render(request, "payments/gateway.html", context)


@public_page(_REASON)
@require_POST
@_only_if_allowed
def press(request: HttpRequest) -> HttpResponse:
    """What a button makes true is kept for the statement; the callbacks go out at once, and are shown."""
    at, button = now(), request.POST.get("button", "")
    fields = _order(dict(parse_qsl(request.POST.get("query", "")[:4000])), at)
    if button not in BUTTONS:
        raise Http404
    provider = fields.get("provider", Provider.PAGE)
    made, told = pressed(button, reference=fields["order"], amount=int(fields["amount"]), at=at)
    FakeOrder.objects.bulk_create(
        [
            FakeOrder(
                provider=provider,
                reference=notice.reference,
                amount=notice.amount,
                transaction=notice.transaction,
                paid_at=notice.paid_at,
            )
            for notice in made
        ]
    )
    answers = [_call_back(fields["notify_url"], notice, provider, at) for notice in told]
    context = {"order": fields, "answers": answers, "made": len(made), "return_url": fields["return_url"]}
    return render(request, "payments/gateway_done.html", context)


@public_page(_REASON)
@require_GET
@_only_if_allowed
def statement(request: HttpRequest) -> HttpResponse:
    """Everything paid in the period that the signed query names, signed."""
    secret, at = secret_of(Provider.PAGE), now()
    fields = read_query(request.GET.dict(), secret=secret, at=at)
    try:
        since, until = (datetime.fromisoformat(fields[name]) for name in ("since", "until"))
    except (KeyError, ValueError) as error:
        raise Http404 from error
    rows = FakeOrder.objects.filter(provider=Provider.PAGE, paid_at__gte=since, paid_at__lt=until)
    body = statement_body(
        [
            Notice(row.transaction, row.reference, Outcome.PAID, row.amount, row.transaction, row.paid_at)
            for row in rows.order_by("id")
        ]
    )
    return HttpResponse(body, content_type="application/json", headers=sign(body, secret=secret, at=at))


def demonstration_url(attempt: Attempt) -> str:
    """Where the transfer of an attempt can be made in the demonstration: the app of a bank, as it were."""
    account = CollectingAccount.objects.filter(agency=attempt.agency_id, provider=attempt.provider).first()
    if account is None:
        return ""
    order = order_of(attempt, account, "")
    fields = order_fields(order) | {"provider": attempt.provider}
    return f"{GATEWAY}/pay/?{signed_query(fields, secret=secret_of(attempt.provider), at=now())}"


def _order(fields: dict[str, str], at: datetime) -> dict[str, str]:
    """The fields of an order that we signed and that has not run out for long; raises `BadSignature`."""
    provider = fields.get("provider", Provider.PAGE)
    if provider not in {Provider.PAGE, Provider.VIETQR}:
        raise BadSignature
    order = read_query(fields, secret=secret_of(provider), at=at, window=timedelta(days=2))
    if not {"order", "amount", "notify_url", "return_url", "expires"} <= order.keys():
        raise BadSignature
    return order


def _call_back(address: str, notice: Notice, provider: str, at: datetime) -> str:
    """Send a callback and say what was answered."""
    sent = signed(notice, secret=secret_of(provider), at=at)
    headers = {"Content-Type": "application/json", **sent.headers}
    try:
        answer = httpx.post(address, content=sent.body, headers=headers, timeout=SECONDS)
    except httpx.HTTPError as error:
        return type(error).__name__
    return f"HTTP {answer.status_code}: {answer.text[:200]}"

"""What needs no signing in: the payer's page of an attempt, the proof of a receipt, a provider's callback."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from lienthong.kernel.access import public_page
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal
from lienthong.payments import queries
from lienthong.payments.actions.settling import hear_callback
from lienthong.payments.actions.starting import start_of
from lienthong.payments.gateway import MOST_BYTES
from lienthong.payments.models import Attempt
from lienthong.payments.providers import fake_allowed, provider_port
from lienthong.payments.refusals import CallbackTooLarge
from lienthong.payments.states import AttemptState
from lienthong.payments.web.gateway import demonstration_url

_ADDRESS = "the address holds 62 random bits and shows an amount and its state, no person"


@public_page(_ADDRESS)
@never_cache
@require_GET
def attempt(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """The QR code or the way to the payment page, and whether the money has come."""
    return _page(request, "payments/attempt.html", queries.find_attempt(attempt_id))


@public_page(_ADDRESS)
@never_cache
@require_GET
def attempt_state(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """The same page's part that changes, which it fetches by itself."""
    return _page(request, "payments/_attempt.html", queries.find_attempt(attempt_id))


@public_page("who holds a receipt may see that it is true; the address holds 62 random bits")
@never_cache
@require_GET
def verify_receipt(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """That the receipt was given out, by whom, when and over how much."""
    return render(request, "payments/verify_receipt.html", {"payment": queries.find_receipt(payment_id)})


@csrf_exempt
@public_page("a payment provider calls; its signature is checked before anything else")
@require_POST
def callback(request: HttpRequest, provider: str) -> JsonResponse:
    """What a provider tells: 200 with one word, or a problem document; the same twice gets the same."""
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
            raise CallbackTooLarge(limit=MOST_BYTES)
        body = request.read(MOST_BYTES + 1)
        answer = hear_callback(
            provider=provider, port=provider_port(provider), headers=request.headers, body=body, at=now()
        )
    except Refusal as refusal:
        return JsonResponse(refusal.problem(), status=refusal.status, content_type="application/problem+json")
    return JsonResponse({"answer": answer})


def _page(request: HttpRequest, template: str, found: Attempt) -> HttpResponse:
    begun = start_of(found)
    waits = found.state == AttemptState.STARTED and found.expires_at > now()
    context = {
        "attempt": found,
        "charges": list(found.charges.all()),
        "waits": waits,
        "qr": SafeString(begun.qr_svg),  # drawn here from our own text
        "url": begun.url,
        "demonstration_url": demonstration_url(found) if waits and fake_allowed() and begun.qr_svg else "",
    }
    return render(request, template, context)

"""What a party does with their own dossier besides sending what is missing: pay, withdraw."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lienthong.dossiers.public import WITHDRAW, Dossier, find_own, party_actions, pay_own, withdraw_own
from lienthong.identity.public import citizens, visitor_of
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal
from lienthong.payments.public import PROVIDER_LABELS, ChargeState, attempts_of, charges_of, offered_ways

BY_FIELD = 422
LONGEST_REASON = 2_000


@citizens
@never_cache
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    """Withdraw it: the reason, and a page that says what follows before anything is done."""
    found, reason = find_own(visitor_of(request), dossier_id), request.POST.get("reason", "")
    if WITHDRAW not in party_actions(found) and request.method == "GET":
        return redirect("portal:dossier", dossier_id)
    if request.method != "POST":
        return _withdraw_page(request, found)
    try:
        withdraw_own(dossier_id=dossier_id, reason=reason, visitor=visitor_of(request), at=now())
    except Refusal as refusal:
        if refusal.status != BY_FIELD:
            raise
        return _withdraw_page(request, found, reason=reason, error=refusal.say())
    messages.success(request, _("You have withdrawn this dossier."))
    return redirect("portal:dossier", dossier_id)


@citizens
@never_cache
@require_http_methods(["GET", "POST"])
def pay(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    """What is owed, by which ways it is paid, and what became of each try; the payer comes back here."""
    visitor, at = visitor_of(request), now()
    found = find_own(visitor, dossier_id)
    charges = charges_of([found.pk])[found.pk]
    owed = [one for one in charges if one.state == ChargeState.OWED]
    here = reverse("portal:pay_dossier", args=[dossier_id])
    if request.method == "POST" and owed:
        begun = pay_own(
            dossier_id=dossier_id,
            charge_ids=[one.id for one in owed],
            provider=request.POST.get("way", ""),
            visitor=visitor,
            at=at,
            return_url=settings.BASE_URL + here,
        )
        return redirect(begun.url or here)
    attempts = attempts_of(dossier_id, at=at)
    context = {
        "dossier": found,
        "charges": charges,
        "owed": sum(one.amount for one in owed),
        "ways": [(way, PROVIDER_LABELS[way]) for way in offered_ways(found.agency_id)] if owed else [],
        "waiting": [one for one in attempts if one.waits] if owed else [],
        "ended": [one for one in attempts if not one.waits],
    }
    return render(request, "portal/pay.html", context)


def _withdraw_page(
    request: HttpRequest, found: Dossier, *, reason: str = "", error: str = ""
) -> HttpResponse:
    context = {"dossier": found, "reason": reason, "error": error, "longest": LONGEST_REASON}
    return render(request, "portal/withdraw.html", context, status=BY_FIELD if error else 200)

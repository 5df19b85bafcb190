"""Pages on which citizens let others act for them."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lienthong.identity.access import citizens, visitor_of
from lienthong.identity.actions.mandates import accept_mandate, end_mandate, grant_mandate
from lienthong.identity.citizen_forms import MandateForm
from lienthong.identity.contracts import By
from lienthong.identity.labels import MANDATE_STATES
from lienthong.identity.queries.citizens import mandates_of
from lienthong.identity.web_coming import refused
from lienthong.kernel.clock import VIETNAM, now
from lienthong.kernel.errors import Refusal


@citizens
@require_GET
def mandates(request: HttpRequest) -> HttpResponse:
    """Those given, and those received."""
    visitor = visitor_of(request)
    rows = mandates_of(visitor, at=now())
    facts = {
        "given": [row for row in rows if row.given],
        "received": [row for row in rows if not row.given],
        "states": MANDATE_STATES,
        "may_give": visitor.confirmed and visitor.by is not By.MANDATE,
    }
    return render(request, "identity/citizen/mandates.html", facts)


@citizens
@require_http_methods(["GET", "HEAD", "POST"])
def new_mandate(request: HttpRequest) -> HttpResponse:
    """Let someone act; the answer is the same whether they are known here."""
    at = now()
    form, status = (
        MandateForm(request.POST or None, initial={"from_date": at.astimezone(VIETNAM).date()}),
        200,
    )
    if form.is_bound:
        status = 422
    if request.method == "POST" and form.is_valid():
        try:
            grant_mandate(visitor=visitor_of(request), new=form.mandate(), at=at)
        except Refusal as refusal:
            refused(form, refusal)
            status = refusal.status
        else:
            messages.success(
                request,
                _(
                    "The mandate is given. The other person sees it when they sign in with that number "
                    "and name, and may act once they accept. Tell them."
                ),
            )
            return redirect("citizen_mandates")
    return render(request, "identity/citizen/mandate.html", {"form": form}, status=status)


@citizens
@require_POST
def accept(request: HttpRequest, mandate_id: UUID) -> HttpResponse:
    """Take a mandate on."""
    accept_mandate(visitor=visitor_of(request), mandate_id=mandate_id, at=now())
    messages.success(request, _("Accepted. Choose “Act for” in the menu to act for the other person."))
    return redirect("citizen_mandates")


@citizens
@require_POST
def end(request: HttpRequest, mandate_id: UUID) -> HttpResponse:
    """End a mandate now."""
    end_mandate(visitor=visitor_of(request), mandate_id=mandate_id, at=now())
    messages.success(request, _("The mandate has ended."))
    return redirect("citizen_mandates")

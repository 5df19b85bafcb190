"""An application begun online at the counter: its owner shows a code, the receptionist types it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from lienthong.dossiers.public import lay_ready
from lienthong.identity.public import Role, needs, viewer_of
from lienthong.kernel.access import public_page
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal
from lienthong.portal.actions.counter import MINUTES, bring_to_counter, show_at_counter
from lienthong.portal.applying import queries
from lienthong.portal.web.applying import WHY
from lienthong.portal.web.holding import holder_of


@public_page(WHY)
@never_cache
@require_POST
def show(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """The code to show, with what it lets the official do."""
    holder, at = holder_of(request), now()
    draft = queries.find_draft(holder, draft_id, at=at)
    if draft.dossier_id is not None:
        return redirect("portal:receipt", draft.pk)
    code = show_at_counter(draft=draft, visitor=holder.visitor, at=at)
    context = {"draft": draft, "agency": draft.offer.agency, "code": code, "minutes": MINUTES}
    return render(request, "portal/apply/counter_code.html", context)


@needs(Role.RECEPTIONIST)
@never_cache
@require_http_methods(["GET", "POST"])
def at_counter(request: HttpRequest) -> HttpResponse:
    """Type the code that an applicant shows; the reception opens with what they have filled in."""
    refused = ""
    if request.method == "POST":
        try:
            brought, draft, offer_id = bring_to_counter(
                code=request.POST.get("code", "")[:20], viewer=viewer_of(request), at=now()
            )
        except Refusal as refusal:
            refused = refusal.say()
        else:
            lay_ready(request.session, brought)
            party = draft.on_behalf_id or draft.party_id
            url = reverse("dossiers:receive_form", args=[offer_id])
            return redirect(f"{url}?party={party}" if party else url)
    return render(request, "portal/at_counter.html", {"refused": refused}, status=422 if refused else 200)

"""The counter: procedure and person are chosen, form and checklist filled in, and it is received."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lienthong.dossiers import queries
from lienthong.dossiers.actions.receiving import receive_at_counter
from lienthong.dossiers.brought import BROUGHT
from lienthong.dossiers.identity_card import read_card
from lienthong.dossiers.web.linked import LinkedReception
from lienthong.dossiers.web.reception import WHO
from lienthong.dossiers.web.sent import SENT
from lienthong.identity.public import Role, Viewer, needs, search_parties, viewer_of
from lienthong.kernel.clock import VIETNAM, now
from lienthong.kernel.errors import Refusal


@needs(Role.RECEPTIONIST)
@require_http_methods(["GET", "POST"])
def receive(request: HttpRequest) -> HttpResponse:
    """Choose the procedure, and find the person: by number, name without marks, or the card's QR code.

    What is looked for is sent, not put into the address: addresses are logged.
    """
    if request.method == "POST":
        request.session.pop(BROUGHT, None)
        request.session[WHO] = who = request.POST.get("who", "").strip()[:500]
        return redirect(_next(viewer_of(request), who, request.POST.get("q", "").strip()[:200]))
    viewer, who = viewer_of(request), request.session.get(WHO, "")
    card = read_card(who)
    found = search_parties(viewer, card.number if card else who) if who else []
    context = {
        "q": request.GET.get("q", ""),
        "who": who,
        "card": card if not found else None,
        "found": found,
        "chosen": queries.find_applicant(viewer, request.GET.get("party", "")),
        "offers": queries.offers_at_counter(viewer, request.GET.get("q", "")[:200]),
    }
    return render(request, "dossiers/receive.html", context)


@needs(Role.RECEPTIONIST)
@require_http_methods(["GET", "POST"])
def receive_form(request: HttpRequest, offer_id: int) -> HttpResponse:
    """Form, checklist and fee of a procedure; sent, the dossier is received and its clock runs."""
    viewer, at = viewer_of(request), now()
    application = LinkedReception(request, viewer=viewer, offer_id=offer_id, on=at.astimezone(VIETNAM).date())
    if application.ready:
        intake, *linked = application.intakes()
        try:
            made = receive_at_counter(intake=intake, linked=linked, viewer=viewer, at=at)
        except Refusal as refusal:
            application.note(refusal)
        else:
            for name in (SENT, WHO, BROUGHT):
                request.session.pop(name, None)
            messages.success(request, _("Received with the code %(code)s.") % {"code": made.code})
            return redirect("dossiers:dossier", made.pk)
    context = application.context() | {
        "refresh_url": request.get_full_path(),
        "places_url": reverse("procedures:places"),
    }
    return render(request, "dossiers/receive_form.html", context, status=422 if application.faulty else 200)


def _next(viewer: Viewer, who: str, text: str) -> str:
    """Where a search leads: on to what it found, where that is one person and one procedure."""
    query = QueryDict(mutable=True)
    card = read_card(who)
    found = search_parties(viewer, card.number if card else who) if who else []
    if len(found) == 1:
        query["party"] = str(found[0].pk)
    offers = queries.offers_at_counter(viewer, text) if text and (card or found) else []
    if len(offers) == 1 and (len(found) == 1 or card):
        return f"{reverse('dossiers:receive_form', args=[offers[0].pk])}?{query.urlencode()}"
    query["q"] = text
    return f"{reverse('dossiers:receive')}?{query.urlencode()}"

"""The counter's page on which an official confirms a citizen's account, and who represents a business."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lienthong.identity.access import needs, viewer_of
from lienthong.identity.actions.citizens import confirm_account
from lienthong.identity.actions.representing import confirm_representation, end_representation
from lienthong.identity.citizen_forms import ConfirmingForm, RepresentingForm
from lienthong.identity.contracts import Role
from lienthong.identity.queries.citizens import representations_known
from lienthong.identity.web_coming import refused
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal

PAGE = require_http_methods(["GET", "HEAD", "POST"])


@needs(Role.RECEPTIONIST)
@PAGE
def confirm(request: HttpRequest) -> HttpResponse:
    """Confirm the account of a person who stands here with the card."""
    form, status = ConfirmingForm(request.POST or None), 200
    if form.is_bound:
        status = 422
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            confirm_account(
                viewer=viewer_of(request),
                number=said["number"],
                contact=said["contact"],
                name=said["name"],
                at=now(),
            )
        except Refusal as refusal:
            refused(form, refusal)
            status = refusal.status
        else:
            messages.success(request, _("The account of %(name)s is confirmed.") % {"name": said["name"]})
            return redirect("citizens:confirm")
    return render(request, "identity/confirm_citizen.html", {"form": form}, status=status)


@needs(Role.RECEPTIONIST)
@PAGE
def represent(request: HttpRequest) -> HttpResponse:
    """Confirm who represents a business; with `business`, its tax code, in the address show who does."""
    viewer, status = viewer_of(request), 200
    form = RepresentingForm(request.POST or None)
    if form.is_bound:
        status = 422
    if request.method == "POST" and form.is_valid():
        person, business = form.facts()
        try:
            confirm_representation(viewer=viewer, person=person, business=business, at=now())
        except Refusal as refusal:
            refused(form, refusal)
            status = refusal.status
        else:
            done = _("%(person)s now represents %(business)s.")
            messages.success(request, done % {"person": person.name, "business": business.name})
            return redirect("citizens:represent")
    number = request.GET.get("business", "").strip()[:14]
    facts = {"form": form, "number": number, "known": representations_known(viewer, number)}
    return render(request, "identity/represent.html", facts, status=status)


@needs(Role.RECEPTIONIST)
@require_POST
def end(request: HttpRequest, representation_id: int) -> HttpResponse:
    """The person no longer represents the business."""
    end_representation(asker=viewer_of(request), representation_id=representation_id, at=now())
    messages.success(request, _("The representation has ended."))
    return redirect("citizens:represent")

"""What administrators arrange: who answers for what, and which applications may send feedback."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from lienthong.identity.public import Role, needs, viewer_of
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal
from lienthong.participation import queries
from lienthong.participation.actions import arranging
from lienthong.participation.forms import ClientForm, CompetenceForm
from lienthong.participation.models import ApiClient
from lienthong.participation.web.showing import shown_refusal


@needs(Role.ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def competence(request: HttpRequest) -> HttpResponse:
    """Which body answers for what, where it is not the People's Committee of the place."""
    viewer, categories = viewer_of(request), queries.categories()
    form = CompetenceForm(request.POST or None, categories=categories)
    if request.method == "POST" and form.is_valid():
        try:
            arranging.add_competence(**form.cleaned_data, viewer=viewer, at=now())
        except Refusal as refusal:
            shown_refusal(refusal, form, "agency")
        else:
            messages.success(request, _("Kept. New feedback goes there from now on."))
            return redirect("participation:competence")
    rows = queries.competences_under(viewer)[:500]
    context = {"form": form, "rows": rows}
    return render(request, "participation/competence.html", context, status=422 if form.errors else 200)


@needs(Role.ADMINISTRATOR)
@require_POST
def remove_competence(request: HttpRequest, competence_id: int) -> HttpResponse:
    """Take a row out."""
    arranging.remove_competence(competence_id=competence_id, viewer=viewer_of(request), at=now())
    messages.success(request, _("Removed. New feedback goes to the People's Committee of the place again."))
    return redirect("participation:competence")


@needs(Role.OPERATOR)
@never_cache
@require_http_methods(["GET", "POST"])
def clients(request: HttpRequest) -> HttpResponse:
    """The applications that send feedback by Open311; the key of a new one is shown once."""
    form, key = ClientForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            _client, key = arranging.register_client(**form.cleaned_data, viewer=viewer_of(request), at=now())
        except Refusal as refusal:
            shown_refusal(refusal, form, "name")
        else:
            form = ClientForm()
    context = {"form": form, "key": key, "rows": ApiClient.objects.order_by("-pk")[:500]}
    return render(request, "participation/clients.html", context, status=422 if form.errors else 200)


@needs(Role.OPERATOR)
@require_POST
def disable_client(request: HttpRequest, client_id: int) -> HttpResponse:
    """Let an application send nothing more."""
    arranging.disable_client(client_id=client_id, viewer=viewer_of(request), at=now())
    messages.success(request, _("The key opens nothing any more."))
    return redirect("participation:clients")

"""The home page, the switch of colours, and the pages of errors."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django.views.i18n import set_language as django_set_language

from lienthong.kernel.access import public_page
from lienthong.ui import navigation
from lienthong.ui.middleware import page_or_fragment, wants_problem

YEAR = 365 * 24 * 3600


@public_page("what this installation is, before anyone signs in")
def home(request: HttpRequest) -> HttpResponse:
    """What this is and where to go; whoever is signed in goes to the first page of their own work."""
    roles = [str(role) for role in getattr(getattr(request, "viewer", None), "roles", ())]
    if request.user.is_authenticated and (address := navigation.desk(roles)):
        return HttpResponseRedirect(address)
    return about(request)


@public_page("what this installation is, before anyone signs in")
def about(request: HttpRequest) -> HttpResponse:
    """What this is, also for who is signed in."""
    facts = {"is_home": True, "is_hub": settings.ENV.profile == "hub"}
    return render(request, "ui/home.html", facts)


@public_page("the colours of the pages are the reader's own choice")
@require_POST
def set_scheme(request: HttpRequest) -> HttpResponse:
    """Keep "light" or "dark" in a cookie, anything else forgets it, and return to the page."""
    chosen, after = request.POST.get("scheme", ""), request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        after, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    response = HttpResponseRedirect(after if safe else reverse("home"))
    if chosen in ("light", "dark"):
        response.set_cookie(
            "scheme", chosen, max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure()
        )
    else:
        response.delete_cookie("scheme")
    return response


@public_page("the language of the pages is the reader's own choice")
def set_language(request: HttpRequest) -> HttpResponseBase:
    """Django's own language switch."""
    return django_set_language(request)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The page of a request that makes no sense."""
    sentence = _("The server could not understand the request. Go back and try again.")
    return _error(request, sentence, code="bad-request", status=400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The page of something not allowed."""
    sentence = _(
        "Your post does not allow this. If you need it, ask the administrator of your agency to give your "
        "post the role, or switch to another of your posts."
    )
    return _error(request, sentence, code="not-allowed", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page of a form sent without its token."""
    sentence = _(
        "The form was not accepted because it was open for too long or came from another page. Go back, "
        "reload the page and send it again."
    )
    return _error(request, sentence, code="form-expired", status=403)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The page of an address where nothing is, or nothing that this viewer may see."""
    sentence = _(
        "There is nothing at this address, or it belongs to another agency. Check the address, or start "
        "again from the home page."
    )
    return _error(request, sentence, code="not-found", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """The page of our own fault, drawn without the viewer: what broke may be what knows the viewer."""
    sentence = _(
        "The server made a mistake. Nothing was half done. Try again in a moment; if it happens again, tell "
        "the administrator when it happened."
    )
    if wants_problem(request):
        return _error(request, sentence, code="server-error", status=500)
    facts = {"sentence": sentence, "code": "server-error", "status": 500}
    return HttpResponse(render_to_string("ui/refusal.html", facts), status=500)


def _error(request: HttpRequest, sentence: str, *, code: str, status: int) -> HttpResponse:
    if wants_problem(request):
        problem = {
            "type": f"urn:lienthong:problem:{code}",
            "title": code,
            "status": status,
            "detail": sentence,
        }
        return JsonResponse(problem, status=status, content_type="application/problem+json")
    return page_or_fragment(request, {"sentence": sentence, "code": code, "status": status}, status=status)

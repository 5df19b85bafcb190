"""Turns a refusal into what its asker can read: a page, a fragment of one, or a problem document."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from lienthong.kernel.errors import Refusal


class RefusalMiddleware:
    """Answers a `Refusal` raised by a view.

    Stands innermost. A middleware that refuses by itself (in `process_view`) calls `refusal_response`, since
    Django hands only the exceptions of views to `process_exception`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The answer to a refusal; other exceptions go on."""
        return refusal_response(request, exception) if isinstance(exception, Refusal) else None


def refusal_response(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The answer to `refusal` in the form its asker reads, with its status."""
    if wants_problem(request):
        return JsonResponse(refusal.problem(), status=refusal.status, content_type="application/problem+json")
    facts = {"sentence": refusal.say(), "code": refusal.code, "status": refusal.status}
    return page_or_fragment(request, facts, status=refusal.status)


def page_or_fragment(request: HttpRequest, facts: dict[str, object], *, status: int) -> HttpResponse:
    """`facts` (sentence, code, status) as a page of its own, or as an alert that htmx puts on the page."""
    if request.headers.get("HX-Request") == "true":
        response = render(request, "ui/refusal_fragment.html", facts, status=status)
        response["HX-Retarget"], response["HX-Reswap"] = "#alerts", "innerHTML show:window:top"
        return response
    return render(request, "ui/refusal.html", {**facts, "back": _back(request)}, status=status)


def _back(request: HttpRequest) -> str:
    before = request.headers.get("Referer", "")
    here = url_has_allowed_host_and_scheme(before, allowed_hosts={request.get_host()})
    return before if here and before != request.build_absolute_uri() else ""


def wants_problem(request: HttpRequest) -> bool:
    """Whether the asker is a program: an address of an API, or an Accept header that prefers JSON to HTML."""
    if request.path.startswith(tuple(getattr(settings, "API_PREFIXES", ("/axis/v1/",)))):
        return True
    kinds = ["text/html", "application/json", "application/problem+json"]
    return request.get_preferred_type(kinds) != "text/html"

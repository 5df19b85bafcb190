"""Turns a refusal into what its asker can read: a page, a fragment of one, or a problem document."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme

from lienthong.kernel.errors import Refusal
from lienthong.kernel.pacing import given_up


class LanguageMiddleware:
    """Speaks the language that the reader chose, else Vietnamese.

    A browser's own language is not a choice: many an office computer came with an English one. Programs
    choose with Accept-Language.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        if is_api(request):
            language = translation.get_language_from_request(request)
        else:
            language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class RefusalMiddleware:
    """Answers a `Refusal` raised by a view, and a body given up, whatever the view made of its beginning.

    Stands innermost. A middleware that refuses by itself (in `process_view`) calls `refusal_response`, since
    Django hands only the exceptions of views to `process_exception`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        refusal = given_up(request)
        if refusal and response.status_code != refusal.status:
            return refusal_response(request, refusal)
        return response

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


def is_api(request: HttpRequest) -> bool:
    """Whether the address belongs to programs (setting API_PREFIXES)."""
    return request.path.startswith(tuple(getattr(settings, "API_PREFIXES", ())))


def wants_problem(request: HttpRequest) -> bool:
    """Whether the asker is a program: an address of an API, or an Accept header that prefers JSON to HTML."""
    if is_api(request):
        return True
    kinds = ["text/html", "application/json", "application/problem+json"]
    return request.get_preferred_type(kinds) != "text/html"


def _back(request: HttpRequest) -> str:
    before = request.headers.get("Referer", "")
    here = url_has_allowed_host_and_scheme(before, allowed_hosts={request.get_host()})
    return before if here and before != request.build_absolute_uri() else ""

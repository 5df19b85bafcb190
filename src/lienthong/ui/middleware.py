"""Turns a refusal into a page or a problem document."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse

from lienthong.kernel.errors import Refusal


class RefusalMiddleware:
    """Answers a `Refusal` raised by a view."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The answer to a refusal; other exceptions go on."""
        if not isinstance(exception, Refusal):
            return None
        return JsonResponse(exception.problem(), status=exception.status, content_type="application/problem+json")

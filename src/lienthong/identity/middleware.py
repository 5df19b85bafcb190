"""Puts the acting official on every request and refuses what the view's mark does not allow."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from lienthong.identity.contracts import NOBODY, Viewer


def viewer_of(request: HttpRequest) -> Viewer:
    """Who acts in this request."""
    return getattr(request, "viewer", NOBODY)


class ActingMiddleware:
    """Sets `request.viewer`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.viewer = NOBODY  # type: ignore[attr-defined]
        return self.get_response(request)

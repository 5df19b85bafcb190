"""Pages that say nothing about anybody are sent compressed; what is somebody's own is not (ADR 0075)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar, cast

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def _as_it_is(request: HttpRequest) -> HttpResponse:
    """What a middleware wants to go on with; never called, since only `process_response` is used."""
    raise NotImplementedError


# Pads by a random length and leaves short answers alone; the CSRF token on the page is masked anew each time.
_COMPRESSOR = GZipMiddleware(_as_it_is)


def compressed(view: View) -> View:
    """Compress what the view answers to somebody who is not signed in: no secret is on such a page."""

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if request.user.is_authenticated or not isinstance(response, HttpResponse):
            return response
        return _COMPRESSOR.process_response(request, response)

    return cast(View, answer)

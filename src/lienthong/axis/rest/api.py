"""The API of the axis as one object, and its addresses with their access mark."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, re_path
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.renderers import JSONRenderer
from ninja.responses import NinjaJSONEncoder

from lienthong.axis.rest import receiving, statuses, uploads
from lienthong.axis.rest.conformance import router as conformance_router
from lienthong.axis.rest.encryption import router as encryption_router
from lienthong.axis.rest.operations import router
from lienthong.axis.rest.problems import answered, install_handlers, problem_response
from lienthong.axis.rest.schemas import OAUTH_ERROR, PROBLEM
from lienthong.identity.public import NotFound
from lienthong.kernel.access import Access, mark
from lienthong.kernel.clock import VIETNAM


class VietnamTime(NinjaJSONEncoder):
    """Writes instants at +07:00 with their microseconds; Django's own encoder cuts them to milliseconds."""

    def default(self, o: Any) -> Any:
        """An instant as ISO 8601; anything else as django-ninja has it."""
        return o.astimezone(VIETNAM).isoformat() if isinstance(o, datetime) else super().default(o)


class Renderer(JSONRenderer):
    """JSON with our times."""

    encoder_class = VietnamTime


api = NinjaAPI(
    title="Liên Thông: document axis",
    version="1",
    description="Interchange of edXML packets between agencies; every operation but /token needs a token.",
    docs_url=None,
    renderer=Renderer(),
    openapi_url="/openapi.json",
    urls_namespace="axis:axis-api",
    openapi_extra={"components": {"schemas": {"Problem": PROBLEM, "OAuthError": OAUTH_ERROR}}},
)
api.add_router("", router)
api.add_router("", receiving.router)
api.add_router("", statuses.router)
api.add_router("", encryption_router)
api.add_router("", conformance_router)
api.add_router(f"/{uploads.PATH}", uploads.router)
install_handlers(api, problem_response)

_OPEN = Access(public="API: each operation checks its own bearer token; the description and /token are open")


def _nothing_here(request: HttpRequest) -> HttpResponse:
    return problem_response(NotFound())


def _marked(pattern: URLPattern) -> URLPattern:
    view = answered(pattern.callback, problem_response)
    if str(pattern.pattern).startswith(uploads.PATH):
        view = uploads.with_tus(view)
    pattern.callback = mark(view, _OPEN)
    return pattern


def api_urls() -> tuple[list[URLPattern], str, str]:
    """The addresses for `path("axis/v1/", api_urls())`; built once, at start."""
    patterns, app_name, namespace = api.urls
    missing = re_path(r"^.*$", mark(csrf_exempt(_nothing_here), _OPEN), name="missing")
    return (
        [*(_marked(pattern) for pattern in patterns if isinstance(pattern, URLPattern)), missing],
        app_name,
        namespace,
    )

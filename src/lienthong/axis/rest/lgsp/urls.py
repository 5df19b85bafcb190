"""The facade as one API, and its addresses with their access mark."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path, re_path
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI

from lienthong.axis.rest.lgsp.answers import failed, failure
from lienthong.axis.rest.lgsp.operations import router
from lienthong.axis.rest.lgsp.schemas import FAILURE
from lienthong.axis.rest.problems import answered, install_handlers
from lienthong.identity.public import NotFound
from lienthong.kernel.access import Access, mark

api = NinjaAPI(
    title="Liên Thông: document axis for provincial systems",
    version="1",
    description="The REST calls that office systems of the provinces already speak.",
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="lgsp:lgsp-api",
    openapi_extra={"components": {"schemas": {"Failure": FAILURE}}},
)
api.add_router("", router)
install_handlers(api, failure)
api.add_exception_handler(Exception, failed)

_OPEN = Access(public="API: each operation checks its own bearer token; the description and login are open")


def _nothing_here(request: HttpRequest) -> HttpResponse:
    return failure(NotFound())


def _marked(pattern: URLPattern) -> URLPattern:
    pattern.callback = mark(answered(pattern.callback, failure), _OPEN)
    return pattern


def _api_urls() -> tuple[list[URLPattern], str, str]:
    patterns, name, namespace = api.urls
    missing = re_path(r"^.*$", mark(csrf_exempt(_nothing_here), _OPEN), name="missing")
    marked = [_marked(pattern) for pattern in patterns if isinstance(pattern, URLPattern)]
    return [*marked, missing], name, namespace


app_name = "lgsp"
urlpatterns: list[URLPattern | URLResolver] = [path("v1/", _api_urls())]

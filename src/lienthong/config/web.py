"""What watches the installation asks here: is it alive, can it serve, how is it doing."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from lienthong.config import health, metrics
from lienthong.kernel.access import public_page
from lienthong.kernel.checks import State

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED")


@public_page("says only that the process answers")
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process is alive; nothing else is asked."""
    return HttpResponse("ok", content_type="text/plain")


@public_page("says good, warning or bad per check, and nothing else")
@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Whether requests can be served: 503 if an essential check fails."""
    found = {check: check.perform().state for check in health.ready_checks()}
    ready = not any(check.essential and state is State.BAD for check, state in found.items())
    states = {check.name: state.value for check, state in found.items()}
    return JsonResponse({"ready": ready, "checks": states}, status=200 if ready else 503)


@public_page("answers only the addresses of LIENTHONG_METRICS_ADDRESSES, and nobody through a proxy")
@never_cache
@require_safe
def metrics_page(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus; not found for everybody else."""
    if not _may_measure(request):
        raise Http404
    return HttpResponse(metrics.figures(), content_type=CONTENT_TYPE_LATEST)


def _may_measure(request: HttpRequest) -> bool:
    if any(header in request.META for header in FORWARDED):
        return False
    try:
        address = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return any(address in ip_network(network) for network in settings.ENV.metrics_addresses)

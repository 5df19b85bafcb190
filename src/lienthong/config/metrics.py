"""Figures for Prometheus: what the web answered, how the jobs and the axis stand."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from datetime import datetime

from django.db import connection
from django.http import HttpRequest, HttpResponseBase
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from lienthong.axis.public import backlog_gauges, open_uploads
from lienthong.config.health import oldest_waiting
from lienthong.kernel.clock import now
from lienthong.ledger.public import evidence_backlog

REQUESTS = Counter("lienthong_requests", "Requests answered.", ["method", "route", "status"])
SECONDS = Histogram("lienthong_request_seconds", "Time to answer.", ["route"])
FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # read by prometheus_client itself
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

AXIS_GAUGES = {
    "uncollected": "Deliveries that nobody has collected, as last counted.",
    "unregistered": "Deliveries collected but neither registered nor returned, as last counted.",
    "oldest_undelivered_seconds": "How long the oldest uncollected delivery has been waiting.",
    "figures_age_seconds": "Since the axis' figures were last counted.",
}


class MetricsMiddleware:
    """Counts each answer by route, so that addresses with identifiers in them do not each become a series."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        route = match.route if match else "none"
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(method, route, response.status_code).inc()
        SECONDS.labels(route).observe(time.perf_counter() - started)
        return response


def figures() -> bytes:
    """Everything in Prometheus' text format.

    Where the web's processes share the folder of PROMETHEUS_MULTIPROC_DIR (`lienthong up` sees to it), what
    all of them answered; else what this one did.
    """
    return generate_latest(_registry()) + b"".join(_text(family) for family in _from_database())


def _registry() -> CollectorRegistry:
    if FOLDER not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


def _from_database() -> Iterator[GaugeMetricFamily]:
    at = now()
    waiting = oldest_waiting(at)
    yield _gauge(
        "lienthong_job_waiting_seconds",
        "How long the oldest due job has been waiting.",
        (at - waiting).total_seconds() if waiting else 0.0,
    )
    yield _gauge(
        "lienthong_jobs_failed",
        "Jobs that failed for good.",
        ProcrastinateJob.objects.filter(status="failed").count(),
    )
    for name, value in backlog_gauges(at=at).items():
        yield _gauge(f"lienthong_axis_{name}", AXIS_GAUGES[name], value)
    last = ProcrastinateWorker.objects.order_by("-last_heartbeat").first()
    if last:
        age = (at - last.last_heartbeat).total_seconds()
        yield _gauge("lienthong_worker_heartbeat_age_seconds", "Since a worker was last seen.", age)
    yield from _evidence(at)
    yield from _uploads(at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        yield _gauge("lienthong_database_bytes", "Size of the database.", cursor.fetchone()[0])


def _evidence(at: datetime) -> Iterator[GaugeMetricFamily]:
    """What the axis has attested and no timestamp proves yet."""
    backlog = evidence_backlog()
    age = (at - backlog.oldest_at).total_seconds() if backlog.oldest_at else 0.0
    yield _gauge("lienthong_evidence_unbatched", "Signed statements in no batch.", backlog.unbatched)
    yield _gauge(
        "lienthong_evidence_unstamped", "Statements in batches without timestamp.", backlog.unstamped
    )
    yield _gauge("lienthong_evidence_age_seconds", "Age of the oldest statement without timestamp.", age)


def _uploads(at: datetime) -> Iterator[GaugeMetricFamily]:
    """Packets that are arriving in parts."""
    found = open_uploads()
    age = (at - found.oldest_at).total_seconds() if found.oldest_at else 0.0
    yield _gauge("lienthong_axis_uploads", "Unfinished uploads.", found.count)
    yield _gauge("lienthong_axis_upload_bytes", "Bytes kept of unfinished uploads.", found.bytes)
    yield _gauge("lienthong_axis_upload_age_seconds", "Age of the oldest unfinished upload.", age)


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)


def _text(family: GaugeMetricFamily) -> bytes:
    lines = [f"# HELP {family.name} {family.documentation}", f"# TYPE {family.name} gauge"]
    lines += [f"{sample.name} {sample.value}" for sample in family.samples]
    return ("\n".join(lines) + "\n").encode()

"""How services are used, for those who answer for them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lienthong.identity.public import Role, needs
from lienthong.kernel.clock import now
from lienthong.kernel.downloads import csv_answer
from lienthong.portal.opening.periods import days_of
from lienthong.portal.usage import Uses, unused_online, uses_of_services, way_of_service

SEERS = (Role.CATALOGUER, Role.ADMINISTRATOR, Role.LEADER)
COLUMNS = ("service", "viewed", "started", "submitted", "counter", "left", "left_at", "online", "received")


@needs(*SEERS)
@require_GET
def uses(request: HttpRequest) -> HttpResponseBase:
    """Every online service: looked at, begun, sent, left; `?as=csv` as a file."""
    at, period = now(), request.GET.get("period", "week")
    days = days_of(period, at=at)
    rows = uses_of_services(since=days.since, until=days.until, at=at)
    unused = request.GET.get("only") == "unused"
    shown = unused_online(rows) if unused else rows
    if request.GET.get("as") == "csv":
        return csv_answer("service-use.csv", COLUMNS, (_row(one) for one in shown))
    context = {
        "rows": shown[:200],
        "more": max(0, len(shown) - 200),
        "unused": unused,
        "unused_number": len(unused_online(rows)),
        "period": period,
        "periods": [("week", _("Last seven days")), ("month", _("This month")), ("year", _("This year"))],
        "days": days,
    }
    return render(request, "portal/uses.html", context)


@needs(*SEERS)
@require_GET
def way(request: HttpRequest, code: str) -> HttpResponse:
    """How far people came with one service."""
    at, period = now(), request.GET.get("period", "month")
    days = days_of(period, at=at)
    found = way_of_service(code, since=days.since, until=days.until, at=at)
    context = {
        "way": found,
        "days": days,
        "period": period,
        "periods": [("week", _("Last seven days")), ("month", _("This month")), ("year", _("This year"))],
        "tables": [
            (_("Where people left"), found.left),
            (_("Questions answered wrongly"), found.wrong),
            (_("Pages saved"), found.saved),
        ],
    }
    return render(request, "portal/way.html", context)


def _row(one: Uses) -> tuple[object, ...]:
    told = (
        one.viewed,
        one.started,
        one.submitted,
        one.counter,
        one.left,
        one.left_at,
        one.online,
        one.received,
    )
    return (one.procedure.code, *told)

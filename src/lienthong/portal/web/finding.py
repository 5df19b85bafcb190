"""Services by words, field and life event; also while somebody types."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from lienthong.identity.public import NotFound
from lienthong.kernel.access import public_page
from lienthong.kernel.clock import now
from lienthong.portal.finding.events import EventStep, life_events
from lienthong.portal.finding.places import Offered, offers_at
from lienthong.portal.finding.search import Found, count_fields, list_services, search_services
from lienthong.portal.finding.services import today
from lienthong.portal.web.compressing import compressed
from lienthong.portal.web.places import place_of, within_of
from lienthong.procedures.public import Level

PAGE, MOST_PAGES, SUGGESTED = 30, 400, 6
LEVELS = dict(Level.choices)


@dataclass(frozen=True)
class Line:
    """A service in a list, with the bodies of the reader's place that offer it, the nearest first."""

    one: Found
    level: object
    bodies: tuple[Offered, ...] = ()

    @property
    def online(self) -> bool:
        """Whether one of these takes it from home."""
        return any(body.online_id for body in self.bodies)


@public_page("what the State offers is for everyone to find")
@compressed
@require_GET
def services(request: HttpRequest) -> HttpResponse:
    """Services that the words mean, or all of a field, or all; paged."""
    asked, field = request.GET.get("q", "").strip(), request.GET.get("field", "")[:40].replace("\0", "")
    page = page_number(request)
    if asked:
        found, more = search_services(asked, within=within_of(request)), False
    else:
        found = list_services(field=field, within=within_of(request), most=PAGE + 1, after=(page - 1) * PAGE)
        found, more = found[:PAGE], len(found) > PAGE
    fields = count_fields(within=within_of(request))
    context = {
        "asked": asked,
        "lines": lines_of(request, found),
        "fields": fields,
        "field": next((one for one in fields if one.code == field), None),
        "page": page,
        "following": page + 1 if more and page < MOST_PAGES else None,
        "place": place_of(request),
    }
    return render(request, "portal/services.html", context)


@public_page("what the State offers is for everyone to find")
@compressed
@require_GET
def suggest(request: HttpRequest) -> HttpResponse:
    """The best few, as a piece of a page: what a script shows under the words while they are typed."""
    asked = request.GET.get("q", "").strip()
    found = search_services(asked, within=within_of(request), most=SUGGESTED) if asked else []
    context = {"asked": asked, "lines": [Line(one, LEVELS[one.level]) for one in found]}
    response = render(request, "portal/_suggestions.html", context)
    response["Cache-Control"] = "private, max-age=60"
    return response


@public_page("what the State offers is for everyone to find")
@compressed
@require_GET
def event(request: HttpRequest, key: str) -> HttpResponse:
    """What is to be done when this happened, in order."""
    found = life_events().get(key)
    if found is None:
        raise NotFound
    listed = list_services(codes=[step.code for step in found.steps], within=within_of(request), most=50)
    lines = {line.one.code: line for line in lines_of(request, listed)}
    steps: list[tuple[EventStep, Line]] = [
        (step, lines[step.code]) for step in found.steps if step.code in lines
    ]
    context = {"event": found, "steps": steps, "place": place_of(request)}
    return render(request, "portal/event.html", context)


def lines_of(request: HttpRequest, found: list[Found]) -> list[Line]:
    """Services with the bodies of the reader's place. One query, none without a place."""
    place = place_of(request)
    offered = offers_at(place, [one.version_id for one in found], on=today(now())) if place and found else {}
    return [Line(one, LEVELS[one.level], tuple(offered.get(one.version_id, ()))) for one in found]


def page_number(request: HttpRequest) -> int:
    """The page asked for, from 1."""
    asked = request.GET.get("page", "1")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else 1
    return min(max(number, 1), MOST_PAGES)

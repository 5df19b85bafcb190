"""The page of one service: at the reader's place or at a body that was chosen; samples of its papers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from lienthong.documents.public import require_no_virus
from lienthong.dossiers.public import real_time
from lienthong.identity.public import NotFound
from lienthong.kernel.access import public_page
from lienthong.kernel.clock import now
from lienthong.kernel.downloads import file_answer
from lienthong.portal.actions.noticing import note_use
from lienthong.portal.finding.places import Offered, find_offer, offers_at
from lienthong.portal.finding.services import (
    Service,
    exemptions_of,
    fees_of,
    find_service,
    hours_of,
    known_to_the_state,
    papers_of,
    sample_file,
    service_of,
    today,
)
from lienthong.portal.models import UseEvent
from lienthong.portal.sites import site_of
from lienthong.portal.web.compressing import compressed
from lienthong.portal.web.places import place_of
from lienthong.procedures.public import WORKING_DAY, Audience, Level

PUBLIC = "what a service asks for, costs and takes is for everyone to know"
SAMPLE_KEPT = 3600


@public_page(PUBLIC)
@compressed
@require_GET
def service(request: HttpRequest, code: str) -> HttpResponse:
    """The service of a procedure code, at the body of the reader's place if there is just one."""
    found, place = find_service(code), place_of(request)
    note_use(found.procedure_id, UseEvent.VIEWED, at=now())
    bodies = offers_at(place, [found.version_id], on=today(now())) if place else {}
    here = bodies.get(found.version_id, [])
    own = here if len(here) == 1 else [one for one in here if one.body.kind == found.level]
    only = own[0] if len(own) == 1 else None
    return _page(request, found, only, choices=() if only else tuple(here))


@public_page(PUBLIC)
@compressed
@require_GET
def offer(request: HttpRequest, offer_id: int) -> HttpResponse:
    """The service as one body offers it."""
    found = find_offer(offer_id)
    if found is None or not found.body.path.startswith(site_of(request).path):
        raise NotFound
    return _page(request, service_of(found.version_id), found)


@public_page("a sample of a published form is part of what is published")
@require_GET
def sample(request: HttpRequest, sample_id: int) -> HttpResponseBase:
    """What a paper looks like."""
    blob, name = sample_file(sample_id)
    require_no_virus(blob)
    response = file_answer(blob, name, inline=True)
    response["Cache-Control"] = f"public, max-age={SAMPLE_KEPT}"
    return response


def _page(
    request: HttpRequest, found: Service, here: Offered | None, *, choices: tuple[Offered, ...] = ()
) -> HttpResponse:
    on = today(now())
    body = here.body if here else None
    definition = found.definition
    papers, held = papers_of(found)
    limit = definition.limit_minutes
    context = {
        "service": found,
        "here": here,
        "choices": choices,
        "definition": definition,
        "grouped": definition.process.waits_for_parts,
        "level": Level(found.level).label,
        "audience": Audience(found.audience).label,
        "papers": papers,
        "held": held,
        "known": known_to_the_state(definition.form),
        "fees": fees_of(found, body, on=on),
        "exemptions": exemptions_of(found),
        "limit_days": -(-limit // WORKING_DAY) if limit else None,
        "took": real_time(procedure_id=found.procedure_id, agency_id=body.id if body else None),
        "hours": hours_of(body, on=on) if body else [],
        "place": place_of(request),
    }
    return render(request, "portal/service.html", context)

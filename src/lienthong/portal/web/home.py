"""The first page: for citizens the portal; an official goes on to their own work."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from lienthong.dossiers.public import most_asked
from lienthong.identity.public import viewer_of
from lienthong.kernel.access import public_page
from lienthong.portal.finding.events import life_events
from lienthong.portal.finding.search import Found, count_fields, list_services
from lienthong.portal.sites import site_of
from lienthong.portal.web.compressing import compressed
from lienthong.portal.web.places import place_of, within_of
from lienthong.ui.public import desk

POPULAR = 6


@public_page("where everyone begins")
@compressed
def home(request: HttpRequest) -> HttpResponse:
    """What can be done here: search, a life event, follow a dossier, what is asked for most."""
    viewer = viewer_of(request)
    roles = [str(role) for role in viewer.roles]
    if viewer.official_id is not None and (address := desk(roles)):
        return HttpResponseRedirect(address)
    context = {
        "events": life_events().values(),
        "popular": popular(request),
        "fields": count_fields(within=within_of(request)),
        "place": place_of(request),
    }
    return render(request, "portal/home.html", context)


def popular(request: HttpRequest) -> list[tuple[Found, int]]:
    """The services most asked for, with how often within twelve months. Two queries at most."""
    site = site_of(request)
    asked = {one.procedure_id: one.received for one in most_asked(agency_id=site.first_id, most=POPULAR)}
    found = list_services(ids=list(asked), within=within_of(request), most=POPULAR) if asked else []
    return sorted(((one, asked[one.procedure_id]) for one in found), key=lambda row: -row[1])

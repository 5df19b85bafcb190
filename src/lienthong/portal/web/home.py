"""The first page: for citizens the portal; an official goes on to their own work."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.formats import number_format

from lienthong.dossiers.public import most_asked
from lienthong.identity.public import viewer_of
from lienthong.kernel.access import public_page
from lienthong.portal.finding.events import life_events
from lienthong.portal.finding.search import Found, count_fields, list_services
from lienthong.portal.sites import Portal, site_of
from lienthong.portal.web.places import place_of
from lienthong.ui.public import desk

POPULAR = 6


@public_page("where everyone begins")
def home(request: HttpRequest) -> HttpResponse:
    """What can be done here: search, a life event, follow a dossier, what is asked for most."""
    viewer = viewer_of(request)
    roles = [str(role) for role in viewer.roles]
    if viewer.official_id is not None and (address := desk(roles)):
        return HttpResponseRedirect(address)
    site = site_of(request)
    context = {
        "events": life_events().values(),
        "popular": popular(site),
        "fields": count_fields(within=site.path),
        "place": place_of(request),
    }
    return render(request, "portal/home.html", context)


def popular(site: Portal) -> list[tuple[Found, int, str]]:
    """The services most asked for, with how often within twelve months. Two queries at most."""
    asked = {one.procedure_id: one.received for one in most_asked(agency_id=site.first_id, most=POPULAR)}
    found = list_services(ids=list(asked), within=site.path, most=POPULAR) if asked else []
    counted = [(one, asked[one.procedure_id]) for one in found]
    return [
        (one, count, number_format(count, use_l10n=True, force_grouping=True))
        for one, count in sorted(counted, key=lambda row: -row[1])
    ]

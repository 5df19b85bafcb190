"""The first page: for citizens the portal; an official goes on to their own work."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from lienthong.identity.public import viewer_of
from lienthong.kernel.access import public_page
from lienthong.ui.public import desk


@public_page("where everyone begins")
def home(request: HttpRequest) -> HttpResponse:
    """What can be done here."""
    viewer = viewer_of(request)
    roles = [str(role) for role in viewer.roles]
    if viewer.official_id is not None and (address := desk(roles)):
        return HttpResponseRedirect(address)
    return render(request, "portal/home.html")

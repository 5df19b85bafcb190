"""Services by body: from the first level down to a commune, each with what it offers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from lienthong.identity.public import NotFound
from lienthong.kernel.access import public_page
from lienthong.kernel.clock import now
from lienthong.portal.finding.bodies import above, first_level, offered_by, right_below
from lienthong.portal.finding.places import Body, find_body
from lienthong.portal.finding.services import hours_of, today
from lienthong.portal.sites import site_of
from lienthong.portal.web.compressing import compressed
from lienthong.portal.web.finding import PAGE, page_number

PUBLIC = "who the bodies are and what they offer is public"
KINDS: dict[str, Promise] = {
    "ministry": _("Ministries and agencies of the Government"),
    "province": _("Provinces and cities"),
    "department": _("Departments"),
    "district": _("Districts"),
    "commune": _("Communes"),
}


@public_page(PUBLIC)
@compressed
@require_GET
def bodies(request: HttpRequest) -> HttpResponse:
    """Ministries and provinces, or the one agency whose portal this is."""
    site, on = site_of(request), today(now())
    if own := find_body(body_id=site.agency_id, on=on):
        return _body(request, own)
    levels = [(KINDS[level.kind], level.bodies) for level in first_level(on=on)]
    return render(request, "portal/bodies.html", {"levels": levels})


@public_page(PUBLIC)
@compressed
@require_GET
def body(request: HttpRequest, code: str) -> HttpResponse:
    """One body: where it is, when it is open, what it offers, and the bodies below it."""
    found = find_body(code=code[:40], on=today(now())) if "\0" not in code else None
    if found is None or not found.path.startswith(site_of(request).path):
        raise NotFound
    return _body(request, found)


def _body(request: HttpRequest, found: Body) -> HttpResponse:
    on, page, asked = today(now()), page_number(request), request.GET.get("q", "").strip()[:100]
    offered = offered_by(found, words=asked)
    site = site_of(request)
    context = {
        "body": found,
        "above": [one for one in above(found) if one.path.startswith(site.path)],
        "hours": hours_of(found, on=on),
        "asked": asked,
        "offered": offered[(page - 1) * PAGE : page * PAGE],
        "count": len(offered),
        "page": page,
        "following": page + 1 if len(offered) > page * PAGE else None,
        "levels": [(KINDS[level.kind], level.bodies) for level in right_below(found, on=on)],
    }
    return render(request, "portal/body.html", context)

"""The place that somebody chose once: kept in a cookie, without an account."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from lienthong.kernel.access import public_page
from lienthong.kernel.clock import now
from lienthong.portal.finding.bodies import first_level
from lienthong.portal.finding.places import PLACES, Body, bodies_below, find_body
from lienthong.portal.finding.services import today
from lienthong.portal.finding.trees import offered_within
from lienthong.portal.sites import site_of
from lienthong.portal.web.compressing import compressed

COOKIE, LONGEST_CODE = "place", 40
KEPT = timedelta(days=365)


def place_of(request: HttpRequest) -> Body | None:
    """The place chosen, if this portal covers it; else that of the portal itself. One query at most."""
    if not hasattr(request, "place"):
        request.place = _chosen(request)  # type: ignore[attr-defined]
    place: Body | None = request.place  # type: ignore[attr-defined]
    return place


def within_of(request: HttpRequest) -> frozenset[UUID] | None:
    """The versions that the portal of the request offers; None on the national one."""
    return offered_within(site_of(request).path, at=now())


@public_page("which bodies serve a place is public; the choice stays in the reader's browser")
@compressed
@require_http_methods(["GET", "POST"])
def place(request: HttpRequest) -> HttpResponse:
    """Choose a province, then a commune of it; without JavaScript too."""
    on, site = today(now()), site_of(request)
    if request.method == "POST":
        chosen = _place(request.POST.get("place", ""), request)
        return _keep(request, chosen.code if chosen else "")
    first = [one for level in first_level(on=on) if level.kind == "province" for one in level.bodies]
    provinces = [one for one in first if one.path.startswith(site.path)]
    asked = request.GET.get("province", "")
    province = next((one for one in provinces if one.code == asked), None)
    if province is None and len(provinces) == 1:
        province = provinces[0]
    start = province.path if province else site.path if site.path and not provinces else ""
    below = bodies_below(start, kinds=["district", "commune"], on=on) if start else []
    context = {
        "provinces": provinces,
        "province": province,
        "groups": grouped(below),
        "place": place_of(request),
        "next": request.GET.get("next", ""),
    }
    return render(request, "portal/place.html", context)


def grouped(bodies: list[Body]) -> list[tuple[Body | None, list[Body]]]:
    """Communes below their districts, in the order of their codes; without a district under None."""
    groups: dict[str, tuple[Body | None, list[Body]]] = {}
    for one in bodies:
        if one.kind == "district":
            groups[one.path] = (one, [])
        else:
            above = one.path.rstrip("/").rpartition("/")[0] + "/"
            groups.setdefault(above, (None, []))[1].append(one)
    return list(groups.values())


def _chosen(request: HttpRequest) -> Body | None:
    site = site_of(request)
    found = _place(request.COOKIES.get(COOKIE, ""), request)
    if found is None and site.kind in PLACES:
        return find_body(body_id=site.agency_id, on=today(now()))
    return found


def _place(code: str, request: HttpRequest) -> Body | None:
    """The agency of the code, if it stands for a place that this portal covers."""
    if not code or len(code) > LONGEST_CODE or "\0" in code:
        return None
    found = find_body(code=code, on=today(now()))
    covered = found is not None and found.kind in PLACES and found.path.startswith(site_of(request).path)
    return found if covered else None


def _keep(request: HttpRequest, code: str) -> HttpResponse:
    after = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        after, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    response = HttpResponseRedirect(after if safe else reverse("portal:home"))
    if code:
        response.set_cookie(
            COOKIE, code, max_age=KEPT, samesite="Lax", httponly=True, secure=request.is_secure()
        )
    else:
        response.delete_cookie(COOKIE)
    return response

"""What anyone may read: published feedback as a list and on a map, and the figures of bodies."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lienthong.identity.public import NotFound
from lienthong.kernel.access import public_page
from lienthong.kernel.clock import VIETNAM, now
from lienthong.participation import facts, maps, places, queries
from lienthong.participation.contracts import Point
from lienthong.participation.forms import SearchForm
from lienthong.participation.models import Photo
from lienthong.participation.web.showing import image_answer

MOST_MARKS = 200
YEAR = timedelta(days=365)
_ANYONE = "published by an official, with its sender's agreement"


@public_page(_ANYONE)
@require_GET
def public(request: HttpRequest) -> HttpResponse:
    """The list, narrowed by words, category and province."""
    on = now().astimezone(VIETNAM).date()
    form = SearchForm(request.GET, categories=queries.categories(), provinces=places.provinces(on=on))
    said = form.said()
    province = places.find_province(said["province"], on=on) if said["province"] else None
    rows = queries.published(
        text=said["q"], category=said["category"], province_id=province.pk if province else None
    )
    page = queries.public_page(rows, cursor=request.GET.get("cursor", ""))
    context = {"page": page, "form": form, "filtered": any(said.values()), "province": said["province"]}
    return render(request, "participation/public.html", context)


@public_page(_ANYONE)
@require_GET
def public_one(request: HttpRequest, feedback_id: UUID) -> HttpResponse:
    """One published feedback with its answer."""
    feedback = queries.find_published(feedback_id)
    photos = queries.public_photos([feedback.pk]).get(feedback.pk, [])
    point = None
    if feedback.shows_place and feedback.latitude is not None and feedback.longitude is not None:
        point = Point(feedback.latitude, feedback.longitude)
    context = {"feedback": feedback, "photos": photos, "point": point}
    return render(request, "participation/public_one.html", context)


@public_page(_ANYONE)
@require_GET
def public_photo(request: HttpRequest, photo_id: UUID) -> HttpResponseBase:
    """A photo that an official has let be shown."""
    rows = Photo.objects.filter(pk=photo_id, public=True, feedback__published_at__isnull=False)
    photo = rows.select_related("blob").first()
    if photo is None:
        raise NotFound
    return image_answer(photo, public=True)


@public_page(_ANYONE)
@require_GET
def public_map(request: HttpRequest) -> HttpResponse:
    """The same on a map of one province: a picture whose marks are links, with the list below it."""
    on = now().astimezone(VIETNAM).date()
    listed = places.provinces(on=on)
    province = places.find_province(request.GET.get("province", ""), on=on)
    drawn, rows = "", []
    if province is not None:
        shown = queries.published(province_id=province.pk).filter(shows_place=True, latitude__isnull=False)
        rows = list(shown.order_by("-pk")[:MOST_MARKS])
        marks = [
            maps.Mark(
                Point(row.latitude or 0.0, row.longitude or 0.0),
                row.public_text[:80],
                reverse("participation:public_one", args=[row.pk]),
            )
            for row in rows
        ]
        frame = maps.frame_of_marks(marks) if marks else maps.frame_of(province)
        if frame is not None:
            label = _("Map of %(name)s") % {"name": province.name}
            drawn = maps.draw(frame, province, places.communes_of(province), marks, label=label)
    context = {"provinces": listed, "province": province, "map": drawn, "rows": rows}
    return render(request, "participation/map.html", context)


@public_page("figures of bodies, of which none tells of a person")
@require_GET
def figures(request: HttpRequest) -> HttpResponse:
    """What was said to the bodies of a province in the last year, and how they answered."""
    at = now()
    on = at.astimezone(VIETNAM).date()
    province = places.find_province(request.GET.get("province", ""), on=on)
    body = facts.province_of_agency(province.code) if province is not None else None
    rows = facts.figures((at - YEAR, at), at=at, province_path=body.path) if body is not None else []
    context = {"provinces": places.provinces(on=on), "province": province, "rows": rows}
    return render(request, "participation/figures.html", context)

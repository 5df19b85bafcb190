"""Writing feedback, one thing a page: what, where, on the map, photos, who, and a look at all of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from lienthong.identity.public import NotFound, visitor_of
from lienthong.kernel.access import public_page
from lienthong.kernel.clock import VIETNAM, now
from lienthong.kernel.errors import Refusal
from lienthong.participation import maps, places, queries
from lienthong.participation.actions import drafting
from lienthong.participation.actions.sending import checked_sender
from lienthong.participation.contracts import Point
from lienthong.participation.forms import PhotosForm, WhatForm, WhereForm, WhoForm
from lienthong.participation.models import Draft
from lienthong.participation.photos import MOST_PHOTOS
from lienthong.participation.refusals import DraftGone
from lienthong.participation.web.showing import image_answer, remember, shown_refusal

PAGES = ("what", "where", "map", "photos", "who", "review")
TITLES = {
    "what": gettext_lazy("What is it about?"),
    "where": gettext_lazy("Where is it?"),
    "map": gettext_lazy("Mark it on the map"),
    "photos": gettext_lazy("Do you have photos?"),
    "who": gettext_lazy("How do we reach you?"),
    "review": gettext_lazy("Look at it once more"),
}
DRAFT = "feedback_draft"
_ANYONE = "anyone may speak, with or without an account"


@public_page(_ANYONE)
@never_cache
@require_http_methods(["GET", "POST"])
def write(request: HttpRequest, page: str = "what") -> HttpResponse:
    """One page of writing; whoever comes to a later one without a draft begins at the first."""
    if page not in PAGES:
        raise Http404
    try:
        draft = drafting.find_draft(_key(request))
    except DraftGone:
        if page != "what":
            if request.method == "POST":
                messages.error(request, DraftGone().say())
            return redirect("participation:write")
        draft = Draft()
    return _VIEWS[page](request, draft, now())


@public_page(_ANYONE)
@never_cache
@require_GET
def write_map(request: HttpRequest) -> HttpResponse:
    """The map of the place, with what was marked; the place itself stands in no address."""
    draft = drafting.find_draft(_key(request))
    frame, unit = _frame(draft, now())
    if frame is None or unit is None:
        raise NotFound
    province, point = places.province_of(unit), drafting.point_of(draft)
    marks = [maps.Mark(point, _("Here"))] if point else []
    drawn = maps.draw(frame, province, places.communes_of(province), marks, label=_("Map"))
    return HttpResponse(drawn, content_type="image/svg+xml")


@public_page(_ANYONE)
@never_cache
@require_GET
def write_photo(request: HttpRequest, photo_id: UUID) -> HttpResponseBase:
    """A photo of the draft, to whoever writes it."""
    photo = drafting.find_draft(_key(request)).photos.filter(pk=photo_id).select_related("blob").first()
    if photo is None:
        raise NotFound
    return image_answer(photo)


def _what(request: HttpRequest, draft: Draft, at: datetime) -> HttpResponse:
    form = WhatForm(request.POST or None, initial=draft.said, categories=queries.categories())
    if request.method == "POST" and form.is_valid():
        _save(request, form.cleaned_data, at)
        return _onward(request, "where")
    return _page(request, "what", form)


def _where(request: HttpRequest, draft: Draft, at: datetime) -> HttpResponse:
    on = at.astimezone(VIETNAM).date()
    code = str(request.POST.get("province") or request.GET.get("province") or draft.said.get("province", ""))
    province = places.find_province(code, on=on)
    context: dict[str, Any] = {"provinces": places.provinces(on=on), "province": province}
    if province is None:
        return _page(request, "where", None, context)
    form = WhereForm(
        request.POST or None, initial=draft.said, province=province, communes=places.communes_of(province)
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data | {"province": province.code}
        if said["unit"] != draft.said.get("unit"):
            said |= {"point": None, "zoom": 1 if said["unit"] != province.pk else len(maps.STEPS) - 1}
        saved = _save(request, said, at)
        return _onward(request, "map" if _frame(saved, at)[0] else "photos")
    return _page(request, "where", form, context)


def _map(request: HttpRequest, draft: Draft, at: datetime) -> HttpResponse:
    frame, _unit = _frame(draft, at)
    if frame is None:
        return redirect("participation:write_page", "photos")
    if request.method == "POST" and "go" in request.POST:
        return _onward(request, "photos")
    problem = ""
    if request.method == "POST":
        try:
            _save(request, _pressed(request, draft, frame, at), at)
        except Refusal as refusal:
            problem = refusal.say()
        else:
            return redirect("participation:write_page", "map")
    context = {
        "point": drafting.point_of(draft),
        "zoom": _zoom(draft),
        "closest": _zoom(draft) == 0,
        "widest": _zoom(draft) == len(maps.STEPS) - 1,
        "side": maps.SIDE,
        "problem": problem,
        "version": f"{draft.saved_at:%H%M%S%f}",
    }
    return _page(request, "map", None, context)


def _pressed(request: HttpRequest, draft: Draft, frame: maps.Frame, at: datetime) -> dict[str, Any]:
    """What pressing the map, or a button beside it, says."""
    said, zoom = request.POST, _zoom(draft)
    if "closer" in said or "wider" in said:
        return {"zoom": max(0, min(zoom + (1 if "wider" in said else -1), len(maps.STEPS) - 1))}
    if "clear" in said:
        return {"point": None}
    on = at.astimezone(VIETNAM).date()
    try:
        if said.get("latitude"):
            point = Point(round(float(said["latitude"][:20]), 5), round(float(said["longitude"][:20]), 5))
        else:
            x, y = float(said["spot.x"][:10]), float(said["spot.y"][:10])
            if not (0 <= x <= maps.SIDE and 0 <= y <= maps.SIDE):
                return {}
            if x == y == 0:
                return {}  # the map as a button pressed from the keyboard marks nothing
            point = frame.point(x, y)
    except (KeyError, ValueError):
        return {}
    places.require_in_vietnam(point, on=on)
    return {"point": [point.latitude, point.longitude]}


def _photos(request: HttpRequest, draft: Draft, at: datetime) -> HttpResponse:
    form = PhotosForm()
    if request.method == "POST":
        if gone := request.POST.get("remove", ""):
            drafting.remove_photo(draft_id=draft.pk, photo_id=_uuid(gone))
            return redirect("participation:write_page", "photos")
        files = [(file.name or "", file.file) for file in request.FILES.getlist("photos") if file.file]
        form = PhotosForm(request.POST, request.FILES)
        form.is_valid()
        try:
            if files:
                visitor = visitor_of(request)
                drafting.add_photos(draft_id=draft.pk, files=files, visitor=visitor, at=at)
        except Refusal as refusal:
            shown_refusal(refusal, form, "photos")
        else:
            to = "photos" if files or "add" in request.POST else "who"
            return _onward(request, to)
    photos = list(draft.photos.all())
    context = {"photos": photos, "most": MOST_PHOTOS, "full": len(photos) >= MOST_PHOTOS}
    return _page(request, "photos", form, context)


def _who(request: HttpRequest, draft: Draft, at: datetime) -> HttpResponse:
    visitor, initial = visitor_of(request), dict(draft.said)
    if "wants_public" in initial:
        initial["wants_public"] = "yes" if initial["wants_public"] else "no"
    form = WhoForm(request.POST or None, initial=initial, known=visitor.signed_in)
    if request.method == "POST" and form.is_valid():
        try:
            checked_sender(form.sender())
        except Refusal as refusal:
            shown_refusal(refusal, form, "telephone")
        else:
            _save(request, form.cleaned_data, at)
            return _onward(request, "review")
    return _page(request, "who", form)


def _review(request: HttpRequest, draft: Draft, at: datetime) -> HttpResponse:
    missing = next((page for field, page in _NEEDED.items() if field not in draft.said), "")
    if missing:
        return redirect("participation:write_page", missing)
    problem = ""
    if request.method == "POST":
        try:
            feedback = drafting.send_draft(draft_id=draft.pk, visitor=visitor_of(request), at=at)
        except Refusal as refusal:
            problem = refusal.say()
        else:
            request.session.pop(DRAFT, None)
            remember(request, feedback.pk)
            messages.success(request, _("Your feedback was sent. Thank you."))
            return redirect("participation:own", feedback.pk)
    on = at.astimezone(VIETNAM).date()
    context = {
        "said": draft.said,
        "category": queries.find_category(str(draft.said["category"])),
        "unit": places.find_unit(int(draft.said["unit"]), on=on),
        "point": drafting.point_of(draft),
        "photos": list(draft.photos.all()),
        "kind": dict(WhatForm.base_fields["kind"].choices)[draft.said["kind"]],  # type: ignore[attr-defined]
        "problem": problem,
    }
    return _page(request, "review", None, context)


_VIEWS: dict[str, Callable[[HttpRequest, Draft, datetime], HttpResponse]] = {
    "what": _what,
    "where": _where,
    "map": _map,
    "photos": _photos,
    "who": _who,
    "review": _review,
}
_NEEDED = {"text": "what", "unit": "where", "wants_public": "who"}


def _page(
    request: HttpRequest, page: str, form: Form | None, context: dict[str, Any] | None = None
) -> HttpResponse:
    place = PAGES.index(page)
    context = {
        "form": form,
        "page": page,
        "title": TITLES[page],
        "number": place + 1,
        "pages": len(PAGES),
        "before": PAGES[place - 1] if place else "",
        **(context or {}),
    }
    status = 422 if (form is not None and form.errors) or context.get("problem") else 200
    return render(request, f"participation/write_{page}.html", context, status=status)


def _onward(request: HttpRequest, page: str) -> HttpResponse:
    """The next page; back to the last one for whoever came from there to change something."""
    back = "review" in request.GET and page not in {"map", "photos"}
    return redirect("participation:write_page", "review" if back else page)


def _save(request: HttpRequest, said: dict[str, Any], at: datetime) -> Draft:
    draft = drafting.save_draft(draft_id=_key(request), said=said, at=at, visitor=visitor_of(request))
    request.session[DRAFT] = str(draft.pk)
    return draft


def _key(request: HttpRequest) -> UUID | None:
    said = request.session.get(DRAFT)
    return UUID(said) if said else None


def _uuid(said: str) -> UUID:
    try:
        return UUID(said)
    except ValueError as error:
        raise NotFound from error


def _zoom(draft: Draft) -> int:
    return max(0, min(int(draft.said.get("zoom", 1)), len(maps.STEPS) - 1))


def _frame(draft: Draft, at: datetime) -> tuple[maps.Frame | None, Any]:
    """The piece of the country that the map shows, and the unit chosen."""
    unit_id = draft.said.get("unit")
    if unit_id is None:
        return None, None
    unit = places.find_unit(int(unit_id), on=at.astimezone(VIETNAM).date())
    return maps.frame_around(unit, zoom=_zoom(draft), at=drafting.point_of(draft)), unit

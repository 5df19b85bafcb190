"""Pages on which a leader signs several documents with one confirmation, and of the key that signs."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lienthong.identity.public import Role, Viewer, needs, viewer_of
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal
from lienthong.office import reviews
from lienthong.office.actions import bulk as actions
from lienthong.office.actions import token_signing
from lienthong.office.signing_forms import ChangePinForm, PinForm, SetPinForm
from lienthong.office.signing_states import ItemState
from lienthong.signing.public import (
    CARRIED,
    Pin,
    PinNeeded,
    PinState,
    certificates_of,
    change_pin,
    pin_state,
    set_pin,
    token_certificates,
)

COOKIE = "signing-list"


@needs(Role.LEADER)
@sensitive_post_parameters("pin")
@require_http_methods(["GET", "POST"])
def to_sign(request: HttpRequest) -> HttpResponse:
    """What waits for the leader's signature; those ticked become a list that is signed."""
    viewer, refused, chosen = viewer_of(request), "", request.POST.getlist("documents")
    if request.method == "POST":
        pin = Pin(request.POST.get("pin", ""))
        try:
            made = actions.make_signing_list(viewer=viewer, documents=_ids(chosen), at=now(), pin=pin)
            carried = actions.carry(list_id=made.id, viewer=viewer, pin=pin, at=now())
        except Refusal as refusal:
            if refusal.status != 422:
                raise
            refused = refusal.say()
        else:
            return _carrying(redirect("office:signing_list", made.id), made.id, carried)
    return _to_sign_page(request, chosen, refused)


def _to_sign_page(request: HttpRequest, chosen: list[str], refused: str) -> HttpResponse:
    viewer = viewer_of(request)
    context = {
        "rows": reviews.ready_to_sign(viewer),
        "refused": refused,
        "chosen": chosen,
        "most": actions.MOST,
        "key": _key(viewer),
        "token": token_certificates(viewer.official_id or 0).filter(valid_to__gt=now()).exists(),
        "most_by_token": token_signing.MOST,
    }
    return render(request, "office/to_sign.html", context, status=422 if refused else 200)


@needs(Role.LEADER)
@require_POST
def to_sign_by_token(request: HttpRequest) -> HttpResponse:
    """The documents ticked become a list that the leader's own token signs; the code is shown this once."""
    viewer, chosen = viewer_of(request), request.POST.getlist("documents")
    try:
        made, code = token_signing.open_token_list(viewer=viewer, documents=_ids(chosen), at=now())
    except Refusal as refusal:
        if refusal.status != 422:
            raise
        return _to_sign_page(request, chosen, refusal.say())
    context = {
        "held": made,
        "code": code,
        "minutes": token_signing.OPEN.seconds // 60,
        "url": settings.BASE_URL,
    }
    answer = render(request, "office/token_code.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


@needs(Role.LEADER)
@require_GET
def signing_list(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """How far the list has come, and each document's result; the page asks for the next by itself."""
    return _list_page(request, list_id, PinForm())


def _list_page(request: HttpRequest, list_id: UUID, form: PinForm, status: int = 200) -> HttpResponse:
    viewer = viewer_of(request)
    held = actions.find_signing_list(viewer, list_id)
    items = list(held.items.select_related("outgoing").order_by("position"))
    done = sum(item.state in {ItemState.SIGNED, ItemState.FAILED} for item in items)
    going = not held.stopped_at and done < len(items)
    key = _key(viewer)
    context = {
        "held": held,
        "items": items,
        "done": done,
        "failed": sum(item.state == ItemState.FAILED for item in items),
        "going": going,
        "over": held.by_token and held.token.expires_at <= now(),
        "asks": going and not held.by_token and key.protected and _carried(request, list_id, viewer) is None,
        "key": key,
        "form": form,
    }
    return render(request, "office/signing_list.html", context, status=status)


@needs(Role.LEADER)
@sensitive_post_parameters("pin")
@require_POST
def unlock_list(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """Take the PIN again, because its time was over before the list was signed."""
    form = PinForm(request.POST)
    if form.is_valid():
        try:
            carried = actions.carry(list_id=list_id, viewer=viewer_of(request), pin=form.typed(), at=now())
        except Refusal as refusal:
            if refusal.status != 422:
                raise
            form.add_error("pin", refusal.say())
        else:
            return _carrying(redirect("office:signing_list", list_id), list_id, carried)
    return _list_page(request, list_id, form, status=422)


@needs(Role.LEADER)
@require_POST
def sign_next(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """Sign the next document of the list, and show how far it has come."""
    viewer = viewer_of(request)
    pin = _carried(request, list_id, viewer)
    with suppress(PinNeeded):  # the page asks for it
        actions.sign_next(list_id=list_id, viewer=viewer, at=now(), pin=pin)
    return redirect("office:signing_list", list_id)


@needs(Role.LEADER)
@require_POST
def stop_signing(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """Leave the rest of the list unsigned."""
    actions.stop_signing(list_id=list_id, viewer=viewer_of(request), at=now())
    return _carrying(redirect("office:signing_list", list_id), list_id, "")


@needs(Role.LEADER)
@sensitive_post_parameters("pin", "again", "old")
@require_http_methods(["GET", "POST"])
def signing_key(request: HttpRequest) -> HttpResponse:
    """The leader's own key: its certificate, and setting or changing its PIN."""
    viewer, at = viewer_of(request), now()
    key = _key(viewer)
    kind = ChangePinForm if key.protected else SetPinForm
    form = kind(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        official, actor = viewer.official_id or 0, viewer.actor()
        try:
            if isinstance(form, ChangePinForm):
                change_pin(official_id=official, old=form.old_pin(), new=form.new_pin(), actor=actor, at=at)
            else:
                set_pin(official_id=official, pin=form.new_pin(), actor=actor, at=at)
        except Refusal as refusal:
            if refusal.status != 422:
                raise
            about_old = key.protected and refusal.code != "pin-too-weak"
            form.add_error("old" if about_old else "pin", refusal.say())
        else:
            messages.success(request, _("The PIN holds from now on. Nobody can tell it to you; remember it."))
            return redirect("office:signing_key")
    valid = [row for row in certificates_of(official_id=viewer.official_id, at=at) if row.state == "valid"]
    own, tokens = ([row for row in valid if row.kept_here is here] for here in (True, False))
    context = {
        "key": _key(viewer),
        "form": form,
        "certificate": own[0] if own else None,
        "token": tokens[0] if tokens else None,
    }
    return render(request, "office/signing_key.html", context, status=422 if form.is_bound else 200)


def _key(viewer: Viewer) -> PinState:
    return pin_state(official_id=viewer.official_id or 0, at=now())


@sensitive_variables()
def _carried(request: HttpRequest, list_id: UUID, viewer: Viewer) -> Pin | None:
    cookie = request.COOKIES.get(COOKIE, "")
    return actions.carried(list_id=list_id, viewer=viewer, cookie=cookie, at=now()) if cookie else None


def _carrying(response: HttpResponse, list_id: UUID, carried: str) -> HttpResponse:
    """The answer with what the browser sends back with requests for this list alone; empty takes it away."""
    path = reverse("office:signing_list", args=[list_id])
    if carried:
        response.set_cookie(
            COOKIE,
            carried,
            max_age=int(CARRIED.total_seconds()),
            path=path,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Strict",
        )
    else:
        response.delete_cookie(COOKIE, path=path, samesite="Strict")
    return response


def _ids(values: list[str]) -> list[UUID]:
    """The ids among the values; anything else names no document."""
    found = []
    for value in values:
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return found

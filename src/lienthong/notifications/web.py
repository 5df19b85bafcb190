"""An official's own notifications, choices and calendar feed."""

from __future__ import annotations

import hashlib
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from lienthong.identity.public import NotFound, signed_in, viewer_of
from lienthong.kernel.access import public_page
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal
from lienthong.notifications import queries
from lienthong.notifications.actions import choosing, telling
from lienthong.notifications.feeds import calendar_feed
from lienthong.notifications.forms import ChoicesForm, MarkForm, UndoForm
from lienthong.ui.public import Link

FEED_PER_HOUR = 60
MISSED_PER_HOUR = 30  # wrong secrets from one address


class TooManyRequests(Refusal):
    """The calendar is fetched too often."""

    code, status = "too-many-requests", 429
    sentence = gettext_lazy("This calendar was fetched too often. Try again in an hour.")


@signed_in
@require_safe
def list_page(request: HttpRequest) -> HttpResponse:
    """What the viewer was told, newest first; `?unread=1` leaves out what was read."""
    viewer, unread = viewer_of(request), request.GET.get("unread") == "1"
    marking = UndoForm(request.GET)
    page = queries.notifications_of(viewer, unread=unread, cursor=request.GET.get("cursor", ""))
    address = reverse("notifications:list")
    tabs = [
        {"url": address, "label": _("All"), "current": not unread},
        {"url": f"{address}?unread=1", "label": _("Unread"), "current": unread},
    ]
    context = {
        "page": page,
        "tabs": tabs,
        "unread": unread,
        "newest": page.rows[0].pk if page.rows and "cursor" not in request.GET else 0,
        "marking": marking.cleaned_data if marking.is_valid() else None,
        "some_unread": any(row.read_at is None for row in page.rows),
    }
    return render(request, "notifications/list.html", context)


@signed_in
@require_safe
@never_cache
def count(request: HttpRequest) -> HttpResponse:
    """The bell with the number of the unread, for pages that stay open."""
    number = queries.unread_count(viewer_of(request))
    item = Link(
        reverse("notifications:list"),
        _("Notifications"),
        "bell",
        False,
        number,
        reverse("notifications:count"),
    )
    return render(request, "ui/components/tool.html", {"item": item})


@signed_in
@require_GET
def open_one(request: HttpRequest, notification_id: int) -> HttpResponse:
    """Lead to what the notification is about, and mark it read.

    By GET, so that it is a link like any other; the worst that a forged one does is to mark as read.
    """
    found = telling.open_notification(viewer_of(request), notification_id, at=now())
    return HttpResponseRedirect(found.link)


@signed_in
@require_POST
def mark(request: HttpRequest) -> HttpResponse:
    """Mark one, or all that the page showed or led to, as read; the next page offers to take it back."""
    form, at = MarkForm(request.POST), now()
    if not form.is_valid():
        return redirect("notifications:list")
    one = form.cleaned_data["one"]
    until = form.cleaned_data["until"] or 0
    number = telling.mark_read(viewer_of(request), at=at, ids=[one] if one else None, until=until)
    return _back(request, **({"marked": number, "read_at": at.isoformat()} if number else {}))


@signed_in
@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take a marking back."""
    form = UndoForm(request.POST)
    if form.is_valid():
        telling.mark_unread(viewer_of(request), read_at=form.cleaned_data["read_at"])
    return _back(request)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: HttpRequest) -> HttpResponse:
    """How the viewer wants to be told."""
    viewer = viewer_of(request)
    chosen = queries.choices_of(viewer)
    form = ChoicesForm(request.POST or None, choices=chosen)
    if request.method == "POST" and form.is_valid():
        telling_ways, digest = form.ways(), form.cleaned_data["digest"]
        choosing.choose_ways(viewer, telling_ways, digest=digest, digest_minute=form.digest_minute())
        messages.success(request, _("Your choices were saved."))
        return redirect("notifications:choices")
    context = {"form": form, "chosen": chosen, "mailing": bool(settings.ENV.mail_host)}
    return render(request, "notifications/choices.html", context, status=422 if form.is_bound else 200)


@signed_in
@require_POST
@never_cache
def new_feed(request: HttpRequest) -> HttpResponse:
    """Make a new address of the calendar feed and show it, this once."""
    token = choosing.make_feed(viewer_of(request), at=now())
    address = f"{settings.BASE_URL}{reverse('notifications:feed', args=[token])}"
    return render(request, "notifications/feed.html", {"address": address})


@signed_in
@require_POST
def revoke_feed(request: HttpRequest) -> HttpResponse:
    """Let the calendar feed answer no more."""
    choosing.revoke_feed(viewer_of(request))
    messages.success(request, _("The calendar address no longer works."))
    return redirect("notifications:choices")


@public_page("calendar programs cannot sign in; the secret in the address is the permission")
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The deadlines of the official whose secret it is; for any other 404."""
    at, source = now(), viewer_of(request).source
    hour = f"{at:%Y%m%d%H}"
    missed = f"feed-missed:{hour}:{source}"
    if cache.get(missed, 0) >= MISSED_PER_HOUR:
        raise TooManyRequests
    if _times(f"feed:{hour}:{choosing.hash_of(token).hex()}") > FEED_PER_HOUR:
        raise TooManyRequests
    body = calendar_feed(token, at=at)
    if body is None:
        _times(missed)
        raise NotFound
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="lienthong.ics"'
    response["Cache-Control"] = "private, max-age=300"
    response["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    return get_conditional_response(request, etag=response["ETag"], response=response) or response


def _times(key: str) -> int:
    """How often this was asked within its hour; roughly, since two at once may count as one."""
    number = int(cache.get(key, 0)) + 1
    cache.set(key, number, timeout=3600)
    return number


def _back(request: HttpRequest, **facts: object) -> HttpResponse:
    """To the list as it was filtered."""
    if request.POST.get("unread") == "1":
        facts["unread"] = 1
    address = reverse("notifications:list")
    return HttpResponseRedirect(f"{address}?{urlencode(facts)}" if facts else address)

"""Pages on which citizens look after their own account, and choose for whom they act."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lienthong.identity.access import ACTING_FOR, NotFound, citizens, visitor_of
from lienthong.identity.actions.citizens import sign_out_everywhere
from lienthong.identity.actions.codes import ask_to_change
from lienthong.identity.actions.representing import end_representation
from lienthong.identity.adapters.allauth import add_key, begin_key, remove_key
from lienthong.identity.citizen_forms import ContactForm
from lienthong.identity.contracts import Purpose
from lienthong.identity.models import Account
from lienthong.identity.queries.citizens import details_of, representations_of
from lienthong.identity.queries.visiting import capabilities_of
from lienthong.identity.sign_in_forms import CitizenKeyForm
from lienthong.identity.web_coming import FRESH_AT, asker_of, code_asked, refused, way_on
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal

FRESH_SECONDS = 600
PAGE = require_http_methods(["GET", "HEAD", "POST"])
Page = Callable[..., HttpResponse]


def freshly(view: Page) -> Page:
    """Let through who signed in within ten minutes; others sign in again first, and come back."""

    @wraps(view)
    def asking(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if now().timestamp() - float(request.session.get(FRESH_AT, 0)) < FRESH_SECONDS:
            return view(request, *args, **kwargs)
        messages.info(request, _("To change this, sign in once more: so nobody else can at your device."))
        target = urlencode({"next": request.path if request.method == "GET" else reverse("citizen_me")})
        return HttpResponseRedirect(f"{reverse('citizen_sign_in')}?{target}")

    return asking


@citizens
@require_GET
def me(request: HttpRequest) -> HttpResponse:
    """What is known of the person, and how; how they sign in."""
    visitor = visitor_of(request)
    facts = {"details": details_of(visitor), "businesses": representations_of(visitor)}
    return render(request, "identity/citizen/me.html", facts)


@citizens
@PAGE
@freshly
def change_contact(request: HttpRequest) -> HttpResponse:
    """Ask for a new mail address or telephone, and send a code there."""
    form, status = ContactForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        contact, account_id = form.cleaned_data["contact"], visitor_of(request).account_id or 0
        try:
            code_id = ask_to_change(account_id=account_id, contact=contact, at=now(), **asker_of(request))
        except Refusal as refusal:
            refused(form, refusal)
            status = refusal.status
        else:
            return code_asked(request, code_id, contact, Purpose.CONTACT, "")
    elif form.is_bound:
        status = 422
    return render(request, "identity/citizen/contact.html", {"form": form}, status=status)


@citizens
@PAGE
@freshly
def new_key(request: HttpRequest) -> HttpResponse:
    """Add a passkey, which then signs in alone."""
    visitor = visitor_of(request)
    account = Account.objects.get(pk=visitor.account_id or 0)
    form, status = CitizenKeyForm(request.POST or None, user=account), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            add_key(account, name=form.cleaned_data["name"], credential=form.cleaned_data["credential"])
            messages.success(request, _("The passkey is added. From now on it signs you in without a code."))
            return redirect("citizen_me")
    facts = {"form": form, "js_data": {"creation_options": begin_key(account, name=visitor.party_name)}}
    return render(request, "identity/citizen/key.html", facts, status=status)


@citizens
@require_POST
@freshly
def drop_key(request: HttpRequest, key_id: int) -> HttpResponse:
    """Remove a passkey."""
    if not remove_key(visitor_of(request).account_id or 0, key_id):
        raise NotFound
    messages.success(request, _("The passkey is removed. Delete it on your device too."))
    return redirect("citizen_me")


@citizens
@require_POST
def leave_everywhere(request: HttpRequest) -> HttpResponse:
    """End every session of the account."""
    visitor = visitor_of(request)
    sign_out_everywhere(account_id=visitor.account_id or 0, source=visitor.source, at=now())
    logout(request)
    messages.success(request, _("You are signed out on all devices."))
    return redirect("citizen_sign_in")


@citizens
@require_POST
def drop_representation(request: HttpRequest, representation_id: int) -> HttpResponse:
    """Represent a business no longer."""
    end_representation(asker=visitor_of(request), representation_id=representation_id, at=now())
    messages.success(request, _("You no longer represent the business here."))
    return redirect("citizen_me")


@citizens
@PAGE
def act_for(request: HttpRequest) -> HttpResponse:
    """Choose for whom to act: oneself, a business one represents, or who gave a mandate."""
    visitor, at = visitor_of(request), now()
    found = capabilities_of(visitor, at=at)
    if request.method == "POST":
        return _choose(request, {one.key: one.name for one in found})
    chosen = request.session.get(ACTING_FOR, "")
    return render(request, "identity/citizen/act_for.html", {"capabilities": found, "chosen": chosen})


def _choose(request: HttpRequest, names: dict[str, str]) -> HttpResponse:
    key = request.POST.get("key", "")
    if key and key not in names:
        raise NotFound
    request.session[ACTING_FOR] = key
    if key:
        messages.success(request, _("You now act for %(name)s.") % {"name": names[key]})
    else:
        messages.success(request, _("You now act for yourself."))
    return HttpResponseRedirect(way_on(request) or reverse("citizen_act_for"))

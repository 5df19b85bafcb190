"""Puts the acting official on every request, ends idle sessions, refuses what a mark does not allow."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from lienthong.identity import policies
from lienthong.identity.access import (
    ACTING_FOR,
    CitizensOnly,
    NotAllowed,
    NotSignedIn,
    address_of,
    viewer_of,
    visitor_of,
)
from lienthong.identity.adapters.allauth import count_second_factors
from lienthong.identity.contracts import NOBODY, By, Viewer, Visitor
from lienthong.identity.models import Account
from lienthong.identity.queries.acting import acting_viewer
from lienthong.identity.queries.visiting import visitor_for
from lienthong.kernel.access import Access
from lienthong.kernel.clock import now
from lienthong.ui.public import refusal_response, wants_problem

SEEN = "seen_at"
SECOND_FACTOR = "second_factor_seen"
BACKGROUND_HEADER = "Lienthong-Background"

# Pages on which an official puts the own account in order: reachable before its password or second factor is.
UPKEEP = frozenset({"account_change_password", "account_set_password", "account_reauthenticate"})


class IdleSessionMiddleware:
    """Ends a session that its owner has not used for `SESSION_COOKIE_AGE` seconds.

    What a page fetches by itself (requests with the header `Lienthong-Background`) is not use. The time is
    written back at most twenty times per idle period, so that reading pages costs no write each.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            self._check(request)
        return self.get_response(request)

    def _check(self, request: HttpRequest) -> None:
        at, idle = now().timestamp(), float(settings.SESSION_COOKIE_AGE)
        seen = float(request.session.get(SEEN, at))
        if at - seen >= idle:
            logout(request)
        elif SEEN not in request.session or (at - seen >= idle / 20 and not _in_background(request)):
            request.session[SEEN] = at


class ActingMiddleware:
    """Sets `request.viewer` and `request.visitor`; calls a view only as its mark allows, unmarked never."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.viewer = _viewer(request)  # type: ignore[attr-defined]
        request.visitor = SimpleLazyObject(lambda: _visitor(request))  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: object, kwargs: object
    ) -> HttpResponse | None:
        """The refusal, the way to sign in, or None when the view may be called."""
        access = getattr(view, "access", None)
        viewer = viewer_of(request)
        if isinstance(access, Access) and access.public:
            return None
        if viewer.account_id is None:
            return _ask_to_sign_in(request, citizen=isinstance(access, Access) and access.who == "party")
        if not isinstance(access, Access):
            return refusal_response(request, NotAllowed())
        if access.who == "party":
            return None if visitor_of(request).signed_in else refusal_response(request, CitizensOnly())
        if (access.who == "official" and viewer.official_id is None) or (
            access.roles and not viewer.roles & access.roles
        ):
            return refusal_response(request, NotAllowed())
        return _ask_for_upkeep(request, viewer)


def _viewer(request: HttpRequest) -> Viewer:
    source = address_of(request, trusted=settings.TRUSTED_PROXIES)
    account = request.user
    if not isinstance(account, Account):
        return Viewer(source=source) if source else NOBODY
    return acting_viewer(account, at=now(), source=source)


def _visitor(request: HttpRequest) -> Visitor:
    source = address_of(request, trusted=settings.TRUSTED_PROXIES)
    account = request.user
    if not isinstance(account, Account):
        return Visitor(source=source)
    chosen = str(request.session.get(ACTING_FOR, ""))
    visitor = visitor_for(account, source=source, chosen=chosen, at=now())
    if chosen and visitor.by is By.SELF:  # revoked, or its last day is over: from this request on
        del request.session[ACTING_FOR]
        messages.warning(
            request, _("You may no longer act for whom you had chosen. You act for yourself again.")
        )
    return visitor


def _in_background(request: HttpRequest) -> bool:
    return BACKGROUND_HEADER in request.headers


def _ask_to_sign_in(request: HttpRequest, *, citizen: bool) -> HttpResponse:
    """A problem document for programs; for browsers the sign-in page, which leads back here."""
    if wants_problem(request):
        return refusal_response(request, NotSignedIn())
    page = resolve_url("citizen_sign_in" if citizen else settings.LOGIN_URL)
    target = f"{page}?{urlencode({'next': _way_back(request)})}"
    if request.headers.get("HX-Request") == "true":
        response = HttpResponse(status=NotSignedIn.status)
        response["HX-Redirect"] = target
        return response
    return HttpResponseRedirect(target)


def _way_back(request: HttpRequest) -> str:
    """The page to see after signing in: this one, or for what is no page the one it was called from."""
    if request.method == "GET" and request.headers.get("HX-Request") != "true":
        return request.get_full_path()
    before = request.headers.get("HX-Current-URL") or request.headers.get("Referer") or ""
    if not url_has_allowed_host_and_scheme(before, allowed_hosts={request.get_host()}):
        return "/"
    parts = urlsplit(before)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path or "/"


def _ask_for_upkeep(request: HttpRequest, viewer: Viewer) -> HttpResponse | None:
    """The page on which the account must first be put in order, if it must and this is not one of them."""
    name = (request.resolver_match.url_name if request.resolver_match else "") or ""
    if name in UPKEEP or name.startswith("mfa_"):
        return None
    if isinstance(request.user, Account) and request.user.must_change_password:
        return HttpResponseRedirect(resolve_url("account_change_password"))
    if settings.REQUIRE_SECOND_FACTOR and viewer.roles & policies.SECOND_FACTOR_ROLES:
        return None if _has_second_factor(request, viewer) else HttpResponseRedirect(resolve_url("mfa_index"))
    return None


def _has_second_factor(request: HttpRequest, viewer: Viewer) -> bool:
    """Whether the session was opened with a second factor or the account has one now; asked until it has."""
    if request.session.get(SECOND_FACTOR):
        return True
    records = get_authentication_records(request, request.user)
    found = any(record.get("method") == "mfa" for record in records)
    if found or count_second_factors(viewer.account_id or 0):
        request.session[SECOND_FACTOR] = True
        return True
    return False

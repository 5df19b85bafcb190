"""Marks on views, and who is asking: what every app above needs of the web side of identity."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, TypeVar

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from lienthong.identity.contracts import NOBODY, STRANGER, Role, Viewer, Visitor
from lienthong.kernel.access import Access, mark
from lienthong.kernel.errors import Refusal

ACTING_FOR = "acting_for"  # in the session: the key of the `Capability` that was chosen
View = TypeVar("View", bound=Callable[..., Any])


class NotSignedIn(Refusal):
    """Nobody is signed in, and the page is not for everyone."""

    code, status = "not-signed-in", 401
    sentence = _("You are not signed in, and this page is for officials only. Sign in and try again.")


class NotAllowed(Refusal):
    """The post acted in does not carry the role this needs."""

    code, status = "not-allowed", 403
    sentence = _(
        "Your current post does not allow this. "
        "Switch to a post that does, or ask the administrator of your agency."
    )


class CitizensOnly(Refusal):
    """An official's account asks for a page of citizens."""

    code, status = "citizens-only", 403
    sentence = _(
        "This page is for citizens and businesses, and you are signed in as an official. "
        "Sign out, then sign in with your own account as a citizen."
    )


class NotFound(Refusal):
    """There is no such thing, or it belongs to another agency; the two are not told apart."""

    code, status = "not-found", 404
    sentence = _(
        "Nothing was found at this address for your agency. "
        "It may have been removed, or belong to another agency. Check the address."
    )


def signed_in(view: View) -> View:
    """Mark a view that every signed-in official may call."""
    return mark(view, Access())


def citizens(view: View) -> View:
    """Mark a view that every signed-in citizen may call, for themselves or for whom they act."""
    return mark(view, Access(who="party"))


def needs(*roles: Role) -> Callable[[View], View]:
    """Mark a view that only posts with one of `roles` may call.

    Raises:
        ValueError: no role was named; `signed_in` is the mark for that.
    """
    if not roles:
        raise ValueError("name at least one role")
    return lambda view: mark(view, Access(roles=frozenset(roles)))


def viewer_of(request: HttpRequest) -> Viewer:
    """Who acts in this request; nobody when no one is signed in."""
    viewer = getattr(request, "viewer", NOBODY)
    return viewer if isinstance(viewer, Viewer) else NOBODY


def visitor_of(request: HttpRequest) -> Visitor:
    """Which citizen looks at this page; nobody when no one is signed in, or an official is."""
    visitor = getattr(request, "visitor", STRANGER)
    return visitor if isinstance(visitor, Visitor) else STRANGER


def address_of(request: HttpRequest, *, trusted: Collection[str] = ()) -> str:
    """The client's address: the last one of `X-Forwarded-For` that no trusted proxy wrote about itself.

    The header counts only when the connection itself comes from a proxy in `trusted`; otherwise anyone could
    claim any address.
    """
    peer = str(request.META.get("REMOTE_ADDR") or "")
    if peer not in trusted:
        return peer
    claimed = [part.strip() for part in str(request.META.get("HTTP_X_FORWARDED_FOR") or "").split(",")]
    return next((part for part in reversed(claimed) if part and part not in trusted), peer)

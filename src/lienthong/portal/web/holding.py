"""Who holds a draft: the browser's signed cookie, the device, and a form that comes without its session."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from secrets import token_hex
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.middleware.csrf import CsrfViewMiddleware
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from lienthong.identity.public import visitor_of
from lienthong.portal.applying.queries import Holder

COOKIE, SALT, MOST_SECRETS = "drafts", "portal.drafts", 8
DAY = 24 * 3600
TYPED, MOST_TYPED = "typed-page", 60_000  # characters of a page that is kept until its owner has signed in
# What a form carries that is no answer.
CARRIED = frozenset({"csrfmiddlewaretoken", "form-act"})
View = TypeVar("View", bound=Callable[..., HttpResponse])


def holder_of(request: HttpRequest) -> Holder:
    """Who asks: the visitor, with the secrets that this browser keeps."""
    kept = _kept(request)
    visitor = visitor_of(request)
    own = request.session.session_key if visitor.signed_in else ""
    device = own or str(kept.get("device", ""))
    return Holder(visitor, tuple(kept.get("secrets", ())), sha256(device.encode()).hexdigest()[:16])


def keep_secret(request: HttpRequest, response: HttpResponse, secret: str) -> None:
    """Let this browser keep the secret of a draft, beside those it keeps already."""
    kept = _kept(request)
    secrets = [one for one in kept.get("secrets", ()) if one != secret][-MOST_SECRETS + 1 :]
    response.set_signed_cookie(
        COOKIE,
        f"{kept.get('device') or token_hex(8)}:{':'.join([*secrets, secret])}",
        salt=SALT,
        max_age=settings.ENV.draft_days * DAY,
        httponly=True,
        samesite="Lax",
        secure=settings.SECURE_COOKIES,
    )


def _kept(request: HttpRequest) -> dict[str, Any]:
    text = request.get_signed_cookie(COOKIE, default="", salt=SALT, max_age=settings.ENV.draft_days * DAY)
    device, *secrets = (text or "").split(":")
    return {"device": device, "secrets": secrets[:MOST_SECRETS]}


def forgiving(view: View) -> View:
    """Let a form whose token is stale come through, marked: it is drawn again with what was typed, not saved.

    A token goes stale when its owner signs in in another tab, or the browser forgets its cookies.
    """

    @csrf_exempt
    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        check = CsrfViewMiddleware(lambda _request: HttpResponse())
        failed = check.process_view(request, view, args, kwargs)
        request.stale = request.method == "POST" and failed is not None  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return guarded  # type: ignore[return-value]


def is_stale(request: HttpRequest) -> bool:
    """Whether the form came without a token that can be believed."""
    return bool(getattr(request, "stale", False))


def lay_aside(request: HttpRequest) -> None:
    """Keep what was typed on a page until its owner has signed in."""
    data = request.POST.copy()
    for name in CARRIED & set(data):
        del data[name]
    text = data.urlencode()
    if len(text) <= MOST_TYPED:
        request.session[TYPED] = {"path": request.path, "text": text}


def take_up(request: HttpRequest) -> QueryDict | None:
    """What was typed on this page before its owner signed in, once."""
    kept = request.session.get(TYPED) if request.session.session_key else None
    if not isinstance(kept, dict) or kept.get("path") != request.path:
        return None
    del request.session[TYPED]
    return QueryDict(kept["text"])

"""Following a dossier by its code, without signing in: only where it is, nobody is named."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from lienthong.dossiers.public import CodeUnknown, Followed, follow_by_code, holds_slip
from lienthong.identity.public import address_of
from lienthong.kernel.access import public_page
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal
from lienthong.portal.following import MINUTES, TooManyLooks, count_look

LONGEST = 100


@public_page("a code says where a dossier is; nobody is named, and look-ups are counted")
@never_cache
@require_GET
def follow(request: HttpRequest) -> HttpResponse:
    """The field for the code; with `?code=`, where the dossier is. The QR code of a slip leads here."""
    code, check = request.GET.get("code", "")[:LONGEST], request.GET.get("k", "")[:LONGEST]
    try:
        found = _found(request, code, check) if code.strip() else None
    except (CodeUnknown, TooManyLooks) as refusal:
        return _page(request, code, refusal=refusal)
    return _page(request, code, found)


def _found(request: HttpRequest, code: str, check: str) -> Followed:
    """What the code says. Who holds a slip is not counted: mobile networks give many people one address."""
    at = now()
    if not holds_slip(code, check):
        count_look(address_of(request, trusted=settings.TRUSTED_PROXIES), at=at)
    return follow_by_code(code, check=check, at=at)


def _page(
    request: HttpRequest, code: str, found: Followed | None = None, *, refusal: Refusal | None = None
) -> HttpResponse:
    context = {"code": code, "found": found, "refusal": refusal.say() if refusal else ""}
    answer = render(request, "portal/follow.html", context, status=refusal.status if refusal else 200)
    answer["X-Robots-Tag"] = "noindex, nofollow"
    if isinstance(refusal, TooManyLooks):
        answer["Retry-After"] = str(MINUTES * 60)
    return answer

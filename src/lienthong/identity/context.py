"""What every template knows: who is acting, and which citizen looks."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from lienthong.identity.access import viewer_of, visitor_of


def acting(request: HttpRequest) -> dict[str, object]:
    """Offer `viewer` and `visitor` to the templates; who looks is asked only where a template wants it."""
    return {"viewer": viewer_of(request), "visitor": SimpleLazyObject(lambda: visitor_of(request))}

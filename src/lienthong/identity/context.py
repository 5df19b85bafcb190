"""What every template knows: who is acting."""

from __future__ import annotations

from django.http import HttpRequest

from lienthong.identity.access import viewer_of


def acting(request: HttpRequest) -> dict[str, object]:
    """Offer `viewer` to the templates."""
    return {"viewer": viewer_of(request)}

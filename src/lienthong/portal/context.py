"""What every template knows of the portal: whose it is."""

from __future__ import annotations

from django.http import HttpRequest

from lienthong.portal.sites import site_of


def site(request: HttpRequest) -> dict[str, object]:
    """Offer `site` to the templates."""
    return {"site": site_of(request)}

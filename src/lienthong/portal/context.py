"""What every template knows of the portal: whose it is."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.urls import get_script_prefix

from lienthong.portal.sites import site_of


def site(request: HttpRequest) -> dict[str, object]:
    """Offer `site` to the templates, and the address of the national portal."""
    by_path = get_script_prefix() != "/"
    return {"site": site_of(request), "national_url": "/" if by_path else f"{settings.BASE_URL}/"}

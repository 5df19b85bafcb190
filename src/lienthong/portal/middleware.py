"""Finds the portal that is asked for: by host name, or by a path /at/<slug>/ that its addresses carry."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.urls import get_script_prefix, set_script_prefix
from django.utils.functional import SimpleLazyObject

from lienthong.portal.sites import NATIONAL, PREFIX, Portal, find_by_host, find_by_slug

UNDER = re.compile(rf"^{PREFIX}(?P<slug>[a-z0-9-]{{1,40}})(?P<rest>/.*)$", re.DOTALL)


class SiteMiddleware:
    """Sets `request.portal`. Of a path it takes the beginning off before the address is looked up.

    `reverse` puts it back in front of every address of the page. Interfaces of other systems have one address
    only and are not found below a portal.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        under = UNDER.match(request.path_info)
        if under is None or under["rest"].startswith(tuple(settings.API_PREFIXES)):
            request.portal = SimpleLazyObject(lambda: _of_host(request))  # type: ignore[attr-defined]
            return self.get_response(request)
        site = find_by_slug(under["slug"])
        if site is None:  # no route begins so: what answers is the page of what is not found
            request.portal = NATIONAL  # type: ignore[attr-defined]
            return self.get_response(request)
        request.portal = site  # type: ignore[attr-defined]
        before = get_script_prefix()
        request.path_info = under["rest"]
        set_script_prefix(f"{before.rstrip('/')}{PREFIX}{under['slug']}/")
        try:
            return self.get_response(request)
        finally:
            set_script_prefix(before)


def _of_host(request: HttpRequest) -> Portal:
    host, _port = split_domain_port(request.get_host())
    own = urlsplit(settings.BASE_URL).hostname
    return NATIONAL if host == own else find_by_host(host)

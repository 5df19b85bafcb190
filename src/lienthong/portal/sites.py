"""Whose portal is looked at: the national one, or that of an agency, found by host name or by path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language

from lienthong.directory.public import Agency
from lienthong.kernel.statements import fetch
from lienthong.portal.models import Site

PREFIX = "/at/"
_SITE = f"""
    SELECT site.id, agency.id, agency.path, agency.kind, slug, site.name, site.name_en, intro, intro_en,
        site.address, site.telephone, arms_id
    FROM {Site._meta.db_table} site JOIN {Agency._meta.db_table} agency ON agency.id = site.agency_id
    WHERE %s = %%s
"""  # noqa: S608, of constants
_BY_SLUG, _BY_HOST = _SITE % "slug", _SITE % "host"


@dataclass(frozen=True)
class Portal:
    """A portal as its pages show it; without values the national one."""

    id: int | None = None
    agency_id: int | None = None
    path: str = ""
    kind: str = ""
    slug: str = ""
    name_vi: str = ""
    name_en: str = ""
    intro_vi: str = ""
    intro_en: str = ""
    address: str = ""
    telephone: str = ""
    arms: str | None = None

    @property
    def name(self) -> str:
        """What it is called, in the reader's language; empty of the national one."""
        return (get_language() == "en" and self.name_en) or self.name_vi

    @property
    def intro(self) -> str:
        """A sentence about it, in the reader's language."""
        return (get_language() == "en" and self.intro_en) or self.intro_vi

    @property
    def arms_url(self) -> str:
        """The address of its coat of arms; empty without one."""
        return reverse("portal:arms", args=[self.arms]) if self.arms else ""

    @property
    def first_id(self) -> int | None:
        """The key of the agency of the first level that it belongs to."""
        return int(self.path.strip("/").split("/")[0]) if self.path else None


NATIONAL = Portal()


def find_by_slug(slug: str) -> Portal | None:
    """The portal under /at/<slug>/. One query."""
    return _one(_BY_SLUG, slug)


def find_by_host(host: str) -> Portal:
    """The portal that has the host name, else the national one. One query."""
    return _one(_BY_HOST, host) or NATIONAL


def site_of(request: HttpRequest) -> Portal:
    """The portal of the request; `SiteMiddleware` put it there."""
    return getattr(request, "portal", NATIONAL)


def _one(sql: str, value: Any) -> Portal | None:
    rows = fetch(sql, value)
    return Portal(*rows[0]) if rows else None

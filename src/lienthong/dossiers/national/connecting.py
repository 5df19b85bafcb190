"""Which adapter reaches the national portal in this installation, from its settings."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from lienthong.dossiers.national.adapters.http import HttpNational
from lienthong.dossiers.national.contracts import PortalAccess
from lienthong.dossiers.national.ports import NationalPort


def portal_access() -> PortalAccess | None:
    """How the portal is reached; None where none is set up."""
    env = settings.ENV
    if not env.national_url:
        return None
    return PortalAccess(
        url=env.national_url,
        user=env.national_user,
        password=env.national_password.get_secret_value(),
        unit=env.national_unit,
        kinds=tuple(sorted(env.national_party_kinds.items())),
        channels=tuple(sorted(env.national_channels.items())),
    )


def national_port() -> NationalPort | None:
    """The adapter, one a process, so that its session is used again; None where no portal is set up."""
    access = portal_access()
    return _adapter(access) if access else None


@cache
def _adapter(access: PortalAccess) -> HttpNational:
    return HttpNational(access)

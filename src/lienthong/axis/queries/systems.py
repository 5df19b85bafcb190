"""Who is asking: the system behind a token."""

from __future__ import annotations

import hashlib
from datetime import datetime

from lienthong.axis.models import AccessToken, ConnectedSystem
from lienthong.axis.policies import require_can_watch
from lienthong.identity.public import NotFound, Viewer
from lienthong.kernel.paging import Page, page_of


def system_of_token(token: str, *, at: datetime) -> ConnectedSystem | None:
    """The system that holds the token; None if the token expired or the system is disabled. One query."""
    row = (
        AccessToken.objects.select_related("system__agency")
        .filter(
            token_hash=hashlib.sha256(token.encode()).hexdigest(), expires_at__gt=at, system__disabled_at=None
        )
        .first()
    )
    return row.system if row else None


def system_of(client_id: str) -> ConnectedSystem:
    """The connected system with this id, for callers in the same process; raises `NotFound`."""
    found = (
        ConnectedSystem.objects.select_related("agency").filter(client_id=client_id, disabled_at=None).first()
    )
    if found is None:
        raise NotFound
    return found


def list_systems(viewer: Viewer, *, cursor: str = "") -> Page[ConnectedSystem]:
    """All connected systems but partners in the sandbox, newest first; for operators and auditors."""
    require_can_watch(viewer)
    rows = ConnectedSystem.objects.select_related("agency").filter(partner_of=None)
    return page_of(rows, key="id", cursor=cursor)


def find_system(viewer: Viewer, system_id: int) -> ConnectedSystem:
    """One connected system; raises `NotFound`."""
    require_can_watch(viewer)
    found = ConnectedSystem.objects.select_related("agency").filter(pk=system_id).first()
    if found is None:
        raise NotFound
    return found

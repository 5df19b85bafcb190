"""Who is asking: the system behind a token."""

from __future__ import annotations

import hashlib
from datetime import datetime

from lienthong.axis.models import ConnectedSystem
from lienthong.axis.policies import require_can_watch
from lienthong.directory.public import Agency
from lienthong.identity.public import NotFound, Viewer
from lienthong.kernel.paging import Page, page_of
from lienthong.kernel.statements import Columns, fetch

_SYSTEM, _AGENCY = Columns(ConnectedSystem), Columns(Agency)
_OF_TOKEN = f"""
SELECT {_SYSTEM.of("system")}, {_AGENCY.of("agency")}
FROM axis_accesstoken token
JOIN axis_connectedsystem system ON system.id = token.system_id AND system.disabled_at IS NULL
JOIN directory_agency agency ON agency.id = system.agency_id
WHERE token.token_hash = %s AND token.expires_at > %s
"""  # noqa: S608


def system_of_token(token: str, *, at: datetime) -> ConnectedSystem | None:
    """The system that holds the token; None if the token expired or the system is disabled. One query."""
    for row in fetch(_OF_TOKEN, hashlib.sha256(token.encode()).hexdigest(), at):
        values = iter(row)
        system, agency = _SYSTEM.read(values), _AGENCY.read(values)
        system.agency = agency
        return system
    return None


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

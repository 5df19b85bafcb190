"""What an auditor reads of the agency's ledger."""

from __future__ import annotations

from datetime import datetime

from lienthong.identity.access import NotAllowed
from lienthong.identity.contracts import Role, Viewer
from lienthong.identity.policies import require_role
from lienthong.ledger.public import EventPage, search_events


def agency_events(
    viewer: Viewer,
    *,
    verb: str = "",
    actor_id: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: str = "",
) -> EventPage:
    """One page of the events of the viewer's agency, newest first; `until` is excluded.

    Raises:
        NotAllowed: not an auditor of an agency.
        BadCursor: the cursor was not made here.
    """
    require_role(viewer, Role.AUDITOR)
    if viewer.agency_id is None:
        raise NotAllowed
    return search_events(
        agency_id=viewer.agency_id, verb=verb, actor_id=actor_id, since=since, until=until, cursor=cursor
    )

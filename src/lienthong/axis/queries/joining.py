"""What an agency's administrator sees of its own systems, and anyone of how their conformance runs went."""

from __future__ import annotations

from collections.abc import Iterable

from lienthong.axis.models import ConnectedSystem
from lienthong.axis.onboarding import ConformanceReport
from lienthong.axis.policies import require_administers
from lienthong.directory.public import Agency
from lienthong.identity.public import NotFound, Viewer

SHOWN = 50


def own_agency(viewer: Viewer) -> Agency:
    """The agency that the viewer administers."""
    require_administers(viewer)
    return Agency.objects.get(pk=viewer.agency_id or 0)


def own_systems(viewer: Viewer) -> list[ConnectedSystem]:
    """The systems registered for the viewer's agency, newest first, at most 50. One query."""
    require_administers(viewer)
    rows = ConnectedSystem.objects.select_related("agency").filter(agency=viewer.agency_id, partner_of=None)
    return list(rows.order_by("-pk")[:SHOWN])


def own_system(viewer: Viewer, system_id: int) -> ConnectedSystem:
    """One of them; raises `NotFound`."""
    require_administers(viewer)
    found = (
        ConnectedSystem.objects.select_related("agency")
        .filter(pk=system_id, agency=viewer.agency_id, partner_of=None)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def latest_reports(systems: Iterable[ConnectedSystem]) -> dict[int, ConformanceReport]:
    """The latest report of each system that has one. One query."""
    rows = ConformanceReport.objects.filter(system__in=[system.pk for system in systems])
    return {row.system_id: row for row in rows.order_by("system", "-pk").distinct("system")}

"""Packets that cannot be fetched: for the operator's page and for the doctor."""

from __future__ import annotations

from lienthong.axis.models import FailedFetch
from lienthong.axis.policies import require_can_watch
from lienthong.identity.public import Viewer

MOST = 100


def failed_fetches(viewer: Viewer) -> list[FailedFetch]:
    """Those tried often enough for somebody to look, oldest first, at most `MOST`.

    Raises:
        NotAllowed: the viewer neither operates nor audits the axis.
    """
    require_can_watch(viewer)
    return list(FailedFetch.objects.dead().order_by("since", "pk")[:MOST])


def count_failed_fetches() -> tuple[int, str]:
    """How many of them there are, and what is wrong with the oldest (empty without any). Two queries."""
    rows = FailedFetch.objects.dead()
    oldest = rows.order_by("since", "pk").first()
    return (rows.count(), oldest.problem) if oldest else (0, "")

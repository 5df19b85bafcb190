"""The opinions of other bodies on the page of a dossier."""

from __future__ import annotations

from datetime import datetime

from lienthong.dossiers import policies
from lienthong.dossiers.models import Dossier, Opinion
from lienthong.dossiers.opinions import opinions_of
from lienthong.dossiers.states import Verdict
from lienthong.dossiers.web.lists import remaining
from lienthong.identity.public import Role, Viewer

COLORS = {Verdict.AGREES: "success", Verdict.DISAGREES: "danger", Verdict.CONDITIONAL: "warning"}


def opinion_rows(viewer: Viewer, dossier: Dossier, at: datetime) -> list[dict[str, object]]:
    """Each opinion with the time left or what was said, and what the viewer may do with it."""
    rows = opinions_of(dossier)
    if not rows:
        return []
    left = remaining(viewer, (row.task.due_at if row.task.open else None for row in rows), at)
    return [
        {
            "opinion": row,
            "left": words,
            "color": color or COLORS.get(Verdict(row.verdict) if row.verdict else Verdict.AGREES, ""),
            "late": bool(row.task.done_at and row.task.due_at and row.task.done_at > row.task.due_at),
            "gives": row.task.open and policies.gives_opinion(viewer, row.task),
            "withdraws": row.task.open and _withdraws(viewer, row),
        }
        for row, (words, color) in zip(rows, left, strict=True)
    ]


def _withdraws(viewer: Viewer, row: Opinion) -> bool:
    if viewer.agency_id != row.at_step.agency_id:
        return False
    return policies.works_on(viewer, row.at_step) or viewer.has(Role.LEADER)

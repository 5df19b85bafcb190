"""The inbox: which open steps of the agency a viewer sees in which tab, and to whom they can be given."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from lienthong.directory.public import PostHolding
from lienthong.dossiers import policies
from lienthong.dossiers.models import Dossier, DossierTask
from lienthong.dossiers.states import DossierState, TaskState
from lienthong.identity.public import Colleague, Role, Viewer, colleagues_with
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.paging import Page, soonest_page

MOST_AT_ONCE = 100
_PROCEDURE = ("version__process_id", "version__procedure__name", "version__procedure__name_en")
_WAITING = (
    "step", "kind", "state", "agency_id", "role", "assignee__full_name", "due_at", "paused_at", "question",
    "dossier__code", "dossier__foreign", "dossier__applicant_name",
    *(f"dossier__{name}" for name in _PROCEDURE),
)  # fmt: skip


class Tab(StrEnum):
    """Which of the open steps of the agency an inbox shows."""

    WAITING = "waiting"  # mine, and those of my role that are nobody's
    MINE = "mine"
    UNASSIGNED = "unassigned"
    DIVISION = "division"
    ALL = "all"


def tabs_of(viewer: Viewer) -> list[Tab]:
    """The tabs that mean something for the viewer."""
    tabs = [Tab.WAITING, Tab.MINE, Tab.UNASSIGNED]
    if viewer.division_id is not None:
        tabs.append(Tab.DIVISION)
    return [*tabs, Tab.ALL] if viewer.has(*policies.ASSIGNERS) else tabs


def inbox_of(viewer: Viewer, *, at: datetime, tab: Tab = Tab.WAITING, cursor: str = "") -> Page[DossierTask]:
    """A page of the open steps that a tab shows, the soonest due first."""
    if viewer.agency_id is None:
        return Page([], "")
    rows = _running(viewer).filter(_shown(viewer, tab, at))
    rows = rows.select_related("dossier__version__procedure", "assignee").only(*_WAITING)
    return soonest_page(rows, time="due_at", cursor=cursor)


def inbox_counts(viewer: Viewer, *, at: datetime) -> dict[Tab, int]:
    """How many steps each tab of the viewer shows. One query."""
    counts = {str(tab): Count("pk", filter=_shown(viewer, tab, at)) for tab in tabs_of(viewer)}
    return {Tab(name): number for name, number in _running(viewer).aggregate(**counts).items()}


def submitted_count(viewer: Viewer) -> int:
    """How many dossiers were handed in and wait for the viewer to accept them. One query."""
    rows = Dossier.objects.filter(agency_id=viewer.agency_id or 0, state=DossierState.SUBMITTED)
    return rows.count() if policies.receives(viewer) else 0


def _running(viewer: Viewer) -> QuerySet[DossierTask]:
    """The steps of the viewer's agency that somebody can work on."""
    rows = DossierTask.objects.filter(agency_id=viewer.agency_id or 0, state=TaskState.OPEN)
    return rows.filter(due_at__isnull=False).exclude(role="")


def _shown(viewer: Viewer, tab: Tab, at: datetime) -> Q:
    role, mine, nobodys = Q(role__in=sorted(viewer.roles)), Q(assignee=viewer.official_id), Q(assignee=None)
    if tab is Tab.DIVISION:
        day = at.astimezone(VIETNAM).date()
        members = PostHolding.objects.filter(
            post__division_id=viewer.division_id or 0, valid_from__lte=day, valid_to__gt=day
        )
        return Q(assignee__in=members.values("official_id"))
    return {
        Tab.WAITING: role & (mine | nobodys),
        Tab.MINE: role & mine,
        Tab.UNASSIGNED: nobodys if viewer.has(*policies.ASSIGNERS) else role & nobodys,
        Tab.ALL: Q() if viewer.has(*policies.ASSIGNERS) else Q(pk=None),
    }[tab]


def takers_of(viewer: Viewer, tasks: Collection[DossierTask], *, at: datetime) -> list[Colleague]:
    """To whom the viewer may give some of these steps: who has a post for one of their roles. One query."""
    roles = {Role(task.role) for task in tasks if policies.may_assign(viewer, task)}
    if viewer.agency_id is None or not roles:
        return []
    return colleagues_with(viewer.agency_id, roles, at=at)


def known_tasks(viewer: Viewer, sent: Collection[str]) -> list[UUID]:
    """The tasks of the viewer's agency among what was sent. One query."""
    keys = []
    for text in list(sent)[:MOST_AT_ONCE]:
        try:
            keys.append(UUID(text))
        except ValueError:
            continue
    rows = DossierTask.objects.filter(pk__in=keys, agency_id=viewer.agency_id or 0)
    return list(rows.order_by("pk").values_list("pk", flat=True))

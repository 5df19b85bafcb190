"""What bodies that are asked for an opinion are told, and who asked them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lienthong.dossiers.models import Dossier, DossierTask, Opinion
from lienthong.identity.public import Role, Viewer, officials_acting
from lienthong.notifications.public import Kind, Way, notify, register_kind

ASKED = register_kind(
    Kind(
        "dossiers.opinion-asked",
        _("My agency is asked for an opinion on a dossier"),
        _("%(agency)s asks for your agency's opinion on dossier %(code)s."),
        Way.DIGEST,
    )
)
GIVEN = register_kind(
    Kind(
        "dossiers.opinion-given",
        _("An opinion that I asked for was given"),
        _("%(agency)s gave its opinion on dossier %(code)s."),
        Way.APP,
    )
)
WITHDRAWN = register_kind(
    Kind(
        "dossiers.opinion-withdrawn",
        _("My agency is no longer asked for an opinion"),
        _("%(agency)s no longer asks for your agency's opinion on dossier %(code)s."),
        Way.APP,
    )
)
# Who may speak for a body that was asked (`policies.gives_opinion`); a head is a specialist too.
SPEAKERS = (Role.SPECIALIST, Role.HEAD, Role.LEADER)
ASKERS = (*SPEAKERS, Role.RECEPTIONIST, Role.CLERK)
DIRECTORS = (Role.HEAD, Role.LEADER)


def tell_asked(tasks: Collection[DossierTask], *, actor: Viewer, at: datetime) -> None:
    """Tell those who may speak for the bodies just asked. Two queries for all that are due at one time."""
    by_due = defaultdict[datetime | None, list[DossierTask]](list)
    for task in tasks:
        by_due[task.due_at].append(task)
    for due_at, asked in by_due.items():
        people = officials_acting(at=at, agencies=[task.agency_id for task in asked], roles=SPEAKERS)
        _tell(ASKED, asked[0].dossier, people, agency=actor.agency_name, actor=actor, at=at, due_at=due_at)


def tell_given(opinion: Opinion, *, actor: Viewer, at: datetime) -> None:
    """Tell who asked and who does the step now; where neither acts there any more, who directs the agency."""
    asking = opinion.at_step
    there = officials_acting(at=at, agency_id=asking.agency_id, roles=ASKERS)
    people = there & {opinion.asked_by_id, asking.assignee_id}
    people = people or officials_acting(at=at, agency_id=asking.agency_id, roles=DIRECTORS)
    dossier, due_at = opinion.task.dossier, asking.due_at
    _tell(GIVEN, dossier, people, agency=actor.agency_name, actor=actor, at=at, due_at=due_at)


def tell_withdrawn(tasks: Collection[DossierTask], *, actor: Viewer, at: datetime) -> None:
    """Tell who works on the answer of each body, or may speak for it. Two queries, none for no tasks."""
    if not tasks:
        return
    taken = {task.assignee_id for task in tasks if task.assignee_id is not None}
    free = [task.agency_id for task in tasks if task.assignee_id is None]
    people = taken | (officials_acting(at=at, agencies=free, roles=SPEAKERS) if free else set())
    first = next(iter(tasks))
    _tell(WITHDRAWN, first.dossier, people, agency=actor.agency_name, actor=actor, at=at)


def _tell(
    kind: Kind,
    dossier: Dossier,
    people: Iterable[int],
    *,
    agency: str,
    actor: Viewer,
    at: datetime,
    due_at: datetime | None = None,
) -> None:
    notify(
        recipients=set(people) - {actor.official_id or 0},
        kind=kind.code,
        subject=dossier.ledger_subject,
        key=f"{kind.code} {at.isoformat()}",
        params={"agency": agency, "code": dossier.code},
        link=reverse("dossiers:dossier", args=[dossier.pk]),
        due_at=due_at,
        at=at,
    )

"""What officials are told of what parties do with their dossiers."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lienthong.dossiers.models import Dossier, DossierTask
from lienthong.identity.public import Role, officials_acting
from lienthong.notifications.public import Kind, Way, notify, register_kind

ANSWERED = register_kind(
    Kind(
        "dossiers.supplement-answered",
        _("What I asked an applicant for has come"),
        _("The applicant sent what was missing for dossier %(code)s; its clock goes on."),
        Way.APP,
    )
)
WITHDRAWN = register_kind(
    Kind(
        "dossiers.withdrawn-by-party",
        _("An applicant withdraws a dossier that I work on"),
        _("The applicant withdrew dossier %(code)s: nothing more is to be done with it."),
        Way.APP,
    )
)


def tell_answered(dossier: Dossier, tasks: Collection[DossierTask], *, at: datetime) -> None:
    """Tell with whom the open steps lie that the dossier goes on; without steps, the counter."""
    _tell(ANSWERED, dossier, tasks, at)


def tell_withdrawn_by_party(dossier: Dossier, tasks: Collection[DossierTask], *, at: datetime) -> None:
    """Tell with whom the steps lay that there is nothing more to do."""
    _tell(WITHDRAWN, dossier, tasks, at)


def _tell(kind: Kind, dossier: Dossier, tasks: Collection[DossierTask], at: datetime) -> None:
    """Who has a step; of a step that is nobody's, who acts in its role. A query for each role at most."""
    worked = [task for task in tasks if task.role]
    people = {task.assignee_id for task in worked if task.assignee_id is not None}
    nobodys = {(task.agency_id, task.role) for task in worked if task.assignee_id is None}
    if not worked:
        nobodys = {(dossier.agency_id, str(Role.RECEPTIONIST))}
    for agency_id, role in sorted(nobodys):
        people |= officials_acting(at=at, agency_id=agency_id, roles={Role(role)})
    notify(
        recipients=people,
        kind=kind.code,
        subject=dossier.ledger_subject,
        key=kind.code,
        params={"code": dossier.code},
        link=reverse("dossiers:dossier", args=[dossier.pk]),
        at=at,
    )

"""What of dossiers officials are told."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lienthong.directory.public import Agency
from lienthong.dossiers.models import DossierTask
from lienthong.identity.public import Role, Viewer, officials_acting
from lienthong.kernel.clock import VIETNAM
from lienthong.ledger.public import Subject
from lienthong.notifications.public import Kind, Way, notify, register_kind

ASSIGNED = register_kind(
    Kind(
        "dossiers.assigned",
        _("A step of a dossier is given to me"),
        _("%(actor)s gave you a step of %(codes)s"),
        Way.DIGEST,
    )
)
ABOUT_TO_BE_LATE = register_kind(
    Kind(
        "dossiers.about-to-be-late",
        _("Dossiers of my agency are about to be late"),
        _("Dossiers about to be late: %(number)s, the first at %(first)s. Confirm the apologies drafted."),
        Way.APP,
    )
)
APPOINTMENTS_TODAY = register_kind(
    Kind(
        "dossiers.appointments-today",
        _("Appointments at my counter today"),
        _("Appointments today: %(number)s, the first at %(first)s."),
        Way.APP,
    )
)
WITHOUT_WORK = register_kind(
    Kind(
        "dossiers.calendar-without-work",
        _("The calendar of my agency has no working days"),
        _("The calendar of %(agency)s has no working days: deadlines of dossiers cannot be counted."),
        Way.APP,
    )
)
NAMED = 3  # codes in one sentence


def tell_assigned(tasks: Sequence[DossierTask], *, to: int | None, actor: Viewer, at: datetime) -> None:
    """Tell the official once which steps are theirs now, unless they took them themselves."""
    if not tasks or to in (None, actor.official_id):
        return
    first, codes = tasks[0], sorted({task.dossier.code for task in tasks})
    more = ["…"] if len(codes) > NAMED else []
    notify(
        recipients={to},
        kind=ASSIGNED.code,
        subject=first.dossier.ledger_subject,
        key=f"assigned {at.isoformat()}",
        params={"actor": actor.name, "codes": ", ".join([*codes[:NAMED], *more])},
        link=reverse("dossiers:dossier", args=[first.dossier_id])
        if len(codes) == 1
        else reverse("dossiers:inbox") + "?tab=mine",
        due_at=min((task.due_at for task in tasks if task.due_at), default=None),
        at=at,
    )


def tell_without_work(agency_ids: Collection[int], *, at: datetime) -> None:
    """Tell the administrators of the agencies, once a day, that no deadline can be counted for them."""
    for agency in Agency.objects.filter(pk__in=agency_ids).order_by("pk") if agency_ids else ():
        notify(
            recipients=officials_acting(at=at, agency_id=agency.pk, roles=[Role.ADMINISTRATOR]),
            kind=WITHOUT_WORK.code,
            subject=Subject("directory.agency", str(agency.pk)),
            key=at.astimezone(VIETNAM).date().isoformat(),
            params={"agency": agency.name},
            link=reverse("administration:calendar"),
            at=at,
        )

"""Whom of dossiers is told that a virus was found in a file that was already taken in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lienthong.dossiers.models import Dossier, DossierPaper, DossierResult, DossierTask, HeldDocument, Opinion
from lienthong.dossiers.states import TaskState
from lienthong.dossiers.telling_parties import tell_of_virus
from lienthong.identity.public import Role, officials_acting
from lienthong.notifications.public import Kind, Way, notify, register_kind

VIRUS_FOUND = register_kind(
    Kind(
        "dossiers.virus-found",
        _("A virus is found later in a file of a dossier"),
        _(
            "The virus %(virus)s was found in a file of dossier %(code)s, which opens no more. Do not open "
            "copies; have the computers checked on which it was opened, and ask for a clean file."
        ),
        Way.MAIL,
    )
)


def tell_of_late_virus(*, sha256: str, virus: str, at: datetime) -> None:
    """Tell the applicant and the counter of every dossier that has the file, and whoever its steps lie with.

    In the caller's transaction. Rare, and in the worker: some queries for each dossier with it.
    """
    dossiers = list(Dossier.objects.filter(pk__in=_with_file(sha256)).order_by("pk"))
    tell_of_virus(dossiers, sha256=sha256, at=at)
    for dossier in dossiers:
        people = officials_acting(at=at, agency_id=dossier.agency_id, roles={Role.RECEPTIONIST})
        for task in DossierTask.objects.filter(dossier=dossier, state=TaskState.OPEN).exclude(role=""):
            if task.assignee_id is not None:
                people.add(task.assignee_id)
            else:
                people |= officials_acting(at=at, agency_id=task.agency_id, roles={Role(task.role)})
        notify(
            recipients=people,
            kind=VIRUS_FOUND.code,
            subject=dossier.ledger_subject,
            key=sha256,
            params={"virus": virus, "code": dossier.code},
            link=reverse("dossiers:dossier", args=[dossier.pk]),
            urgent=True,
            at=at,
        )


def _with_file(sha256: str) -> set[UUID]:
    """The dossiers that name the file: as a paper, a document held from them, an opinion or a draft."""
    held = HeldDocument.objects.filter(blob=sha256)
    opinions = Opinion.objects.filter(Q(question_file=sha256) | Q(answer_file=sha256))
    return {
        *DossierPaper.objects.filter(held__in=held).values_list("dossier_id", flat=True),
        *held.filter(source__isnull=False).values_list("source_id", flat=True),
        *opinions.values_list("task__dossier_id", flat=True),
        *DossierResult.objects.filter(document__uploaded=sha256).values_list("dossier_id", flat=True),
    }

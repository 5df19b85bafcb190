"""What is told at home of steps that another installation settles."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lienthong.directory.public import Agency
from lienthong.dossiers.across.contracts import FarState
from lienthong.dossiers.models import Dossier, DossierTask, FarStep
from lienthong.dossiers.states import TaskState
from lienthong.identity.public import Role, officials_acting
from lienthong.notifications.public import Kind, Way, notify, register_kind

# Received and begun are read on the page; what is told is what somebody at home goes on from.
SENTENCES = {
    FarState.SUPPLEMENT: _("%(agency)s needs a supplement for dossier %(code)s."),
    FarState.FINISHED: _("%(agency)s has settled its step of dossier %(code)s."),
    FarState.REFUSED: _("%(agency)s did not settle its step of dossier %(code)s: it is yours again."),
}
LABELS = {
    FarState.SUPPLEMENT: _("Another agency's system needs a supplement for my dossier"),
    FarState.FINISHED: _("Another agency's system has settled a step of my dossier"),
    FarState.REFUSED: _("Another agency's system gives a step of my dossier back"),
}
KINDS = {
    state: register_kind(Kind(f"dossiers.far-{state.value}", LABELS[state], sentence, Way.APP))
    for state, sentence in SENTENCES.items()
}
WORKERS = (Role.SPECIALIST, Role.HEAD, Role.LEADER, Role.RECEPTIONIST, Role.CLERK)
DIRECTORS = (Role.HEAD, Role.LEADER)


def tell_far_state(dossier: Dossier, far: FarStep, *, state: FarState, sender: Agency, at: datetime) -> None:
    """Tell who works on the dossier at home: who has a step of it, and who did the last one.

    Where none of them acts there any more, those who direct the agency. At most four queries.
    """
    kind = KINDS.get(state)
    if kind is None:
        return
    at_home = DossierTask.objects.filter(dossier=dossier, agency=dossier.agency_id)
    having = set(at_home.filter(state=TaskState.OPEN).values_list("assignee_id", flat=True))
    last = at_home.filter(done_by__isnull=False).order_by("-done_at").values_list("done_by_id", flat=True)[:1]
    there = officials_acting(at=at, agency_id=dossier.agency_id, roles=WORKERS)
    people = there & {*having, *last}
    notify(
        recipients=people or officials_acting(at=at, agency_id=dossier.agency_id, roles=DIRECTORS),
        kind=kind.code,
        subject=dossier.ledger_subject,
        key=f"{far.pk} {state.value}",
        params={"agency": sender.name, "code": dossier.code},
        link=reverse("dossiers:dossier", args=[dossier.pk]),
        at=at,
    )

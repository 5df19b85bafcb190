"""What may be read of the exchange with other installations, and what did not go through."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lienthong.directory.public import Agency
from lienthong.dossiers import policies
from lienthong.dossiers.across.contracts import FarState, Kind
from lienthong.dossiers.models import AcrossLetter, Dossier, FarStep, Origin
from lienthong.identity.public import Role, Viewer
from lienthong.kernel.paging import Page, page_of

FAR_LABELS: dict[str, Promise] = {
    FarState.WAITING: _("Waits to be sent"),
    FarState.SENT: _("Sent, not taken in yet"),
    FarState.RECEIVED: _("Received there"),
    FarState.IN_PROGRESS: _("In progress there"),
    FarState.SUPPLEMENT: _("A supplement is asked for there"),
    FarState.FINISHED: _("Finished there"),
    FarState.REFUSED: _("Refused there"),
}
FAR_COLORS: dict[str, str] = {
    FarState.WAITING: "warning",
    FarState.SENT: "info",
    FarState.RECEIVED: "accent",
    FarState.IN_PROGRESS: "accent",
    FarState.SUPPLEMENT: "warning",
    FarState.FINISHED: "success",
    FarState.REFUSED: "danger",
}
KIND_LABELS: dict[str, Promise] = {
    Kind.HAND_OVER: _("Step handed over"),
    Kind.SUPPLY: _("Supplement sent after it"),
    Kind.RECALL: _("Step called off"),
    Kind.STATE: _("State told to who asked"),
}


@dataclass(frozen=True)
class FarRow:
    """A step that another installation settles, as the page shows it."""

    far: FarStep
    label: Promise
    color: str
    problem: str


def watches(viewer: Viewer) -> bool:
    """Whether the viewer sees what did not go through: of the agency, or (operators) of all."""
    return policies.watches_national(viewer)


def far_steps_of(dossier: Dossier) -> list[FarRow]:
    """The steps of a dossier the viewer was found to see that another installation settles. Two queries."""
    rows = FarStep.objects.filter(task__dossier=dossier).select_related("agency")
    return [
        FarRow(far, FAR_LABELS[far.state], FAR_COLORS[far.state], _problem(far))
        for far in rows.prefetch_related("letters").order_by("pk")
    ]


def _problem(far: FarStep) -> str:
    return next((letter.problem for letter in far.letters.all() if letter.problem), "")


def origin_of(dossier: Dossier) -> Origin | None:
    """Who handed the dossier over; None for one of this installation, without a query."""
    if not dossier.foreign:
        return None
    return Origin.objects.select_related("sender").filter(pk=dossier.pk).first()


def letters_of(viewer: Viewer) -> QuerySet[AcrossLetter]:
    """What the viewer may see of what is still to be said."""
    if not watches(viewer):
        return AcrossLetter.objects.none()
    if viewer.has(Role.OPERATOR):
        return AcrossLetter.objects.all()
    ours = viewer.agency_id or 0
    return AcrossLetter.objects.filter(Q(far__task__dossier__agency=ours) | Q(origin__dossier__agency=ours))


def list_letters(viewer: Viewer, *, cursor: str = "") -> Page[AcrossLetter]:
    """A page of them, the oldest first. One query."""
    rows = letters_of(viewer).select_related(
        "far__agency", "far__task__dossier__agency", "origin__sender", "origin__dossier__agency"
    )
    return page_of(rows, key="+id", cursor=cursor)


def ends_of(letter: AcrossLetter) -> tuple[Dossier, Agency]:
    """The dossier here that the letter is about, and the agency elsewhere that it goes to."""
    if letter.origin is not None:
        return letter.origin.dossier, letter.origin.sender
    assert letter.far is not None  # the database lets a letter belong to one of both
    return letter.far.task.dossier, letter.far.agency

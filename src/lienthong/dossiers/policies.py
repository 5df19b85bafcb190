"""Who may do what with a dossier; the buttons are drawn from `allowed_actions`."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from lienthong.dossiers.models import Dossier, DossierParty, DossierTask
from lienthong.dossiers.refusals import DossierNotNow, StepOfAnother
from lienthong.dossiers.states import MOVES, Move, TaskKind, Who
from lienthong.identity.public import ROLE_LABELS, NotAllowed, NotFound, Role, Viewer, Visitor
from lienthong.kernel.errors import Refusal

READERS = frozenset({Role.RECEPTIONIST, Role.SPECIALIST, Role.HEAD, Role.LEADER, Role.CLERK, Role.AUDITOR})
ASSIGNERS = (Role.LEADER, Role.HEAD)  # of the agency where the step lies
FIGURE_READERS = frozenset({Role.RECEPTIONIST, Role.LEADER, Role.CLERK, Role.AUDITOR})
# Duties of their own, that no other post has by itself: who receives dossiers calls nobody.
CALLERS, HALL_KEEPERS = (Role.CALLER,), (Role.HALL_KEEPER,)
SUPERVISORS = frozenset({Role.LEADER, Role.AUDITOR})
# Whose post each part of the table stands for. What the platform does by itself nobody does by hand.
ROLES: dict[Who, frozenset[Role]] = {
    Who.DESK: frozenset({Role.RECEPTIONIST}),
    Who.WORKER: frozenset({Role.RECEPTIONIST, Role.SPECIALIST, Role.LEADER, Role.CLERK}),
    Who.LEADER: frozenset({Role.LEADER}),
    Who.DRAFTER: frozenset({Role.CLERK, Role.SPECIALIST, Role.LEADER}),
    Who.SIGNER: frozenset({Role.LEADER}),
    Who.PLATFORM: frozenset(),
}
# Parts that are also played where a step lies, in another agency than the owner's.
ELSEWHERE = frozenset({Who.WORKER, Who.DRAFTER, Who.SIGNER})


def receives(viewer: Viewer) -> bool:
    """Whether the viewer receives dossiers at the one-stop of an agency."""
    return viewer.agency_id is not None and viewer.has(Role.RECEPTIONIST)


def calls_tickets(viewer: Viewer) -> bool:
    """Whether the viewer calls visitors to a counter of the own agency."""
    return viewer.agency_id is not None and viewer.has(*CALLERS)


def sets_up_hall(viewer: Viewer) -> bool:
    """Whether the viewer sets up the queues, counters and appointment hours of the own agency."""
    return viewer.agency_id is not None and viewer.has(*HALL_KEEPERS)


def names_bodies(viewer: Viewer) -> bool:
    """Whether the viewer says which body of the own agency answers for a field."""
    return viewer.agency_id is not None and viewer.has(Role.ADMINISTRATOR)


def sees_figures(viewer: Viewer) -> bool:
    """Whether the viewer sees the figures and the book of the own agency."""
    return viewer.agency_id is not None and viewer.has(*FIGURE_READERS)


def sees_below(viewer: Viewer) -> bool:
    """Whether the viewer sees the figures of every agency below the own one, and those of officials."""
    return viewer.agency_id is not None and viewer.has(*SUPERVISORS)


def watches_national(viewer: Viewer) -> bool:
    """Whether the viewer sees what the national portal was not told: of the agency, or (operators) of all."""
    return viewer.has(Role.OPERATOR) or (viewer.agency_id is not None and viewer.has(Role.ADMINISTRATOR))


def works_on(viewer: Viewer, task: DossierTask) -> bool:
    """Whether the open step lies with the viewer: in the role and the agency, and with nobody else."""
    if task.agency_id != viewer.agency_id or task.kind not in {
        TaskKind.WORK,
        TaskKind.CHOICE,
        TaskKind.OPINION,
    }:
        return False
    if not task.role or Role(task.role) not in viewer.roles:
        return False
    return task.assignee_id in (None, viewer.official_id) or bool(viewer.acting_for)


def require_works_on(viewer: Viewer, task: DossierTask, *, step: str) -> None:
    """Raise `StepOfAnother` for who does not work on the step."""
    if not works_on(viewer, task):
        name = task.assignee or (ROLE_LABELS[Role(task.role)] if task.role else task.agency)
        raise StepOfAnother(step=step, name=name)


def gives_opinion(viewer: Viewer, task: DossierTask) -> bool:
    """Whether the viewer speaks for the agency that was asked: who has the task, or leads the agency."""
    if task.kind != TaskKind.OPINION or task.agency_id != viewer.agency_id:
        return False
    return works_on(viewer, task) or viewer.has(Role.LEADER)


def require_gives_opinion(viewer: Viewer, task: DossierTask) -> None:
    """Raise `StepOfAnother` for who does not speak for the agency that was asked."""
    if not gives_opinion(viewer, task):
        raise StepOfAnother(step=task.question[:200], name=task.assignee or task.agency)


def may_assign(viewer: Viewer, task: DossierTask) -> bool:
    """Whether the viewer says who does the step: a leader or a head of the agency it lies with."""
    return bool(task.role) and task.agency_id == viewer.agency_id and viewer.has(*ASSIGNERS)


def require_assigns(viewer: Viewer, task: DossierTask, to: int | None, *, step: str) -> None:
    """Raise for who neither says who does the step, nor takes it, nor gives back their own.

    Raises:
        StepOfAnother: it does not lie with the viewer. NotAllowed: it does, but others are not the viewer's
        to give work to.
    """
    if may_assign(viewer, task):
        return
    require_works_on(viewer, task, step=step)
    if to not in (None, viewer.official_id):
        raise NotAllowed


def require_makes(viewer: Viewer, dossier: Dossier, move: Move, tasks: Iterable[DossierTask]) -> None:
    """Raise what stands against making the result; another agency makes it only while it has a step open."""
    require(viewer, dossier, move)
    if viewer.agency_id not in {dossier.agency_id, *(task.agency_id for task in tasks if task.open)}:
        raise NotAllowed


def signs(viewer: Viewer) -> bool:
    """Whether the viewer signs results of an agency."""
    return viewer.agency_id is not None and viewer.official_id is not None and viewer.has(Role.LEADER)


def require_signs(viewer: Viewer) -> None:
    """Raise `NotAllowed` for who signs nothing."""
    if not signs(viewer):
        raise NotAllowed


def makes(viewer: Viewer, dossier: Dossier, move: Move, tasks: Iterable[DossierTask]) -> bool:
    """Whether `require_makes` lets it pass."""
    try:
        require_makes(viewer, dossier, move, tasks)
    except Refusal:
        return False
    return True


def allowed_actions(viewer: Viewer, dossier: Dossier) -> list[Move]:
    """What the viewer may do with the dossier now, in the order of the table."""
    return [move for move in MOVES.values() if _refusal(viewer, dossier, move) is None]


def require(viewer: Viewer, dossier: Dossier, move: Move) -> None:
    """Raise what stands against the move: `NotAllowed`, `DossierNotNow`."""
    refusal = _refusal(viewer, dossier, move)
    if refusal is not None:
        raise refusal


def _refusal(viewer: Viewer, dossier: Dossier, move: Move) -> Refusal | None:
    roles = ROLES[move.who]
    owner = viewer.agency_id == dossier.agency_id
    if not viewer.has(*roles) or not (owner or move.who in ELSEWHERE):
        return NotAllowed()
    if dossier.state not in move.sources:
        return DossierNotNow(code=dossier.code, state=dossier.state_label)
    return None


def seen_by_party(visitor: Visitor) -> Q:
    """The dossiers that a visitor sees as a party: the rule, for lists and for single ones alike.

    Of each the visitor is the applicant or the representative, or acts now for one of them; on a mandate for
    some procedures, only in those. Under an account that nobody confirmed lies only what was sent in from it,
    since its party is its own.
    """
    if visitor.party_id is None:
        return Q(pk=None)
    own = Q(pk__in=DossierParty.objects.filter(party=visitor.party_id).values("dossier"))
    if visitor.for_id in (None, visitor.party_id):
        return own
    others = Q(pk__in=DossierParty.objects.filter(party=visitor.for_id).values("dossier"))
    procedures = _procedures(visitor)
    return own | (others & Q(version__procedure__code__in=procedures) if procedures else others)


def held_for_party(visitor: Visitor) -> Q:
    """The documents that a visitor sees and uses again: those held of whom they act for now; on a mandate for
    some procedures, those that came with a dossier they see.
    """
    if not visitor.signed_in or visitor.for_id is None:
        return Q(pk=None)
    seen = Dossier.objects.filter(seen_by_party(visitor))
    return Q(party=visitor.for_id, source__in=seen) if _procedures(visitor) else Q(party=visitor.for_id)


def _procedures(visitor: Visitor) -> frozenset[str]:
    """The codes of procedures that the mandate acted on is for; empty, all of them."""
    return visitor.procedures if visitor.for_id != visitor.party_id else frozenset()


def party_may_see(visitor: Visitor, dossier: Dossier) -> bool:
    """Whether the visitor sees the dossier as a party. One query."""
    return Dossier.objects.filter(seen_by_party(visitor), pk=dossier.pk).exists()


def party_actions(dossier: Dossier) -> list[Move]:
    """What a party who sees the dossier may do with it now, in the order of the table."""
    return [move for move in MOVES.values() if move.party and dossier.state in move.sources]


def require_party(visitor: Visitor, dossier: Dossier | None, move: Move) -> Dossier:
    """The dossier, for a party that may make the move now. Raises `NotFound`, `DossierNotNow`. One query."""
    if dossier is None or not party_may_see(visitor, dossier):
        raise NotFound
    if move not in party_actions(dossier):
        raise DossierNotNow(code=dossier.code, state=dossier.state_label)
    return dossier

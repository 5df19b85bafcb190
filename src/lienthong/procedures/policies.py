"""Who may do what with the catalogue; the buttons are drawn from `allowed_actions`."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lienthong.identity.public import NotAllowed, Role, Viewer
from lienthong.kernel.errors import Refusal
from lienthong.procedures.models import Procedure, ProcedureVersion
from lienthong.procedures.states import DISCARD, MOVES, PUBLISH, SAVE, WITHDRAW, Move, VersionState

READERS = frozenset(Role)
# A version is drafted by the procedure control officer and put in force by a leader: never by one person
# alone
# who holds only one of the posts.
DOERS: dict[str, frozenset[Role]] = {
    SAVE.verb: frozenset({Role.CATALOGUER}),
    DISCARD.verb: frozenset({Role.CATALOGUER}),
    PUBLISH.verb: frozenset({Role.LEADER}),
    WITHDRAW.verb: frozenset({Role.LEADER}),
}


class VersionNotNow(Refusal):
    """The version's state does not allow the move."""

    code, status = "version-wrong-state", 409
    sentence = _(
        "This cannot be done now: version %(number)s is in state “%(state)s”. "
        "Someone may have been faster; reload the page to see what happened."
    )


class AnotherAuthority(Refusal):
    """Another agency publishes the procedure."""

    code, status = "another-authority", 403
    sentence = _(
        "Only %(authority)s may change this procedure, because it publishes it. Write to that agency."
    )


def may_draft(viewer: Viewer, procedure: Procedure) -> bool:
    """Whether the viewer may begin a new version of the procedure."""
    return viewer.has(Role.CATALOGUER) and viewer.agency_id == procedure.authority_id


def require_draft(viewer: Viewer, procedure: Procedure) -> None:
    """Raise `NotAllowed` or `AnotherAuthority` for who may not begin a new version."""
    if not viewer.has(Role.CATALOGUER):
        raise NotAllowed
    if viewer.agency_id != procedure.authority_id:
        raise AnotherAuthority(authority=procedure.authority)


def sees_drafts(viewer: Viewer, procedure: Procedure) -> bool:
    """Whether the viewer sees what is not in force yet: officials of the agency that publishes it."""
    return viewer.agency_id is not None and viewer.agency_id == procedure.authority_id


def allowed_actions(viewer: Viewer, version: ProcedureVersion) -> list[Move]:
    """What the viewer may do with the version now, in the order of the table."""
    return [move for move in MOVES.values() if _refusal(viewer, version, move) is None]


def require(viewer: Viewer, version: ProcedureVersion, move: Move) -> None:
    """Raise what stands against the move: `NotAllowed`, `AnotherAuthority`, `VersionNotNow`."""
    refusal = _refusal(viewer, version, move)
    if refusal is not None:
        raise refusal


def _refusal(viewer: Viewer, version: ProcedureVersion, move: Move) -> Refusal | None:
    if not viewer.has(*DOERS[move.verb]):
        return NotAllowed()
    if viewer.agency_id != version.procedure.authority_id:
        return AnotherAuthority(authority=version.procedure.authority)
    if version.state != move.source:
        return VersionNotNow(number=version.number, state=VersionState(version.state).label)
    return None

"""Who may do what with fees; the buttons are drawn from `allowed_actions`."""

from __future__ import annotations

from collections.abc import Collection

from lienthong.identity.public import NotAllowed, NotFound, Role, Viewer
from lienthong.kernel.errors import Refusal
from lienthong.payments.models import Charge
from lienthong.payments.refusals import ChargeNotNow
from lienthong.payments.states import CHARGE_LABELS, CHARGE_MOVES, REFUND, TAKE_CASH, WAIVE, Move

READERS = frozenset({Role.RECEPTIONIST, Role.CLERK, Role.LEADER, Role.AUDITOR})
RECONCILERS = frozenset({Role.CLERK, Role.LEADER, Role.AUDITOR})
OFFICIALS_MOVES = (TAKE_CASH, WAIVE, REFUND)


def allowed_actions(viewer: Viewer, charges: Collection[Charge]) -> list[Move]:
    """What the viewer may do now with at least one of the charges, in the order of the table."""
    return [
        move
        for move in CHARGE_MOVES.values()
        if move.roles and any(refusal_of(viewer, charge, move) is None for charge in charges)
    ]


def require(viewer: Viewer, charge: Charge, move: Move) -> None:
    """Raise what stands against the move: `NotFound`, `NotAllowed`, `ChargeNotNow`."""
    refusal = refusal_of(viewer, charge, move)
    if refusal is not None:
        raise refusal


def refusal_of(viewer: Viewer, charge: Charge, move: Move) -> Refusal | None:
    """What stands against the move; the person is looked at before the state, so that nothing leaks."""
    if viewer.agency_id is None or viewer.agency_id != charge.agency_id:
        return NotFound()
    if not move.roles or not viewer.has(*move.roles):
        return NotAllowed()
    return wrong_state(charge, move)


def wrong_state(charge: Charge, move: Move) -> Refusal | None:
    """What the state says against the move, whoever makes it."""
    if charge.state in move.sources:
        return None
    return ChargeNotNow(name=charge.name, state=CHARGE_LABELS[charge.state])


def reads(viewer: Viewer) -> bool:
    """Whether the viewer reads the fees of the agency."""
    return viewer.agency_id is not None and viewer.has(*READERS)

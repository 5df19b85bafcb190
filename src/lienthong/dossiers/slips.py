"""The facts of the slips that an applicant gets; the PDF is drawn of them when it is first asked for."""

from __future__ import annotations

from lienthong.dossiers.board import Board
from lienthong.dossiers.models import Dossier, Slip
from lienthong.dossiers.states import Move
from lienthong.kernel.identifiers import uuid7
from lienthong.ledger.public import JSON


def slip_of(board: Board, dossier: Dossier, move: Move, **said: JSON) -> Slip:
    """The slip that goes with the move, with what is known now; later changes do not reach it."""
    if move.slip is None:
        raise LookupError(move.verb)
    due_at = dossier.due_at.isoformat() if dossier.due_at else ""
    facts: dict[str, JSON] = {
        "code": dossier.code,
        "applicant": dossier.applicant_name,
        "agency": dossier.agency.name,
        "procedure": dossier.version.procedure.name,
        "due_at": due_at,
        "fee": dossier.fee_owed,
        "official": board.actor.name,
        "post": board.actor.post,
        **said,
    }
    slip = Slip(
        id=uuid7(),
        dossier=dossier,
        kind=move.slip,
        facts=facts,
        made_at=board.at,
        made_by_id=board.official_id,
    )
    board.add(slip)
    return slip

"""The facts of the slips that an applicant gets; the PDF is drawn of them when it is first asked for."""

from __future__ import annotations

from collections.abc import Sequence

from lienthong.dossiers.board import Board
from lienthong.dossiers.models import Dossier, Slip
from lienthong.dossiers.states import Move, PartyRole
from lienthong.kernel.identifiers import uuid7
from lienthong.kernel.statements import new_row
from lienthong.ledger.public import JSON
from lienthong.payments.public import ChargeLine


def slip_of(board: Board, dossier: Dossier, move: Move, **said: JSON) -> Slip:
    """The slip that goes with the move, with what is known now; later changes do not reach it."""
    if move.slip is None:
        raise LookupError(move.verb)
    due_at = dossier.due_at.isoformat() if dossier.due_at else ""
    facts: dict[str, JSON] = {
        "code": dossier.code,
        "applicant": dossier.applicant_name,
        "agency": dossier.agency.name,
        "address": dossier.agency.address,
        "telephone": dossier.agency.telephone,
        "procedure": dossier.version.procedure.name,
        "channel": dossier.channel,
        "accepted_at": dossier.accepted_at.isoformat() if dossier.accepted_at else "",
        "due_at": due_at,
        "fee": dossier.fee_owed,
        "official": board.actor.name,
        "post": board.actor.post,
        **said,
    }
    slip = new_row(
        Slip,
        id=uuid7(),
        dossier=dossier,
        kind=move.slip,
        facts=facts,
        made_at=board.at,
        made_by_id=board.official_id,
    )
    board.add(slip)
    return slip


def reduced_in(lines: Sequence[ChargeLine]) -> list[JSON]:
    """What the receipt says of each reduced fee: name, in full, percent, how much less, why, which law."""
    return [
        [line.name, line.amount, less.share, less.amount, less.reason, less.law]
        for line in lines
        if (less := line.reduction)
    ]


def handed_in(board: Board, together: Sequence[Dossier]) -> dict[str, JSON]:
    """What the receipt lists: the procedures of one application, its papers, and who brought them."""
    first, *linked = together
    others = [row.party.name for row in board.parties[first.pk] if row.role == PartyRole.REPRESENTATIVE]
    # A paper of several pages has a row for each file; it is listed once.
    listed: dict[str, tuple[int, int]] = {}
    for row in (row for one in together for row in board.papers[one.pk]):
        originals, copies = listed.get(row.name, (0, 0))
        listed[row.name] = (originals + row.originals, copies + row.copies)
    papers: list[JSON] = [[name, *counts] for name, counts in listed.items()]
    return {
        "papers": papers,
        "handed_in_by": others[0] if others else first.applicant_name,
        "fee": sum(one.fee_owed for one in together),
        "linked": [
            [one.code, one.version.procedure.name, one.due_at.isoformat() if one.due_at else ""]
            for one in linked
        ],
    }

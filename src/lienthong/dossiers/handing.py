"""Between a result and the applicant: the step that demands it, and the record of its going out."""

from __future__ import annotations

from lienthong.dossiers.board import Board
from lienthong.dossiers.contracts import Handing
from lienthong.dossiers.game import RESULT_EFFECT
from lienthong.dossiers.models import Dossier, DossierParty, DossierTask, FarStep, HandOut
from lienthong.dossiers.refusals import (
    HandedOutAlready,
    LinkedNotReady,
    ReceiverMissing,
    ReceiverUnknown,
    ResultMissing,
    ResultUnsigned,
    WayUnknown,
)
from lienthong.dossiers.states import OPEN, HandOutWay, Outcome, PartyRole
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.statements import new_row
from lienthong.ledger.public import JSON
from lienthong.procedures.public import Channel, Process, Step

# A step with this effect ends only once the dossier has a signed result.
SIGNED_EFFECT = "signed_result"
WAY_OF_CHANNEL: dict[str, HandOutWay] = {
    Channel.COUNTER: HandOutWay.COUNTER,
    Channel.POST: HandOutWay.POST,
    Channel.ONLINE_PART: HandOutWay.COUNTER,
    Channel.ONLINE_WHOLE: HandOutWay.ELECTRONIC,
}


def demands_result(process: Process, task: DossierTask) -> bool:
    """Whether the step ends only once there is a signed result."""
    return task.step in process.step and SIGNED_EFFECT in process.step[task.step].effects


def require_result(board: Board, dossier: Dossier, step: Step | None) -> None:
    """Raise `ResultMissing`, `ResultUnsigned` where the step demands a signed result, or hands one out."""
    effects = step.effects if step else ()
    if step and SIGNED_EFFECT in effects and not any(one.signed for one in board.results(dossier)):
        raise ResultMissing(step=step.name or step.key, code=dossier.code)
    if SIGNED_EFFECT in effects or RESULT_EFFECT in effects:
        require_all_signed(board, dossier)


def require_all_signed(board: Board, dossier: Dossier) -> None:
    """Raise `ResultUnsigned` while a draft waits for its signature."""
    for one in board.results(dossier):
        if not one.signed:
            raise ResultUnsigned(name=one.name, code=dossier.code)


def require_demanded(board: Board, dossier: Dossier) -> None:
    """Raise `ResultMissing` where the process demanded a signed result of what was granted."""
    if dossier.outcome == Outcome.GRANTED and not any(one.signed for one in board.results(dossier)):
        if FarStep.objects.filter(task__dossier=dossier, results__gt=0).exists():
            return  # it was made in another installation, and lies among the papers
        for step in board.process(dossier).steps:
            if SIGNED_EFFECT in step.effects:
                raise ResultMissing(step=step.name or step.key, code=dossier.code)


def require_not_handed_out(dossier: Dossier) -> None:
    """Raise `HandedOutAlready`. One query."""
    there = HandOut.objects.select_related("handed_by").filter(dossier=dossier).first()
    if there is not None:
        raise HandedOutAlready(
            code=dossier.code,
            name=there.received_by,
            time=there.handed_at.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y"),
            official=there.handed_by or "—",
        )


def require_together(board: Board, dossier: Dossier) -> None:
    """Raise `LinkedNotReady` while another dossier of the application is on its way. One query a board."""
    whole = [board.root_of(dossier), *board.application(dossier.root_id)]
    waiting = [one.code for one in whole if one.pk != dossier.pk and one.state in OPEN]
    if waiting:
        raise LinkedNotReady(field="apart", codes=", ".join(waiting))


def record_hand_out(board: Board, dossier: Dossier, handing: Handing | None) -> dict[str, JSON]:
    """Record what goes out now, and answer what the ledger is told of it.

    Without `handing` the applicant gets it, the way the dossier came.
    """
    row = new_row(HandOut, dossier=dossier, handed_by_id=board.official_id, handed_at=board.at)
    if handing is None:
        row.way, row.party_id = WAY_OF_CHANNEL[dossier.channel], dossier.applicant_id
        row.received_by = dossier.applicant_name
    else:
        _fill(row, dossier, handing)
    board.add(row)
    return {"to": row.received_by, "way": row.way}


def _fill(row: HandOut, dossier: Dossier, handing: Handing) -> None:
    """Who received it, as the official says. One query for a party."""
    if handing.way not in HandOutWay.values:
        raise WayUnknown(field="way", way=handing.way[:40])
    row.way, row.reference = handing.way, handing.reference.strip()[:100]
    row.authority = handing.authority.strip()[:500]
    if handing.party_id is None:
        row.received_by = handing.received_by.strip()[:250]
        if not row.received_by or not row.authority:
            raise ReceiverMissing(field="authority" if row.received_by else "received_by")
        return
    parties = DossierParty.objects.filter(dossier=dossier, party=handing.party_id).select_related("party")
    rows = sorted(parties, key=lambda one: one.role != PartyRole.APPLICANT)
    if not rows:
        raise ReceiverUnknown(field="to", code=dossier.code)
    row.party = rows[0].party
    row.received_by = rows[0].party.name
    row.authority = row.authority or rows[0].mandate

"""The result goes out of the house, once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from lienthong.dossiers import policies
from lienthong.dossiers.actions.stepping import finish_on_board
from lienthong.dossiers.board import Board
from lienthong.dossiers.contracts import Handing, StepDone
from lienthong.dossiers.game import hands_out, move
from lienthong.dossiers.handing import (
    record_hand_out,
    require_all_signed,
    require_demanded,
    require_not_handed_out,
    require_together,
)
from lienthong.dossiers.held import application_of
from lienthong.dossiers.models import Dossier
from lienthong.dossiers.refusals import DossierNotNow
from lienthong.dossiers.states import HAND_OUT, DossierState
from lienthong.identity.public import NotFound, Viewer


def hand_out_result(*, dossier_id: UUID, handing: Handing, viewer: Viewer, at: datetime) -> Dossier:
    """Record that the result was handed out; the step of the process that says so is finished with it.

    Of an application of several procedures the results go out together: those of its other dossiers are
    handed out with it, unless it goes out `apart`.

    Raises:
        NotFound, NotAllowed, DossierNotNow, StepOfAnother; HandedOutAlready; ResultMissing, ResultUnsigned;
        LinkedNotReady; ReceiverMissing, ReceiverUnknown, WayUnknown.
    """
    with transaction.atomic():
        board = Board(actor=viewer.actor(), official_id=viewer.official_id, at=at)
        board.load([dossier_id] if handing.apart else application_of(dossier_id))
        dossier = board.dossiers.get(dossier_id)
        if dossier is None or dossier.agency_id != viewer.agency_id:
            raise NotFound
        require_not_handed_out(dossier)
        policies.require(viewer, dossier, HAND_OUT)
        if not handing.apart:
            require_together(board, dossier)
        for one in board.dossiers.values():
            if one is dossier or one.state == DossierState.FINISHED:
                _hand_out(board, one, handing, viewer)
        board.write()
    return dossier


def _hand_out(board: Board, dossier: Dossier, handing: Handing, viewer: Viewer) -> None:
    policies.require(viewer, dossier, HAND_OUT)
    require_demanded(board, dossier)
    process = board.process(dossier)
    task = next((one for one in board.open[dossier.pk] if hands_out(process, one)), None)
    if task is not None:
        finish_on_board(board, StepDone(task.pk, handing=handing), viewer)
    elif board.open[dossier.pk]:
        raise DossierNotNow(code=dossier.code, state=dossier.state_label)
    else:
        require_all_signed(board, dossier)
        move(board, dossier, HAND_OUT, data=record_hand_out(board, dossier, handing))

"""A dossier ends before its result: withdrawn by the applicant, stopped by law."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from lienthong.dossiers import policies
from lienthong.dossiers.board import Board
from lienthong.dossiers.game import drop_tasks, move, run_on
from lienthong.dossiers.held import application_of
from lienthong.dossiers.models import Dossier
from lienthong.dossiers.refusals import ReasonMissing
from lienthong.dossiers.slips import slip_of
from lienthong.dossiers.states import STOP, WITHDRAW, Move
from lienthong.identity.public import NotFound, Viewer


def withdraw_dossier(*, dossier_id: UUID, reason: str, viewer: Viewer, at: datetime) -> Dossier:
    """Withdraw a dossier for its applicant. Raises NotFound, NotAllowed, DossierNotNow, ReasonMissing."""
    return _end(dossier_id, WITHDRAW, reason, viewer, at)


def stop_dossier(*, dossier_id: UUID, reason: str, viewer: Viewer, at: datetime) -> Dossier:
    """Stop settling it, with slip 05. Raises NotFound, NotAllowed, DossierNotNow, ReasonMissing."""
    return _end(dossier_id, STOP, reason, viewer, at)


def _end(dossier_id: UUID, what: Move, reason: str, viewer: Viewer, at: datetime) -> Dossier:
    with transaction.atomic():
        board, dossier = _loaded(dossier_id, what, reason, viewer, at)
        end_on_board(board, dossier, what, reason.strip())
        board.write()
    return dossier


def end_on_board(board: Board, dossier: Dossier, what: Move, reason: str) -> None:
    """End a dossier of the board, loaded with its application; a main one takes its parts with it."""
    for one in _ending(board, dossier, what):
        run_on(board, one)
        drop_tasks(board, one)
        move(board, one, what, data={"reason": reason})
        if what.slip is not None:
            slip_of(board, one, what, reason=reason)


def _ending(board: Board, dossier: Dossier, what: Move) -> list[Dossier]:
    """The dossier; with the main one of a group of linked procedures all its parts that are on their way."""
    if dossier.root_id != dossier.pk or not board.process(dossier).waits_for_parts:
        return [dossier]
    parts = [one for one in board.dossiers.values() if one is not dossier and one.state in what.sources]
    return [dossier, *parts]


def _loaded(dossier_id: UUID, what: Move, reason: str, viewer: Viewer, at: datetime) -> tuple[Board, Dossier]:
    if not reason.strip():
        raise ReasonMissing(field="reason")
    board = Board(actor=viewer.actor(), official_id=viewer.official_id, at=at)
    board.load(application_of(dossier_id))
    dossier = board.dossiers.get(dossier_id)
    if dossier is None or dossier.agency_id != viewer.agency_id:
        raise NotFound
    policies.require(viewer, dossier, what)
    return board, dossier

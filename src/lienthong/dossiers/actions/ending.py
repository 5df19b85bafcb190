"""A dossier ends before its result: withdrawn by the applicant, stopped by law; or its date is put off."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from lienthong.dossiers import policies
from lienthong.dossiers.board import Board
from lienthong.dossiers.game import drop_tasks, move, run_on
from lienthong.dossiers.models import Dossier
from lienthong.dossiers.refusals import ApologyTooLate, NewDateTooEarly, ReasonMissing
from lienthong.dossiers.slips import slip_of
from lienthong.dossiers.states import APOLOGISE, STOP, WITHDRAW, Move
from lienthong.identity.public import NotFound, Viewer
from lienthong.kernel.clock import VIETNAM


def withdraw_dossier(*, dossier_id: UUID, reason: str, viewer: Viewer, at: datetime) -> Dossier:
    """Withdraw a dossier for its applicant. Raises NotFound, NotAllowed, DossierNotNow, ReasonMissing."""
    return _end(dossier_id, WITHDRAW, reason, viewer, at)


def stop_dossier(*, dossier_id: UUID, reason: str, viewer: Viewer, at: datetime) -> Dossier:
    """Stop settling it, with slip 05. Raises NotFound, NotAllowed, DossierNotNow, ReasonMissing."""
    return _end(dossier_id, STOP, reason, viewer, at)


def apologise(*, dossier_id: UUID, until: datetime, reason: str, viewer: Viewer, at: datetime) -> Dossier:
    """Apologise for a delay that is foreseen and promise a new date, with slip 04 (NĐ 61/2018, Đ.19 k.9).

    The deadline of the law stays: the dossier will count as late, and the applicant knows when to come.

    Raises:
        NotFound, NotAllowed, DossierNotNow, ReasonMissing; NewDateTooEarly; ApologyTooLate: the deadline
        passed.
    """
    with transaction.atomic():
        board, dossier = _loaded(dossier_id, APOLOGISE, reason, viewer, at)
        given = dossier.promised_at or dossier.due_at
        if dossier.due_at is not None and given is not None:
            if given < at:
                raise ApologyTooLate(due=_said(given))
            if until <= given:
                raise NewDateTooEarly(field="until", due=_said(given))
        dossier.promised_at = until
        said = {"reason": reason.strip(), "until": until.isoformat()}
        move(board, dossier, APOLOGISE, data=said)
        slip_of(board, dossier, APOLOGISE, **said)
        board.write()
    return dossier


def _end(dossier_id: UUID, what: Move, reason: str, viewer: Viewer, at: datetime) -> Dossier:
    with transaction.atomic():
        board, dossier = _loaded(dossier_id, what, reason, viewer, at)
        run_on(board, dossier)
        drop_tasks(board, dossier)
        move(board, dossier, what, data={"reason": reason.strip()})
        if what.slip is not None:
            slip_of(board, dossier, what, reason=reason.strip())
        board.write()
    return dossier


def _loaded(dossier_id: UUID, what: Move, reason: str, viewer: Viewer, at: datetime) -> tuple[Board, Dossier]:
    if not reason.strip():
        raise ReasonMissing(field="reason")
    board = Board(actor=viewer.actor(), official_id=viewer.official_id, at=at)
    board.load([dossier_id])
    dossier = board.dossiers.get(dossier_id)
    if dossier is None or dossier.agency_id != viewer.agency_id:
        raise NotFound
    policies.require(viewer, dossier, what)
    return board, dossier


def _said(instant: datetime) -> str:
    return instant.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")

"""What is missing is asked for once and whole, at any step; the clock stands until it is there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from lienthong.dossiers import policies
from lienthong.dossiers.board import Board
from lienthong.dossiers.contracts import GivenPaper, Supplement
from lienthong.dossiers.game import SUPPLEMENT, end_step, move, run_on, stand
from lienthong.dossiers.models import Dossier, DossierPaper, DossierTask, SupplementRequest
from lienthong.dossiers.refusals import ReasonMissing, SupplementAskedAlready, SupplementItemsMissing
from lienthong.dossiers.reusing import require_usable
from lienthong.dossiers.slips import slip_of
from lienthong.dossiers.states import ASK_SUPPLEMENT, SUPPLY, DossierState, TaskKind
from lienthong.identity.public import NotFound, Viewer
from lienthong.kernel.clock import VIETNAM

MOST_ITEMS, LONGEST_ITEM = 50, 500


def ask_supplement(*, dossier_id: UUID, asked: Supplement, viewer: Viewer, at: datetime) -> Dossier:
    """Ask the applicant for all that is missing, from a step that lies with the viewer (slip 02).

    Raises:
        NotFound, NotAllowed, StepOfAnother, DossierNotNow, SupplementAskedAlready, SupplementItemsMissing,
        ReasonMissing
    """
    with transaction.atomic():
        board = _loaded(dossier_id, viewer, at)
        dossier = board.dossiers[dossier_id]
        policies.require(viewer, dossier, ASK_SUPPLEMENT)
        tasks = board.open[dossier_id]
        task = next(
            (one for one in tasks if policies.works_on(viewer, one) and one.kind != TaskKind.OPINION), None
        )
        if task is None and (tasks or not policies.receives(viewer) or dossier.agency_id != viewer.agency_id):
            raise NotFound
        move(board, dossier, ASK_SUPPLEMENT, data={"items": list(asked.items), "reason": asked.reason})
        stand(board, dossier, SUPPLEMENT, tasks=True)
        open_request(board, dossier, asked, task)
        board.write()
    return dossier


def receive_supplement(
    *, dossier_id: UUID, papers: Sequence[GivenPaper] = (), viewer: Viewer, at: datetime
) -> Dossier:
    """Take in what was asked for; the clock runs on with as much time as was left.

    Raises:
        NotFound, NotAllowed, DossierNotNow; NotHeld: a document to be used again is not the applicant's.
    """
    with transaction.atomic():
        board = _loaded(dossier_id, viewer, at)
        dossier = board.dossiers[dossier_id]
        policies.require(viewer, dossier, SUPPLY)
        require_usable([(dossier.applicant_id, papers)], on=at.astimezone(VIETNAM).date())
        rows = [
            DossierPaper(
                dossier=dossier,
                key=paper.key,
                name=paper.name[:500],
                originals=paper.originals,
                copies=paper.copies,
                held_id=paper.held_id,
                given_at=at,
            )
            for paper in papers
        ]
        supply_on_board(board, dossier, rows)
        board.write()
    return dossier


def supply_on_board(
    board: Board, dossier: Dossier, papers: Sequence[DossierPaper], *, words: Sequence[str] = ()
) -> None:
    """What was asked for is there, with these papers and words for each item: the dossier goes on."""
    request = SupplementRequest.objects.select_for_update().get(dossier=dossier)
    request.answered_at, request.answers = board.at, list(words) or None
    request.save(update_fields=["answered_at", "answers"])
    for paper in papers:
        paper.supplement = request
        board.add(paper)
    _go_on(board, dossier)


def open_request(board: Board, dossier: Dossier, asked: Supplement, task: DossierTask | None) -> None:
    """Write the request and its slip 02. Raises what is refused of it."""
    items = [item.strip()[:LONGEST_ITEM] for item in asked.items if item.strip()][:MOST_ITEMS]
    if not items:
        raise SupplementItemsMissing(field="items")
    if not asked.reason.strip():
        raise ReasonMissing(field="reason")
    former = SupplementRequest.objects.filter(dossier=dossier).first()
    if former is not None:
        day = former.asked_at.astimezone(VIETNAM).strftime("%d/%m/%Y")
        raise SupplementAskedAlready(code=dossier.code, day=day)
    row = SupplementRequest(
        dossier=dossier,
        task=task,
        items=items,
        reason=asked.reason.strip(),
        asked_by_id=board.official_id,
        asked_at=board.at,
    )
    board.add(row)
    slip_of(board, dossier, ASK_SUPPLEMENT, items=items, reason=asked.reason.strip())


def _go_on(board: Board, dossier: Dossier) -> None:
    """On to where it was: back to what was submitted, on in the process, or where the steps stood still."""
    dossier.supplemented = True
    if dossier.accepted_at is None:
        dossier.state = DossierState.SUBMITTED
        board.changed(dossier)
        board.say(dossier, SUPPLY.verb)
        return
    move(board, dossier, SUPPLY)
    process = board.process(dossier)
    waits = [
        task
        for task in board.open[dossier.pk]
        if task.kind == TaskKind.WAIT and process.step[task.step].message == SUPPLEMENT
    ]
    for task in waits:
        end_step(board, task, choices={})
    if not waits:
        run_on(board, dossier)


def _loaded(dossier_id: UUID, viewer: Viewer, at: datetime) -> Board:
    board = Board(actor=viewer.actor(), official_id=viewer.official_id, at=at)
    board.load([dossier_id])
    agencies = {task.agency_id for task in board.open[dossier_id]}
    if dossier_id not in board.dossiers or viewer.agency_id not in agencies | {
        board.dossiers[dossier_id].agency_id
    }:
        raise NotFound
    return board

"""A leader signs results, one or a list: numbered, signed, sealed by `documents`, kept for the applicant.

A list is one act on its dossiers (ADR 0057); only a document that cannot be signed is left out (ADR 0047).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction

from lienthong.documents.public import OfficialDocument, issue_document, sign_with_keys
from lienthong.dossiers import policies
from lienthong.dossiers.actions.results import require_seen
from lienthong.dossiers.actions.stepping import finish_on_board
from lienthong.dossiers.board import Board
from lienthong.dossiers.contracts import ResultSeen, ResultSigned, StepDone
from lienthong.dossiers.game import hand_choices, move
from lienthong.dossiers.handing import demands_result
from lienthong.dossiers.models import DossierResult, HeldDocument
from lienthong.dossiers.queries import MOST_TO_SIGN
from lienthong.dossiers.refusals import NothingToSign, ResultChanged
from lienthong.dossiers.results import valid_until
from lienthong.dossiers.states import SIGN_RESULT
from lienthong.identity.public import NotFound, Viewer
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal
from lienthong.kernel.identifiers import uuid7
from lienthong.signing.public import Pin, UnlockedKey, unlock_key


def sign_result(*, seen: ResultSeen, viewer: Viewer, at: datetime, pin: Pin | None = None) -> ResultSigned:
    """Sign one result as `sign_results` does; what stands against it is raised."""
    (signed,) = sign_results(chosen=[seen], viewer=viewer, at=at, pin=pin)
    if signed.refusal is not None:
        raise signed.refusal
    return signed


def sign_results(
    *, chosen: Sequence[ResultSeen], viewer: Viewer, at: datetime, pin: Pin | None = None
) -> list[ResultSigned]:
    """Sign the drafts that were read: number, personal signature, seal, and the file kept for the applicant.

    A step of the viewer that demands the signed result ends with it, unless something is chosen there. One
    that cannot be signed says why and is left as it was; the others are signed. Must not run in a
    transaction, since a wrong PIN is counted (ADR 0044).

    Raises:
        NotAllowed, NotFound, NothingToSign; PinNeeded, WrongPin, KeyLocked. Nothing was signed then.
    """
    policies.require_signs(viewer)
    once = list(dict.fromkeys(chosen))
    if not 1 <= len(once) <= MOST_TO_SIGN:
        raise NothingToSign(most=MOST_TO_SIGN)
    of = _dossiers_of(once, viewer)
    unlocked = unlock_key(official_id=viewer.official_id or 0, pin=pin, at=at)
    with transaction.atomic():
        board = Board(actor=viewer.actor(), official_id=viewer.official_id, at=at)
        board.load(set(of.values()), results=True)
        signed = [_tried(board, of[seen.result_id], seen, viewer, unlocked) for seen in once]
        _finish_steps(board, viewer, {of[one.result_id] for one in signed if one.refusal is None})
        board.write()
        rows = [row for key in set(of.values()) for row in board.results(board.dossiers[key]) if row.signed]
        DossierResult.objects.bulk_update(rows, ["held", "valid_until"])
    return signed


def _dossiers_of(chosen: Sequence[ResultSeen], viewer: Viewer) -> dict[UUID, UUID]:
    """The dossier of each result, all of the viewer's agency; raises `NotFound`."""
    rows = DossierResult.objects.filter(
        pk__in=[one.result_id for one in chosen], agency_id=viewer.agency_id or 0
    )
    found = dict(rows.values_list("pk", "dossier_id"))
    if {one.result_id for one in chosen} - set(found):
        raise NotFound
    return found


def _tried(
    board: Board, dossier_id: UUID, seen: ResultSeen, viewer: Viewer, unlocked: UnlockedKey | None
) -> ResultSigned:
    """Sign one, or say why not; `issue_document` undoes then what it wrote, and its number goes back."""
    dossier = board.dossiers[dossier_id]
    row = next((one for one in board.results(dossier) if one.pk == seen.result_id), None)
    subject = row.document.subject if row and row.document else ""
    try:
        if row is None:
            raise ResultChanged(name="—", drafter="—", time="—")
        policies.require_makes(viewer, dossier, SIGN_RESULT, board.open[dossier_id])
        issued = _sign(board, row, require_seen(row, seen), viewer, unlocked)
    except Refusal as refusal:
        return ResultSigned(seen.result_id, subject, refusal=refusal)
    facts = {"result": row.name, "number": issued.code, "sha256": issued.sha256}
    move(board, dossier, SIGN_RESULT, data=facts)
    return ResultSigned(seen.result_id, subject, issued.code)


def _sign(
    board: Board, row: DossierResult, draft: OfficialDocument, viewer: Viewer, unlocked: UnlockedKey | None
) -> OfficialDocument:
    """Issue the draft, and keep the file as a document of the applicant."""
    sign = partial(sign_with_keys, unlocked=unlocked)
    issued = issue_document(document=draft, viewer=viewer, at=board.at, sign=sign)
    assert issued.pdf is not None
    until = valid_until(row.dossier, row.key, signed_on=board.at.astimezone(VIETNAM).date())
    row.document, row.valid_until = issued, until
    row.held = HeldDocument(
        id=uuid7(),
        party_id=row.dossier.applicant_id,
        name=f"{row.name} {issued.code}",
        blob=issued.pdf,
        file_name=file_name(issued),
        given_at=board.at,
        valid_until=until,
        issued=True,
        source=row.dossier,
    )
    board.add(row.held)
    return issued


def file_name(issued: OfficialDocument) -> str:
    """The number without what a file's name cannot have: "01-GP-UBND.pdf"."""
    return re.sub(r"[^\w.-]+", "-", issued.code)[:190] + ".pdf"


def _finish_steps(board: Board, viewer: Viewer, dossier_ids: set[UUID]) -> None:
    """End the steps that waited for nothing but the signatures."""
    for dossier_id in sorted(dossier_ids):
        dossier = board.dossiers[dossier_id]
        process = board.process(dossier)
        if not all(one.signed for one in board.results(dossier)):
            continue
        for task in list(board.open[dossier_id]):
            waits = demands_result(process, task) and task.paused_at is None
            if waits and policies.works_on(viewer, task) and not hand_choices(process, task):
                finish_on_board(board, StepDone(task.pk), viewer)

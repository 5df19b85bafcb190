"""What a party does with their own dossier: answer what was asked for, withdraw it, pay, read the result."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from lienthong.dossiers import policies
from lienthong.dossiers.actions.ending import end_on_board
from lienthong.dossiers.actions.supplements import supply_on_board
from lienthong.dossiers.board import Board
from lienthong.dossiers.contracts import GivenFile
from lienthong.dossiers.held import application_of
from lienthong.dossiers.models import Dossier, DossierPaper, DossierResult, HeldDocument, SupplementRequest
from lienthong.dossiers.party_contracts import ItemAnswer
from lienthong.dossiers.party_queries import find_own_result
from lienthong.dossiers.party_refusals import SupplementAnsweredAlready, SupplementIncomplete, TooManyFiles
from lienthong.dossiers.refusals import ReasonMissing
from lienthong.dossiers.states import READ_RESULT, SUPPLY, WITHDRAW
from lienthong.dossiers.telling_answers import tell_answered, tell_withdrawn_by_party
from lienthong.identity.public import NotFound, Visitor
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.identifiers import uuid7
from lienthong.ledger.public import record
from lienthong.payments.public import PaymentStart, start_payment

LONGEST_ANSWER, LONGEST_REASON, MOST_FILES = 5_000, 2_000, 60


def answer_supplement(
    *, dossier_id: UUID, answers: Sequence[ItemAnswer], visitor: Visitor, at: datetime
) -> Dossier:
    """Send all that was asked for, an answer for each item in its order; the clock goes on.

    The files become documents of the applicant and papers of the dossier.

    Raises:
        NotFound: no such dossier, or another's. SupplementAnsweredAlready: it was sent before, also by who
        pressed twice. DossierNotNow: nothing is asked for. SupplementIncomplete, TooManyFiles.
    """
    with transaction.atomic():
        board = _board([dossier_id], visitor, at)
        dossier = _seen(board, dossier_id, visitor)
        request = SupplementRequest.objects.filter(dossier=dossier).first()
        if request is not None and request.answered_at is not None:
            raise SupplementAnsweredAlready(code=dossier.code, time=_said(request.answered_at))
        policies.require_party(visitor, dossier, SUPPLY)
        if request is None:
            raise NotFound
        _require_whole(request.items, answers)
        papers = _papers(board, dossier, list(zip(request.items, answers, strict=True)))
        words = [one.text.strip()[:LONGEST_ANSWER] for one in answers]
        supply_on_board(board, dossier, papers, words=words)
        board.write()
        tell_answered(dossier, board.open[dossier.pk], at=at)
    return dossier


def withdraw_own(*, dossier_id: UUID, reason: str, visitor: Visitor, at: datetime) -> Dossier:
    """Withdraw the own dossier, before or after it was accepted (NĐ 45/2020/NĐ-CP, Đ.17).

    The main one of a group of linked procedures takes its parts with it.

    Raises:
        NotFound, DossierNotNow, ReasonMissing
    """
    said = reason.strip()[:LONGEST_REASON]
    with transaction.atomic():
        board = _board(application_of(dossier_id), visitor, at)
        dossier = policies.require_party(visitor, _seen(board, dossier_id, visitor), WITHDRAW)
        if not said:
            raise ReasonMissing(field="reason")
        worked = list(board.open[dossier.pk])
        end_on_board(board, dossier, WITHDRAW, said)
        board.write()
        tell_withdrawn_by_party(dossier, worked, at=at)
    return dossier


def pay_own(
    *,
    dossier_id: UUID,
    charge_ids: Collection[UUID],
    provider: str,
    visitor: Visitor,
    at: datetime,
    return_url: str = "",
) -> PaymentStart:
    """Begin to pay what the own dossier owes; what was begun and still waits is answered again.

    Raises:
        NotFound, and what `start_payment` refuses.
    """
    dossier = Dossier.objects.filter(policies.seen_by_party(visitor), pk=dossier_id).first()
    if dossier is None:
        raise NotFound
    return start_payment(
        subject_id=dossier_id,
        charge_ids=charge_ids,
        provider=provider,
        at=at,
        actor=visitor.actor(),
        return_url=return_url,
    )


def read_result(*, result_id: UUID, visitor: Visitor, at: datetime) -> DossierResult:
    """The signed result, for its party; the first reading is kept and recorded.

    Raises:
        NotFound: there is none, it is another's, or it is not decided yet.
    """
    found = find_own_result(visitor, result_id)
    if found.read_at is None:
        with transaction.atomic():
            first = DossierResult.objects.filter(pk=found.pk, read_at=None).update(read_at=at)
            if first:
                record(
                    actor=visitor.actor(),
                    verb=f"dossier.{READ_RESULT}",
                    subject=found.dossier.ledger_subject,
                    at=at,
                    data={"result": found.name},
                )
    return found


def _board(dossier_ids: Collection[UUID], visitor: Visitor, at: datetime) -> Board:
    board = Board(actor=visitor.actor(), official_id=None, at=at)
    board.load(dossier_ids)
    return board


def _seen(board: Board, dossier_id: UUID, visitor: Visitor) -> Dossier:
    """The locked dossier, for its party. Raises `NotFound`."""
    dossier = board.dossiers.get(dossier_id)
    if dossier is None or not policies.party_may_see(visitor, dossier):
        raise NotFound
    return dossier


def _require_whole(items: Sequence[str], answers: Sequence[ItemAnswer]) -> None:
    """Raise `SupplementIncomplete` at the first item without an answer: it is sent once and whole."""
    for place, item in enumerate(items):
        if place >= len(answers) or answers[place].empty:
            raise SupplementIncomplete(field=f"text-{place}", item=item)
    files = sum(len(one.files) for one in answers)
    if files > MOST_FILES or len(answers) > len(items):
        raise TooManyFiles(most=MOST_FILES)


def _papers(board: Board, dossier: Dossier, answered: Sequence[tuple[str, ItemAnswer]]) -> list[DossierPaper]:
    """The files as documents of the applicant, each once, and as papers of the dossier. One query."""
    sent = [(item, file) for item, answer in answered for file in answer.files]
    hashes = {file.sha256 for _item, file in sent}
    rows = HeldDocument.objects.filter(party=dossier.applicant_id, blob__in=hashes) if sent else ()
    known = {row.blob_id: row.pk for row in rows}
    for item, file in sent:
        if file.sha256 not in known:
            held = _document(dossier, item, file, board.at)
            known[file.sha256] = held.pk
            board.add(held)
    return [
        DossierPaper(dossier=dossier, name=item[:500], held_id=known[file.sha256], given_at=board.at)
        for item, file in sent
    ]


def _document(dossier: Dossier, item: str, file: GivenFile, at: datetime) -> HeldDocument:
    return HeldDocument(
        id=uuid7(),
        party_id=dossier.applicant_id,
        name=item[:500],
        blob_id=file.sha256,
        file_name=file.file_name[:200],
        given_at=at,
        source=dossier,
    )


def _said(moment: datetime) -> str:
    return f"{moment.astimezone(VIETNAM):%H:%M %d/%m/%Y}"

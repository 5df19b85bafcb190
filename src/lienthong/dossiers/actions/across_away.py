"""Steps that other installations handed over: a dossier of its own each, settled here, told of there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q

from lienthong.directory.public import Agency, add_working_minutes, counted_from
from lienthong.dossiers.across.contracts import (
    FarState,
    HandedOver,
    Kind,
    Letter,
    Recalled,
    SentDocument,
    Supplied,
)
from lienthong.dossiers.across.refusals import (
    HandOverTwice,
    HandOverUnknown,
    LetterUnreadable,
    ProcedureNotHere,
)
from lienthong.dossiers.actions.across_home import actor_of
from lienthong.dossiers.actions.numbering import take_codes
from lienthong.dossiers.actions.receiving import checked_answers, files_of, representative_of
from lienthong.dossiers.actions.supplements import supply_on_board
from lienthong.dossiers.board import Board
from lienthong.dossiers.contracts import GivenFile, GivenPaper, Intake
from lienthong.dossiers.game import begin, drop_tasks, move, run_on
from lienthong.dossiers.held import hold_dossiers
from lienthong.dossiers.models import (
    AcrossLetter,
    Application,
    Dossier,
    DossierParty,
    DossierTask,
    Origin,
)
from lienthong.dossiers.states import ACCEPT, HAND_OUT, SUPPLY, WITHDRAW, PartyRole, TaskState
from lienthong.identity.public import NotFound, PartyFacts, PartyKind, keep_parties
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.identifiers import uuid7
from lienthong.procedures.public import ProcedureVersion, definition_of, version_in_force

BATCH = 200


def open_handed_over(
    letter: Letter, said: HandedOver, *, sender: Agency, recipient: Agency, at: datetime
) -> None:
    """Open a dossier of `recipient` for the step that `sender` asks for; one it knows is opened once.

    It is accepted, since the sender has accepted it; its clock has the step's minutes by the calendar here.
    The files of its papers are stored already.

    Raises:
        ProcedureNotHere, HandOverTwice, LetterUnreadable, AnswersWrong, and what `keep_parties` refuses.
    """
    known = Origin.objects.filter(sender=sender).select_related("dossier")
    if known.filter(handover=letter.handover).exists():
        return
    open_now = known.filter(foreign_code=said.code, step=said.step, ended_at=None).first()
    if open_now is not None:
        raise HandOverTwice(step=said.step_name, code=said.code, known=open_now.dossier.code)
    if said.reply_to not in {sender.code, sender.old_code}:
        raise LetterUnreadable(place="body.reply_to", fault=sender.code)
    intake = _intake(said, _version(said.procedure), recipient)
    board = Board(actor=actor_of(sender), official_id=None, at=at)
    dossier = _registered(board, intake, said, recipient)
    board.add(
        Origin(
            dossier=dossier,
            sender=sender,
            handover=letter.handover,
            foreign_code=said.code,
            procedure_version=said.procedure_version,
            step=said.step,
            step_name=said.step_name,
            due_at=said.due_at,
        )
    )
    _accept(board, dossier, said)
    board.write()


def take_supply(letter: Letter, said: Supplied, *, sender: Agency, recipient: Agency, at: datetime) -> None:
    """The applicant brought what was asked for: the papers come to the dossier, and it goes on.

    Raises:
        HandOverUnknown
    """
    origin = _held_origin(letter, sender, recipient)
    if letter.sequence <= origin.heard or origin.ended_at is not None:
        return
    board = Board(actor=actor_of(sender), official_id=None, at=at)
    board.load([origin.dossier_id])
    dossier = board.dossiers[origin.dossier_id]
    applicant = PartyFacts(PartyKind(dossier.applicant.kind), dossier.applicant_name)
    intake = Intake(
        recipient.pk, dossier.version_id, dossier.channel, applicant, papers=_papers(said.documents)
    )
    held, papers = files_of(dossier, dossier.applicant, intake, at, {})
    for document in held:
        board.add(document)
    if dossier.state in SUPPLY.sources:
        supply_on_board(board, dossier, papers)
    else:  # the desk here was faster: the papers come all the same
        for paper in papers:
            board.add(paper)
        board.say(dossier, SUPPLY.verb)
    board.write()
    Origin.objects.filter(pk=origin.pk).update(heard=letter.sequence)


def take_recall(letter: Letter, said: Recalled, *, sender: Agency, recipient: Agency, at: datetime) -> None:
    """The sender calls the step off: the dossier here is withdrawn, unless it was finished.

    Raises:
        HandOverUnknown
    """
    origin = _held_origin(letter, sender, recipient)
    if letter.sequence <= origin.heard or origin.ended_at is not None:
        return
    board = Board(actor=actor_of(sender), official_id=None, at=at)
    board.load([origin.dossier_id])
    dossier = board.dossiers[origin.dossier_id]
    if dossier.state in WITHDRAW.sources:
        run_on(board, dossier)
        drop_tasks(board, dossier)
        move(board, dossier, WITHDRAW, data={"reason": said.reason})
    board.write()
    Origin.objects.filter(pk=origin.pk).update(heard=letter.sequence, ended_at=at)
    AcrossLetter.objects.filter(origin=origin, packet_id="").delete()


def note_taken(origin: Origin, *, at: datetime) -> None:
    """The sender has the result: that is how it goes out of the house here."""
    board = Board(actor=actor_of(origin.sender), official_id=None, at=at)
    board.load([origin.dossier_id])
    dossier = board.dossiers[origin.dossier_id]
    if dossier.state in HAND_OUT.sources:
        move(board, dossier, HAND_OUT, data={"to": origin.sender.name})
        board.write()


def queue_states(*, at: datetime) -> int:
    """A letter for each dossier that came from elsewhere and changed since it was told of; how many.

    What it says is read when it is sent, so that several changes of a minute are one letter.
    """
    unsent = AcrossLetter.objects.filter(origin=OuterRef("pk"), packet_id="")
    taken = DossierTask.objects.filter(
        dossier=OuterRef("dossier"), state=TaskState.OPEN, assignee__isnull=False
    )
    changed = ~Q(told=F("dossier__lock_version")) | Q(Exists(taken), told_state=FarState.RECEIVED)
    rows = Origin.objects.filter(changed, ~Exists(unsent), ended_at=None).order_by("pk")[:BATCH]
    letters = [AcrossLetter(origin=row, kind=Kind.STATE, made_at=at, next_attempt_at=at) for row in rows]
    return len(AcrossLetter.objects.bulk_create(letters))


def _version(procedure: str) -> ProcedureVersion:
    try:
        return version_in_force(procedure)
    except NotFound as error:
        raise ProcedureNotHere(procedure=procedure) from error


def _intake(said: HandedOver, version: ProcedureVersion, recipient: Agency) -> Intake:
    """What was handed over as if it were handed in here, its answers checked by the form here."""
    intake = Intake(
        agency_id=recipient.pk,
        version_id=version.pk,
        channel=said.channel,
        applicant=said.applicant,
        answers=said.answers,
        papers=_papers(said.documents),
        summary=said.summary,
        representative=said.representative if said.mandate else None,
        mandate=said.mandate,
    )
    day = said.submitted_at.astimezone(VIETNAM).date()
    answers = checked_answers(definition_of(version), intake, day)
    return replace(intake, answers=answers)


def _papers(documents: Sequence[SentDocument]) -> tuple[GivenPaper, ...]:
    return tuple(
        GivenPaper(
            name=one.name,
            key=one.key,
            originals=one.originals,
            copies=one.copies,
            files=(GivenFile(one.sha256, one.name, one.file_name or one.name[:200]),) if one.sha256 else (),
        )
        for one in documents
    )


def _registered(board: Board, intake: Intake, said: HandedOver, recipient: Agency) -> Dossier:
    """The dossier on the board, with its parties and papers."""
    people = [facts for facts in (intake.applicant, intake.representative) if facts is not None]
    party, *acting = keep_parties(all_facts=people, at=board.at)
    day, key = board.at.astimezone(VIETNAM).date(), uuid7()
    dossier = Dossier(
        id=key,
        code=take_codes([recipient.pk], recipient.code, day)[0],
        agency=recipient,
        version=_version(said.procedure),
        channel=intake.channel,
        root_id=key,
        foreign=True,
        applicant=party,
        applicant_name=party.name,
        summary=": ".join(filter(None, (said.step_name, said.summary)))[:500],
        submitted_at=board.at,
    )
    dossier.application = Application(dossier=dossier, answers=dict(intake.answers))
    parties = [DossierParty(dossier=dossier, party=party, role=PartyRole.APPLICANT)]
    parties += [representative_of(dossier, one, intake) for one in acting]
    held, papers = files_of(dossier, party, intake, board.at, {})
    for document in held:
        board.add(document)
    board.add_dossier(dossier, papers, parties)
    board.say(dossier, "submit", {"code": dossier.code, "channel": intake.channel, "note": said.code})
    return dossier


def _accept(board: Board, dossier: Dossier, said: HandedOver) -> None:
    """Its clock begins, and the step asked for opens for the role that the sender named."""
    calendar = board.calendar(dossier.agency_id)
    dossier.accepted_at, dossier.counted_from_at = board.at, counted_from(calendar, board.at)
    dossier.limit_minutes = said.minutes
    dossier.due_at = add_working_minutes(calendar, dossier.counted_from_at, said.minutes)
    dossier.bodies = {"here": dossier.agency_id}
    move(board, dossier, ACCEPT, data={"due_at": dossier.due_at.isoformat(), "fee": 0})
    begin(board, dossier)
    for task in board.open[dossier.pk]:
        task.role, task.minutes, task.due_at = said.role, said.minutes, dossier.due_at


def _held_origin(letter: Letter, sender: Agency, recipient: Agency) -> Origin:
    """The dossier that came with this key, locked."""
    known = Origin.objects.filter(sender=sender, handover=letter.handover, dossier__agency=recipient)
    key = known.values_list("pk", flat=True).first()
    if key is None:
        raise HandOverUnknown(handover=letter.handover)
    hold_dossiers([key])
    return Origin.objects.select_for_update().get(pk=key)

"""Steps of dossiers of this installation that another one settles: handed over, heard of, called off.

What is to be said is found by what is true of the rows, not told by each act: an open step of an agency that
works elsewhere is its own entry of the outbox, written in the transaction that opened it (ADR 0065).
"""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from lienthong.axis.public import AxisPort
from lienthong.directory.public import Agency
from lienthong.dossiers.across.contracts import ENDED, FarState, Kind, Letter, StateTold
from lienthong.dossiers.across.refusals import HandOverUnknown
from lienthong.dossiers.actions.passing import PLATFORM
from lienthong.dossiers.actions.supplements import open_request
from lienthong.dossiers.board import Board
from lienthong.dossiers.contracts import Supplement
from lienthong.dossiers.game import SUPPLEMENT, end_step, move, stand
from lienthong.dossiers.held import hold_dossiers
from lienthong.dossiers.models import (
    AcrossLetter,
    Dossier,
    DossierPaper,
    DossierTask,
    FarStep,
    HeldDocument,
    SupplementRequest,
)
from lienthong.dossiers.states import (
    ASK_SUPPLEMENT,
    UNDER_WAY,
    WORK,
    DossierState,
    TaskKind,
    TaskState,
)
from lienthong.dossiers.telling_across import tell_far_state
from lienthong.identity.public import Role
from lienthong.kernel.errors import Refusal
from lienthong.kernel.identifiers import uuid7
from lienthong.ledger.public import Actor, Entry, record_many

logger = logging.getLogger(__name__)
BATCH = 200


def hand_steps_over(*, at: datetime, axis: AxisPort) -> int:
    """Hand over the open steps that lie with agencies of other installations, a batch; how many.

    From then on nobody here works on such a step. A choice right behind one is made by the owner.
    """
    here = DossierTask.objects.filter(state=TaskState.OPEN).exclude(role="")
    agencies = set(here.values_list("agency_id", flat=True).distinct())  # along the index of the inbox
    away = axis.elsewhere(agencies, at=at) if agencies else set()
    if not away:
        return 0
    here = here.filter(kind__in=[TaskKind.WORK, TaskKind.CHOICE])
    rows = here.filter(agency__in=away, dossier__foreign=False).order_by("pk")
    found = dict(rows.values_list("pk", "dossier_id")[:BATCH])
    with transaction.atomic():
        dossiers = {row.pk: row for row in hold_dossiers(set(found.values()))}
        tasks = list(here.filter(pk__in=found).select_related("agency"))
        given = [task for task in tasks if task.kind == TaskKind.WORK]
        fars = [FarStep(task=task, agency_id=task.agency_id, role=task.role) for task in given]
        FarStep.objects.bulk_create(fars)
        AcrossLetter.objects.bulk_create(_letter(far, Kind.HAND_OVER, at) for far in fars)
        for task in tasks:
            task.dossier = dossiers[task.dossier_id]
            if task.kind == TaskKind.WORK:
                task.role = ""
            else:
                task.agency_id = task.dossier.agency_id
            task.assignee_id = task.division_id = None
        DossierTask.objects.bulk_update(tasks, ["role", "agency", "assignee", "division"])
        record_many([_handed_over(task, at) for task in given])
    return len(given)


def hear_state(letter: Letter, told: StateTold, *, sender: Agency, recipient: Agency, at: datetime) -> None:
    """Write down how far a step is there; what follows from it is done by `settle_far_steps`.

    An older word than the last changes nothing, nor does any once the step is settled here.

    Raises:
        HandOverUnknown: `recipient` never handed such a step to `sender`.
    """
    known = FarStep.objects.filter(task_id=letter.handover, agency=sender, task__dossier__agency=recipient)
    dossier_id = known.values_list("task__dossier_id", flat=True).first()
    if dossier_id is None:
        raise HandOverUnknown(handover=letter.handover)
    [dossier] = hold_dossiers([dossier_id])
    far = FarStep.objects.select_for_update().get(pk=letter.handover)
    if letter.sequence <= far.heard or far.settled_at is not None:
        return
    news = far.state != told.state
    far.heard, far.heard_at = letter.sequence, at
    far.state, far.code, far.words = told.state, told.code, told.words
    if told.supplement is not None and far.asked_at is None:
        far.asked_items, far.asked_reason = list(told.supplement.items), told.supplement.reason
        far.asked_at = at
    if told.state == FarState.FINISHED:
        far.results = _attach(dossier, told, sender, at)
    far.save()
    data = {"far": str(told.state), "note": told.words or far.asked_reason}
    record_many([Entry(actor_of(sender), "dossier.far-state", dossier.ledger_subject, at, data)])
    if news:
        tell_far_state(dossier, far, state=told.state, sender=sender, at=at)


def settle_far_steps(*, at: datetime) -> int:
    """Do what follows from what was heard, and from what ended here; how many steps were settled."""
    open_here = Q(task__state=TaskState.OPEN)
    to_do = ~open_here | Q(state__in=sorted(ENDED)) | Q(asked_at__isnull=False, supplied_at=None)
    rows = FarStep.objects.filter(to_do, settled_at=None).order_by("pk")
    settled = 0
    for task_id, dossier_id in rows.values_list("pk", "task__dossier_id")[:BATCH]:
        try:
            settled += _settle(task_id, dossier_id, at)
        except Refusal as refusal:
            logger.error("far step %s waits: %s", task_id, refusal)
    return settled


def refuse_far_step(far: FarStep, words: str, *, at: datetime) -> None:
    """The step cannot be handed over, or the other installation did not take it in: say why.

    A step that is settled here meanwhile stays as it is.
    """
    open_yet = FarStep.objects.filter(pk=far.pk, settled_at=None)
    if open_yet.update(state=FarState.REFUSED, words=words, heard_at=at):
        tell_far_state(far.task.dossier, far, state=FarState.REFUSED, sender=far.agency, at=at)


def actor_of(agency: Agency) -> Actor:
    """Another installation, as the ledger names it."""
    return Actor(
        kind="system", id=agency.code, name=agency.name, agency_id=agency.pk, agency_code=agency.code
    )


def _handed_over(task: DossierTask, at: datetime) -> Entry:
    subject = task.dossier.ledger_subject
    return Entry(PLATFORM, "dossier.hand-over", subject, at, {"to": task.agency.name})


def _letter(far: FarStep, kind: Kind, at: datetime) -> AcrossLetter:
    return AcrossLetter(far=far, kind=kind, made_at=at, next_attempt_at=at)


def _attach(dossier: Dossier, told: StateTold, sender: Agency, at: datetime) -> int:
    """The documents that came back are the applicant's, and papers of the dossier; how many."""
    files = [one for one in told.documents if one.sha256]
    party = dossier.applicant_id
    held = [
        HeldDocument(
            id=uuid7(),
            party_id=party,
            name=one.name,
            blob_id=one.sha256,
            file_name=one.file_name or one.name[:200],
            given_at=at,
            issued=True,
            source=dossier,
        )
        for one in files
    ]
    HeldDocument.objects.bulk_create(held, ignore_conflicts=True)
    rows = HeldDocument.objects.filter(party=party, blob__in=[one.sha256 for one in files])
    known = {(row.name, row.blob_id): row.pk for row in rows}
    DossierPaper.objects.bulk_create(
        DossierPaper(
            dossier=dossier,
            name=f"{one.name} ({sender.name})"[:500],
            held_id=known[one.name, one.sha256],
            given_at=at,
        )
        for one in files
    )
    return len(files)


def _settle(task_id: UUID, dossier_id: UUID, at: datetime) -> bool:
    """Do what is to be done for one step now; whether nothing is left to do."""
    with transaction.atomic():
        agency = FarStep.objects.select_related("agency").get(pk=task_id).agency
        board = Board(actor=actor_of(agency), official_id=None, at=at)
        board.load([dossier_id])
        far = FarStep.objects.select_for_update().filter(pk=task_id, settled_at=None).first()
        if far is None:
            return False
        task, dossier = board.open_task(task_id), board.dossiers[dossier_id]
        if task is None:
            _call_off(far, at)
        elif far.state == FarState.REFUSED:
            _give_back(board, far, task, dossier)
        elif far.state == FarState.FINISHED:
            if dossier.paused_at is not None:  # the applicant still has to bring something
                return False
            _finish(board, far, task, dossier)
        else:
            _pass_supplement_on(board, far, task, dossier)
        board.write()
        far.save()
    return far.settled_at is not None


def _call_off(far: FarStep, at: datetime) -> None:
    """The step ended here: tell the other side, unless it was never told of it, or has ended it itself."""
    unsent = far.letters.filter(packet_id="")
    never_sent = unsent.filter(kind=Kind.HAND_OVER).exists()
    unsent.delete()
    if not never_sent and far.state not in ENDED:
        _letter(far, Kind.RECALL, at).save()
    far.settled_at = at


def _finish(board: Board, far: FarStep, task: DossierTask, dossier: Dossier) -> None:
    """The step is done; a choice behind it is a step of its own, of the owner."""
    step = board.process(dossier).step.get(task.step)
    data = {"step": step.name if step else task.step, "to": board.actor.name, "note": far.words}
    if dossier.state in UNDER_WAY:
        move(board, dossier, WORK, data=data)
    else:
        board.say(dossier, WORK.verb, data)
    end_step(board, task, choices={}, note=far.words)
    far.settled_at = board.at


def _give_back(board: Board, far: FarStep, task: DossierTask, dossier: Dossier) -> None:
    """The step was refused there: it is the owner's to finish, or to end the dossier."""
    rows = DossierTask.objects.filter(pk=task.pk)
    rows.update(agency=dossier.agency_id, role=far.role or Role.SPECIALIST)
    board.say(dossier, "far-refused", {"to": board.actor.name, "reason": far.words})
    far.settled_at = board.at


def _pass_supplement_on(board: Board, far: FarStep, task: DossierTask, dossier: Dossier) -> None:
    """Ask the applicant for what is wanted there, once (slip 02); what was brought travels after it.

    Where a supplement was asked for before, the law lets it be asked no more: what there is is sent at once.
    """
    request = SupplementRequest.objects.filter(dossier=dossier).first()
    if request is None and dossier.state in ASK_SUPPLEMENT.sources:
        move(
            board,
            dossier,
            ASK_SUPPLEMENT,
            data={"items": list(far.asked_items), "reason": far.asked_reason},
        )
        stand(board, dossier, SUPPLEMENT, tasks=True)
        open_request(board, dossier, Supplement(tuple(far.asked_items), far.asked_reason), task)
    elif (
        request is not None
        and request.answered_at is not None
        and dossier.state != DossierState.SUPPLEMENT_REQUESTED
    ):
        board.add(_letter(far, Kind.SUPPLY, board.at))
        far.supplied_at = board.at

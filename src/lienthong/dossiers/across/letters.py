"""What a row of the outbox says, read from the dossier when its packet is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.db.models import QuerySet
from django.utils.translation import gettext

from lienthong.dossiers.across.contracts import (
    AskedFor,
    Body,
    FarState,
    HandedOver,
    Kind,
    Letter,
    Recalled,
    SentDocument,
    StateTold,
    Supplied,
)
from lienthong.dossiers.across.refusals import TooMuchToTravel
from lienthong.dossiers.across.schema import MOST_DOCUMENTS, ROLES
from lienthong.dossiers.foreign import pinned_process
from lienthong.dossiers.models import (
    AcrossLetter,
    Dossier,
    DossierPaper,
    DossierResult,
    DossierTask,
    FarStep,
    Origin,
    SupplementRequest,
)
from lienthong.dossiers.reusing import infected
from lienthong.dossiers.states import DossierState, PartyRole, TaskState
from lienthong.identity.public import Party, PartyFacts, PartyKind
from lienthong.ledger.public import timeline

LONGEST, LONGEST_NAME = 4000, 500
STATE_TOLD: Mapping[int, FarState] = {
    DossierState.SUBMITTED: FarState.RECEIVED,
    DossierState.ACCEPTED: FarState.RECEIVED,
    DossierState.IN_PROGRESS: FarState.IN_PROGRESS,
    DossierState.PAYMENT_REQUESTED: FarState.IN_PROGRESS,
    DossierState.SUPPLEMENT_REQUESTED: FarState.SUPPLEMENT,
    DossierState.FINISHED: FarState.FINISHED,
    DossierState.HANDED_OUT: FarState.FINISHED,
    DossierState.NOT_ACCEPTED: FarState.REFUSED,
    DossierState.STOPPED: FarState.REFUSED,
    DossierState.WITHDRAWN: FarState.REFUSED,
}


def letter_of(row: AcrossLetter) -> Letter:
    """The letter of a row as it is true now; its number is one more than that of the one before.

    Raises:
        TooMuchToTravel: the dossier has too many papers.
    """
    kind = Kind(row.kind)
    if row.origin is not None:
        return Letter(kind, row.origin.handover, row.origin.said + 1, state_of(row.origin))
    assert row.far is not None  # the database lets a letter belong to one of both
    return Letter(kind, row.far.pk, row.far.said + 1, _BODIES[kind](row.far))


def subject_of(row: AcrossLetter) -> str:
    """What the packet is called; no person is named."""
    if row.origin is not None:
        return f"Kết quả bước chuyển giao của hồ sơ {row.origin.foreign_code}"
    assert row.far is not None
    return f"Chuyển giao bước giải quyết của hồ sơ {row.far.task.dossier.code}"


def hand_over_of(far: FarStep) -> HandedOver:
    """The dossier as far as the step needs it. Five queries."""
    task, dossier = far.task, far.task.dossier
    step = pinned_process(dossier).step.get(task.step)
    parties = list(dossier.parties.select_related("party"))
    acting = next((one for one in parties if one.role == PartyRole.REPRESENTATIVE), None)
    return HandedOver(
        code=dossier.code,
        procedure=dossier.version.procedure.code,
        procedure_version=dossier.version.number,
        channel=dossier.channel,
        submitted_at=dossier.submitted_at,
        summary=dossier.summary,
        reply_to=dossier.agency.code,
        step=task.step,
        step_name=(step.name if step else task.step)[:200],
        role=far.role if far.role in ROLES else "specialist",
        minutes=task.minutes,
        due_at=task.due_at,
        applicant=_facts(dossier.applicant),
        answers=dossier.application.answers,
        representative=_facts(acting.party) if acting else None,
        mandate=acting.mandate if acting else "",
        documents=_sent(DossierPaper.objects.filter(dossier=dossier)),
    )


def state_of(origin: Origin) -> StateTold:
    """How far the dossier is here. Five queries at most."""
    dossier = origin.dossier
    state = STATE_TOLD[dossier.state]
    if state == FarState.RECEIVED and _taken(dossier):
        state = FarState.IN_PROGRESS
    asked = SupplementRequest.objects.filter(dossier=dossier).first()
    results = list(
        DossierResult.objects.filter(dossier=dossier, held__isnull=False).select_related("held")[
            :MOST_DOCUMENTS
        ]
    )
    bad = infected({one.held.blob_id for one in results if one.held is not None})
    return StateTold(
        code=dossier.code,
        state=state,
        at=dossier.finished_at or dossier.closed_at or dossier.submitted_at,
        words=_words(dossier, state),
        supplement=AskedFor(tuple(asked.items), asked.reason[:LONGEST], asked.asked_at) if asked else None,
        documents=tuple(
            SentDocument(one.name, one.key, sha256=one.held.blob_id, file_name=one.held.file_name)
            for one in results
            if one.held is not None and one.held.blob_id not in bad
        )
        if state == FarState.FINISHED
        else (),
    )


def _taken(dossier: Dossier) -> bool:
    rows = DossierTask.objects.filter(dossier=dossier, state=TaskState.OPEN)
    return rows.filter(assignee__isnull=False).exists()


def _words(dossier: Dossier, state: FarState) -> str:
    """What was written last: the note of who finished it, the reason of who refused it."""
    names = {FarState.FINISHED: "note", FarState.REFUSED: "reason"}
    if state not in names:
        return ""
    said = (str(event.data.get(names[state]) or "") for event in reversed(timeline(dossier.ledger_subject)))
    return next(filter(None, said), "")[:LONGEST]


def _supplied(far: FarStep) -> Body:
    papers = DossierPaper.objects.filter(dossier=far.task.dossier_id, supplement__isnull=False)
    return Supplied(_sent(papers))


def _recalled(far: FarStep) -> Body:
    said = reversed(timeline(far.task.dossier.ledger_subject))
    reasons = (str(event.data.get("reason") or "") for event in said)
    return Recalled((next(filter(None, reasons), "") or far.task.note or "—")[:LONGEST])


_BODIES: Mapping[Kind, Callable[[FarStep], Body]] = {
    Kind.HAND_OVER: hand_over_of,
    Kind.SUPPLY: _supplied,
    Kind.RECALL: _recalled,
}


def _sent(papers: QuerySet[DossierPaper]) -> tuple[SentDocument, ...]:
    rows = list(papers.select_related("held").order_by("pk")[: MOST_DOCUMENTS + 1])
    if len(rows) > MOST_DOCUMENTS:
        raise TooMuchToTravel(most=MOST_DOCUMENTS, size=100)
    bad = infected({row.held.blob_id for row in rows if row.held})
    return tuple(_document(row, row.held.blob_id in bad if row.held else False) for row in rows)


def _document(paper: DossierPaper, bad: bool) -> SentDocument:
    """The paper; of one in whose file a virus was found only that there is one, and why the file is not."""
    held = None if bad else paper.held
    why = gettext("the file is not sent: a virus was found in it")
    return SentDocument(
        name=f"{paper.name[: LONGEST_NAME - len(why) - 3]} ({why})" if bad else paper.name,
        key=paper.key,
        originals=paper.originals,
        copies=paper.copies,
        sha256=held.blob_id if held else "",
        file_name=held.file_name if held else "",
    )


def _facts(party: Party) -> PartyFacts:
    return PartyFacts(
        kind=PartyKind(party.kind),
        name=party.name,
        number=party.number,
        born_date=party.born_date,
        telephone=party.telephone,
        email=party.email,
        address=party.address,
    )

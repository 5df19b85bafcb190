"""Dossiers come in: registered, accepted or not, at the counter in one go."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from lienthong.directory.public import Agency, add_working_minutes, counted_from
from lienthong.dossiers import policies
from lienthong.dossiers.actions.numbering import take_codes
from lienthong.dossiers.actions.stepping import finish_on_board
from lienthong.dossiers.billing import NOTHING, Granted, fees_of, owed_by
from lienthong.dossiers.board import Board
from lienthong.dossiers.bodies import Directory
from lienthong.dossiers.contracts import DraftReceived, GivenPaper, Intake, StepDone
from lienthong.dossiers.game import begin, move
from lienthong.dossiers.models import Application, Dossier, DossierPaper, DossierParty, HeldDocument, Slip
from lienthong.dossiers.refusals import (
    AnswersWrong,
    NotOffered,
    PartsMissing,
    ReasonMissing,
    RootUnfit,
    TooManyLinked,
)
from lienthong.dossiers.reusing import require_usable
from lienthong.dossiers.slips import handed_in, reduced_in, slip_of
from lienthong.dossiers.states import ACCEPT, DECLINE, OPEN, PartyRole
from lienthong.identity.public import NotAllowed, NotFound, Party, PartyFacts, Viewer, keep_parties
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.identifiers import uuid7
from lienthong.kernel.statements import new_row
from lienthong.payments.public import Bill, open_bills
from lienthong.procedures.public import (
    Definition,
    LinkedPart,
    ProcedureVersion,
    ServiceOffer,
    answer_faults,
    definition_of,
    whole_answers,
)

MOST_LINKED = 4  # procedures beside the first
Checked = tuple[Intake, ProcedureVersion, dict[str, object]]  # with its version and its answers as kept


def register_dossiers(*, intakes: Sequence[Intake], viewer: Viewer, at: datetime) -> list[Dossier]:
    """Take dossiers in as submitted, each with its code, in sets.

    Raises:
        NotAllowed: the viewer does not receive dossiers of the agency. NotOffered, AnswersWrong; RootUnfit:
        the main dossier named is not one of the applicant's here; PartsMissing: a group of linked procedures
        is received whole, at the counter; and what `keep_parties` refuses. Nothing was taken in then.
    """
    with transaction.atomic():
        board = Board(actor=viewer.actor(), official_id=viewer.official_id, at=at)
        dossiers = register_on_board(board, intakes, viewer)
        board.write()
    return dossiers


def accept_dossiers(
    *, dossier_ids: Collection[UUID], viewer: Viewer, at: datetime, granted: Granted = NOTHING
) -> list[Dossier]:
    """Accept submitted dossiers: the clock begins, the first steps open, slip 01 is made.

    `granted` are the exemptions of fees that the official gives, by dossier.

    Raises:
        NotFound, NotAllowed, DossierNotNow, NoCompetentBody, UnknownExemption, ExemptionReasonMissing.
        Nothing was accepted then.
    """
    with transaction.atomic():
        board = Board(actor=viewer.actor(), official_id=viewer.official_id, at=at)
        board.load(dossier_ids, handed_in=True)
        _require_all(board, dossier_ids, viewer)
        bills = accept_on_board(board, viewer, granted)
        board.write()
        open_bills(bills=bills, actor=viewer, at=at)
    return list(board.dossiers.values())


def receive_at_counter(
    *, intake: Intake, linked: Sequence[Intake] = (), viewer: Viewer, at: datetime
) -> Dossier:
    """Register and accept a dossier and end its first step, which is receiving it, in one go.

    `linked` are other procedures of the same application: a dossier each, below the first, of its applicant
    and representative; all are received or none.

    Raises:
        What `register_dossiers` and `accept_dossiers` refuse; TooManyLinked.
    """
    if len(linked) > MOST_LINKED:
        raise TooManyLinked(field="linked", most=MOST_LINKED)
    return _receive([intake, *linked], viewer, at, together=True)[0]


def receive_all_at_counter(*, intakes: Sequence[Intake], viewer: Viewer, at: datetime) -> list[Dossier]:
    """As `receive_at_counter` for each, all of them or none, with the same number of queries.

    Raises:
        What `register_dossiers` and `accept_dossiers` refuse.
    """
    return _receive(intakes, viewer, at, together=False)


def _receive(parts: Sequence[Intake], viewer: Viewer, at: datetime, *, together: bool) -> list[Dossier]:
    with transaction.atomic():
        board = Board(actor=viewer.actor(), official_id=viewer.official_id, at=at)
        made = register_on_board(board, parts, viewer, together=together)
        granted = {row.pk: one.granted for row, one in zip(made, parts, strict=True)}
        bills = accept_on_board(board, viewer, granted)
        for task in [task for key in board.dossiers for task in board.open[key]]:
            if policies.works_on(viewer, task):
                finish_on_board(board, StepDone(task.pk), viewer)
        for row, one in zip(made, parts, strict=True):
            if one.draft_id is not None:
                board.tell(DraftReceived(one.draft_id, row.pk))
        board.write()
        open_bills(bills=bills, actor=viewer, at=at)
    return made


def decline_dossier(*, dossier_id: UUID, reason: str, viewer: Viewer, at: datetime) -> Slip:
    """Do not accept a submitted dossier, with reasons on slip 03 (NĐ 61/2018/NĐ-CP, Đ.17).

    Raises:
        NotFound, NotAllowed, DossierNotNow, ReasonMissing
    """
    if not reason.strip():
        raise ReasonMissing(field="reason")
    with transaction.atomic():
        board = Board(actor=viewer.actor(), official_id=viewer.official_id, at=at)
        board.load([dossier_id])
        _require_all(board, [dossier_id], viewer)
        dossier = board.dossiers[dossier_id]
        policies.require(viewer, dossier, DECLINE)
        move(board, dossier, DECLINE, data={"reason": reason.strip()})
        slip = slip_of(board, dossier, DECLINE, reason=reason.strip())
        board.write()
    return slip


def register_on_board(
    board: Board, intakes: Sequence[Intake], viewer: Viewer, *, together: bool = False
) -> list[Dossier]:
    """Put what is handed in on the board, each with its code; the persons are kept at once.

    `together`: it is one application of one applicant, and the first dossier is the root of the others.
    """
    if not policies.receives(viewer) or any(one.agency_id != viewer.agency_id for one in intakes):
        raise NotAllowed
    checked = check_intakes(intakes, together=together, at=board.at)
    handing_in = intakes[:1] if together else intakes
    applicants = keep_parties(all_facts=[one.applicant for one in handing_in], at=board.at)
    others: list[PartyFacts] = [one.representative for one in handing_in if one.representative]
    representatives = keep_parties(all_facts=others, at=board.at)
    if together:
        checked = [(_of_same(one, intakes[0]), *of) for one, *of in checked]  # type: ignore[misc]
        applicants, representatives = applicants * len(intakes), representatives * len(intakes)
    code = viewer.agency_code
    return put_on_board(board, checked, applicants, representatives, agency_code=code, together=together)


def check_intakes(intakes: Sequence[Intake], *, together: bool = False, at: datetime) -> list[Checked]:
    """Each intake with its version and its answers as they are kept. Raises what stands against it."""
    versions, day = _offered(intakes), at.astimezone(VIETNAM).date()
    _require_parts(intakes, versions, together)
    rows = [(one, *versions[one.version_id]) for one in intakes]
    return [(one, version, checked_answers(says, one, day)) for one, version, says in rows]


def put_on_board(
    board: Board,
    checked: Sequence[Checked],
    applicants: Sequence[Party],
    representatives: Sequence[Party],
    *,
    agency_code: str,
    together: bool = False,
) -> list[Dossier]:
    """New dossiers of persons who are kept; a representative for each intake that names one, in order."""
    intakes, day = [one for one, _version, _answers in checked], board.at.astimezone(VIETNAM).date()
    _require_roots(board, intakes, applicants)
    acting = iter(representatives)
    handed_in_by = zip((party.pk for party in applicants), (one.papers for one in intakes), strict=True)
    require_usable(handed_in_by, on=day)
    agencies = Agency.objects.in_bulk({one.agency_id for one in intakes})
    codes = take_codes([one.agency_id for one in intakes], agency_code, day)
    dossiers, new = list[Dossier](), dict[tuple[UUID, str], UUID]()
    for (intake, version, answers), party, code in zip(checked, applicants, codes, strict=True):
        key = uuid7()
        dossier = new_row(
            Dossier,
            id=key,
            code=code,
            agency=agencies[intake.agency_id],
            version=version,
            channel=intake.channel,
            root_id=dossiers[0].pk if together and dossiers else intake.root_id or key,
            applicant=party,
            applicant_name=party.name,
            summary=intake.summary[:500],
            submitted_at=board.at,
        )
        dossier.application = new_row(Application, dossier=dossier, answers=answers)
        parties = [new_row(DossierParty, dossier=dossier, party=party, role=PartyRole.APPLICANT)]
        if intake.representative is not None:
            parties.append(representative_of(dossier, next(acting), intake))
        held, papers = files_of(dossier, party, intake, board.at, new)
        for document in held:
            board.add(document)
        board.add_dossier(dossier, papers, parties)
        board.say(dossier, "submit", {"code": code, "channel": intake.channel})
        dossiers.append(dossier)
    return dossiers


def accept_on_board(board: Board, viewer: Viewer, granted: Granted = NOTHING) -> list[Bill]:
    """Accept every dossier of the board; what is owed for each is to be recorded once it is written."""
    bills = fees_of(board, granted)
    directory = Directory(board.dossiers.values())
    for dossier in board.dossiers.values():
        policies.require(viewer, dossier, ACCEPT)
        calendar = board.calendar(dossier.agency_id)
        dossier.accepted_at, dossier.counted_from_at = board.at, counted_from(calendar, board.at)
        process = board.process(dossier)
        dossier.limit_minutes = _limit(board, dossier)
        dossier.due_at = add_working_minutes(calendar, dossier.counted_from_at, dossier.limit_minutes)
        answers = dossier.application.answers
        dossier.bodies = directory.bodies(dossier, process, answers)
        board.want_calendars(dossier.bodies.values())
        bills[dossier.pk] = bill = replace(bills[dossier.pk], due_at=dossier.due_at)
        dossier.fee_owed = owed_by(bill)
        move(board, dossier, ACCEPT, data={"due_at": dossier.due_at.isoformat(), "fee": dossier.fee_owed})
    for together in _applications(board):
        lines = [line for one in together for line in bills[one.pk].lines]
        slip_of(board, together[0], ACCEPT, **handed_in(board, together), reduced=reduced_in(lines))
    for dossier in board.dossiers.values():
        begin(board, dossier)
    return list(bills.values())


def _limit(board: Board, dossier: Dossier) -> int:
    """The working minutes of the law; a part of a group is not due later than the group."""
    version, root = dossier.version, board.root_of(dossier)
    own = version.limit_minutes or (version.process.minutes if version.process else 0)
    grouped = root is not dossier and board.process(root).waits_for_parts
    return min(own, root.limit_minutes or own) if grouped else own


def _require_parts(
    intakes: Sequence[Intake], versions: Mapping[UUID, tuple[ProcedureVersion, Definition]], together: bool
) -> None:
    """Raise `PartsMissing` where a group of linked procedures comes without all of them, or as a part."""
    for place, one in enumerate(intakes):
        row, says = versions[one.version_id]
        if says.process.waits_for_parts:
            wanted = LinkedPart.objects.filter(whole=row.procedure_id).select_related("part")
            parts = {each.part_id: each.part.name for each in wanted}
            others = [versions[each.version_id][0].procedure_id for each in intakes[1:]] if together else []
            if place or not parts or sorted(others) != sorted(parts):
                names = "; ".join(parts.values())
                raise PartsMissing(field="version", procedure=row.procedure.name, parts=names)


def _require_roots(board: Board, intakes: Sequence[Intake], applicants: Sequence[Party]) -> None:
    """Raise `RootUnfit` where a main dossier named is none, ended, or of another agency or applicant."""
    ids = {one.root_id for one in intakes if one.root_id is not None}
    if not ids:
        return
    board.hold_roots(ids)
    for one, party in zip(intakes, applicants, strict=True):
        if one.root_id is not None:
            root = board.roots.get(one.root_id)
            here = root is not None and root.agency_id == one.agency_id and root.applicant_id == party.pk
            if root is None or not here:
                raise RootUnfit(field="root", code=one.root_id)
            if root.root_id != root.pk or root.state not in OPEN:
                raise RootUnfit(field="root", code=root.code)


def _applications(board: Board) -> list[list[Dossier]]:
    """The dossiers of the board by application, its root first: one slip names them all.

    A dossier whose root is not accepted now stands alone.
    """
    found: dict[UUID, list[Dossier]] = {key: [row] for key, row in board.dossiers.items()}
    for key, row in board.dossiers.items():
        if row.root_id != key and row.root_id in found:
            found[row.root_id] += found.pop(key)
    return list(found.values())


def _of_same(intake: Intake, first: Intake) -> Intake:
    """The intake as one of the application of the first: of the same persons."""
    return replace(
        intake,
        applicant=first.applicant,
        representative=first.representative,
        mandate=first.mandate,
        mandate_sha256=first.mandate_sha256,
    )


def _require_all(board: Board, wanted: Collection[UUID], viewer: Viewer) -> None:
    """Raise `NotFound` where one is missing or is another agency's."""
    if len(board.dossiers) < len(set(wanted)):
        raise NotFound
    if any(dossier.agency_id != viewer.agency_id for dossier in board.dossiers.values()):
        raise NotFound


def _offered(intakes: Sequence[Intake]) -> dict[UUID, tuple[ProcedureVersion, Definition]]:
    """The versions asked for, each offered by its agency through its channel today."""
    ids = {one.version_id for one in intakes}
    versions = ProcedureVersion.objects.select_related("procedure__field").in_bulk(ids)
    offers = ServiceOffer.objects.filter(
        version__in=ids, agency__in={one.agency_id for one in intakes}, ended_at=None
    )
    offered = set(offers.values_list("agency_id", "version_id", "channel"))
    for one in intakes:
        if (one.agency_id, one.version_id, one.channel) not in offered:
            name = versions[one.version_id].procedure.name if one.version_id in versions else ""
            raise NotOffered(field="version", agency=one.agency_id, procedure=name)
    return {key: (row, definition_of(row)) for key, row in versions.items()}


def checked_answers(definition: Definition, intake: Intake, day: date) -> dict[str, object]:
    """The answers as they are kept."""
    if definition.form is None:
        return {}
    answers = whole_answers(definition.form, intake.answers, on=day)
    faults = answer_faults(definition.form, answers)
    if faults:
        labels = {key: one.label for key, one in definition.form.question.items()}
        named = "; ".join(f"{labels.get(one.question, one.question)}: {one}" for one in faults[:10])
        raise AnswersWrong(field=faults[0].question, faults=named)
    return answers


def representative_of(dossier: Dossier, party: Party, intake: Intake) -> DossierParty:
    return DossierParty(
        dossier=dossier,
        party=party,
        role=PartyRole.REPRESENTATIVE,
        mandate=intake.mandate[:500],
        mandate_file_id=intake.mandate_sha256 or None,
    )


def files_of(
    dossier: Dossier, party: Party, intake: Intake, at: datetime, taken: dict[tuple[UUID, str], UUID]
) -> tuple[list[HeldDocument], list[DossierPaper]]:
    """What was handed in, on paper and as files: the new documents of the party, and all as papers.

    `taken`: the documents that are new with this act, by party and file.
    """
    sent = [*intake.files, *(one for paper in intake.papers for one in paper.files)]
    rows = HeldDocument.objects.filter(party=party, blob__in=[one.sha256 for one in sent]) if sent else ()
    known, new = {row.blob_id: row.pk for row in rows}, list[HeldDocument]()
    known |= {sha256: key for (party_id, sha256), key in taken.items() if party_id == party.pk}
    for one in sent:
        if one.sha256 not in known:
            held = HeldDocument(
                id=uuid7(),
                party=party,
                name=one.name[:500],
                blob_id=one.sha256,
                file_name=one.file_name[:200],
                given_at=at,
            )
            known[one.sha256] = taken[party.pk, one.sha256] = held.pk
            new.append(held)
    papers = [
        DossierPaper(dossier=dossier, name=one.name[:500], held_id=known[one.sha256], given_at=at)
        for one in intake.files
    ]
    for paper in intake.papers:
        pages = [known[one.sha256] for one in paper.files]
        papers += _pages(dossier, paper, [paper.held_id, *pages] if paper.held_id else pages, at)
    return new, papers


def _pages(dossier: Dossier, paper: GivenPaper, held_ids: Sequence[UUID], at: datetime) -> list[DossierPaper]:
    """A paper with its first file, and a row for each further file; what is counted is counted once."""
    files: list[UUID | None] = list(held_ids) or [None]
    rows = [
        new_row(DossierPaper, dossier=dossier, key=paper.key, name=paper.name[:500], held_id=one, given_at=at)
        for one in files
    ]
    rows[0].originals, rows[0].copies = paper.originals, paper.copies
    return rows

"""A dossier comes in from home: submitted online, for the desk of its agency to accept or not."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from lienthong.directory.public import Agency
from lienthong.dossiers.actions.receiving import Checked, check_intakes, put_on_board
from lienthong.dossiers.board import Board
from lienthong.dossiers.contracts import DossierMoved, Intake
from lienthong.dossiers.models import Dossier, DossierParty
from lienthong.dossiers.party_refusals import GroupAtCounter
from lienthong.dossiers.refusals import NotOffered
from lienthong.dossiers.states import SUBMIT, PartyRole
from lienthong.identity.public import (
    NotAllowed,
    Party,
    PartyFacts,
    PartyKind,
    PartyNumberWrong,
    Visitor,
    correct_contacts,
    declare_party,
)
from lienthong.procedures.public import Channel, definition_of

ONLINE = frozenset({Channel.ONLINE_PART, Channel.ONLINE_WHOLE})
DIGITAL = "Ủy quyền hoặc đại diện đã xác nhận trên cổng dịch vụ công"


def submit_online(*, intake: Intake, visitor: Visitor, at: datetime) -> Dossier:
    """Take in what a person hands in online, as submitted: its agency's desk accepts it or declines.

    Who is signed in is the applicant, or acts for the party they act for, or hands in for somebody else on a
    mandate; what they say of themselves corrects how they are reached, never who they are. Who is not states
    name and number: they become a party of their own, without the number, which is kept beside the dossier
    as stated. So nobody learns or changes what is known of whom by naming their number.

    Raises:
        NotOffered: the agency does not offer it online. GroupAtCounter: a group of linked procedures comes to
        the counter. AnswersWrong, NotHeld, PartyNumberWrong, PartyNameMissing; nothing was taken in then.
    """
    with transaction.atomic():
        if intake.channel not in ONLINE:
            raise NotOffered(field="version", agency=intake.agency_id, procedure="")
        intake = _with_representative(intake, visitor)
        checked = check_intakes([intake], at=at)
        _require_alone(checked[0])
        applicant, representatives, stated = _persons(intake, visitor, at)
        board = Board(actor=visitor.actor(), official_id=None, at=at)
        code = Agency.objects.values_list("code", flat=True).get(pk=intake.agency_id)
        dossier = put_on_board(board, checked, [applicant], representatives, agency_code=code)[0]
        for row in board.parties[dossier.pk]:
            row.stated_number = stated.get(PartyRole(row.role), "")
        for party, number in _co_signers(intake, at):
            row = DossierParty(dossier=dossier, party=party, role=PartyRole.CO_SIGNER, stated_number=number)
            board.parties[dossier.pk].append(row)
            board.add(row)
        board.tell(_submitted(board, dossier))
        board.write()
    return dossier


def _co_signers(intake: Intake, at: datetime) -> list[tuple[Party, str]]:
    """Who applies together with the applicant, each with the number that nobody has proven."""
    known = Party.objects.in_bulk([one.party_id for one in intake.co_signers if one.party_id])
    return [
        (known[one.party_id], "")
        if one.party_id
        else (declare_party(facts=one.facts, at=at), one.facts.number)
        for one in intake.co_signers
    ]


def _submitted(board: Board, dossier: Dossier) -> DossierMoved:
    return DossierMoved(
        dossier.pk, dossier.code, dossier.agency_id, SUBMIT, dossier.state, "", board.actor, board.at
    )


def _require_alone(checked: Checked) -> None:
    """Raise `GroupAtCounter` for a procedure that is settled together with others."""
    _intake, version, _answers = checked
    if definition_of(version).process.waits_for_parts:
        raise GroupAtCounter(field="version", procedure=version.procedure.name)


def _with_representative(intake: Intake, visitor: Visitor) -> Intake:
    """The intake with who acts for the applicant, where the visitor acts for another party."""
    if visitor.signed_in and visitor.for_id != visitor.party_id:
        acting = PartyFacts(PartyKind.CITIZEN, visitor.party_name)
        return replace(intake, representative=acting, mandate=DIGITAL, mandate_sha256="")
    return intake


def _persons(
    intake: Intake, visitor: Visitor, at: datetime
) -> tuple[Party, list[Party], dict[PartyRole, str]]:
    """The applicant, who acts for them, and the numbers that nobody has proven."""
    said, acting = intake.applicant, intake.representative
    applicant, representative = PartyRole.APPLICANT, PartyRole.REPRESENTATIVE
    if not visitor.signed_in:
        sender = acting or said
        if not sender.number:
            raise PartyNumberWrong(field="number", number="")
        others = [declare_party(facts=acting, at=at)] if acting else []
        stated = {applicant: said.number, representative: acting.number if acting else ""}
        return declare_party(facts=said, at=at), others, stated
    known = Party.objects.select_for_update().in_bulk([visitor.party_id, visitor.for_id])
    if len(known) < len({visitor.party_id, visitor.for_id}):
        raise NotAllowed
    own, owner = known[visitor.party_id], known[visitor.for_id]
    if owner.pk != own.pk:
        return owner, [own], {}
    if acting is not None:
        return declare_party(facts=said, at=at), [own], {applicant: said.number}
    correct_contacts(own, said)
    return own, [], {}

"""Withdrawing, replacing and correcting what went inside the agency, on paper, or by several ways at once."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from lienthong.axis.public import edxml
from lienthong.directory.public import Agency, Division
from lienthong.identity.public import NotAllowed, NotFound, Role, Viewer, acting_viewer
from lienthong.identity.tests.factories import agency, official_in, viewer_in
from lienthong.kernel.blobs import open_blob
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal
from lienthong.kernel.lifting import lift
from lienthong.ledger.public import Subject, timeline
from lienthong.notifications.tests.factories import told_of
from lienthong.office import dispatch_queries, outgoing_queries, policies
from lienthong.office.actions import dispatching
from lienthong.office.actions import outgoing as actions
from lienthong.office.actions.copying import OriginalWithdrawn, copy_outgoing
from lienthong.office.actions.declaring import NobodyToReplaceFor
from lienthong.office.actions.incoming import ReasonMissing
from lienthong.office.actions.withdrawing import revoke_outgoing, take_back_outgoing
from lienthong.office.adapters.fake import FakeAxis
from lienthong.office.contracts import PaperRecord
from lienthong.office.dispatch_queries import NoLongerValid
from lienthong.office.issued_models import IssuedChange
from lienthong.office.models import OutgoingDocument
from lienthong.office.policies import Withdrawn
from lienthong.office.states import OutState
from lienthong.office.tests.factories import NOON, composition, draft
from lienthong.signing.public import ensure_agency_certificates, ensure_official_certificates
from lienthong.tasks.public import PartyKey, PartyKind, TaskStep
from lienthong.tasks.tests.factories import key_of
from lienthong.tasks.tests.factories import task as task_of

TODAY = NOON.astimezone(VIETNAM).date()
LATER = NOON + timedelta(hours=2)
CITIZEN = "Ông Nguyễn Văn A"


class Office:
    """An agency, its people, and a document issued to a division of it and to a citizen on paper."""

    def __init__(self, *recipients: Agency, **fields: Any) -> None:
        self.ours, self.axis = agency(), FakeAxis()
        ensure_agency_certificates([self.ours.id], at=NOON)
        self.leader = viewer_in(self.ours, Role.LEADER, at=NOON)
        ensure_official_certificates([self.leader.official_id or 0], at=NOON)
        self.clerk = viewer_in(self.ours, Role.CLERK, at=NOON)
        self.division = Division.objects.create(agency=self.ours, name="Phòng Kinh tế", short_name="KT")
        self.head = acting_viewer(
            official_in(self.ours, Role.SPECIALIST, Role.HEAD, division=self.division), at=NOON
        )
        self.reader = acting_viewer(official_in(self.ours, Role.SPECIALIST, division=self.division), at=NOON)
        inside = (PartyKey(PartyKind.DIVISION, self.division.id),)
        self.document = self.issue(*recipients, **{"inside": inside, "paper": (CITIZEN,), **fields})

    def issue(self, *recipients: Agency, **fields: Any) -> OutgoingDocument:
        """A document composed by the clerk, or by the specialist where it follows none, and signed."""
        if "corrects" in fields:
            made = actions.compose(
                composition=composition(*recipients, **fields), viewer=self.clerk, at=NOON, port=self.axis
            )
        else:
            made = draft(self.ours, *recipients, **fields)
        return actions.sign_and_send(outgoing_id=made.id, viewer=self.leader, at=NOON, port=self.axis)

    def revoke(self, viewer: Viewer | None = None, reason: str = "Ban hành nhầm") -> OutgoingDocument:
        """Revoke the document two hours later."""
        return revoke_outgoing(
            outgoing_id=self.document.id,
            viewer=viewer or self.leader,
            reason=reason,
            at=LATER,
            port=self.axis,
        )

    def paper(self, **fields: Any) -> Any:
        """Record a dispatch, or with `change_id` a notice, to the one who got paper."""
        facts = {"way": "post", "sent_on": TODAY, "carried_by": "Trần Thị Văn Thư", **fields}
        change = facts.pop("change_id", None)
        return dispatching.record_paper(
            outgoing_id=self.document.id,
            recipient_id=self.document.paper.get().id,
            written=PaperRecord(**facts),
            viewer=self.clerk,
            at=LATER,
            change_id=change,
        )

    def told(self, kind: str) -> set[int]:
        """The officials told so."""
        people = (self.leader, self.clerk, self.head, self.reader)
        return {row.official_id or 0 for row in people if f"office.{kind}" in told_of(row.official_id or 0)}


@pytest.fixture
def office(db: None) -> Office:
    return Office()


def test_what_never_went_over_the_axis_is_revoked_for_all_who_got_it(office: Office) -> None:
    dispatching.note_reading(outgoing=office.document, viewer=office.reader, at=NOON)
    revoked = office.revoke()
    change = IssuedChange.objects.get(document=revoked)
    assert (change.kind, change.reason, change.made_at) == ("revoke", "Ban hành nhầm", LATER)
    assert (revoked.state, revoked.withdrawn_at) == (OutState.ISSUED, LATER)
    assert office.told("withdrawn") == {office.head.official_id, office.reader.official_id}
    event = timeline(Subject("office.outgoing", str(revoked.id)))[-1]
    assert (event.verb, event.data["reason"]) == ("outgoing.revoke", "Ban hành nhầm")


def test_taking_back_is_the_clerks_too_and_revoking_the_leaders(office: Office) -> None:
    with pytest.raises(NotAllowed):
        office.revoke(office.clerk)
    with pytest.raises(ReasonMissing):
        office.revoke(reason=" ")
    take_back_outgoing(outgoing_id=office.document.id, viewer=office.clerk, reason="Gửi nhầm", at=LATER)
    assert IssuedChange.objects.get().kind == "take-back"


def test_once_withdrawn_nothing_more_can_be_declared_or_dispatched(office: Office) -> None:
    office.revoke()
    with pytest.raises(Withdrawn):
        office.revoke()
    with pytest.raises(Withdrawn):
        dispatching.dispatch_also(
            outgoing_id=office.document.id, paper=("Bà B",), viewer=office.clerk, at=LATER
        )
    for follows in ({"replaces": office.document.id}, {"corrects": office.document.id}):
        with pytest.raises(Withdrawn):
            actions.compose(composition=composition(agency(), **follows), viewer=office.clerk, at=LATER)
    document = outgoing_queries.find_outgoing(office.leader, office.document.id)
    assert not {policies.REVOKE, policies.TAKE_BACK, policies.REPLACE} & set(
        policies.allowed_acts(office.leader, document)
    )


def test_those_it_was_given_to_see_why_and_no_longer_open_it(office: Office) -> None:
    office.revoke()
    document = outgoing_queries.find_outgoing(office.reader, office.document.id)
    assert [change.reason for change in dispatch_queries.changes_of(document)] == ["Ban hành nhầm"]
    with pytest.raises(NoLongerValid):
        dispatch_queries.require_content(office.reader, document)
    dispatch_queries.require_content(office.clerk, document)
    with pytest.raises(OriginalWithdrawn):
        copy_outgoing(outgoing_id=document.id, order=None, viewer=office.clerk, at=LATER)  # type: ignore[arg-type]


def test_a_replacement_points_to_it_and_withdraws_it_without_changing_a_letter(office: Office) -> None:
    before = OutgoingDocument.objects.filter(id=office.document.id).values().get()
    new = office.issue(inside=(key_of(office.head),), paper=(CITIZEN,), replaces=office.document.id)
    change = IssuedChange.objects.get()
    assert (change.kind, change.document, change.successor) == ("replace", office.document, new)
    after = OutgoingDocument.objects.filter(id=office.document.id).values().get()
    assert after == before | {"withdrawn_at": NOON, "paper_waits_since": None}
    assert new.replaces == office.document
    assert office.head.official_id in office.told("replaced")


def test_a_correction_leaves_it_in_force_and_may_follow_another(office: Office) -> None:
    inside = (PartyKey(PartyKind.DIVISION, office.division.id),)
    made = [office.issue(inside=inside, corrects=office.document.id) for _ in range(2)]
    assert [change.successor for change in IssuedChange.objects.all()] == made
    document = outgoing_queries.find_outgoing(office.reader, office.document.id)
    assert document.withdrawn_at is None
    dispatch_queries.require_content(office.reader, document)
    assert office.head.official_id in office.told("corrected")
    shown = dispatch_queries.readable_among(office.reader, [row.id for row in made])
    assert shown == {row.id for row in made}


def test_over_the_axis_a_correction_names_what_it_corrects(db: None) -> None:
    theirs = agency()
    office = Office(theirs)
    correction = office.issue(theirs, corrects=office.document.id)
    assert correction.edxml is not None
    packet = edxml.parse_packet(lift(open_blob(correction.edxml)))
    assert packet.business == edxml.Business.NEW
    assert [named.document_id for named in packet.responses] == [office.document.document_code]


def test_a_draft_that_follows_what_is_withdrawn_meanwhile_is_not_signed(office: Office) -> None:
    late = draft(office.ours, paper=(CITIZEN,), replaces=office.document.id)
    office.revoke()
    with pytest.raises(Withdrawn):
        actions.sign_and_send(outgoing_id=late.id, viewer=office.leader, at=LATER, port=office.axis)
    assert OutgoingDocument.objects.get(id=late.id).state == OutState.DRAFT


def test_with_mixed_recipients_all_are_withdrawn_from_or_only_those_chosen(db: None) -> None:
    first, second = agency(), agency()
    office = Office(first, second)
    some = {"outgoing_id": office.document.id, "viewer": office.leader, "at": LATER, "port": office.axis}
    take_back_outgoing(reason="Gửi nhầm nơi nhận", recipients=[first.id], **some)  # type: ignore[arg-type]
    assert not IssuedChange.objects.exists()
    take_back_outgoing(reason="Sai căn cứ", **some)  # type: ignore[arg-type]
    assert IssuedChange.objects.get().reason == "Sai căn cứ"
    assert set(office.document.recipients.values_list("status", flat=True)) == {"WD"}
    # The recipients over the axis may be asked again; to the others it is said once.
    office.revoke()
    assert IssuedChange.objects.count() == 1
    assert office.told("withdrawn")


def test_a_replacement_of_what_agencies_hold_goes_to_one_of_them(db: None) -> None:
    office = Office(agency())
    with pytest.raises(NobodyToReplaceFor):
        office.issue(paper=(CITIZEN,), replaces=office.document.id)
    assert not IssuedChange.objects.exists()


def test_paper_recipients_get_a_recorded_notice(office: Office) -> None:
    with pytest.raises(NotFound):
        office.paper(change_id=1)
    office.paper()
    change = IssuedChange.objects.get(document=office.revoke())
    (row,) = dispatch_queries.paper_of(office.document, [change])
    assert [(notice.change, notice.last) for notice in row.notices] == [(change, None)]
    office.paper(change_id=change.id, way="hand")
    with pytest.raises(ReasonMissing):
        office.paper(change_id=change.id)
    office.paper(change_id=change.id, reason="Ghi nhầm cách gửi")
    (row,) = dispatch_queries.paper_of(office.document, [change])
    assert row.last is not None
    assert (row.last.sequence, row.last.change) == (1, None)
    (notice,) = row.notices
    assert notice.last is not None
    assert (notice.last.sequence, notice.last.way, notice.last.reason) == (3, "post", "Ghi nhầm cách gửi")


def test_no_notice_goes_to_whoever_got_no_paper_and_no_paper_goes_any_more(office: Office) -> None:
    change = IssuedChange.objects.get(document=office.revoke())
    (row,) = dispatch_queries.paper_of(office.document, [change])
    assert row.notices == []
    with pytest.raises(Withdrawn):
        office.paper()


def test_the_task_it_reports_on_is_told(db: None) -> None:
    ours = agency()
    lead, giver = viewer_in(ours, Role.SPECIALIST), viewer_in(ours, Role.LEADER)
    given = task_of(giver, lead)
    office = Office()
    OutgoingDocument.objects.filter(id=office.document.id).update(task=given)
    office.revoke()
    step = TaskStep.objects.get(task=given, verb="document-changed")
    assert step.text.endswith("Ban hành nhầm")
    assert (step.link_kind, step.link_id) == ("office.outgoing", str(office.document.id))
    for viewer in (lead, giver):
        assert "tasks.document-changed" in told_of(viewer.official_id or 0)


@pytest.mark.parametrize(
    "change",
    [
        "subject = 'khác'",
        "code = '99/X'",
        "state = 'draft'",
        "replaces_id = id",
        "urgency = 3",
        "edxml_id = NULL, state = 'issued'",
        "withdrawn_at = NULL",
    ],
)
def test_the_database_refuses_to_change_an_issued_document(change: str, db: None) -> None:
    office = Office(agency())
    take_back_outgoing(
        outgoing_id=office.document.id, viewer=office.leader, reason="x", at=LATER, port=office.axis
    )
    with (
        pytest.raises(DatabaseError, match="never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            f"UPDATE office_outgoingdocument SET {change} WHERE id = %s",
            [office.document.id],
        )


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM office_outgoingdocument",
        "DELETE FROM office_issuedchange",
        "UPDATE office_issuedchange SET reason = 'khác'",
        "INSERT INTO office_annex (outgoing_id, position, name, given_id, added_by_id, added_at) "
        "SELECT o.id, 1, 'Phụ lục', d.pdf_id, o.prepared_by_id, now() "
        "FROM office_outgoingdocument o JOIN documents_officialdocument d ON d.id = o.document_id",
    ],
)
def test_the_database_refuses_to_remove_it_or_what_was_declared_and_to_add_an_annex(
    office: Office, statement: str
) -> None:
    office.revoke()
    with (
        pytest.raises(DatabaseError, match="never change"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_withdraw_at_once_one_is_told() -> None:
    office = Office()
    ready, outcomes = threading.Barrier(2), []

    def withdraw() -> None:
        ready.wait()
        try:
            office.revoke()
            outcomes.append("revoked")
        except Refusal as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=withdraw) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["document-withdrawn", "revoked"]
    assert IssuedChange.objects.count() == 1

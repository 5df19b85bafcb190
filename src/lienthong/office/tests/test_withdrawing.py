"""Withdrawing and replacing what was sent: from all or some, and how each recipient stands afterwards."""

from __future__ import annotations

from uuid import UUID

import pytest

from lienthong.axis.public import InProcessAxis, Serves, StatusReport, connect_system, edxml
from lienthong.directory.public import Agency
from lienthong.identity.public import NotAllowed, NotFound, Role, Viewer
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.ledger.public import Actor, Subject, timeline
from lienthong.office.actions.declaring import NobodyToReplaceFor
from lienthong.office.actions.incoming import ReasonMissing
from lienthong.office.actions.outgoing import sign_and_send
from lienthong.office.actions.withdrawing import (
    AxisAway,
    NotSentThere,
    revoke_outgoing,
    take_back_outgoing,
)
from lienthong.office.adapters.fake import FakeAxis
from lienthong.office.models import OutgoingDocument
from lienthong.office.policies import NotNow
from lienthong.office.ports import AxisPort
from lienthong.office.tests.factories import NOON, draft
from lienthong.signing.public import ensure_agency_certificates, ensure_official_certificates, verify_packet

TEST = Actor(kind="job", id="test", name="test")


def in_process(ours: Agency) -> AxisPort:
    system, _credentials = connect_system(name="Test", agency=ours, serves=Serves.ALL, actor=TEST, at=NOON)
    return InProcessAxis(lambda: system)


class Sent:
    """A document that was sent to two agencies; `held` has registered it."""

    def __init__(self, axis: AxisPort, ours: Agency) -> None:
        self.axis, self.ours = axis, ours
        self.held, self.away = agency(), agency()
        ensure_agency_certificates([ours.id], at=NOON)
        self.leader = viewer_in(ours, Role.LEADER)
        ensure_official_certificates([self.leader.official_id or 0], at=NOON)
        document = draft(ours, self.held, self.away)
        self.document = sign_and_send(outgoing_id=document.id, viewer=self.leader, at=NOON, port=axis)
        codes = {self.held.code, self.held.old_code}
        item = next(row for row in axis.inbox(at=NOON).items if row.recipient.code in codes)
        self.delivery = str(item.delivery_id)
        axis.report_status(self.delivery, StatusReport("03", NOON), at=NOON)

    def take_back(self, *recipients: int, reason: str = "Gửi nhầm") -> OutgoingDocument:
        return take_back_outgoing(
            outgoing_id=self.document.id,
            viewer=self.leader,
            reason=reason,
            recipients=recipients,
            at=NOON,
            port=self.axis,
        )

    def revoke(self, *recipients: int, viewer: Viewer | None = None) -> OutgoingDocument:
        return revoke_outgoing(
            outgoing_id=self.document.id,
            viewer=viewer or self.leader,
            reason="Sai thể thức",
            recipients=recipients,
            at=NOON,
            port=self.axis,
        )

    def replace(self, *recipients: Agency) -> OutgoingDocument:
        """A document that takes the place of this one."""
        new = draft(self.ours, *recipients, replaces=self.document.id)
        return sign_and_send(outgoing_id=new.id, viewer=self.leader, at=NOON, port=self.axis)

    def standing(self) -> dict[int, tuple[str, str, str]]:
        rows = self.document.recipients.values_list("agency_id", "status", "change_state", "change_note")
        return {row[0]: row[1:] for row in rows}


@pytest.fixture(params=["fake", "in_process"])
def sent(request: pytest.FixtureRequest, transactional_db: None) -> Sent:
    ours = agency()
    return Sent(FakeAxis() if request.param == "fake" else in_process(ours), ours)


def test_each_recipient_stands_where_the_take_back_left_it(sent: Sent) -> None:
    sent.take_back()
    standing = sent.standing()
    assert standing[sent.away.id][:2] == ("WD", "accepted")
    assert standing[sent.held.id] == ("03", "pending", "Gửi nhầm")
    events = timeline(Subject("office.outgoing", str(sent.document.id)))
    assert (events[-1].verb, events[-1].data["reason"]) == ("outgoing.take-back", "Gửi nhầm")


def test_some_recipients_may_be_chosen(sent: Sent) -> None:
    sent.take_back(sent.away.id)
    assert sent.standing()[sent.held.id] == ("03", "", "")


@pytest.mark.parametrize(
    ("code", "left"), [("15", ("WD", "accepted", "Đã hủy")), ("16", ("03", "refused", "Đã hủy"))]
)
def test_the_answer_is_seen_beside_the_recipient(sent: Sent, code: str, left: tuple[str, str, str]) -> None:
    sent.take_back()
    sent.axis.report_status(sent.delivery, StatusReport(code, NOON, "Đã hủy"), at=NOON)
    sent.take_back(sent.away.id)  # reads the states again, as `refresh_recipients` does
    assert sent.standing()[sent.held.id] == left


def test_a_take_back_that_breaks_a_rule_is_refused(sent: Sent) -> None:
    with pytest.raises(ReasonMissing):
        sent.take_back(reason=" ")
    with pytest.raises(NotSentThere):
        sent.take_back(agency().id)
    specialist = viewer_in(sent.ours, Role.SPECIALIST)
    OutgoingDocument.objects.update(prepared_by_id=specialist.official_id)
    with pytest.raises(NotAllowed):
        take_back_outgoing(
            outgoing_id=sent.document.id, viewer=specialist, reason="x", at=NOON, port=sent.axis
        )
    assert sent.standing()[sent.away.id] == ("", "", "")


def test_a_revocation_is_sealed_names_the_document_and_carries_no_file(sent: Sent) -> None:
    sent.revoke()
    [asked] = sent.axis.changes(at=NOON).items
    assert (asked.kind, asked.reason) == ("revoke", "Sai thể thức")
    xml = sent.axis.packet(str(asked.asking_delivery_id), at=NOON)
    packet = edxml.parse_packet(xml)
    assert (packet.business, packet.business_document_id) == (edxml.Business.REVOKE, asked.document_id)
    assert (packet.attachments, len(packet.recipients)) == ((), 2)
    assert verify_packet(xml, at=NOON).signed_by(sent.ours.id)
    standing = sent.standing()
    assert standing[sent.away.id][:2] == ("WD", "accepted")
    assert standing[sent.held.id] == ("03", "pending", "Sai thể thức")
    assert timeline(Subject("office.outgoing", str(sent.document.id)))[-1].verb == "outgoing.revoke"


def test_a_revocation_goes_to_those_chosen_and_is_the_leaders(sent: Sent) -> None:
    with pytest.raises(NotAllowed):
        sent.revoke(viewer=viewer_in(sent.ours, Role.CLERK))
    sent.revoke(sent.away.id)
    assert sent.standing()[sent.held.id] == ("03", "", "")


def test_a_replacement_withdraws_the_document_where_both_go(sent: Sent) -> None:
    other = agency()
    new = sent.replace(sent.held, other)
    assert new.replaces_id == sent.document.id
    [asked] = sent.axis.changes(at=NOON).items
    assert (asked.kind, asked.delivery_id) == ("replace", UUID(sent.delivery))
    items = {item.packet_id: item for item in sent.axis.inbox(at=NOON).items}
    item = items[UUID(new.packet_id)]
    assert (item.business, item.about_document_id) == (3, asked.document_id)
    state = sent.axis.packet_state(sent.document.packet_id, at=NOON)
    assert [row.state for row in state.requests] == ["pending"]


def test_a_replacement_for_nobody_who_got_the_document_is_refused(sent: Sent) -> None:
    with pytest.raises(NobodyToReplaceFor):
        sent.replace(agency())


def test_only_what_was_sent_is_replaced(sent: Sent) -> None:
    unsent = draft(sent.ours, sent.away)
    with pytest.raises(NotNow):
        draft(sent.ours, sent.away, replaces=unsent.id)
    with pytest.raises(NotFound):
        draft(agency(), sent.away, replaces=sent.document.id)


@pytest.mark.django_db
def test_a_draft_is_not_taken_back_and_an_axis_that_is_away_is_said_so() -> None:
    ours, axis = agency(), FakeAxis()
    leader = viewer_in(ours, Role.LEADER)
    document = draft(ours, agency())
    with pytest.raises(NotNow):
        take_back_outgoing(outgoing_id=document.id, viewer=leader, reason="x", at=NOON, port=axis)
    away = FakeAxis(failures=0)
    sent = Sent(away, agency())
    away.failures = 1
    with pytest.raises(AxisAway):
        sent.take_back()
    away.failures = 1
    with pytest.raises(AxisAway):
        sent.revoke()
    assert sent.standing()[sent.away.id] == ("", "", "")

"""Taking back what was sent: from all or some, and how each recipient stands afterwards."""

from __future__ import annotations

import pytest

from lienthong.axis.public import Serves, StatusReport, connect_system
from lienthong.directory.public import Agency
from lienthong.identity.public import NotAllowed, Role
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.ledger.public import Actor, Subject, timeline
from lienthong.office.actions.incoming import ReasonMissing
from lienthong.office.actions.outgoing import sign_and_send
from lienthong.office.actions.taking_back import AxisAway, NotSentThere, take_back_outgoing
from lienthong.office.adapters.axis_in_process import InProcessAxis
from lienthong.office.adapters.fake import FakeAxis
from lienthong.office.models import OutgoingDocument
from lienthong.office.policies import NotNow
from lienthong.office.ports import AxisPort
from lienthong.office.tests.factories import NOON, draft
from lienthong.signing.public import ensure_agency_certificates, ensure_official_certificates

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
    assert sent.standing()[sent.away.id] == ("", "", "")

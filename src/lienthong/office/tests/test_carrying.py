"""A task that a document carries to an agency: given on issue, moved by statuses, answered by a reply."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from lienthong.axis.public import StatusReport, edxml
from lienthong.directory.public import Agency
from lienthong.identity.public import NotFound, Role, Viewer
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.office.actions.collecting import collect_inbox
from lienthong.office.actions.directing import direct_document
from lienthong.office.actions.outgoing import compose, sign_and_send
from lienthong.office.actions.registering import register_incoming
from lienthong.office.actions.sending import note_withdrawn, refresh_recipients
from lienthong.office.adapters.fake import FakeAxis
from lienthong.office.models import IncomingDocument, OutgoingDocument
from lienthong.office.queries import incoming_of
from lienthong.office.states import State
from lienthong.office.tests.factories import NOON, assigned_document, composition, direction
from lienthong.office.tests.packets import sent_packet
from lienthong.signing.public import ensure_agency_certificates, ensure_official_certificates
from lienthong.tasks.public import Task, TaskState, accept_product, cancel_task, finish_task

pytestmark = pytest.mark.django_db
DUE = date(2026, 3, 4)


class Place:
    """An agency with a leader who signs and a specialist who leads a task made of a document."""

    def __init__(self) -> None:
        self.agency = agency()
        self.leader = viewer_in(self.agency, Role.LEADER, at=NOON)
        self.lead = viewer_in(self.agency, Role.SPECIALIST, at=NOON)
        ensure_agency_certificates([self.agency.id], at=NOON)
        ensure_official_certificates([self.leader.official_id or 0], at=NOON)

    def task(self, **fields: Any) -> Task:
        document = assigned_document(self.agency, self.lead, state=State.IN_PROGRESS, **fields)
        assert document.task is not None
        return document.task

    def send(self, axis: FakeAxis, task: Task, *recipients: Agency, **fields: Any) -> OutgoingDocument:
        values = {"task": task.id, "steering_type": 1, "due_on": DUE, **fields}
        draft = compose(composition=composition(*recipients, **values), viewer=self.lead, at=NOON)
        return sign_and_send(outgoing_id=draft.id, viewer=self.leader, at=NOON, port=axis)


def _sub_tasks(task: Task) -> list[Task]:
    return list(Task.objects.filter(parent=task).order_by("id"))


def _reply(axis: FakeAxis, sender: Agency, to: Agency, answered: OutgoingDocument, **changes: Any) -> str:
    named = edxml.ResponseFor(organ_id=to.old_code, code=answered.code, document_id=answered.document_code)
    given = {"steering": edxml.Steering.REPORT, "responses": (named,), **changes}
    return sent_packet(axis, to, sender=sender, **given)


def test_on_issue_each_recipient_gets_a_sub_task_and_the_packet_says_directive_and_day() -> None:
    ours, theirs, axis = Place(), [agency(), agency()], FakeAxis()
    task = ours.task()
    sent = ours.send(axis, task, *theirs)
    content = axis.packets[UUID(sent.packet_id)].content
    assert (content.steering, content.due_on) == (edxml.Steering.DIRECTIVE, DUE)
    made = _sub_tasks(task)
    assert {child.lead.agency_id for child in made} == {place.id for place in theirs}
    assert {child.given_by_id for child in made} == {ours.lead.official_id}
    assert {child.due_at for child in made} == {NOON.replace(day=4, hour=17)}
    assert {row.task_id for row in sent.recipients.all()} == {child.id for child in made}


def test_statuses_move_the_sub_task_also_when_asked_for_at_a_distant_axis() -> None:
    ours, theirs, axis = Place(), agency(), FakeAxis()
    task = ours.task()
    sent = ours.send(axis, task, theirs)
    [child] = _sub_tasks(task)
    [item] = axis.inbox(at=NOON).items
    for code, state in (
        ("03", TaskState.GIVEN),
        ("04", TaskState.GIVEN),
        ("05", TaskState.IN_PROGRESS),
        ("06", TaskState.REPORTED),
    ):
        axis.report_status(str(item.delivery_id), StatusReport(code=code, at=NOON, description="Đủ"), at=NOON)
        refresh_recipients(at=NOON, port=axis)
        child.refresh_from_db()
        assert child.state == state, code
    assert child.product_note == "Đủ"
    accept_product(task_id=child.id, viewer=ours.lead, at=NOON)
    assert finish_task(task_id=task.id, note="Xong", viewer=ours.lead, at=NOON).closed_at == NOON
    assert sent.recipients.get().task_id == child.id


def test_a_withdrawn_document_takes_its_sub_task_along() -> None:
    ours, theirs, axis = Place(), agency(), FakeAxis()
    task = ours.task()
    sent = ours.send(axis, task, theirs)
    note_withdrawn(packet_id=UUID(sent.packet_id), recipients=[theirs.id], kind="revoke", at=NOON)
    assert [child.state for child in _sub_tasks(task)] == [TaskState.CANCELLED]


def test_the_agencys_report_is_tied_to_the_sub_task_and_seen_by_who_leads_above() -> None:
    ours, theirs, axis = Place(), agency(), FakeAxis()
    task = ours.task()
    sent = ours.send(axis, task, theirs)
    packet_id = _reply(axis, theirs, ours.agency, sent)
    collect_inbox(at=NOON, port=axis)
    [child] = _sub_tasks(task)
    reply = IncomingDocument.objects.get(packet_id=packet_id)
    assert reply.answers_task_id == child.id
    assert child.state == TaskState.REPORTED
    assert [step.link_id for step in child.steps.all() if step.verb == "reply"] == [str(reply.id)]
    assert incoming_of(ours.lead).filter(id=reply.id).exists()


def test_an_answer_that_is_no_report_is_tied_and_ends_nothing() -> None:
    ours, theirs, axis = Place(), agency(), FakeAxis()
    task = ours.task()
    sent = ours.send(axis, task, theirs)
    _reply(axis, theirs, ours.agency, sent, steering=edxml.Steering.NONE)
    collect_inbox(at=NOON, port=axis)
    [child] = _sub_tasks(task)
    assert (child.state, child.steps.filter(verb="reply").count()) == (TaskState.GIVEN, 1)


def test_who_did_not_get_the_document_answers_nothing_by_naming_it() -> None:
    ours, theirs, axis = Place(), agency(), FakeAxis()
    task = ours.task()
    sent = ours.send(axis, task, theirs)
    stranger = agency()
    _reply(axis, stranger, ours.agency, sent)
    _reply(axis, theirs, agency(), sent)
    collect_inbox(at=NOON, port=axis)
    [child] = _sub_tasks(task)
    assert (child.state, child.steps.filter(verb="reply").count()) == (TaskState.GIVEN, 0)
    assert not IncomingDocument.objects.exclude(answers_task=None).exists()


def test_a_report_names_the_document_that_directed() -> None:
    ours, above, axis = Place(), agency(), FakeAxis()
    task = ours.task(
        document_code="000.00.00.G22,2026/03/01,7/VPCP",
        sender_code=above.old_code,
        code="7/VPCP",
        steering_type=1,
    )
    sent = ours.send(axis, task, above, steering_type=2, due_on=None)
    content = axis.packets[UUID(sent.packet_id)].content
    assert content.steering == edxml.Steering.REPORT
    assert [(named.organ_id, named.document_id) for named in content.responses] == [
        (above.old_code, "000.00.00.G22,2026/03/01,7/VPCP")
    ]
    assert _sub_tasks(task) == []
    assert task.steps.filter(verb="sent").count() == 1


def test_directive_and_report_go_round_between_two_offices() -> None:
    above, below, axis = Place(), Place(), FakeAxis()
    top = above.task()
    above.send(axis, top, below.agency)
    collect_inbox(at=NOON, port=axis)
    received = IncomingDocument.objects.get(agency=below.agency, steering_type=1)
    clerk = viewer_in(below.agency, Role.CLERK, at=NOON)
    # The document's PDF is signed by an authority of the tests, so what counts here is the link alone.
    IncomingDocument.objects.filter(id=received.id).update(authentic=True, state=State.ARRIVED)
    register_incoming(document_id=received.id, viewer=clerk, at=NOON)
    from_there = _directed(received, below)
    below.send(axis, from_there, above.agency, steering_type=2, due_on=None)
    collect_inbox(at=NOON, port=axis)
    [child] = _sub_tasks(top)
    assert child.state == TaskState.REPORTED


def _directed(document: IncomingDocument, place: Place) -> Task:
    done = direct_document(
        document_id=document.id, viewer=place.leader, direction=direction(place.lead), at=NOON
    )
    assert done.task is not None
    return done.task


def test_only_the_lead_carries_the_task_on_and_only_while_it_runs() -> None:
    ours, theirs, axis = Place(), agency(), FakeAxis()
    task = ours.task()
    fields: dict[str, Any] = {"task": task.id, "steering_type": 1}
    stranger = viewer_in(ours.agency, Role.SPECIALIST, at=NOON)
    with pytest.raises(NotFound):
        compose(composition=composition(theirs, **fields), viewer=stranger, at=NOON)
    draft = compose(composition=composition(theirs, **fields), viewer=ours.lead, at=NOON)
    boss: Viewer = viewer_in(ours.agency, Role.LEADER, at=NOON)
    cancel_task(task_id=task.id, reason="Thôi", viewer=boss, at=NOON)
    with pytest.raises(Exception, match=r"trạng thái"):
        sign_and_send(outgoing_id=draft.id, viewer=ours.leader, at=NOON, port=axis)
    draft.refresh_from_db()
    assert (draft.state, axis.packets) == ("draft", {})

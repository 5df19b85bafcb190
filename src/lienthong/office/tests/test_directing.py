"""A leader directs a document, a task is made of it, and the document follows the task."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from lienthong.directory.public import Division
from lienthong.identity.public import NotAllowed, NotFound, Role, Viewer
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.kernel.blobs import read_blob
from lienthong.office.actions.changes import accept_change
from lienthong.office.actions.directing import AlreadyDirected, direct_document
from lienthong.office.models import IncomingDocument, RequestedChange
from lienthong.office.policies import NotNow
from lienthong.office.states import State
from lienthong.office.tests.factories import NOON, assigned_document, direction, incoming_document
from lienthong.tasks.public import (
    Direction,
    NotOfThisAgency,
    Part,
    Task,
    TaskParty,
    TaskState,
    accept_product,
    ask_extension,
    cancel_task,
    decide_extension,
    direct_again,
    finish_task,
    hand_on,
    return_task,
    send_back,
    start_task,
)
from lienthong.tasks.tests.factories import key_of

pytestmark = pytest.mark.django_db


def _codes(document: IncomingDocument) -> list[str]:
    return list(document.statuses.order_by("id").values_list("code", flat=True))


def _directed(lead: Viewer | Division, leader: Viewer, **fields: Any) -> tuple[IncomingDocument, Task]:
    document = incoming_document(
        IncomingDocument._meta.get_field("agency").related_model.objects.get(id=leader.agency_id),
        state=State.REGISTERED,
    )
    given = Direction(**{"text": "Giao", "lead": key_of(lead), "acceptance": False, **fields})
    document = direct_document(document_id=document.id, viewer=leader, direction=given, at=NOON)
    assert document.task is not None
    return document, document.task


def test_directing_makes_a_task_with_one_lead_and_tells_the_sender_04() -> None:
    ours = agency()
    leader, lead, other = (viewer_in(ours, role) for role in (Role.LEADER, Role.SPECIALIST, Role.SPECIALIST))
    document, task = _directed(lead, leader, cooperating=(key_of(other),), informed=(key_of(leader),))
    assert document.state == State.ASSIGNED
    assert (task.source_kind, task.source_id) == ("office.incoming", str(document.id))
    assert document.code in task.source_label
    parts = dict(TaskParty.objects.filter(task=task).values_list("official_id", "part"))
    assert parts == {
        lead.official_id: Part.LEAD,
        other.official_id: Part.COOPERATING,
        leader.official_id: Part.INFORMED,
    }
    assert list(document.statuses.values_list("code", "staff")) == [("04", lead.name)]


def test_a_refused_direction_leaves_nothing() -> None:
    ours = agency()
    leader, stranger = viewer_in(ours, Role.LEADER), viewer_in(agency(), Role.SPECIALIST)
    document = incoming_document(ours, state=State.REGISTERED)
    with pytest.raises(NotOfThisAgency):
        direct_document(document_id=document.id, viewer=leader, direction=direction(stranger), at=NOON)
    document.refresh_from_db()
    assert (document.state, document.task, _codes(document)) == (State.REGISTERED, None, [])
    assert not Task.objects.exists()


def test_a_second_leader_is_told_who_directed() -> None:
    ours = agency()
    first, second, lead = (viewer_in(ours, role) for role in (Role.LEADER, Role.LEADER, Role.SPECIALIST))
    document, _task = _directed(lead, first)
    with pytest.raises(AlreadyDirected) as refusal:
        direct_document(document_id=document.id, viewer=second, direction=direction(lead), at=NOON)
    said = refusal.value.say("vi")
    assert first.name in said
    assert lead.name in said


@pytest.mark.parametrize("role", [Role.CLERK, Role.AUDITOR, Role.SPECIALIST])
def test_only_a_leader_directs(role: Role) -> None:
    ours = agency()
    lead = viewer_in(ours, Role.SPECIALIST)
    document = incoming_document(ours, state=State.REGISTERED)
    with pytest.raises((NotAllowed, NotFound)):
        direct_document(
            document_id=document.id, viewer=viewer_in(ours, role), direction=direction(lead), at=NOON
        )


def test_what_is_not_registered_is_not_directed() -> None:
    ours = agency()
    document = incoming_document(ours)
    with pytest.raises(NotNow):
        direct_document(
            document_id=document.id,
            viewer=viewer_in(ours, Role.LEADER),
            direction=direction(viewer_in(ours, Role.SPECIALIST)),
            at=NOON,
        )


def test_without_a_deadline_the_senders_wish_counts_and_a_past_wish_does_not() -> None:
    ours = agency()
    leader, lead = viewer_in(ours, Role.LEADER), viewer_in(ours, Role.SPECIALIST)
    asked = incoming_document(ours, state=State.REGISTERED, asked_by_on=date(2026, 3, 20))
    past = incoming_document(ours, state=State.REGISTERED, asked_by_on=date(2026, 2, 20))
    due = [
        direct_document(document_id=document.id, viewer=leader, direction=direction(lead), at=NOON).due_at
        for document in (asked, past)
    ]
    assert due[0] == NOON.replace(day=20, hour=17)
    assert due[1] is not None
    assert due[1] > NOON


def test_an_urgent_document_is_due_sooner_than_an_ordinary_one() -> None:
    ours = agency()
    leader, lead = viewer_in(ours, Role.LEADER), viewer_in(ours, Role.SPECIALIST)
    due = []
    for urgency in (3, 2, 1, 0):
        document = incoming_document(ours, state=State.REGISTERED, urgency=urgency)
        done = direct_document(document_id=document.id, viewer=leader, direction=direction(lead), at=NOON)
        due.append(done.due_at)
    assert due == sorted(due)  # type: ignore[type-var]
    assert len(set(due)) == 4


def test_the_document_follows_its_task_and_the_sender_hears_05_and_06() -> None:
    ours = agency()
    lead = viewer_in(ours, Role.SPECIALIST)
    document = assigned_document(ours, lead)
    assert document.task_id is not None
    start_task(task_id=document.task_id, viewer=lead, at=NOON)
    document.refresh_from_db()
    assert (document.state, _codes(document)) == (State.IN_PROGRESS, ["05"])
    finish_task(
        task_id=document.task_id,
        viewer=lead,
        note="Đã báo cáo",
        product=[b"words"],
        product_name="bc.txt",
        at=NOON,
    )
    document.refresh_from_db()
    assert (document.state, document.product_note) == (State.FINISHED, "Đã báo cáo")
    assert document.product is not None
    assert read_blob(document.product) == b"words"
    assert _codes(document) == ["05", "06"]


def test_where_the_leader_looks_at_the_result_06_waits_for_acceptance() -> None:
    ours = agency()
    leader, lead = viewer_in(ours, Role.LEADER), viewer_in(ours, Role.SPECIALIST)
    document, task = _directed(lead, leader, acceptance=True)
    start_task(task_id=task.id, viewer=lead, at=NOON)
    finish_task(task_id=task.id, viewer=lead, note="Lần 1", at=NOON)
    send_back(task_id=task.id, viewer=leader, reason="Thiếu số liệu", at=NOON)
    finish_task(task_id=task.id, viewer=lead, note="Lần 2", at=NOON)
    assert _codes(document) == ["04", "05"]
    accept_product(task_id=task.id, viewer=leader, at=NOON)
    document.refresh_from_db()
    assert (document.state, document.product_note) == (State.FINISHED, "Lần 2")
    assert _codes(document) == ["04", "05", "06"]


def test_handing_on_and_directing_again_tell_the_sender_nothing_twice() -> None:
    ours = agency()
    leader, lead, next_lead = (
        viewer_in(ours, role) for role in (Role.LEADER, Role.SPECIALIST, Role.SPECIALIST)
    )
    document, task = _directed(lead, leader)
    start_task(task_id=task.id, viewer=lead, at=NOON)
    hand_on(task_id=task.id, to=key_of(next_lead), reason="Đúng chuyên môn", viewer=lead, at=NOON)
    start_task(task_id=task.id, viewer=next_lead, at=NOON)
    return_task(task_id=task.id, reason="Không thuộc thẩm quyền", viewer=next_lead, at=NOON)
    again = Direction("Giao lại", key_of(lead), due_at=NOON + timedelta(days=30))
    direct_again(task_id=task.id, direction=again, viewer=leader, at=NOON)
    document.refresh_from_db()
    assert (document.state, document.due_at) == (State.IN_PROGRESS, NOON + timedelta(days=30))
    assert _codes(document) == ["04", "05"]


def test_time_granted_moves_the_documents_deadline() -> None:
    ours = agency()
    leader, lead = viewer_in(ours, Role.LEADER), viewer_in(ours, Role.SPECIALIST)
    document, task = _directed(lead, leader, working_days=1)
    later = task.due_at + timedelta(days=7)
    ask_extension(task_id=task.id, due_at=later, reason="Chờ số liệu", viewer=lead, at=NOON)
    decide_extension(task_id=task.id, granted=True, viewer=leader, at=NOON)
    document.refresh_from_db()
    assert document.due_at == later


def test_calling_a_task_off_ends_the_document_and_says_why() -> None:
    ours = agency()
    leader, lead = viewer_in(ours, Role.LEADER), viewer_in(ours, Role.SPECIALIST)
    document, task = _directed(lead, leader)
    cancel_task(task_id=task.id, reason="Chỉ để biết", viewer=leader, at=NOON)
    document.refresh_from_db()
    assert (document.state, document.product_note) == (State.FINISHED, "Chỉ để biết")
    assert _codes(document) == ["04", "05", "06"]


def test_a_withdrawn_document_closes_its_task() -> None:
    ours = agency()
    leader, lead = viewer_in(ours, Role.LEADER), viewer_in(ours, Role.SPECIALIST)
    document, task = _directed(lead, leader)
    RequestedChange.objects.create(
        document=document,
        request_id="r1",
        kind="revoke",
        sequence=1,
        sender_name="x",
        reason="Gửi nhầm",
        asked_at=NOON,
        authentic=True,
    )
    accept_change(document_id=document.id, viewer=viewer_in(ours, Role.CLERK), at=NOON)
    task.refresh_from_db()
    document.refresh_from_db()
    assert (document.state, task.state, task.reason) == (State.WITHDRAWN, TaskState.CANCELLED, "Gửi nhầm")
    assert _codes(document) == ["04", "15"]


def test_former_assignments_become_tasks_once_however_often_they_are_moved() -> None:
    """The tables of the former release are still there; the migration's own function moves their rows."""
    from importlib import import_module

    migration = import_module("lienthong.office.migrations.0005_tasks")
    ours = agency()
    leader, lead, other = (viewer_in(ours, role) for role in (Role.LEADER, Role.SPECIALIST, Role.SPECIALIST))
    states = (State.ASSIGNED, State.IN_PROGRESS, State.FINISHED)
    documents = [incoming_document(ours, state=state, due_at=NOON) for state in states]
    with connection.cursor() as cursor:
        for document in documents:
            cursor.execute(
                "INSERT INTO office_directive (document_id, text, leader_id, leader_title, written_at) "
                "VALUES (%s, 'Giao', %s, 'Chủ tịch', %s) RETURNING id",
                [document.id, leader.official_id, NOON],
            )
            directive = cursor.fetchone()[0]
            for viewer, part in ((lead, "lead"), (other, "co-operating")):
                cursor.execute(
                    "INSERT INTO office_assignment (document_id, directive_id, official_id, post_id, part) "
                    "VALUES (%s, %s, %s, %s, %s)",
                    [document.id, directive, viewer.official_id, viewer.post_id, part],
                )
    with connection.schema_editor() as editor:
        migration.move_assignments(None, editor)
        migration.move_assignments(None, editor)
    found = {task.id: task for task in Task.objects.all()}
    assert [found[document.id].state for document in documents] == ["given", "in-progress", "accepted"]
    for document in documents:
        document.refresh_from_db()
        assert document.task_id == document.id
        assert found[document.id].lead.official_id == lead.official_id
        assert found[document.id].parties.count() == 2
        steps = list(found[document.id].steps.values_list("text", "actor_name", "actor_title"))
        assert steps == [("Giao", leader.name, "Chủ tịch")]

"""Who is told of what happens to a task, in the transaction of it, and whose deadlines are due."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lienthong.directory.public import Agency, PostHolding
from lienthong.identity.public import Role, Viewer, delegate
from lienthong.identity.tests.factories import post_of_viewer, viewer_in
from lienthong.notifications.public import DueRow
from lienthong.notifications.tests.factories import told_of
from lienthong.tasks.actions.deciding import accept_product, cancel_task, decide_extension, send_back
from lienthong.tasks.actions.giving import direct_again, give_task, split_task
from lienthong.tasks.actions.working import ask_extension, finish_task, hand_on, return_task, start_task
from lienthong.tasks.contracts import Direction
from lienthong.tasks.due import due_of_leads
from lienthong.tasks.models import Task
from lienthong.tasks.states import MOVES, Part, TaskState
from lienthong.tasks.telling import TELLINGS
from lienthong.tasks.tests.factories import (
    NOON,
    WORK,
    direction,
    division_of,
    has_part,
    key_of,
    member,
    task,
)

pytestmark = pytest.mark.django_db
SOON = NOON + timedelta(days=6)


def _told(viewer: Viewer) -> list[str]:
    """The kinds the viewer was told, in their order."""
    assert viewer.official_id is not None
    return [kind.removeprefix("tasks.") for kind in told_of(viewer.official_id)]


def test_every_verb_of_the_table_is_one_of_the_history() -> None:
    assert set(TELLINGS) - set(MOVES) == {"give", "children-done", "document-changed", "virus-found"}


def test_the_lead_is_told_of_a_task_and_the_others_that_they_take_part(
    ours: Agency, leader: Viewer, lead: Viewer, other: Viewer
) -> None:
    third = viewer_in(ours, Role.SPECIALIST, at=NOON)
    given = direction(lead, cooperating=(key_of(other),), informed=(key_of(third),))
    give_task(direction=given, viewer=leader, at=NOON)
    assert (_told(lead), _told(other), _told(third), _told(leader)) == (
        ["given"],
        ["take-part"],
        ["take-part"],
        [],
    )


def test_who_gives_a_task_to_the_own_division_is_not_told_of_it(ours: Agency) -> None:
    here = division_of(ours)
    head, clerk = member(here, Role.LEADER), member(here, Role.CLERK)
    give_task(direction=direction(here), viewer=head, at=NOON)
    assert (_told(head), _told(clerk)) == ([], ["given-division"])


def test_of_a_division_its_head_and_its_clerk_are_told_and_nobody_else(ours: Agency, leader: Viewer) -> None:
    here = division_of(ours)
    head, clerk, worker = (member(here, role) for role in (Role.LEADER, Role.CLERK, Role.SPECIALIST))
    elsewhere = member(division_of(ours, "Phòng Khác"), Role.LEADER)
    give_task(direction=direction(here), viewer=leader, at=NOON)
    assert (_told(head), _told(clerk)) == (["given-division"], ["given-division"])
    assert (_told(worker), _told(elsewhere)) == ([], [])


def test_who_acts_for_an_absent_lead_is_told_too_and_after_it_no_more(
    leader: Viewer, lead: Viewer, other: Viewer
) -> None:
    delegate(
        viewer=lead,
        post_id=post_of_viewer(lead).id,
        delegate_id=other.official_id or 0,
        starts_at=NOON,
        ends_at=NOON + timedelta(days=2),
        reason="Nghỉ phép",
        at=NOON,
    )
    give_task(direction=direction(lead), viewer=leader, at=NOON)
    give_task(direction=direction(lead), viewer=leader, at=NOON + timedelta(days=3))
    assert (_told(lead), _told(other)) == (["given", "given"], ["given"])


def test_giver_and_lead_hear_each_others_acts_but_never_their_own(
    leader: Viewer, lead: Viewer, other: Viewer
) -> None:
    made = give_task(direction=direction(lead), viewer=leader, at=NOON)
    hand_on(task_id=made.id, to=key_of(other), reason="Đúng việc hơn", viewer=lead, at=NOON)
    start_task(task_id=made.id, viewer=other, at=NOON)
    ask_extension(task_id=made.id, due_at=SOON, reason="Chờ số liệu", viewer=other, at=NOON)
    decide_extension(task_id=made.id, granted=True, viewer=leader, at=NOON)
    ask_extension(
        task_id=made.id, due_at=SOON + timedelta(days=1), reason="x", viewer=other, at=NOON + timedelta(1)
    )
    decide_extension(task_id=made.id, granted=False, answer="Không", viewer=leader, at=NOON)
    finish_task(task_id=made.id, note="Xong", viewer=other, at=NOON)
    send_back(task_id=made.id, reason="Thiếu", viewer=leader, at=NOON)
    finish_task(task_id=made.id, note="Xong", viewer=other, at=NOON + timedelta(hours=1))
    accept_product(task_id=made.id, viewer=leader, at=NOON)
    assert _told(leader) == ["handed-on", "extension-asked", "extension-asked", "reported", "reported"]
    assert _told(other) == ["given", "extension-granted", "extension-refused", "rework", "accepted"]
    assert _told(lead) == ["given"]


def test_what_is_sent_back_reaches_the_giver_and_a_new_lead_is_told(
    leader: Viewer, lead: Viewer, other: Viewer
) -> None:
    made = give_task(direction=direction(lead), viewer=leader, at=NOON)
    return_task(task_id=made.id, reason="Không thuộc nhiệm vụ", viewer=lead, at=NOON)
    direct_again(task_id=made.id, direction=direction(other), viewer=leader, at=NOON)
    direct_again(task_id=made.id, direction=Direction("Chú ý số liệu", None), viewer=leader, at=NOON)
    assert _told(leader) == ["returned"]
    assert _told(other) == ["given", "opinion"]
    assert _told(lead) == ["given", "take-part"]  # who led before is told of the task from then on


def test_what_is_called_off_reaches_all_below_and_the_closing_of_parts_the_lead(
    leader: Viewer, lead: Viewer, other: Viewer
) -> None:
    top = task(leader, lead, state=TaskState.IN_PROGRESS)
    child = split_task(task_id=top.id, direction=direction(other), viewer=lead, at=NOON)
    cancel_task(task_id=child.id, reason="Thôi", viewer=leader, at=NOON)
    assert _told(other) == ["given", "cancelled"]
    assert _told(lead) == ["parts-closed"]


def test_telling_takes_as_many_queries_for_many_as_for_one(
    ours: Agency, leader: Viewer, lead: Viewer
) -> None:
    assert _queries_of_calling_off(ours, leader, lead, 1) == _queries_of_calling_off(ours, leader, lead, 12)


def _queries_of_calling_off(ours: Agency, leader: Viewer, lead: Viewer, number: int) -> int:
    """How many queries it takes with that many co-operating, and as many heads of a division."""
    here = division_of(ours, f"Phòng {number}")
    heads = [member(here, Role.LEADER) for _number in range(number)]
    others = [viewer_in(ours, Role.SPECIALIST, at=NOON) for _number in range(number)]
    made = task(leader, lead)
    for one in (here, *others):
        has_part(made, one, Part.COOPERATING)
    with CaptureQueriesContext(connection) as queries:
        cancel_task(task_id=made.id, reason="Thôi", viewer=leader, at=NOON)
    assert all(_told(one) == ["cancelled"] for one in (*others, *heads))
    return len(queries)


# What is due


def _due(*viewers: Viewer) -> list[DueRow]:
    ids = [viewer.official_id or 0 for viewer in viewers]
    return due_of_leads(ids, since=NOON, until=NOON + timedelta(days=30), at=NOON)


def test_due_is_what_the_official_or_the_division_headed_leads(
    ours: Agency, leader: Viewer, lead: Viewer
) -> None:
    here = division_of(ours)
    head, clerk, worker = (member(here, role) for role in (Role.LEADER, Role.CLERK, Role.SPECIALIST))
    mine, ours_too = task(leader, lead), task(leader, here)
    has_part(mine, worker, Part.COOPERATING)
    found = {(row.official_id, row.key) for row in _due(head, clerk, worker, lead)}
    assert found == {
        (lead.official_id, f"tasks.task/{mine.id}"),
        (head.official_id, f"tasks.task/{ours_too.id}"),
        (clerk.official_id, f"tasks.task/{ours_too.id}"),
    }


def test_due_leaves_out_who_headed_the_division_before_and_who_heads_it_later(
    ours: Agency, leader: Viewer
) -> None:
    here = division_of(ours)
    former, coming = member(here, Role.LEADER), member(here, Role.LEADER)
    PostHolding.objects.filter(official_id=former.official_id).update(valid_to=NOON.date())
    PostHolding.objects.filter(official_id=coming.official_id).update(
        valid_from=NOON.date() + timedelta(days=1)
    )
    task(leader, here)
    assert _due(former, coming) == []


def test_due_leaves_out_what_is_done_and_what_lies_outside_the_time(leader: Viewer, lead: Viewer) -> None:
    for state in set(TaskState) - {TaskState.GIVEN, TaskState.IN_PROGRESS}:
        task(leader, lead, state=state)
    task(leader, lead, due_at=NOON - timedelta(minutes=1))
    task(leader, lead, due_at=NOON + timedelta(days=30))
    assert _due(lead) == []


def test_due_says_when_the_deadline_last_changed(leader: Viewer, lead: Viewer) -> None:
    made = give_task(direction=direction(lead), viewer=leader, at=NOON)
    later = NOON + timedelta(hours=2)
    ask_extension(task_id=made.id, due_at=SOON, reason="Chờ", viewer=lead, at=later - timedelta(hours=1))
    assert [row.changed_at for row in _due(lead)] == [NOON]
    decide_extension(task_id=made.id, granted=True, viewer=leader, at=later)
    assert [(row.due_at, row.changed_at, row.title) for row in _due(lead)] == [(SOON, later, WORK)]


def test_due_of_many_is_one_query(  # type: ignore[no-untyped-def]
    ours: Agency, leader: Viewer, lead: Viewer, django_assert_num_queries
) -> None:
    people = [viewer_in(ours, Role.SPECIALIST, at=NOON) for _number in range(20)]
    for person in (lead, *people):
        task(leader, person)
    assert Task.objects.count() == 21
    with django_assert_num_queries(1):
        assert len(_due(lead)) == 1
    with django_assert_num_queries(1):
        assert len(_due(lead, *people)) == 21

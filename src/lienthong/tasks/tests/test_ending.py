"""Time, the end, sub-tasks, other agencies: each by the right one, and nothing by anyone else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from lienthong.directory.public import Agency
from lienthong.identity.public import NotAllowed, NotFound, Role, Viewer
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.kernel.blobs import EmptyFile, ExecutableRefused, read_blob
from lienthong.kernel.events import subscribe
from lienthong.tasks import policies, queries
from lienthong.tasks.actions.deciding import (
    accept_product,
    cancel_task,
    decide_extension,
    note_outside,
    note_reply,
    send_back,
)
from lienthong.tasks.actions.giving import TooDeep, give_outside, split_task
from lienthong.tasks.actions.naming import (
    DeadlinePassed,
    DueAfterParent,
    WordsMissing,
)
from lienthong.tasks.actions.working import (
    NotLater,
    ask_extension,
    finish_task,
    return_task,
    start_task,
)
from lienthong.tasks.contracts import Carried, SubTasksClosed
from lienthong.tasks.models import DEEPEST, Task
from lienthong.tasks.policies import (
    ExtensionWaits,
    LedElsewhere,
    NoExtensionAsked,
    NotTheGiver,
    OpenSubTasks,
)
from lienthong.tasks.states import ExtensionState, TaskState
from lienthong.tasks.tests.factories import (
    NOON,
    direction,
    task,
)

pytestmark = pytest.mark.django_db


# Time


def test_more_time_is_asked_once_and_granted_by_the_giver(leader: Viewer, lead: Viewer) -> None:
    made = task(leader, lead)
    later = made.due_at + timedelta(days=3)
    for due, refusal in ((NOON, DeadlinePassed), (made.due_at, NotLater)):
        with pytest.raises(refusal):
            ask_extension(task_id=made.id, due_at=due, reason="x", viewer=lead, at=NOON)
    with pytest.raises(NoExtensionAsked):
        decide_extension(task_id=made.id, granted=True, viewer=leader, at=NOON)
    ask_extension(task_id=made.id, due_at=later, reason="Chờ số liệu", viewer=lead, at=NOON)
    with pytest.raises(ExtensionWaits):
        ask_extension(task_id=made.id, due_at=later, reason="x", viewer=lead, at=NOON)
    with pytest.raises(NotTheGiver):
        decide_extension(task_id=made.id, granted=True, viewer=lead, at=NOON)
    assert decide_extension(task_id=made.id, granted=True, viewer=leader, at=NOON).due_at == later


def test_a_refusal_of_time_says_why_and_leaves_the_deadline(leader: Viewer, lead: Viewer) -> None:
    made = task(leader, lead)
    ask_extension(task_id=made.id, due_at=made.due_at + timedelta(days=1), reason="x", viewer=lead, at=NOON)
    with pytest.raises(WordsMissing):
        decide_extension(task_id=made.id, granted=False, viewer=leader, at=NOON)
    after = decide_extension(task_id=made.id, granted=False, answer="Việc gấp", viewer=leader, at=NOON)
    assert after.due_at == made.due_at
    assert [row.state for row in made.extensions.all()] == [ExtensionState.REFUSED]


def test_a_request_for_time_lapses_when_the_work_is_reported_as_done(leader: Viewer, lead: Viewer) -> None:
    made = task(leader, lead, state=TaskState.IN_PROGRESS)
    ask_extension(task_id=made.id, due_at=made.due_at + timedelta(days=1), reason="x", viewer=lead, at=NOON)
    finish_task(task_id=made.id, note="Xong", viewer=lead, at=NOON)
    assert [row.state for row in made.extensions.all()] == [ExtensionState.LAPSED]


# The end


def test_the_product_is_reported_looked_at_sent_back_and_accepted(leader: Viewer, lead: Viewer) -> None:
    made = task(leader, lead, state=TaskState.IN_PROGRESS)
    product = {"product": [b"words"], "product_name": "bc.txt"}
    done = finish_task(task_id=made.id, note="Đã báo cáo", viewer=lead, at=NOON, **product)
    assert done.state == TaskState.REPORTED
    assert done.product is not None
    assert read_blob(done.product) == b"words"
    with pytest.raises(NotTheGiver):
        accept_product(task_id=made.id, viewer=lead, at=NOON)
    with pytest.raises(WordsMissing):
        send_back(task_id=made.id, reason="", viewer=leader, at=NOON)
    assert send_back(task_id=made.id, reason="Thiếu", viewer=leader, at=NOON).state == TaskState.IN_PROGRESS
    finish_task(task_id=made.id, note="Đủ", viewer=lead, at=NOON)
    closed = accept_product(task_id=made.id, viewer=leader, at=NOON)
    assert (closed.state, closed.closed_at, closed.product_note) == (TaskState.ACCEPTED, NOON, "Đủ")


@pytest.mark.parametrize(
    ("product", "refusal"), [([b""], EmptyFile), ([b"MZ" + b"\0" * 99], ExecutableRefused)]
)
def test_a_bad_product_is_refused_and_the_task_stays_open(
    leader: Viewer, lead: Viewer, product: list[bytes], refusal: type[Exception]
) -> None:
    made = task(leader, lead, state=TaskState.IN_PROGRESS)
    with pytest.raises(refusal):
        finish_task(task_id=made.id, note="x", product=product, product_name="a", viewer=lead, at=NOON)
    made.refresh_from_db()
    assert made.state == TaskState.IN_PROGRESS


def test_a_leader_who_leads_a_task_does_not_accept_the_own_work(ours: Agency, leader: Viewer) -> None:
    chief = viewer_in(ours, Role.LEADER, at=NOON)
    made = task(chief, leader, state=TaskState.REPORTED)
    with pytest.raises(NotTheGiver):
        accept_product(task_id=made.id, viewer=leader, at=NOON)
    assert accept_product(task_id=made.id, viewer=chief, at=NOON).state == TaskState.ACCEPTED


# Sub-tasks


def test_the_lead_gives_parts_below_and_answers_for_them(leader: Viewer, lead: Viewer, other: Viewer) -> None:
    told: list[SubTasksClosed] = []
    subscribe(SubTasksClosed)(told.append)
    top = task(leader, lead, state=TaskState.IN_PROGRESS)
    child = split_task(task_id=top.id, direction=direction(other, text="Thu thập"), viewer=lead, at=NOON)
    second = split_task(task_id=top.id, direction=direction(other, text="Phân tích"), viewer=lead, at=NOON)
    assert (child.parent_id, child.root_id, child.depth) == (top.id, top.id, 1)
    with pytest.raises(OpenSubTasks) as caught:
        finish_task(task_id=top.id, note="x", viewer=lead, at=NOON)
    assert "Thu thập" in caught.value.say("vi")
    assert "Phân tích" in caught.value.say("vi")
    for made in (child, second):
        assert told == []
        start_task(task_id=made.id, viewer=other, at=NOON)
        finish_task(task_id=made.id, note="x", viewer=other, at=NOON)
        accept_product(task_id=made.id, viewer=lead, at=NOON)
    assert [(event.task_id, event.at) for event in told] == [(top.id, NOON)]
    assert list(top.steps.values_list("verb", flat=True)) == ["split", "split", "children-done"]
    assert finish_task(task_id=top.id, note="x", viewer=lead, at=NOON).state == TaskState.REPORTED


def test_a_sub_task_ends_before_what_it_is_part_of(leader: Viewer, lead: Viewer, other: Viewer) -> None:
    top = task(leader, lead)
    late = direction(other, due_at=top.due_at + timedelta(minutes=1), working_days=None)
    with pytest.raises(DueAfterParent):
        split_task(task_id=top.id, direction=late, viewer=lead, at=NOON)
    child = split_task(task_id=top.id, direction=direction(other, working_days=1), viewer=lead, at=NOON)
    with pytest.raises(DueAfterParent):
        ask_extension(
            task_id=child.id, due_at=top.due_at + timedelta(days=1), reason="x", viewer=other, at=NOON
        )


def test_division_of_work_ends_somewhere(leader: Viewer, lead: Viewer, other: Viewer) -> None:
    pair, made = [lead, other], task(leader, lead)
    for depth in range(DEEPEST):
        below = direction(pair[(depth + 1) % 2], working_days=1)
        made = split_task(task_id=made.id, direction=below, viewer=pair[depth % 2], at=NOON)
    with pytest.raises(TooDeep):
        split_task(
            task_id=made.id, direction=direction(lead, working_days=1), viewer=pair[DEEPEST % 2], at=NOON
        )


def test_calling_off_takes_everything_below_along(leader: Viewer, lead: Viewer, other: Viewer) -> None:
    top = task(leader, lead)
    child = split_task(task_id=top.id, direction=direction(other), viewer=lead, at=NOON)
    below = split_task(task_id=child.id, direction=direction(lead, working_days=1), viewer=other, at=NOON)
    with pytest.raises(NotTheGiver):
        cancel_task(task_id=top.id, reason="x", viewer=lead, at=NOON)
    cancel_task(task_id=top.id, reason="Không cần nữa", viewer=leader, at=NOON)
    states = Task.objects.filter(id__in=[top.id, child.id, below.id]).values_list("state", "reason")
    assert set(states) == {(TaskState.CANCELLED, "Không cần nữa")}
    assert "children-done" not in top.steps.values_list("verb", flat=True)


# Other agencies


def _carried(top: Task, giver: Viewer, theirs: Agency) -> Task:
    assert giver.official_id is not None
    carried = Carried(
        top.id,
        {theirs.id: theirs.name},
        "01/UBND",
        giver.official_id,
        giver.post_id,
        ("office.outgoing", "1"),
    )
    return give_outside(carried=carried, viewer=giver, at=NOON)[theirs.id]


def _from(theirs: Agency) -> Any:
    viewer = viewer_in(theirs, Role.CLERK, at=NOON)
    return viewer.actor()


def test_a_sub_task_of_another_agency_moves_by_its_statuses_and_is_accepted_here(
    leader: Viewer, lead: Viewer
) -> None:
    theirs = agency()
    top = task(leader, lead, state=TaskState.IN_PROGRESS)
    child = _carried(top, lead, theirs)
    states = []
    for status in ("01", "03", "04", "05", "05", "06", "06", "05"):
        note_outside(task_id=child.id, status=status, text="Đã xong", actor=_from(theirs), at=NOON)
        child.refresh_from_db()
        states.append(str(child.state))
    assert states == [*["given"] * 3, *["in-progress"] * 2, *["reported"] * 3]
    assert child.steps.count() == 3
    with pytest.raises(LedElsewhere):
        send_back(task_id=child.id, reason="x", viewer=lead, at=NOON)
    accept_product(task_id=child.id, viewer=lead, at=NOON)
    assert finish_task(task_id=top.id, note="x", viewer=lead, at=NOON).state == TaskState.REPORTED


def test_a_reply_reports_the_sub_task_and_a_late_status_changes_nothing(leader: Viewer, lead: Viewer) -> None:
    theirs = agency()
    child = _carried(task(leader, lead, state=TaskState.IN_PROGRESS), lead, theirs)
    note_reply(
        task_id=child.id,
        label="9/BC-UBND",
        done=True,
        actor=_from(theirs),
        at=NOON,
        link=("office.incoming", "7"),
    )
    note_outside(task_id=child.id, status="02", text="x", actor=_from(theirs), at=NOON)
    child.refresh_from_db()
    assert (child.state, child.product_note) == (TaskState.REPORTED, "9/BC-UBND")


def test_a_status_never_moves_a_task_led_here(leader: Viewer, lead: Viewer) -> None:
    made = task(leader, lead)
    note_outside(task_id=made.id, status="06", text="x", actor=_from(agency()), at=NOON)
    made.refresh_from_db()
    assert made.state == TaskState.GIVEN


# Who may do anything at all

ACTS: dict[str, Callable[..., object]] = {
    "start": start_task,
    "return": lambda **given: return_task(reason="x", **given),
    "finish": lambda **given: finish_task(note="x", **given),
    "accept": accept_product,
    "cancel": lambda **given: cancel_task(reason="x", **given),
}


@pytest.mark.parametrize("verb", ACTS)
def test_another_agency_finds_no_task(leader: Viewer, lead: Viewer, verb: str) -> None:
    made = task(leader, lead, state=TaskState.IN_PROGRESS)
    for role in Role:
        with pytest.raises(NotFound):
            ACTS[verb](task_id=made.id, viewer=viewer_in(agency(), role, at=NOON), at=NOON)


@pytest.mark.parametrize("verb", ACTS)
def test_who_only_watches_does_nothing(ours: Agency, leader: Viewer, lead: Viewer, verb: str) -> None:
    made = task(leader, lead, state=TaskState.IN_PROGRESS)
    for role in (Role.AUDITOR, Role.ADMINISTRATOR, Role.SPECIALIST):
        with pytest.raises((NotAllowed, NotFound)):
            ACTS[verb](task_id=made.id, viewer=viewer_in(ours, role, at=NOON), at=NOON)
    assert policies.allowed_actions(viewer_in(ours, Role.AUDITOR), queries.whole(made.id)) == []

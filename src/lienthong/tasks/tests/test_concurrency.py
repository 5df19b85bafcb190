"""Two at once: one decision, one word to the parent, no sub-task slipping under a finish."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from lienthong.directory.public import Agency
from lienthong.identity.public import Role, Viewer
from lienthong.identity.tests.factories import viewer_in
from lienthong.kernel.errors import Refusal
from lienthong.tasks.actions.deciding import accept_product, cancel_task, send_back
from lienthong.tasks.actions.giving import split_task
from lienthong.tasks.actions.working import finish_task, hand_on, return_task, start_task
from lienthong.tasks.states import OPEN, Part, TaskState
from lienthong.tasks.tests.factories import NOON, direction, key_of, task

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Do all acts at the same moment, each on a connection of its own; "done" or the refusal's code."""
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> str:
        try:
            start.wait(10)
            act()
        except Refusal as refusal:
            return refusal.code
        else:
            return "done"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_of_two_who_decide_at_once_one_does_and_the_other_is_told(
    ours: Agency, leader: Viewer, lead: Viewer
) -> None:
    second = viewer_in(ours, Role.LEADER, at=NOON)
    made = task(leader, lead, state=TaskState.REPORTED)
    answers = at_once(
        lambda: accept_product(task_id=made.id, viewer=leader, at=NOON),
        lambda: send_back(task_id=made.id, reason="x", viewer=second, at=NOON),
    )
    assert sorted(answers) == ["done", "task-wrong-state"]
    assert made.steps.count() == 1


def test_a_lead_who_starts_twice_starts_once(leader: Viewer, lead: Viewer) -> None:
    made = task(leader, lead)
    answers = at_once(*(lambda: start_task(task_id=made.id, viewer=lead, at=NOON),) * 4)
    assert sorted(answers) == ["done", *["task-wrong-state"] * 3]
    assert made.steps.count() == 1


def test_handing_on_and_sending_back_at_once_leave_one_lead(
    leader: Viewer, lead: Viewer, other: Viewer
) -> None:
    made = task(leader, lead)
    answers = at_once(
        lambda: hand_on(task_id=made.id, to=key_of(other), reason="x", viewer=lead, at=NOON),
        lambda: return_task(task_id=made.id, reason="x", viewer=lead, at=NOON),
    )
    assert answers.count("done") == 1
    assert made.parties.filter(part=Part.LEAD).count() == 1


def test_the_last_two_sub_tasks_closed_at_once_tell_the_parent_once(
    leader: Viewer, lead: Viewer, other: Viewer
) -> None:
    top = task(leader, lead, state=TaskState.IN_PROGRESS)
    last = [task(lead, other, parent=top, state=TaskState.REPORTED) for _ in range(2)]
    answers = at_once(
        *(lambda made=made: accept_product(task_id=made.id, viewer=lead, at=NOON) for made in last)  # type: ignore[misc]
    )
    assert answers == ["done", "done"]
    assert top.steps.filter(verb="children-done").count() == 1


@pytest.mark.parametrize("attempt", range(3))
def test_no_sub_task_is_given_under_a_task_being_finished(
    leader: Viewer, lead: Viewer, other: Viewer, attempt: int
) -> None:
    top = task(leader, lead, state=TaskState.IN_PROGRESS)
    answers = at_once(
        lambda: finish_task(task_id=top.id, note="x", viewer=lead, at=NOON),
        lambda: split_task(task_id=top.id, direction=direction(other), viewer=lead, at=NOON),
    )
    assert answers.count("done") == 1
    top.refresh_from_db()
    assert (top.state == TaskState.REPORTED) is not top.children.exists()


def test_calling_off_and_closing_below_at_once_end_without_a_deadlock(
    leader: Viewer, lead: Viewer, other: Viewer
) -> None:
    top = task(leader, lead, state=TaskState.IN_PROGRESS)
    below = [task(lead, other, parent=top, state=TaskState.REPORTED) for _ in range(3)]
    at_once(
        lambda: cancel_task(task_id=top.id, reason="x", viewer=leader, at=NOON),
        *(lambda made=made: accept_product(task_id=made.id, viewer=lead, at=NOON) for made in below),  # type: ignore[misc]
    )
    top.refresh_from_db()
    assert top.state == TaskState.CANCELLED
    assert not top.children.filter(state__in=sorted(OPEN)).exists()

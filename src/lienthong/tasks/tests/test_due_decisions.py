"""Requests for more time stand in the digest and calendar of who decides on them, and of nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lienthong.identity.public import Role, Viewer
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.notifications.public import DueRow
from lienthong.tasks.actions.deciding import decide_extension
from lienthong.tasks.actions.working import ask_extension
from lienthong.tasks.due import due_of_givers
from lienthong.tasks.models import Task
from lienthong.tasks.tests.factories import NOON, WORK, task

pytestmark = pytest.mark.django_db


def _due(*viewers: Viewer) -> list[DueRow]:
    ids = [viewer.official_id or 0 for viewer in viewers]
    return due_of_givers(ids, since=NOON, until=NOON + timedelta(days=30))


def _asked(leader: Viewer, lead: Viewer) -> Task:
    made = task(leader, lead)
    ask_extension(
        task_id=made.id, viewer=lead, due_at=NOON + timedelta(days=9), reason="Chờ số liệu", at=NOON
    )
    return made


def test_a_request_stands_with_the_giver_until_it_is_decided() -> None:
    ours = agency()
    leader, other = (viewer_in(ours, Role.LEADER, at=NOON) for _ in range(2))
    lead = viewer_in(ours, Role.SPECIALIST, at=NOON)
    assert _due(leader, other, lead) == []
    made = _asked(leader, lead)
    task(leader, lead)
    [row] = _due(leader, other, lead)
    assert (row.official_id, row.due_at, row.changed_at) == (leader.official_id, made.due_at, NOON)
    assert str(row.title).endswith(WORK)
    assert str(made.id) in row.link
    decide_extension(task_id=made.id, viewer=leader, granted=True, at=NOON)
    assert _due(leader, other, lead) == []


def test_one_query_answers_for_many(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    ours = agency()
    leader, lead = viewer_in(ours, Role.LEADER, at=NOON), viewer_in(ours, Role.SPECIALIST, at=NOON)
    for _number in range(3):
        _asked(leader, lead)
    with django_assert_num_queries(1):
        assert len(_due(leader, lead)) == 3

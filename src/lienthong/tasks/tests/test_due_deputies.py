"""A deputy's digest and calendar have the deadlines of who is away, as long as the delegation runs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from lienthong.identity.public import Role, Viewer, delegate
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.notifications.public import DueRow
from lienthong.tasks.due import due_of_deputies
from lienthong.tasks.states import TaskState
from lienthong.tasks.tests.factories import NOON, WORK, division_of, member, task

pytestmark = pytest.mark.django_db


def away(absent: Viewer, deputy: Viewer) -> None:
    delegate(
        viewer=absent,
        post_id=absent.post_id or 0,
        delegate_id=deputy.official_id or 0,
        starts_at=NOON,
        ends_at=NOON + timedelta(days=3),
        reason="Nghỉ phép",
        at=NOON,
    )


def due(*viewers: Viewer, at: datetime = NOON) -> list[DueRow]:
    ids = [viewer.official_id or 0 for viewer in viewers]
    return due_of_deputies(ids, since=NOON, until=NOON + timedelta(days=30), at=at)


def test_a_deputy_has_the_deadlines_of_the_absent_lead_and_of_the_division_they_head(
    django_assert_num_queries: Any,
) -> None:
    ours = agency()
    leader, absent, deputy, stranger = (
        viewer_in(ours, role, at=NOON)
        for role in (Role.LEADER, Role.SPECIALIST, Role.SPECIALIST, Role.SPECIALIST)
    )
    here = division_of(ours)
    head, worker = member(here, Role.HEAD), member(here, Role.SPECIALIST)
    made, of_division = task(leader, absent), task(leader, here)
    task(leader, absent, state=TaskState.REPORTED)
    assert due(deputy, stranger) == []
    for who in (absent, head, worker):
        away(who, deputy)
    with django_assert_num_queries(3):
        rows = due(deputy, stranger, absent, head)
    assert {(row.official_id, row.key) for row in rows} == {
        (deputy.official_id, f"tasks.task/{made.pk}/{absent.post_id}"),
        (deputy.official_id, f"tasks.task/{of_division.pk}/{head.post_id}"),
    }
    titles = {row.key: str(row.title) for row in rows}
    assert titles[f"tasks.task/{made.pk}/{absent.post_id}"].endswith(f" {absent.name}: {WORK}")
    assert due(deputy, at=NOON + timedelta(days=4)) == []

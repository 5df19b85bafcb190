"""Tasks counted by agency, division and official."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lienthong.directory.public import Agency
from lienthong.identity.public import NotAllowed, Role, Viewer
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.tasks.facts import TaskCounts, TaskFacts, task_facts
from lienthong.tasks.states import TaskState
from lienthong.tasks.tests.factories import NOON, division_of, member, task

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def _facts(viewer: Viewer, at: timedelta = timedelta()) -> list[TaskFacts]:
    return task_facts(viewer, since=NOON, until=NOON + DAY, at=NOON + at)


def test_every_state_is_counted_once_and_what_is_in_time_or_late_besides(
    leader: Viewer, lead: Viewer
) -> None:
    for state in TaskState:
        finished = NOON + DAY if state == TaskState.ACCEPTED else None
        task(leader, lead, state=state, finished_at=finished)
    task(leader, lead, state=TaskState.ACCEPTED, finished_at=NOON + 6 * DAY)
    counts = _facts(leader, 5 * DAY)[0].counts
    assert counts == TaskCounts(7, 2, 1, 1, 1, 1, 1, 1, 0)
    assert _facts(leader, 5 * DAY + timedelta(seconds=1))[0].counts.overdue == 3


def test_a_division_counts_its_own_and_its_officials_tasks(ours: Agency, leader: Viewer) -> None:
    here, there = division_of(ours, "Phòng A"), division_of(ours, "Phòng B")
    first, second = member(here, Role.SPECIALIST), member(here, Role.SPECIALIST)
    for lead in (here, first, second, second, there, leader):
        task(leader, lead)
    found = [(fact.level, fact.division, fact.official, fact.counts.given) for fact in _facts(leader)]
    assert found == [
        (0, "", "", 6),
        (1, "", "", 1),
        (2, "", leader.name, 1),
        (1, "Phòng A", "", 4),
        *sorted([(2, "Phòng A", first.name, 1), (2, "Phòng A", second.name, 2)], key=lambda row: row[2]),
        (1, "Phòng B", "", 1),
    ]


def test_only_tasks_of_the_period_and_the_agency_count(leader: Viewer, lead: Viewer) -> None:
    elsewhere = viewer_in(agency(), Role.LEADER, at=NOON)
    for at in (NOON - timedelta(seconds=1), NOON, NOON + DAY):
        task(leader, lead, at=at)
    task(elsewhere, elsewhere)
    assert [fact.counts.given for fact in _facts(leader)] == [1, 1, 1]


@pytest.mark.parametrize("role", [Role.SPECIALIST, Role.ADMINISTRATOR])
def test_who_does_not_see_all_tasks_does_not_see_their_counts(ours: Agency, role: Role) -> None:
    with pytest.raises(NotAllowed):
        _facts(viewer_in(ours, role, at=NOON))


def test_counting_is_one_query(  # type: ignore[no-untyped-def]
    ours: Agency, leader: Viewer, django_assert_num_queries
) -> None:
    for number in range(6):
        task(leader, member(division_of(ours, f"Phòng {number}"), Role.SPECIALIST))
    with django_assert_num_queries(1):
        assert len(_facts(leader)) == 13

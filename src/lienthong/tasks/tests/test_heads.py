"""What the head of a division may and may not do with tasks."""

from __future__ import annotations

import pytest

from lienthong.directory.public import Agency, Division
from lienthong.identity.public import NotFound, Role, Viewer, acting_viewer
from lienthong.identity.tests.factories import official_in
from lienthong.tasks import policies, queries
from lienthong.tasks.models import TaskParty
from lienthong.tasks.states import FINISH, GRANT_TIME, HAND_ON, START, Part, TaskState
from lienthong.tasks.tests.factories import NOON, task

pytestmark = pytest.mark.django_db


@pytest.fixture
def division(ours: Agency) -> Division:
    return Division.objects.create(agency=ours, name="Phòng Kinh tế", short_name="KT")


def _in(division: Division, *roles: Role) -> Viewer:
    return acting_viewer(official_in(division.agency, *roles, division=division), at=NOON)


def test_a_head_sees_what_the_officials_of_the_division_do_and_leads_nothing_of_it(
    leader: Viewer, division: Division, ours: Agency
) -> None:
    head, worker = _in(division, Role.HEAD), _in(division, Role.SPECIALIST)
    other = Division.objects.create(agency=ours, name="Phòng Văn hoá", short_name="VH")
    made = task(leader, worker)
    elsewhere = task(leader, _in(other, Role.SPECIALIST))
    assert queries.find_task(head, made.id) == made
    assert policies.allowed_actions(head, queries.whole(made.id)) == []
    with pytest.raises(NotFound):
        queries.find_task(head, elsewhere.id)


def test_what_the_division_leads_its_head_starts_and_hands_on_but_does_not_decide(
    leader: Viewer, division: Division
) -> None:
    head, worker = _in(division, Role.HEAD), _in(division, Role.SPECIALIST)
    made = task(leader, worker)
    TaskParty.objects.filter(task=made, part=Part.LEAD).update(official=None, post=None, division=division)
    allowed = policies.allowed_actions(head, queries.whole(made.id))
    assert START in allowed
    assert HAND_ON in allowed
    assert GRANT_TIME not in allowed
    assert policies.allowed_actions(worker, queries.whole(made.id)) == []
    made.state = TaskState.IN_PROGRESS
    made.save()
    assert FINISH in policies.allowed_actions(head, queries.whole(made.id))

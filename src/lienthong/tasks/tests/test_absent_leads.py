"""Naming a lead who is away: the form says so and offers who acts; nobody else's delegation counts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from lienthong.directory.public import Agency
from lienthong.identity.public import Role, Viewer, delegate
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.tasks import queries
from lienthong.tasks.direction_form import SEARCH, DirectionForm, direction_form
from lienthong.tasks.states import TaskState
from lienthong.tasks.tests.factories import NOON, key_of, task

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours() -> Agency:
    return agency()


def away(absent: Viewer, deputy: Viewer, *, days: int = 2, ends: int = 3) -> None:
    """Let the deputy act for the absent, from so many days before noon."""
    delegate(
        viewer=absent,
        post_id=absent.post_id or 0,
        delegate_id=deputy.official_id or 0,
        starts_at=NOON - timedelta(days=days),
        ends_at=NOON + timedelta(days=ends),
        reason="Nghỉ phép",
        at=NOON - timedelta(days=days),
    )


def form_naming(ours: Agency, lead: Viewer, text: str = "") -> DirectionForm:
    data = QueryDict(mutable=True)
    data.update({"lead": str(key_of(lead)), "q": text, "action": SEARCH})
    return direction_form(agency_id=ours.pk, at=NOON, data=data)[0]


def test_a_lead_who_is_away_is_said_to_be_and_the_deputy_is_offered(ours: Agency) -> None:
    absent, deputy, other = (viewer_in(ours, Role.SPECIALIST, at=NOON) for _ in range(3))
    away(absent, deputy)
    form = form_naming(ours, absent, text="nobody is called so")
    row = form.absent_lead
    assert row is not None
    assert [found.official_id for found in row.deputies] == [deputy.official_id]
    assert {found.candidate.key for found in form.rows} == {key_of(absent), key_of(deputy)}
    assert form_naming(ours, other).absent_lead is None
    assert form_naming(ours, deputy).absent_lead is None


def test_who_came_back_or_is_away_later_is_there(ours: Agency) -> None:
    back, later, deputy = (viewer_in(ours, Role.SPECIALIST, at=NOON) for _ in range(3))
    away(back, deputy, ends=-1)
    delegate(
        viewer=later,
        post_id=later.post_id or 0,
        delegate_id=deputy.official_id or 0,
        starts_at=NOON + timedelta(days=1),
        ends_at=NOON + timedelta(days=2),
        reason="Nghỉ phép",
        at=NOON,
    )
    assert form_naming(ours, back).absent_lead is None
    assert form_naming(ours, later).absent_lead is None


def test_the_form_takes_as_many_queries_for_many_who_are_away_as_for_one(ours: Agency) -> None:
    people = [viewer_in(ours, Role.SPECIALIST, at=NOON) for _ in range(10)]
    seen = []
    for number in (slice(0, 1), slice(1, 5)):
        for absent, deputy in list(zip(people[:5], people[5:], strict=True))[number]:
            away(absent, deputy)
        with CaptureQueriesContext(connection) as found:
            form = form_naming(ours, people[0])
        seen.append(len(found))
    assert sum(bool(row.deputies) for row in form.rows) == 5
    assert seen[0] == seen[1] <= 5


def test_what_is_led_from_a_post_is_counted_while_it_is_under_way(ours: Agency) -> None:
    leader = viewer_in(ours, Role.LEADER, at=NOON)
    lead, other = (viewer_in(ours, Role.SPECIALIST, at=NOON) for _ in range(2))
    task(leader, lead)
    task(leader, lead, state=TaskState.IN_PROGRESS)
    task(leader, lead, state=TaskState.ACCEPTED)
    task(leader, other)
    assert queries.leading_in([lead.post_id or 0]) == {lead.post_id: 2}
    assert queries.leading_in([]) == {}

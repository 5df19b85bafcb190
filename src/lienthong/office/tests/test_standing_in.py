"""The desk of a deputy says what waits at the desk of who is away, and leads there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from lienthong.identity.public import Role, acting_viewer, delegate
from lienthong.identity.tests.factories import agency, official_in
from lienthong.kernel.clock import now
from lienthong.office.desk import standing_in
from lienthong.office.tests.pages import client_of, text_of
from lienthong.tasks.tests.factories import WORK, task

pytestmark = pytest.mark.django_db


def test_the_tasks_of_who_is_away_stand_at_the_deputys_desk() -> None:
    ours, at = agency(), now()
    accounts = [
        official_in(ours, role) for role in (Role.LEADER, Role.SPECIALIST, Role.SPECIALIST, Role.SPECIALIST)
    ]
    leader, absent, deputy, stranger = (acting_viewer(account, at=at) for account in accounts)
    task(leader, absent, at=at)
    assert standing_in(deputy, at=at) == []
    delegate(
        viewer=absent,
        post_id=absent.post_id or 0,
        delegate_id=deputy.official_id or 0,
        starts_at=at,
        ends_at=at + timedelta(days=2),
        reason="Nghỉ phép",
        at=at,
    )
    [found] = standing_in(deputy, at=at)
    assert (found.capacity.post_id, found.tasks) == (absent.post_id, 1)
    assert standing_in(stranger, at=at) == []
    assert standing_in(deputy, at=at + timedelta(days=3)) == []
    client = client_of(accounts[2])
    desk = reverse("office:desk")
    assert "1 task waits there" in text_of(client.get(desk))
    switched = client.post(reverse("identity:switch"), {"post": absent.post_id, "next": desk}, follow=True)
    assert "waits there" not in text_of(switched)
    assert WORK in text_of(switched)

"""Who does a step: taken, given, given back; and what each tab of the inbox shows."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from lienthong.directory.public import Division
from lienthong.dossiers.actions.assigning import assign_steps
from lienthong.dossiers.actions.stepping import finish_step
from lienthong.dossiers.contracts import StepDone
from lienthong.dossiers.inboxes import Tab, inbox_counts, inbox_of
from lienthong.dossiers.refusals import NotTheirStep, StepOfAnother, TakenWithoutReason
from lienthong.dossiers.tests.factories import NOON, offered, official, open_task, received
from lienthong.dossiers.tests.test_concurrency import at_once
from lienthong.identity.public import NotAllowed, NotFound, Role, Viewer, acting_viewer
from lienthong.identity.tests.factories import agency, official_in
from lienthong.kernel.clock import now
from lienthong.ledger.public import timeline
from lienthong.notifications.tests.factories import told_of

pytestmark = pytest.mark.django_db


def give(tasks: list[object], to: Viewer | None, viewer: Viewer, reason: str = "") -> int:
    """Give the steps to somebody, or back."""
    ids = [task.pk for task in tasks]  # type: ignore[attr-defined]
    official_id = to.official_id if to else None
    return assign_steps(task_ids=ids, to=official_id, reason=reason, viewer=viewer, at=NOON)


def test_a_step_that_somebody_took_is_done_by_nobody_else_until_it_is_given_back() -> None:
    dossier = received()
    task, ours = open_task(dossier, "examine"), dossier.agency
    first, second = official(ours, Role.SPECIALIST), official(ours, Role.SPECIALIST)
    done = StepDone(task.pk, {"complete": "fee_due"})
    assert give([task], first, first) == 1
    assert give([task], first, first) == 0, "it is theirs already"
    with pytest.raises(StepOfAnother):
        finish_step(done=done, viewer=second, at=NOON)
    for to in (second, None):
        with pytest.raises(StepOfAnother):
            give([task], to, second, "Tôi rảnh hơn")
    with pytest.raises(NotAllowed):
        give([task], second, first)
    give([task], None, first)
    finish_step(done=done, viewer=second, at=NOON)
    assert [event.verb for event in timeline(dossier.ledger_subject)].count("dossier.assign") == 2


def test_a_leader_gives_steps_to_who_has_a_post_for_them_and_takes_them_away_with_a_reason() -> None:
    offer = offered()
    tasks = [open_task(received(offer), "examine") for _ in range(4)]
    leader, head = official(offer.agency, Role.LEADER), official(offer.agency, Role.HEAD)
    first, second = official(offer.agency, Role.SPECIALIST), official(offer.agency, Role.SPECIALIST)
    for stranger in (official(agency(), Role.SPECIALIST), official(offer.agency, Role.CLERK)):
        with pytest.raises(NotTheirStep):
            give([*tasks], stranger, leader)
    assert give([*tasks], first, leader) == 4
    with pytest.raises(TakenWithoutReason) as refused:
        give([*tasks], second, head, " ")
    assert first.name in refused.value.say("vi")
    give([*tasks], second, head, "Bà Hà nghỉ ốm")
    assert [told_of(one.official_id or 0) for one in (first, second)] == [["dossiers.assigned"]] * 2
    with pytest.raises(NotFound):
        give([*tasks], first, official(agency(), Role.LEADER), "x")


def test_many_steps_are_given_with_the_queries_of_one(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    offer = offered()
    tasks = [open_task(received(offer), "examine") for _ in range(5)]
    leader, worker = official(offer.agency, Role.LEADER), official(offer.agency, Role.SPECIALIST)
    for some in (tasks[:1], tasks[1:]):
        with django_assert_num_queries(12):
            give([*some], worker, leader)


def test_tabs_show_what_lies_with_whom_and_are_counted_with_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    offer = offered()
    room = Division.objects.create(agency=offer.agency, name="Phòng Tư pháp", short_name="TP")
    first, second, third = (open_task(received(offer), "examine") for _ in range(3))
    mine = acting_viewer(official_in(offer.agency, Role.SPECIALIST, division=room), at=NOON)
    other, leader = official(offer.agency, Role.SPECIALIST), official(offer.agency, Role.LEADER)
    give([first], mine, leader)
    give([second], other, leader)

    def shown(viewer: Viewer, tab: Tab) -> list[object]:
        return [task.pk for task in inbox_of(viewer, at=NOON, tab=tab).rows]

    assert shown(mine, Tab.WAITING) == [first.pk, third.pk]
    assert shown(mine, Tab.MINE) == shown(mine, Tab.DIVISION) == [first.pk]
    assert shown(mine, Tab.ALL) == []
    assert shown(leader, Tab.ALL) == [first.pk, second.pk, third.pk]
    assert shown(leader, Tab.UNASSIGNED) == [third.pk]
    with django_assert_num_queries(1):
        counts = inbox_counts(mine, at=NOON)
    assert counts == {Tab.WAITING: 2, Tab.MINE: 1, Tab.UNASSIGNED: 1, Tab.DIVISION: 1}


def test_steps_are_taken_and_given_from_the_inbox() -> None:
    offer = offered()
    task = open_task(received(offer, at=now()), "examine")
    worker, leader = official_in(offer.agency, Role.SPECIALIST), official_in(offer.agency, Role.LEADER)
    browser, at_leader, address = Client(), Client(), reverse("dossiers:assign")
    browser.force_login(worker)
    at_leader.force_login(leader)
    page = at_leader.get(reverse("dossiers:inbox"), {"tab": "unassigned"}).content.decode()
    assert str(task.pk) in page
    assert str(worker.official) in page
    browser.post(address, {"task": str(task.pk), "to": "me"})
    task.refresh_from_db()
    assert task.assignee == worker.official
    for wrong in ({"to": "official"}, {"to": "official", "official_id": "x"}, {"to": "x"}, {}):
        assert at_leader.post(address, {"task": str(task.pk), **wrong}).status_code == 302
    named = {"task": str(task.pk), "to": "official", "official_id": worker.official.pk}
    assert at_leader.post(address, {**named, "to": "nobody"}).status_code == 422, "no reason"
    at_leader.post(address, {**named, "to": "nobody", "reason": "Nghỉ phép"})
    task.refresh_from_db()
    assert task.assignee is None


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_a_step_at_once_one_has_it() -> None:
    dossier = received()
    task = open_task(dossier, "examine")
    viewers = [official(dossier.agency, Role.SPECIALIST) for _ in range(2)]
    acts = [lambda viewer=viewer: give([task], viewer, viewer) for viewer in viewers]
    assert sorted(at_once(*acts)) == ["done", "step-of-another"]

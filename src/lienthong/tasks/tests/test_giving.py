"""Giving, working, deciding: each act by the right one, once, with its words; and nothing by anyone else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from lienthong.directory.public import Agency, PostHolding
from lienthong.identity.public import NotAllowed, NotFound, Role, Viewer
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import Subject, timeline
from lienthong.tasks.actions.giving import direct_again, give_task
from lienthong.tasks.actions.naming import (
    DeadlineMissing,
    DeadlinePassed,
    DeadlineTooFar,
    LeadMissing,
    NamedTwice,
    NoPostToday,
    NotOfThisAgency,
    WordsMissing,
    WordsTooLong,
    WorkMissing,
)
from lienthong.tasks.actions.working import (
    NotOfThisDivision,
    hand_on,
    report_progress,
    return_task,
    start_task,
)
from lienthong.tasks.contracts import Direction, PartyKey, PartyKind
from lienthong.tasks.models import Task, TaskParty, TaskStep
from lienthong.tasks.policies import (
    NotTheGiver,
    NotTheLead,
    TaskNotNow,
)
from lienthong.tasks.states import Part, TaskState
from lienthong.tasks.tests.factories import (
    NOON,
    direction,
    division_of,
    has_part,
    key_of,
    member,
    parts,
    task,
)

pytestmark = pytest.mark.django_db


# Giving


def test_a_task_has_one_lead_a_deadline_in_working_time_and_a_history(leader: Viewer, lead: Viewer) -> None:
    given = give_task(direction=direction(lead, working_days=1), viewer=leader, at=NOON)
    assert (given.state, given.depth, given.root_id) == (TaskState.GIVEN, 0, given.id)
    assert given.due_at.date() == date(2026, 3, 3)  # Monday noon and one working day
    assert parts(given) == {lead.name: Part.LEAD}
    assert [step.verb for step in given.steps.all()] == ["give"]
    events = timeline(Subject("tasks.task", str(given.id)))
    assert [(event.verb, event.actor.name) for event in events] == [("task.give", leader.name)]


def test_a_division_may_lead(ours: Agency, leader: Viewer) -> None:
    division = division_of(ours)
    assert parts(give_task(direction=direction(division), viewer=leader, at=NOON)) == {
        division.name: Part.LEAD
    }


@pytest.mark.parametrize("role", [Role.CLERK, Role.SPECIALIST, Role.AUDITOR, Role.ADMINISTRATOR])
def test_only_a_leader_gives_a_task_of_the_agencys_own(ours: Agency, lead: Viewer, role: Role) -> None:
    with pytest.raises(NotAllowed):
        give_task(direction=direction(lead), viewer=viewer_in(ours, role), at=NOON)


@pytest.mark.parametrize(
    ("fields", "refusal", "field"),
    [
        ({"text": " \n"}, WorkMissing, "text"),
        ({"text": "x" * 5001}, WordsTooLong, "text"),
        ({"lead": None}, LeadMissing, "lead"),
        ({"working_days": None}, DeadlineMissing, "working_days"),
        ({"working_days": 0}, DeadlinePassed, "working_days"),
        ({"working_days": 5000}, DeadlineTooFar, "working_days"),
        ({"due_at": NOON, "working_days": None}, DeadlinePassed, "due_at"),
    ],
)
def test_each_fault_of_a_direction_has_its_own_refusal(
    leader: Viewer, lead: Viewer, fields: dict[str, Any], refusal: type[Refusal], field: str
) -> None:
    with pytest.raises(refusal) as caught:
        give_task(direction=direction(lead, **fields), viewer=leader, at=NOON)
    assert caught.value.field == field
    assert not Task.objects.exists()


def test_the_lead_named_twice_is_said_by_name(leader: Viewer, lead: Viewer) -> None:
    with pytest.raises(NamedTwice) as caught:
        give_task(direction=direction(lead, informed=(key_of(lead),)), viewer=leader, at=NOON)
    assert lead.name in caught.value.say("vi")


def test_a_party_of_another_agency_and_one_without_a_post_are_told_apart(
    leader: Viewer, lead: Viewer, other: Viewer
) -> None:
    theirs = agency()
    stranger, their_division = viewer_in(theirs, Role.SPECIALIST, at=NOON), division_of(theirs)
    PostHolding.objects.filter(official_id=other.official_id).update(valid_to=date(2026, 1, 1))
    for party, refusal in (
        (key_of(stranger), NotOfThisAgency),
        (key_of(their_division), NotOfThisAgency),
        (PartyKey(PartyKind.OFFICIAL, 10**9), NoPostToday),
        (key_of(other), NoPostToday),
    ):
        for fields in ({"lead": party}, {"cooperating": (party,)}):
            with pytest.raises(refusal):
                give_task(direction=direction(lead, **fields), viewer=leader, at=NOON)


# What the database holds


def test_the_database_refuses_a_second_lead_and_a_party_twice(
    leader: Viewer, lead: Viewer, other: Viewer
) -> None:
    made = task(leader, lead)
    for party, part in ((other, Part.LEAD), (lead, Part.INFORMED)):
        with pytest.raises(IntegrityError), transaction.atomic():
            has_part(made, party, part)


def test_the_database_refuses_a_task_without_a_lead(leader: Viewer, lead: Viewer) -> None:
    made = task(leader, lead)
    with transaction.atomic():
        TaskParty.objects.filter(task=made).delete()
        with pytest.raises(IntegrityError):
            transaction.get_connection().check_constraints()
        transaction.set_rollback(True)


def test_the_database_refuses_to_change_the_history(leader: Viewer, lead: Viewer) -> None:
    give_task(direction=direction(lead), viewer=leader, at=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        TaskStep.objects.update(text="khác")
    with pytest.raises(IntegrityError), transaction.atomic():
        TaskStep.objects.all().delete()


# Working


def test_only_the_lead_starts_and_only_once(leader: Viewer, lead: Viewer, other: Viewer) -> None:
    made = task(leader, lead)
    has_part(made, other, Part.COOPERATING)
    with pytest.raises(NotTheLead) as caught:
        start_task(task_id=made.id, viewer=other, at=NOON)
    assert lead.name in caught.value.say("vi")
    assert start_task(task_id=made.id, viewer=lead, at=NOON).state == TaskState.IN_PROGRESS
    with pytest.raises(TaskNotNow):
        start_task(task_id=made.id, viewer=lead, at=NOON)


@pytest.mark.parametrize("role", [Role.LEADER, Role.CLERK])
def test_a_divisions_head_and_clerk_act_for_it_and_a_member_does_not(
    ours: Agency, leader: Viewer, role: Role
) -> None:
    division = division_of(ours)
    made = task(leader, division)
    with pytest.raises(NotFound):
        start_task(task_id=made.id, viewer=member(division, Role.SPECIALIST), at=NOON)
    with pytest.raises(NotTheLead):
        start_task(task_id=made.id, viewer=viewer_in(ours, role, at=NOON), at=NOON)
    assert start_task(task_id=made.id, viewer=member(division, role), at=NOON).state == TaskState.IN_PROGRESS


def test_a_head_names_an_official_of_the_division_and_nobody_else(
    ours: Agency, leader: Viewer, lead: Viewer
) -> None:
    division = division_of(ours)
    head, worker = member(division, Role.LEADER), member(division, Role.SPECIALIST)
    made = task(leader, division)
    with pytest.raises(NotOfThisDivision):
        hand_on(task_id=made.id, to=key_of(lead), viewer=head, at=NOON)
    with pytest.raises(NamedTwice):
        hand_on(task_id=made.id, to=key_of(division), viewer=head, at=NOON)
    after = hand_on(task_id=made.id, to=key_of(worker), viewer=head, at=NOON)
    assert parts(after) == {worker.name: Part.LEAD, division.name: Part.INFORMED}
    assert start_task(task_id=made.id, viewer=worker, at=NOON).state == TaskState.IN_PROGRESS


def test_an_official_hands_on_with_a_reason_and_is_told_of_it_from_then_on(
    leader: Viewer, lead: Viewer, other: Viewer
) -> None:
    made = task(leader, lead, state=TaskState.IN_PROGRESS)
    has_part(made, other, Part.COOPERATING)
    with pytest.raises(WordsMissing):
        hand_on(task_id=made.id, to=key_of(other), viewer=lead, at=NOON)
    after = hand_on(task_id=made.id, to=key_of(other), reason="Đúng chuyên môn", viewer=lead, at=NOON)
    assert (after.state, parts(after)) == (TaskState.GIVEN, {other.name: Part.LEAD, lead.name: Part.INFORMED})
    with pytest.raises(NotTheLead):
        start_task(task_id=made.id, viewer=lead, at=NOON)


def test_a_task_sent_back_can_be_directed_again(leader: Viewer, lead: Viewer, other: Viewer) -> None:
    made = task(leader, lead)
    with pytest.raises(WordsMissing):
        return_task(task_id=made.id, reason=" ", viewer=lead, at=NOON)
    back = return_task(task_id=made.id, reason="Không thuộc thẩm quyền", viewer=lead, at=NOON)
    assert (back.state, back.reason) == (TaskState.RETURNED, "Không thuộc thẩm quyền")
    again = direct_again(task_id=made.id, direction=direction(other), viewer=leader, at=NOON)
    assert (again.state, again.reason) == (TaskState.GIVEN, "")
    assert parts(again) == {other.name: Part.LEAD, lead.name: Part.INFORMED}


def test_an_opinion_changes_neither_lead_nor_state(leader: Viewer, lead: Viewer, other: Viewer) -> None:
    made = task(leader, lead, state=TaskState.IN_PROGRESS)
    direct_again(task_id=made.id, direction=Direction("Làm gấp", None), viewer=leader, at=NOON)
    same = direct_again(task_id=made.id, direction=direction(lead), viewer=leader, at=NOON)
    assert (same.state, parts(same)) == (TaskState.IN_PROGRESS, {lead.name: Part.LEAD})
    assert [step.verb for step in made.steps.all()] == ["opine", "opine"]
    has_part(made, other, Part.COOPERATING)
    with pytest.raises(NotTheGiver):
        direct_again(task_id=made.id, direction=direction(lead), viewer=other, at=NOON)


def test_progress_is_written_by_who_works_not_by_who_is_told(
    leader: Viewer, lead: Viewer, other: Viewer
) -> None:
    made = task(leader, lead, state=TaskState.IN_PROGRESS)
    has_part(made, other, Part.INFORMED)
    report_progress(task_id=made.id, text="Đã xong một nửa", viewer=lead, at=NOON)
    with pytest.raises(NotTheLead):
        report_progress(task_id=made.id, text="x", viewer=other, at=NOON)
    assert [step.text for step in made.steps.all()] == ["Đã xong một nửa"]

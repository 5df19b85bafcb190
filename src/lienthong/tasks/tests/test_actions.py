"""Giving, working, deciding: each act by the right one, once, with its words; and nothing by anyone else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from lienthong.directory.public import Agency, Division, PostHolding
from lienthong.identity.public import NotAllowed, NotFound, Role, Viewer, acting_viewer
from lienthong.identity.tests.factories import agency, official_in, viewer_in
from lienthong.kernel.blobs import EmptyFile, ExecutableRefused, read_blob
from lienthong.kernel.errors import Refusal
from lienthong.kernel.events import subscribe
from lienthong.ledger.public import Subject, timeline
from lienthong.tasks import policies, queries
from lienthong.tasks.actions.deciding import (
    accept_product,
    cancel_task,
    decide_extension,
    note_outside,
    note_reply,
    send_back,
)
from lienthong.tasks.actions.giving import TooDeep, direct_again, give_outside, give_task, split_task
from lienthong.tasks.actions.naming import (
    DeadlineMissing,
    DeadlinePassed,
    DeadlineTooFar,
    DueAfterParent,
    LeadMissing,
    NamedTwice,
    NoPostToday,
    NotOfThisAgency,
    WordsMissing,
    WordsTooLong,
    WorkMissing,
)
from lienthong.tasks.actions.working import (
    NotLater,
    NotOfThisDivision,
    ask_extension,
    finish_task,
    hand_on,
    report_progress,
    return_task,
    start_task,
)
from lienthong.tasks.contracts import Carried, Direction, PartyKey, PartyKind, SubTasksClosed
from lienthong.tasks.models import DEEPEST, Task, TaskParty, TaskStep
from lienthong.tasks.policies import (
    ExtensionWaits,
    LedElsewhere,
    NoExtensionAsked,
    NotTheGiver,
    NotTheLead,
    OpenSubTasks,
    TaskNotNow,
)
from lienthong.tasks.states import ExtensionState, Part, TaskState
from lienthong.tasks.tests.factories import NOON, direction, has_part, key_of, task

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours() -> Agency:
    return agency()


@pytest.fixture
def leader(ours: Agency) -> Viewer:
    return viewer_in(ours, Role.LEADER, at=NOON)


@pytest.fixture
def lead(ours: Agency) -> Viewer:
    return viewer_in(ours, Role.SPECIALIST, at=NOON)


@pytest.fixture
def other(ours: Agency) -> Viewer:
    return viewer_in(ours, Role.SPECIALIST, at=NOON)


def member(division: Division, role: Role) -> Viewer:
    """Someone with the role in the division."""
    return acting_viewer(official_in(division.agency, role, division=division), at=NOON)


def division_of(place: Agency, name: str = "Phòng Tổng hợp") -> Division:
    return Division.objects.create(agency=place, name=name, short_name="TH")


def parts(of: Task) -> dict[str, str]:
    return {party.name: party.part for party in of.parties.select_related("official", "division", "agency")}


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
    assert told == [SubTasksClosed(top.id, NOON)]
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

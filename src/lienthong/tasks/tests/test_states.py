"""The table of moves as a whole, and a machine that tries every act on real rows in any order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from lienthong.identity.public import Role
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.kernel.errors import Refusal
from lienthong.tasks import policies, queries
from lienthong.tasks.actions.deciding import (
    accept_product,
    cancel_task,
    decide_extension,
    send_back,
)
from lienthong.tasks.actions.giving import direct_again, give_task, split_task
from lienthong.tasks.actions.working import (
    ask_extension,
    finish_task,
    hand_on,
    report_progress,
    return_task,
    start_task,
)
from lienthong.tasks.models import Task
from lienthong.tasks.states import (
    CLOSED,
    MOVES,
    OPEN,
    STATE_COLORS,
    STATE_LABELS,
    VERB_LABELS,
    ExtensionState,
    Part,
    TaskState,
)
from lienthong.tasks.tests.factories import NOON, direction, key_of

walks = st.lists(st.sampled_from(sorted(MOVES)), max_size=15)


def _walk(verbs: list[str], state: TaskState = TaskState.GIVEN) -> tuple[TaskState, list[str]]:
    """The state after the allowed ones of the verbs, and those made."""
    made = []
    for verb in verbs:
        move = MOVES[verb]
        if state in move.sources:
            state = move.target or state
            made.append(verb)
    return state, made


@given(walks)
def test_nothing_leads_out_of_a_closed_state(verbs: list[str]) -> None:
    for state in CLOSED:
        assert _walk(verbs, state) == (state, [])


@given(walks)
def test_nothing_is_accepted_that_nobody_reported_as_done(verbs: list[str]) -> None:
    state, made = _walk(verbs)
    if state is TaskState.ACCEPTED:
        assert {"finish", "complete", "report"} & set(made)


def test_every_state_can_be_reached_and_has_words_and_a_colour() -> None:
    assert {move.target for move in MOVES.values()} - {None} | {TaskState.GIVEN} == set(TaskState)
    assert set(STATE_LABELS) == set(STATE_COLORS) == set(TaskState)
    assert set(MOVES) <= set(VERB_LABELS)


def test_every_move_names_its_article_and_starts_from_open_states() -> None:
    for move in MOVES.values():
        assert move.article.startswith("Đ.")
        assert move.sources
        assert move.sources <= OPEN


class TaskMachine(RuleBasedStateMachine):
    """A leader, three officials, and whatever they try; what is refused must leave nothing."""

    tasks = Bundle("tasks")
    people = st.integers(0, 3)

    @initialize(target=tasks, lead=st.integers(1, 3), acceptance=st.booleans())
    def begin(self, lead: int, acceptance: bool) -> Task:
        self.ours = ours = agency()
        roles = (Role.LEADER, Role.SPECIALIST, Role.SPECIALIST, Role.CLERK)
        self.people_here = [viewer_in(ours, role, at=NOON) for role in roles]
        given_now = direction(self.people_here[lead], acceptance=acceptance, working_days=20)
        return give_task(direction=given_now, viewer=self.people_here[0], at=NOON)

    @rule(target=tasks, task=tasks, who=people, lead=people, acceptance=st.booleans())
    def split(self, task: Task, who: int, lead: int, acceptance: bool) -> Task:
        made = direction(self.people_here[lead], acceptance=acceptance, working_days=1)
        try:
            return split_task(task_id=task.id, direction=made, viewer=self.people_here[who], at=NOON)
        except Refusal:
            return task

    @rule(task=tasks, who=people, other=people, verb=st.sampled_from(sorted(MOVES)))
    def act(self, task: Task, who: int, other: int, verb: str) -> None:
        viewer, to = self.people_here[who], self.people_here[other]
        given_to = {"task_id": task.id, "viewer": viewer, "at": NOON}
        acts = {
            "start": lambda: start_task(**given_to),
            "hand-on": lambda: hand_on(to=key_of(to), reason="x", **given_to),
            "return": lambda: return_task(reason="x", **given_to),
            "report-progress": lambda: report_progress(text="x", **given_to),
            "ask-extension": lambda: ask_extension(
                due_at=NOON + timedelta(days=20 + other), reason="x", **given_to
            ),
            "finish": lambda: finish_task(note="x", **given_to),
            "complete": lambda: finish_task(note="x", **given_to),
            "direct-again": lambda: direct_again(direction=direction(to), **given_to),
            "grant-extension": lambda: decide_extension(granted=True, **given_to),
            "refuse-extension": lambda: decide_extension(granted=False, answer="x", **given_to),
            "accept": lambda: accept_product(**given_to),
            "rework": lambda: send_back(reason="x", **given_to),
            "cancel": lambda: cancel_task(reason="x", **given_to),
        }
        if verb not in acts:
            return
        found = queries.whole(task.id)
        before, steps = found.state, found.steps.count()
        allowed = {move.verb for move in policies.allowed_actions(viewer, found)}
        try:
            acts[verb]()
        except Refusal:
            after = queries.whole(task.id)
            assert (after.state, after.steps.count()) == (before, steps)
        else:
            finishing = {"finish", "complete"}
            assert verb in allowed or (verb in finishing and allowed & finishing)
            assert queries.whole(task.id).steps.count() > steps

    @invariant()
    def every_task_has_one_lead_and_a_parent_waits_for_its_sub_tasks(self) -> None:
        mine = Task.objects.filter(agency=self.ours)
        for task in mine.prefetch_related("parties", "children", "extensions"):
            assert [party.part for party in task.parties.all()].count(Part.LEAD) == 1
            children = list(task.children.all())
            if task.state in CLOSED or task.state == TaskState.REPORTED:
                assert all(child.state in CLOSED for child in children)
            waiting = [row for row in task.extensions.all() if row.state == ExtensionState.PENDING]
            assert len(waiting) <= (task.state in {TaskState.GIVEN, TaskState.IN_PROGRESS})
            assert task.steps.exists()


@pytest.mark.django_db
def test_whatever_is_tried_in_whatever_order_the_tasks_stay_sound() -> None:
    run_state_machine_as_test(
        TaskMachine,
        settings=settings(
            max_examples=15,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )

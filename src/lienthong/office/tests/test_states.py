"""The table of moves, as a whole."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lienthong.office.adapters.fake import FOLLOWS
from lienthong.office.states import (
    ARRIVED_CODE,
    FINISH,
    GONE,
    START,
    STATE_LABELS,
    STATUS_LABELS,
    TRANSITIONS,
    UNREGISTERED,
    VERB_LABELS,
    State,
    Transition,
)

walks = st.lists(st.sampled_from(sorted(TRANSITIONS)), max_size=12)


def _walk(verbs: list[str]) -> tuple[State, list[Transition]]:
    """The state after the allowed ones of the verbs, and the moves made."""
    state, made = State.ARRIVED, []
    for verb in verbs:
        move = TRANSITIONS[verb]
        if state in move.sources:
            state = move.target
            made.append(move)
    return state, made


@given(walks)
def test_whatever_is_tried_the_axis_takes_the_statuses_in_the_order_they_come(verbs: list[str]) -> None:
    _state, made = _walk(verbs)
    last = ARRIVED_CODE
    for move in made:
        assert last in FOLLOWS[move.status]
        last = move.status


@given(walks)
def test_no_document_is_worked_on_unregistered(verbs: list[str]) -> None:
    state, made = _walk(verbs)
    if state not in UNREGISTERED:
        assert made[0].verb == "register"


@given(walks, walks)
def test_nothing_leads_out_of_a_final_state(before: list[str], after: list[str]) -> None:
    state, _made = _walk(before)
    if state in GONE:
        assert _walk(before + after)[0] == state
    if state is State.FINISHED:  # what is finished may still be withdrawn (NĐ 30/2020, Đ.18)
        assert _walk(before + after)[0] in {State.FINISHED, State.WITHDRAWN}


def test_every_state_can_be_reached() -> None:
    assert {move.target for move in TRANSITIONS.values()} | {State.ARRIVED} == set(State)


def test_every_move_names_its_article_its_status_and_who_may_make_it() -> None:
    for move in TRANSITIONS.values():
        assert move.article.startswith("Đ.")
        assert move.status in STATUS_LABELS
        assert move.roles or move in (START, FINISH)  # these follow the document's task


def test_every_state_and_verb_has_a_label() -> None:
    assert set(STATE_LABELS) == set(State)
    assert {f"incoming.{verb}" for verb in TRANSITIONS} <= set(VERB_LABELS)

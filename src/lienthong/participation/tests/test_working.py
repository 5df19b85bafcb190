"""Feedback from sending to its end: who answers, until when, who may do what, and what becomes public."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lienthong.identity.public import STRANGER, NotAllowed, NotFound, Role
from lienthong.identity.tests.factories import a_citizen, agency, viewer_in, visitor_as
from lienthong.kernel.errors import Refusal
from lienthong.notifications.tests.factories import notices_to, told_of
from lienthong.participation import queries
from lienthong.participation.actions import chores, returning, working
from lienthong.participation.actions.sending import send_feedback
from lienthong.participation.contracts import Answer, Place, Point, Sender
from lienthong.participation.floods import WRONG_CODE, Limit
from lienthong.participation.models import Competence, Feedback, Step
from lienthong.participation.policies import allowed_actions
from lienthong.participation.refusals import (
    BadContact,
    ForwardMissing,
    NotAgreed,
    NotNow,
    OutsideVietnam,
    PublicTextMissing,
    ReopenedBefore,
    ReopenTooLate,
    SameBody,
    TooOften,
    UnknownCategory,
    UnknownPlace,
    WrongCode,
)
from lienthong.participation.states import MOVES, OPEN, Reason, State, Who
from lienthong.participation.tests.factories import (
    ANSWER,
    NOON,
    Country,
    category,
    country,
    in_state,
    leader,
    new,
    sent,
    worker,
)

pytestmark = pytest.mark.django_db
DUE = NOON + timedelta(days=14, minutes=-30)


@pytest.fixture
def here() -> Country:
    return country()


class TestSending:
    def test_it_lies_at_once_with_the_peoples_committee_of_the_commune(self, here: Country) -> None:
        feedback = sent(here)
        assert (feedback.agency, feedback.state) == (here.body, State.ROUTED)
        # Ten working days from noon on Monday 2 March, a pause: they end with the morning of the 16th.
        assert feedback.due_at == DUE
        assert list(feedback.steps.values_list("verb", flat=True)) == ["send", "route"]

    def test_the_table_goes_before_and_the_nearest_unit_before_all(self, here: Country) -> None:
        works, water = agency(), agency()
        Competence.objects.create(unit=here.province, category=None, agency=water)
        assert sent(here).agency == here.body
        Competence.objects.create(unit=here.commune, category=category(), agency=works)
        assert sent(here).agency == works
        assert sent(here, category=category("waste", 5).code).agency == here.body

    def test_without_a_body_in_the_commune_the_one_above_answers(self, here: Country) -> None:
        here.body.valid_to = NOON.date()
        here.body.save()
        assert sent(here).agency == here.above

    @pytest.mark.parametrize(
        ("fields", "refusal"),
        [
            ({"category": "no-such"}, UnknownCategory),
            ({"place": Place(2**70)}, UnknownPlace),
            ({"place": Place(-1)}, UnknownPlace),
            ({"sender": Sender(telephone="call me")}, BadContact),
            ({"sender": Sender(email="a@b@c")}, BadContact),
        ],
    )
    def test_what_cannot_be_is_refused(
        self, here: Country, fields: dict[str, Any], refusal: type[Refusal]
    ) -> None:
        with pytest.raises(refusal):
            sent(here, **fields)
        assert not Feedback.objects.exists()

    @pytest.mark.parametrize("point", [(0.0, 0.0), (13.75, 100.5), (21.6, 999.0), (float("nan"), 105.8)])
    def test_a_point_is_in_vietnam(self, here: Country, point: tuple[float, float]) -> None:
        with pytest.raises(OutsideVietnam):
            sent(here, place=Place(here.commune.pk, point=Point(*point)))

    def test_who_sends_too_often_waits_and_others_do_not(self, here: Country) -> None:
        actor = STRANGER.actor()
        limit = Limit("send", 2, timedelta(hours=1))
        for _time in range(limit.most):
            send_feedback(new=new(here), actor=actor, at=NOON, limit=limit)
        with pytest.raises(TooOften):
            send_feedback(new=new(here), actor=actor, at=NOON, limit=limit)
        other = visitor_as(a_citizen()[0]).actor()
        send_feedback(new=new(here), actor=other, at=NOON, limit=limit)
        later = NOON + limit.within + timedelta(seconds=1)
        send_feedback(new=new(here), actor=actor, at=later, limit=limit)

    def test_the_desk_is_told(self, here: Country) -> None:
        clerk = viewer_in(here.body, Role.CLERK, at=NOON)
        sent(here)
        assert told_of(clerk.official_id or 0) == ["participation.new"]


class TestWorking:
    def test_from_taking_to_a_public_answer(self, here: Country) -> None:
        feedback = in_state(here, State.ANSWERED)
        assert feedback.in_time is True
        assert feedback.published_at == NOON
        assert list(queries.published()) == [feedback]

    def test_two_who_take_at_once_one_gets_it(self, here: Country) -> None:
        feedback = sent(here)
        first, second = worker(here.body), worker(here.body)
        working.take(feedback_id=feedback.pk, viewer=first, at=NOON)
        with pytest.raises(NotNow):
            working.take(feedback_id=feedback.pk, viewer=second, at=NOON)
        assert Feedback.objects.get().handler_id == first.official_id

    def test_an_answer_the_sender_did_not_agree_to_show_stays_between_them(self, here: Country) -> None:
        feedback = in_state(here, State.IN_PROGRESS, wants_public=False)
        with pytest.raises(NotAgreed):
            working.draft_answer(feedback_id=feedback.pk, answer=ANSWER, viewer=worker(here.body), at=NOON)
        done = in_state(here, State.ANSWERED, answer=Answer("Đã xong."), wants_public=False)
        assert done.published_at is None
        with pytest.raises(Exception, match="feedback_public_as_agreed"):
            Feedback.objects.filter(pk=done.pk).update(published_at=NOON, public_text="x")

    def test_nothing_is_shown_without_words_made_for_it(self, here: Country) -> None:
        feedback = in_state(here, State.IN_PROGRESS)
        answer = Answer("Đã xong.", publish=True, public_text=" ")
        with pytest.raises(PublicTextMissing):
            working.draft_answer(feedback_id=feedback.pk, answer=answer, viewer=worker(here.body), at=NOON)

    def test_passed_on_it_begins_anew_elsewhere(self, here: Country) -> None:
        feedback, later = in_state(here, State.IN_PROGRESS), NOON + timedelta(days=7)
        viewer = worker(here.body)
        with pytest.raises(SameBody):
            working.reroute(
                feedback_id=feedback.pk, agency_id=here.body.pk, reason="x", viewer=viewer, at=later
            )
        moved = working.reroute(
            feedback_id=feedback.pk, agency_id=here.above.pk, reason="Đường tỉnh.", viewer=viewer, at=later
        )
        assert (moved.agency, moved.handler_id, moved.due_at) == (here.above, None, DUE + timedelta(days=7))
        with pytest.raises(NotFound):
            queries.find_feedback(viewer, feedback.pk)

    def test_refused_it_says_who_is_competent(self, here: Country) -> None:
        feedback, chief = sent(here), leader(here.body)
        why = Reason.NOT_COMPETENT
        with pytest.raises(ForwardMissing):
            working.refuse(feedback_id=feedback.pk, why=why, reason="Việc của tòa.", viewer=chief, at=NOON)
        with pytest.raises(NotAllowed):
            working.refuse(
                feedback_id=feedback.pk,
                why=why,
                reason="x",
                viewer=worker(here.body),
                at=NOON,
                forwarded_to="x",
            )
        done = working.refuse(
            feedback_id=feedback.pk,
            why=why,
            reason="Việc của tòa.",
            viewer=chief,
            at=NOON,
            forwarded_to="Tòa án nhân dân khu vực 1",
        )
        assert (done.state, done.forwarded_to) == (State.REFUSED, "Tòa án nhân dân khu vực 1")

    def test_shown_no_more_it_is_gone_from_the_public(self, here: Country) -> None:
        feedback = in_state(here, State.ANSWERED)
        working.unpublish(feedback_id=feedback.pk, reason="Lộ tên.", viewer=leader(here.body), at=NOON)
        assert not queries.published().exists()

    def test_late_is_late_however_it_ends(self, here: Country) -> None:
        feedback = sent(here)
        late = NOON + timedelta(days=15)
        working.refuse(
            feedback_id=feedback.pk,
            why=Reason.REPEATED,
            reason="Đã trả lời.",
            viewer=leader(here.body),
            at=late,
        )
        assert Feedback.objects.get().in_time is False

    @pytest.mark.parametrize("role", list(Role))
    def test_only_posts_of_the_body_that_work_with_it_read_it(self, here: Country, role: Role) -> None:
        feedback = sent(here)
        allowed = {"specialist", "clerk", "receptionist", "leader", "auditor", "head"}
        with pytest.raises(NotFound):
            queries.find_feedback(viewer_in(here.above, role, at=NOON), feedback.pk)
        viewer = viewer_in(here.body, role, at=NOON)
        if role in allowed:
            assert queries.find_feedback(viewer, feedback.pk) == feedback
            assert bool(allowed_actions(viewer, feedback)) == (role is not Role.AUDITOR)
        else:
            with pytest.raises(NotFound):
                queries.find_feedback(viewer, feedback.pk)

    def test_an_inbox_of_many_is_one_query(self, here: Country) -> None:
        for _time in range(3):
            sent(here)
        viewer = worker(here.body)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            rows = queries.inbox(viewer, queries.FeedbackFilter()).rows
            assert [str(row.category) + str(row.unit) for row in rows]
        assert len(asked) == 1


class TestTheSender:
    def test_reopens_once_and_in_time(self, here: Country) -> None:
        feedback = in_state(here, State.ANSWERED)
        asked: dict[str, Any] = {"feedback_id": feedback.pk, "reason": "Vẫn còn.", "known": {feedback.pk}}
        with pytest.raises(ReopenTooLate):
            returning.reopen(**asked, visitor=STRANGER, at=NOON + timedelta(days=15, seconds=1))
        again = returning.reopen(**asked, visitor=STRANGER, at=NOON + timedelta(days=15))
        assert (again.state, again.published_at, again.in_time) == (State.REOPENED, None, True)
        for act in (working.take,):
            act(feedback_id=feedback.pk, viewer=worker(here.body), at=NOON)
        working.draft_answer(feedback_id=feedback.pk, answer=ANSWER, viewer=worker(here.body), at=NOON)
        working.approve(feedback_id=feedback.pk, viewer=leader(here.body), at=NOON)
        with pytest.raises(ReopenedBefore):
            returning.reopen(**asked, visitor=STRANGER, at=NOON)

    def test_another_citizen_finds_nothing(self, here: Country) -> None:
        mine, other = (visitor_as(a_citizen()[0]) for _who in range(2))
        feedback = sent(here, visitor=mine)
        assert queries.find_own(mine, (), feedback.pk) == feedback
        assert [row.pk for row in queries.own_feedback(mine).rows] == [feedback.pk]
        for visitor in (other, STRANGER):
            with pytest.raises(NotFound):
                queries.find_own(visitor, (), feedback.pk)
            assert queries.own_feedback(visitor).rows == []

    def test_a_party_is_told_of_what_its_body_decides(self, here: Country) -> None:
        _account, party = a_citizen()
        in_state(here, State.ANSWERED, sender=Sender(party.pk))
        in_state(here, State.REFUSED, sender=Sender(party.pk))
        in_state(here, State.ANSWERED)  # from nobody in particular: there is no one to tell
        told = [notice.kind for notice in notices_to(party)]
        assert told == ["participation.answered", "participation.refused"]

    def test_a_code_opens_it_and_guessing_is_slowed_down(self, here: Country) -> None:
        feedback = sent(here)
        written = feedback.shown_code.lower().replace("0", "o").replace("1", "l")
        assert returning.open_by_code(code=written, visitor=STRANGER, at=NOON) == feedback
        for _time in range(WRONG_CODE.most):
            with pytest.raises(WrongCode):
                returning.open_by_code(code="0000-0000-0000", visitor=STRANGER, at=NOON)
        with pytest.raises(TooOften):
            returning.open_by_code(code=written, visitor=STRANGER, at=NOON)


class TestChores:
    def test_answered_and_left_alone_it_closes_after_fifteen_days(self, here: Country) -> None:
        in_state(here, State.ANSWERED)
        assert chores.lapse(at=NOON + timedelta(days=15)) == 0
        assert chores.lapse(at=NOON + timedelta(days=15, seconds=1)) == 1
        assert Feedback.objects.get().state == State.CLOSED

    def test_before_the_deadline_the_body_is_warned_once(self, here: Country) -> None:
        clerk = viewer_in(here.body, Role.CLERK, at=NOON)
        sent(here)
        late = NOON + timedelta(days=13)
        assert [chores.warn(at=NOON), chores.warn(at=late), chores.warn(at=late)] == [0, 1, 0]
        assert told_of(clerk.official_id or 0).count("participation.nearly-late") == 1

    def test_after_two_years_nothing_tells_of_the_sender(self, here: Country) -> None:
        _account, party = a_citizen()
        sender = Sender(party.pk, "Trần Thị Dân", "0912345678", "a@b.vn")
        feedback = in_state(here, State.REFUSED, sender=sender)
        assert chores.forget_senders(at=NOON + timedelta(days=700)) == 0
        assert chores.forget_senders(at=NOON + timedelta(days=731)) == 1
        kept = Feedback.objects.get(pk=feedback.pk)
        assert [kept.party, kept.sender_name, kept.telephone, kept.email, kept.place] == [
            None,
            "",
            "",
            "",
            "",
        ]


VERBS = sorted(verb for verb, move in MOVES.items() if move.who is not Who.PLATFORM)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(verbs=st.lists(st.sampled_from(VERBS), max_size=8))
def test_whatever_is_tried_only_the_table_moves_it(here: Country, verbs: list[str]) -> None:
    """Any acts in any order: what is refused changes nothing, what is done is in the table."""
    feedback = sent(here)
    chief, known = leader(here.body), {feedback.pk}
    on: dict[str, Any] = {"feedback_id": feedback.pk, "at": NOON}
    acts = {
        "take": lambda: working.take(**on, viewer=chief),
        "reroute": lambda: working.reroute(**on, viewer=chief, agency_id=here.above.pk, reason="x"),
        "draft": lambda: working.draft_answer(**on, viewer=chief, answer=ANSWER),
        "send-back": lambda: working.send_back(**on, viewer=chief, reason="x"),
        "approve": lambda: working.approve(**on, viewer=chief),
        "refuse": lambda: working.refuse(**on, viewer=chief, why=Reason.SPAM, reason="x"),
        "unpublish": lambda: working.unpublish(**on, viewer=chief, reason="x"),
        "reopen": lambda: returning.reopen(**on, visitor=STRANGER, known=known, reason="x"),
        "accept": lambda: returning.accept(**on, visitor=STRANGER, known=known),
    }
    assert sorted(acts) == VERBS
    for verb in verbs:
        before, steps = Feedback.objects.values().get(pk=feedback.pk), Step.objects.count()
        try:
            acts[verb]()
        except Refusal:
            assert Feedback.objects.values().get(pk=feedback.pk) == before
            assert Step.objects.count() == steps
        else:
            after = Feedback.objects.get(pk=feedback.pk)
            assert before["state"] in MOVES[verb].sources
            assert after.state == (MOVES[verb].target or before["state"])
            assert after.published_at is None or after.state not in OPEN

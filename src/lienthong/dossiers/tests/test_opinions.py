"""Other bodies are asked for their opinion at a step, answer once each, and time goes on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from lienthong.axis.public import FakeAxis
from lienthong.directory.public import Agency, PostHolding
from lienthong.dossiers.actions.opining import ask_opinions, give_opinion, withdraw_opinion
from lienthong.dossiers.actions.stepping import finish_step
from lienthong.dossiers.actions.supplements import ask_supplement
from lienthong.dossiers.contracts import OpinionGiven, OpinionQuestion, StepDone, Supplement
from lienthong.dossiers.inboxes import Tab, inbox_counts, inbox_of
from lienthong.dossiers.models import Dossier, DossierTask, Opinion
from lienthong.dossiers.refusals import (
    BodyAskedAlready,
    BodyElsewhere,
    NoBodyAsked,
    OpinionClosed,
    OpinionsOpen,
    OpinionWanted,
    OpinionWithoutWords,
    StepOfAnother,
)
from lienthong.dossiers.states import TaskState, Verdict
from lienthong.dossiers.tests.factories import NOON, official, open_task, received
from lienthong.dossiers.tests.test_concurrency import at_once
from lienthong.identity.public import NotFound, Role, Viewer
from lienthong.identity.tests.factories import agency, official_in
from lienthong.kernel.clock import now
from lienthong.ledger.public import timeline
from lienthong.notifications.tests.factories import told_of

pytestmark = pytest.mark.django_db
QUESTION = "Thửa đất có phù hợp quy hoạch không?"
YES, NO = OpinionGiven(Verdict.AGREES), OpinionGiven(Verdict.DISAGREES, "Chồng lấn quy hoạch đường")


def ask(dossier: Dossier, *bodies: Agency, viewer: Viewer | None = None, question: str = QUESTION) -> int:
    """The specialist of the examination asks these bodies, 8 working hours each."""
    task = open_task(dossier, "examine") if viewer is None else examined(dossier)
    asked = OpinionQuestion(tuple(body.pk for body in bodies), question, 480)
    viewer = viewer or official(dossier.agency, Role.SPECIALIST)
    return ask_opinions(task_id=task.pk, asked=asked, viewer=viewer, at=NOON)


def examined(dossier: Dossier) -> DossierTask:
    """The step at which it is asked."""
    return DossierTask.objects.get(dossier=dossier, step="examine", kind="work", state="open")


def asked_of(dossier: Dossier, body: Agency) -> DossierTask:
    """The latest question to the body."""
    return DossierTask.objects.filter(dossier=dossier, agency=body, kind="opinion").latest("opened_at", "pk")


def test_bodies_are_asked_in_parallel_once_each_and_the_dossier_stays_one_with_its_time() -> None:
    dossier, first, second = received(), agency(), agency()
    due_at, dossiers = dossier.due_at, Dossier.objects.count()
    assert ask(dossier, first, second) == 2
    worker = official(dossier.agency, Role.SPECIALIST)
    with pytest.raises(BodyAskedAlready) as refused:
        ask(dossier, second, agency(), viewer=worker)
    assert second.name in refused.value.say("vi")
    for none in ((), (dossier.agency,), (dossier.agency, first)):
        with pytest.raises(NoBodyAsked):
            ask(dossier, *none, viewer=worker)
    with pytest.raises(OpinionWithoutWords):
        ask(dossier, agency(), viewer=worker, question=" ")
    with pytest.raises(NotFound):
        ask(dossier, agency(), viewer=official(agency(), Role.SPECIALIST))
    with pytest.raises(StepOfAnother):
        ask(dossier, agency(), viewer=official(dossier.agency, Role.CLERK))
    dossier.refresh_from_db()
    assert (dossier.due_at, dossier.paused_at, Dossier.objects.count()) == (due_at, None, dossiers)
    asked = official(first, Role.SPECIALIST)
    assert [task.question for task in inbox_of(asked, at=NOON).rows] == [QUESTION]
    assert inbox_counts(asked, at=NOON)[Tab.WAITING] == 1
    assert Opinion.objects.count() == 2


def test_an_opinion_is_given_once_with_words_where_it_is_no_plain_yes_and_by_the_body_only() -> None:
    dossier, body = received(), agency()
    ask(dossier, body)
    key, asked = asked_of(dossier, body).pk, official(body, Role.SPECIALIST)
    for viewer, refusal in (
        (official(agency(), Role.SPECIALIST), NotFound),
        (official(dossier.agency, Role.SPECIALIST), StepOfAnother),
        (official(dossier.agency, Role.LEADER), StepOfAnother),
        (official(body, Role.CLERK), StepOfAnother),
    ):
        with pytest.raises(refusal):
            give_opinion(task_id=key, given=YES, viewer=viewer, at=NOON)
    with pytest.raises(OpinionWithoutWords):
        give_opinion(task_id=key, given=OpinionGiven(Verdict.CONDITIONAL, " "), viewer=asked, at=NOON)
    with pytest.raises(OpinionWanted):
        finish_step(done=StepDone(key), viewer=asked, at=NOON)
    give_opinion(task_id=key, given=NO, viewer=asked, at=NOON + timedelta(hours=1))
    with pytest.raises(OpinionClosed):
        give_opinion(task_id=key, given=YES, viewer=official(body, Role.LEADER), at=NOON)
    told = asked_of(dossier, body)
    assert (told.state, told.note, told.opinion.verdict) == (TaskState.DONE, NO.text, Verdict.DISAGREES)
    assert [event.verb for event in timeline(dossier.ledger_subject)].count("dossier.opine") == 1
    assert ask(dossier, body) == 1, "a new question to who answered the first"


def test_a_step_is_finished_past_open_opinions_for_a_reason_only() -> None:
    dossier, body, other = received(), agency(), agency()
    ask(dossier, body, other)
    worker, key = official(dossier.agency, Role.SPECIALIST), examined(dossier).pk
    give_opinion(task_id=asked_of(dossier, other).pk, given=YES, viewer=official(other, Role.LEADER), at=NOON)
    with pytest.raises(OpinionsOpen):
        finish_step(done=StepDone(key, {"complete": "fee_due"}, "Đủ"), viewer=worker, at=NOON)
    done = StepDone(key, {"complete": "fee_due"}, despite="Đã quá hạn trả lời")
    finish_step(done=done, viewer=worker, at=NOON)
    left = asked_of(dossier, body)
    assert (left.state, left.note) == (TaskState.DROPPED, "Đã quá hạn trả lời")
    assert asked_of(dossier, other).state == TaskState.DONE
    assert open_task(dossier, "sign").role == Role.LEADER


def test_a_question_is_withdrawn_with_a_reason_by_who_asked() -> None:
    dossier, body = received(), agency()
    ask(dossier, body)
    key, worker = asked_of(dossier, body).pk, official(dossier.agency, Role.SPECIALIST)
    for viewer in (official(body, Role.SPECIALIST), official(dossier.agency, Role.CLERK)):
        with pytest.raises(StepOfAnother):
            withdraw_opinion(task_id=key, reason="Không cần", viewer=viewer, at=NOON)
    with pytest.raises(OpinionWithoutWords):
        withdraw_opinion(task_id=key, reason=" ", viewer=worker, at=NOON)
    withdraw_opinion(task_id=key, reason="Không cần nữa", viewer=worker, at=NOON)
    with pytest.raises(OpinionClosed):
        give_opinion(task_id=key, given=YES, viewer=official(body, Role.LEADER), at=NOON)
    assert ask(dossier, body) == 1


def test_who_is_asked_neither_waits_for_the_applicant_nor_asks_them() -> None:
    dossier, body = received(), agency()
    ask(dossier, body)
    asked, worker = official(body, Role.SPECIALIST), official(dossier.agency, Role.SPECIALIST)
    wants = Supplement(("Căn cước",), "Thiếu")
    with pytest.raises(NotFound):
        ask_supplement(dossier_id=dossier.pk, asked=wants, viewer=asked, at=NOON)
    ask_supplement(dossier_id=dossier.pk, asked=wants, viewer=worker, at=NOON)
    assert asked_of(dossier, body).due_at is not None
    give_opinion(task_id=asked_of(dossier, body).pk, given=YES, viewer=asked, at=NOON)


def test_the_people_of_the_bodies_and_who_asked_are_told() -> None:
    dossier, body, other = received(), agency(), agency()
    worker = official(dossier.agency, Role.SPECIALIST)
    speakers = [official(body, role) for role in (Role.SPECIALIST, Role.HEAD, Role.LEADER)]
    clerk, second = official(body, Role.CLERK), official(other, Role.SPECIALIST)
    ask(dossier, body, other, viewer=worker)
    assert [told(one) for one in (*speakers, second)] == [["asked"]] * 4
    assert [told(one) for one in (clerk, worker)] == [[], []]
    give_opinion(task_id=asked_of(dossier, body).pk, given=YES, viewer=speakers[0], at=NOON)
    assert (told(worker), told(speakers[0])) == (["given"], ["asked"])
    withdraw_opinion(task_id=asked_of(dossier, other).pk, reason="Không cần", viewer=worker, at=NOON)
    assert (told(second), told(speakers[1])) == (["asked", "withdrawn"], ["asked"])
    # The step is finished past a body that has taken the question: only who has it is told.
    ask(dossier, body, viewer=worker)
    DossierTask.objects.filter(dossier=dossier, kind="opinion", state="open").update(
        assignee=speakers[1].official_id
    )
    done = StepDone(examined(dossier).pk, {"complete": "fee_due"}, despite="Quá hạn")
    finish_step(done=done, viewer=worker, at=NOON)
    assert [told(one)[-1] for one in speakers] == ["asked", "withdrawn", "asked"]


def told(viewer: Viewer) -> list[str]:
    """What the official was told of opinions."""
    return [kind.removeprefix("dossiers.opinion-") for kind in told_of(viewer.official_id or 0)]


def test_where_who_asked_has_left_those_who_direct_the_agency_are_told() -> None:
    dossier, body = received(), agency()
    worker, leader = official(dossier.agency, Role.SPECIALIST), official(dossier.agency, Role.LEADER)
    ask(dossier, body, viewer=worker)
    PostHolding.objects.filter(official=worker.official_id).update(valid_to=NOON.date())
    speaker = official(body, Role.LEADER)
    give_opinion(task_id=asked_of(dossier, body).pk, given=YES, viewer=speaker, at=NOON)
    assert (told(worker), told(leader)) == ([], ["given"])


def test_a_body_of_another_installation_is_not_asked_where_nobody_would_see_it() -> None:
    dossier, here, away = received(), agency(), agency(name="Sở Xây dựng Cao Bằng")
    worker, axis = official(dossier.agency, Role.SPECIALIST), FakeAxis(away={away.pk})
    asked = OpinionQuestion((here.pk, away.pk), QUESTION, 480)
    with pytest.raises(BodyElsewhere) as refused:
        ask_opinions(task_id=examined(dossier).pk, asked=asked, viewer=worker, at=NOON, axis=axis)
    said = refused.value.say("vi")
    assert (away.name in said, here.name in said) == (True, False)
    assert not dossier.tasks.filter(kind="opinion").exists()
    asked = OpinionQuestion((here.pk,), QUESTION, 480)
    assert ask_opinions(task_id=examined(dossier).pk, asked=asked, viewer=worker, at=NOON, axis=axis) == 1


def test_many_bodies_are_asked_with_the_queries_of_one(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in (1, 6):
        dossier = received()
        worker, bodies = official(dossier.agency, Role.SPECIALIST), [agency() for _ in range(number)]
        speakers = [official(body, Role.SPECIALIST) for body in bodies]
        asked = OpinionQuestion(tuple(body.pk for body in bodies), QUESTION, 480)
        key = examined(dossier).pk
        with django_assert_num_queries(17):
            ask_opinions(task_id=key, asked=asked, viewer=worker, at=NOON)
        assert [told(one) for one in speakers] == [["asked"]] * number


def test_opinions_are_asked_for_and_given_on_the_pages() -> None:
    dossier, body = received(at=now()), agency()
    asker, asked = Client(), Client()
    asker.force_login(official_in(dossier.agency, Role.SPECIALIST))
    asked.force_login(official_in(body, Role.SPECIALIST))
    page, form = (
        reverse("dossiers:dossier", args=[dossier.pk]),
        reverse("dossiers:ask_opinions", args=[examined(dossier).pk]),
    )
    assert form in asker.get(page).content.decode()
    typed = {"question": QUESTION, "hours": "8", "q": body.code, "act": "search"}
    shown = asker.post(form, typed).content.decode()
    assert f'value="{body.pk}"' in shown
    assert QUESTION in shown, "what was typed is kept"
    assert asker.post(form, {**typed, "act": "ask"}).status_code == 422, "no body"
    sent = {**typed, "act": "ask", "bodies": str(body.pk)}
    assert asker.post(form, {**sent, "hours": "0"}).status_code == 422
    assert asker.post(form, sent).status_code == 302
    assert asker.post(form, sent).status_code == 422, "asked already"
    give = reverse("dossiers:give_opinion", args=[asked_of(dossier, body).pk])
    assert asker.get(give).status_code == 404
    assert give in asked.get(page).content.decode()
    assert asked.post(give, {"verdict": "disagrees"}).status_code == 422
    assert "despite" in asker.get(page).content.decode()
    assert asked.post(give, {"verdict": "conditional", "text": "Phải lùi 3 m"}).status_code == 302
    assert asked.post(give, {"verdict": "agrees"}).status_code == 409
    assert "Phải lùi 3 m" in asker.get(page).content.decode()


@pytest.mark.django_db(transaction=True)
def test_of_two_answers_at_once_one_counts_and_of_two_questions_at_once_one_is_asked() -> None:
    dossier, body = received(), agency()
    workers = [official(dossier.agency, Role.SPECIALIST) for _ in range(2)]
    asks = [lambda viewer=viewer: ask(dossier, body, viewer=viewer) for viewer in workers]
    assert sorted(at_once(*asks)) == ["body-asked-already", "done"]
    key = asked_of(dossier, body).pk
    asked = [official(body, Role.SPECIALIST) for _ in range(2)]
    gives = [
        lambda viewer=viewer: give_opinion(task_id=key, given=YES, viewer=viewer, at=NOON) for viewer in asked
    ]
    assert sorted(at_once(*gives)) == ["done", "opinion-closed"]

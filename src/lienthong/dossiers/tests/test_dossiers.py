"""A dossier from the counter to its result, and every way out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from lienthong.directory.public import calendar_of, working_minutes_between
from lienthong.dossiers.actions.apologising import apologise
from lienthong.dossiers.actions.ending import stop_dossier, withdraw_dossier
from lienthong.dossiers.actions.passing import end_timers, note_payment
from lienthong.dossiers.actions.receiving import (
    accept_dossiers,
    decline_dossier,
    receive_all_at_counter,
    receive_at_counter,
)
from lienthong.dossiers.actions.stepping import finish_step, finish_steps
from lienthong.dossiers.actions.supplements import ask_supplement, receive_supplement
from lienthong.dossiers.bodies import seed_competent_bodies
from lienthong.dossiers.contracts import GivenPaper, StepDone, Supplement
from lienthong.dossiers.jobs import note_payment_of
from lienthong.dossiers.models import Dossier, DossierTask, HeldDocument, Pause, Slip
from lienthong.dossiers.refusals import (
    AnswersWrong,
    ApologyTooLate,
    ChoiceMissing,
    ClockStands,
    DossierNotNow,
    NewDateTooEarly,
    NoCompetentBody,
    NotHeld,
    NotOffered,
    ReasonMissing,
    StepAlreadyDone,
    StepOfAnother,
    SupplementAskedAlready,
    SupplementItemsMissing,
)
from lienthong.dossiers.states import DossierState, Outcome, SlipKind, Timing
from lienthong.dossiers.tests import factories
from lienthong.dossiers.tests.factories import LATE, NOON, offered, official, open_task, received, submitted
from lienthong.dossiers.tests.processes import PERMIT
from lienthong.identity.public import NotAllowed, NotFound, Role
from lienthong.identity.tests.factories import agency
from lienthong.kernel.blobs import store_blob
from lienthong.ledger.public import timeline
from lienthong.payments.public import ChargeState, charges_of, take_cash
from lienthong.procedures.tests.factories import definition, published

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def finish(dossier: Dossier, step: str, role: Role, at=NOON + HOUR, **said: object) -> Dossier:  # type: ignore[no-untyped-def]
    """Someone with the role finishes the step."""
    task = open_task(dossier, step)
    done = StepDone(task.pk, **said)  # type: ignore[arg-type]
    return finish_step(done=done, viewer=official(task.agency, role), at=at)


def test_a_dossier_goes_from_the_counter_to_its_result() -> None:
    dossier = received()
    assert (dossier.state, dossier.code) == (DossierState.IN_PROGRESS, f"{dossier.agency.code}-260302-0001")
    finish(dossier, "examine", Role.SPECIALIST, choices={"complete": "fee_due"})
    dossier = finish(dossier, "sign", Role.LEADER)
    assert (dossier.state, dossier.outcome, dossier.timing) == (9, Outcome.GRANTED, Timing.EARLY)
    dossier = finish(dossier, "hand_out", Role.RECEPTIONIST)
    dossier.refresh_from_db()
    assert (dossier.state, dossier.tokens) == (DossierState.HANDED_OUT, [])
    verbs = [event.verb.removeprefix("dossier.") for event in timeline(dossier.ledger_subject)]
    assert sorted(verbs) == sorted(["submit", "accept", "work", "work", "work", "finish", "work", "hand-out"])


def test_the_clock_begins_after_the_cut_off_hour() -> None:
    early, late = received(), received(at=NOON + 5 * HOUR)
    calendar = calendar_of(early.agency_id, years=[2026])
    assert early.due_at is not None
    assert late.due_at is not None
    assert late.counted_from_at is not None
    assert working_minutes_between(calendar, NOON, early.due_at) == 2 * 480
    assert (late.counted_from_at.day, late.counted_from_at.hour) == (3, 7)
    assert working_minutes_between(calendar, late.counted_from_at, late.due_at) == 2 * 480


def test_codes_of_a_day_have_no_gap() -> None:
    offer = offered()
    assert [received(offer).code[-4:] for _ in range(3)] == ["0001", "0002", "0003"]
    assert received(offer, at=NOON + 24 * HOUR).code.endswith("-260303-0001")


def test_a_choice_has_to_be_made_and_must_be_one_of_the_ways() -> None:
    dossier = received()
    for choices in ({}, {"complete": "sign"}):
        with pytest.raises(ChoiceMissing):
            finish(dossier, "examine", Role.SPECIALIST, choices=choices)
    assert open_task(dossier, "examine").open


def test_a_refusal_ends_the_dossier_without_a_result() -> None:
    dossier = received()
    finish(dossier, "examine", Role.SPECIALIST, choices={"complete": "refuse"})
    dossier = finish(dossier, "refuse", Role.SPECIALIST)
    assert (dossier.state, dossier.outcome) == (DossierState.FINISHED, Outcome.REFUSED)


def test_a_supplement_in_the_process_stops_the_clock_and_is_asked_once() -> None:
    dossier, asked = received(), Supplement(("Bản sao căn cước",), "Thiếu giấy tờ")
    with pytest.raises(SupplementItemsMissing):
        finish(dossier, "examine", Role.SPECIALIST, choices={"complete": "supplement"})
    due = dossier.due_at
    finish(dossier, "examine", Role.SPECIALIST, choices={"complete": "supplement"}, supplement=asked)
    dossier.refresh_from_db()
    assert (dossier.state, dossier.due_at) == (DossierState.SUPPLEMENT_REQUESTED, None)
    desk = official(dossier.agency, Role.RECEPTIONIST)
    later = NOON + timedelta(days=7) + HOUR
    papers = [GivenPaper(name="Bản sao căn cước", copies=1)]
    dossier = receive_supplement(dossier_id=dossier.pk, papers=papers, viewer=desk, at=later)
    assert due is not None
    assert (dossier.state, dossier.due_at) == (DossierState.IN_PROGRESS, due + timedelta(days=7))
    assert dossier.papers.count() == 2
    assert Pause.objects.get(dossier=dossier).ended_at == later
    with pytest.raises(SupplementAskedAlready):
        finish(
            dossier, "examine", Role.SPECIALIST, later, choices={"complete": "supplement"}, supplement=asked
        )
    finish(dossier, "examine", Role.SPECIALIST, later, choices={"complete": "fee_due"})
    assert [slip.kind for slip in Slip.objects.filter(dossier=dossier).order_by("pk")] == ["01", "02"]


def test_a_supplement_at_any_step_stops_the_steps_clock_too() -> None:
    dossier = received()
    before = open_task(dossier, "examine").due_at
    asked = Supplement(("Giấy chứng sinh bản chính",), "Ảnh mờ")
    viewer = official(dossier.agency, Role.SPECIALIST)
    ask_supplement(dossier_id=dossier.pk, asked=asked, viewer=viewer, at=NOON + 2 * HOUR)
    task = open_task(dossier, "examine")
    assert (task.due_at, task.minutes_left, task.pause_reason) == (None, 210, "supplement")
    with pytest.raises(ClockStands):
        finish(dossier, "examine", Role.SPECIALIST, choices={"complete": "fee_due"})
    desk = official(dossier.agency, Role.RECEPTIONIST)
    receive_supplement(dossier_id=dossier.pk, viewer=desk, at=NOON + 26 * HOUR)
    assert before is not None
    assert open_task(dossier, "examine").due_at == before + timedelta(days=1)


def test_a_fee_is_waited_for_and_the_clock_stands() -> None:
    dossier = received(answers=LATE)
    assert dossier.fee_owed == 8_000
    finish(dossier, "examine", Role.SPECIALIST, choices={"complete": "fee_due"})
    dossier.refresh_from_db()
    assert (dossier.state, dossier.due_at) == (DossierState.PAYMENT_REQUESTED, None)
    note_payment(dossier_ids=[dossier.pk], at=NOON + 25 * HOUR)
    dossier.refresh_from_db()
    assert (dossier.state, dossier.fee_owed) == (DossierState.IN_PROGRESS, 0)
    assert open_task(dossier, "sign").agency_id == dossier.agency_id


def test_what_is_owed_is_charged_paid_and_given_back_on_refusal() -> None:
    dossier = received(answers=LATE)
    (charge,) = charges_of([dossier.pk])[dossier.pk]
    assert (charge.amount, charge.state) == (8_000, ChargeState.OWED)
    desk = official(dossier.agency, Role.RECEPTIONIST)
    take_cash(viewer=desk, charge_ids=[charge.id], at=NOON + HOUR)
    (job,) = ProcrastinateJob.objects.filter(task_name="dossiers.note_payment")
    note_payment_of(**job.args)
    dossier.refresh_from_db()
    assert (dossier.state, dossier.fee_owed) == (DossierState.IN_PROGRESS, 0)
    finish(dossier, "examine", Role.SPECIALIST, choices={"complete": "refuse"})
    finish(dossier, "refuse", Role.SPECIALIST)
    assert charges_of([dossier.pk])[dossier.pk][0].state == ChargeState.REFUND_DUE


def permit() -> tuple[Dossier, int]:
    """A dossier of the procedure that a department has a step in, and the department."""
    province = agency()
    province.kind = "province"
    province.save()
    department, commune = agency(), agency()
    type(province).objects.filter(pk=department.pk).update(parent=province, short_name="STP")
    type(province).objects.filter(pk=commune.pk).update(parent=province, kind="commune")
    commune.refresh_from_db()
    version = published(says=definition(process=PERMIT, limit_minutes=5 * 480))
    version.procedure.field.code = "civil-status"
    version.procedure.field.save()
    offer = offered(version, commune)
    with pytest.raises(NoCompetentBody):
        received(offer)
    seed_competent_bodies(at=NOON)
    return received(offer), department.pk


def test_steps_run_in_parallel_and_in_another_agency() -> None:
    dossier, department = permit()
    plan = open_task(dossier, "plan")
    assert plan.agency_id == department
    assert open_task(dossier, "site").agency_id == dossier.agency_id
    with pytest.raises(StepOfAnother):
        finish_step(done=StepDone(plan.pk), viewer=official(dossier.agency, Role.SPECIALIST), at=NOON)
    finish(dossier, "site", Role.SPECIALIST)
    assert not DossierTask.objects.filter(dossier=dossier, step="posted").exists()
    finish(dossier, "plan", Role.SPECIALIST)
    assert end_timers(at=NOON + HOUR) == 0
    due = open_task(dossier, "posted").due_at
    assert due is not None
    assert end_timers(at=due) == 1
    assert open_task(dossier, "sign").role == Role.LEADER


def test_the_neighbour_finds_nothing() -> None:
    dossier, neighbour = received(), agency()
    task = open_task(dossier, "examine")
    with pytest.raises(NotFound):
        finish_step(done=StepDone(task.pk), viewer=official(neighbour, Role.SPECIALIST), at=NOON)
    with pytest.raises(NotFound):
        stop_dossier(dossier_id=dossier.pk, reason="x", viewer=official(neighbour, Role.LEADER), at=NOON)
    with pytest.raises(NotFound):
        accept_dossiers(dossier_ids=[submitted().pk], viewer=official(neighbour, Role.RECEPTIONIST), at=NOON)


def test_a_step_is_finished_once() -> None:
    dossier = received()
    task, viewer = open_task(dossier, "examine"), official(dossier.agency, Role.SPECIALIST)
    done = StepDone(task.pk, {"complete": "fee_due"})
    finish_step(done=done, viewer=viewer, at=NOON + HOUR)
    with pytest.raises(StepAlreadyDone) as refused:
        finish_step(done=done, viewer=viewer, at=NOON + HOUR)
    assert viewer.name in refused.value.say("vi")


def test_many_steps_cost_the_queries_of_one(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    offer = offered()
    dossiers = [received(offer) for _ in range(6)]
    viewer = official(offer.agency, Role.SPECIALIST)

    def done(some: list[Dossier]) -> list[StepDone]:
        return [StepDone(open_task(one, "examine").pk, {"complete": "fee_due"}) for one in some]

    one, five = done(dossiers[:1]), done(dossiers[1:])
    with django_assert_num_queries(12):
        finish_steps(all_done=one, viewer=viewer, at=NOON + HOUR)
    with django_assert_num_queries(12):
        finish_steps(all_done=five, viewer=viewer, at=NOON + HOUR)


def test_many_are_received_at_the_counter_with_the_queries_of_one(
    django_assert_num_queries,  # type: ignore[no-untyped-def]
) -> None:
    offer = offered()
    desk, asked = official(offer.agency, Role.RECEPTIONIST), [factories.intake(offer) for _ in range(6)]
    before = received(offer)  # what a published version says is read once
    with CaptureQueriesContext(connection) as said:
        alone = receive_at_counter(intake=asked[0], viewer=desk, at=NOON)
    with django_assert_num_queries(len(said)):
        made = receive_all_at_counter(intakes=asked[1:], viewer=desk, at=NOON)
    rows = [*Dossier.objects.order_by("code")]
    assert [row.pk for row in rows] == [before.pk, alone.pk, *(row.pk for row in made)]
    assert {(row.state, row.root_id == row.pk, row.due_at) for row in rows} == {
        (alone.state, True, alone.due_at)
    }
    assert {open_task(row, "examine").opened_at for row in rows} == {NOON}
    with pytest.raises(AnswersWrong):
        receive_all_at_counter(
            intakes=[asked[0], factories.intake(offer, answers={"copies": "none"})], viewer=desk, at=NOON
        )
    assert Dossier.objects.count() == len(rows)


def test_a_supplement_uses_again_only_what_the_applicant_holds() -> None:
    dossier, other = received(), received()
    asked = Supplement(("Giấy chứng sinh",), "Mờ")
    viewer = official(dossier.agency, Role.SPECIALIST)
    ask_supplement(dossier_id=dossier.pk, asked=asked, viewer=viewer, at=NOON)
    scan = store_blob([b"a scan"], at=NOON, max_bytes=100)
    values = {"name": "Giấy chứng sinh", "blob_id": scan.sha256, "file_name": "a.txt", "given_at": NOON}
    theirs = HeldDocument.objects.create(party=other.applicant, **values)
    ours = HeldDocument.objects.create(party=dossier.applicant, **values)
    desk = official(dossier.agency, Role.RECEPTIONIST)
    wrong, right = ((GivenPaper("Giấy chứng sinh", held_id=one.pk),) for one in (theirs, ours))
    with pytest.raises(NotHeld):
        receive_supplement(dossier_id=dossier.pk, papers=wrong, viewer=desk, at=NOON + HOUR)
    receive_supplement(dossier_id=dossier.pk, papers=right, viewer=desk, at=NOON + HOUR)
    assert dossier.papers.filter(held=ours).count() == 1


def test_of_a_set_with_one_bad_nothing_is_done() -> None:
    offer = offered()
    first, second = received(offer), received(offer)
    both = [
        StepDone(open_task(first, "examine").pk, {"complete": "fee_due"}),
        StepDone(open_task(second, "examine").pk),
    ]
    with pytest.raises(ChoiceMissing):
        finish_steps(all_done=both, viewer=official(offer.agency, Role.SPECIALIST), at=NOON)
    assert open_task(first, "examine").open


def test_a_dossier_is_declined_with_a_reason() -> None:
    dossier = submitted()
    viewer = official(dossier.agency, Role.RECEPTIONIST)
    with pytest.raises(ReasonMissing):
        decline_dossier(dossier_id=dossier.pk, reason=" ", viewer=viewer, at=NOON)
    slip = decline_dossier(dossier_id=dossier.pk, reason="Không thuộc thẩm quyền", viewer=viewer, at=NOON)
    dossier.refresh_from_db()
    assert (slip.kind, dossier.state) == (SlipKind.REFUSAL, DossierState.NOT_ACCEPTED)
    with pytest.raises(DossierNotNow):
        accept_dossiers(dossier_ids=[dossier.pk], viewer=viewer, at=NOON)


def test_it_is_withdrawn_or_stopped_at_any_time_even_while_the_clock_stands() -> None:
    dossier = received(answers=LATE)
    finish(dossier, "examine", Role.SPECIALIST, choices={"complete": "fee_due"})
    desk = official(dossier.agency, Role.RECEPTIONIST)
    dossier = withdraw_dossier(dossier_id=dossier.pk, reason="Đổi ý", viewer=desk, at=NOON + 2 * HOUR)
    assert dossier.state == DossierState.WITHDRAWN
    assert dossier.due_at is not None
    assert not DossierTask.objects.filter(dossier=dossier, state="open").exists()
    other = received()
    leader = official(other.agency, Role.LEADER)
    other = stop_dossier(dossier_id=other.pk, reason="Người nộp đã mất", viewer=leader, at=NOON)
    assert other.state == DossierState.STOPPED
    assert other.slips.last().kind == SlipKind.STOP
    with pytest.raises(NotAllowed):
        stop_dossier(
            dossier_id=received().pk and other.pk,
            reason="x",
            viewer=official(other.agency, Role.SPECIALIST),
            at=NOON,
        )


def test_an_apology_comes_before_the_deadline_with_a_later_date() -> None:
    dossier = received()
    leader, due = official(dossier.agency, Role.LEADER), dossier.due_at
    assert due is not None
    with pytest.raises(NewDateTooEarly):
        apologise(dossier_id=dossier.pk, until=due, reason="Chờ đo đạc", viewer=leader, at=NOON)
    until = due + timedelta(days=2)
    dossier = apologise(dossier_id=dossier.pk, until=until, reason="Chờ đo đạc", viewer=leader, at=NOON)
    assert (dossier.promised_at, dossier.due_at) == (until, due)
    other = received()
    with pytest.raises(ApologyTooLate):
        apologise(
            dossier_id=other.pk,
            until=until + timedelta(days=9),
            reason="x",
            viewer=official(other.agency, Role.LEADER),
            at=due + timedelta(days=1),
        )


def test_bad_intakes_are_refused_and_nothing_is_kept() -> None:
    offer = offered()
    desk = factories.receptionist(offer.agency)
    wrong = factories.intake(offer, answers={"child_name": ""})
    with pytest.raises(AnswersWrong):
        receive_at_counter(intake=wrong, viewer=desk, at=NOON)
    with pytest.raises(NotOffered):
        receive_at_counter(intake=factories.intake(offer, channel="post"), viewer=desk, at=NOON)
    with pytest.raises(NotAllowed):
        receive_at_counter(intake=factories.intake(offer), viewer=factories.receptionist(agency()), at=NOON)
    assert not Dossier.objects.exists()

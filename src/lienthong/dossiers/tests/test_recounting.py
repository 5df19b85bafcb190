"""Deadlines follow the working calendar; what is finished, and what was promised by hand, does not."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import DjangoAssertNumQueries

from lienthong.directory.public import (
    Session,
    add_working_minutes,
    calendar_of,
    clear_day,
    set_day,
    set_hours,
    working_minutes_between,
)
from lienthong.dossiers.actions.apologising import apologise
from lienthong.dossiers.actions.recounting import recount, to_recount
from lienthong.dossiers.actions.stepping import finish_step
from lienthong.dossiers.actions.supplements import ask_supplement, receive_supplement
from lienthong.dossiers.clock import due_again, minutes_left, replayed
from lienthong.dossiers.contracts import CalendarChange, StepDone, Supplement
from lienthong.dossiers.jobs import change_of
from lienthong.dossiers.models import Dossier
from lienthong.dossiers.refusals import CalendarWithoutWork
from lienthong.dossiers.tests.factories import NOON, offered, official, open_task, received
from lienthong.dossiers.tests.test_clock import DAYS, MINUTE, calendar, starts
from lienthong.identity.public import Role
from lienthong.identity.tests.factories import official_in
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import Actor, timeline

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TUESDAY = date(2026, 3, 3)
BY = {"actor": Actor(kind="official", id="1", name="Trần Văn Quản", post="Quản trị"), "at": NOON + HOUR}


def run_jobs() -> None:
    """Run the recounts that were enqueued, as the worker would two hours later."""
    for job in ProcrastinateJob.objects.filter(task_name="dossiers.recount").order_by("id"):
        change = change_of(**job.args)
        for batch in to_recount(change=change):
            recount(dossier_ids=batch, change=change, at=NOON + 2 * HOUR)


def due(dossier: Dossier) -> datetime | None:
    """The deadline now."""
    dossier.refresh_from_db()
    return dossier.due_at


@settings(max_examples=60, deadline=None)
@given(DAYS, starts, st.integers(0, 900), st.lists(st.integers(0, 3_000), max_size=6))
def test_a_clock_replayed_by_the_same_calendar_is_where_it_was(
    week: list[tuple[Session, ...]], start: datetime, limit: int, gaps: list[int]
) -> None:
    of, at, pauses, left = calendar(week), start, [], limit
    due_at = add_working_minutes(of, start, limit)
    for index, gap in enumerate(gaps):
        at += gap * MINUTE
        if index % 2:
            pauses[-1] = (pauses[-1][0], at)
            due_at = due_again(of, minutes=left, at=at)
        else:
            left = minutes_left(of, due_at=due_at, at=at)
            pauses.append((at, None))
    stands = len(gaps) % 2 == 1
    found = replayed(of, start=start, minutes=limit, pauses=pauses)
    assert found == ((None, left) if stands else (due_at, None))


@pytest.mark.django_db
def test_a_holiday_moves_open_deadlines_once_and_says_why() -> None:
    dossier, other = received(), received()
    before, task_before = dossier.due_at, open_task(dossier, "examine").due_at
    set_day(agency=dossier.agency, day=TUESDAY, works_as=None, name="Nghỉ bão", **BY)  # type: ignore[arg-type]
    unmoved = due(other)
    run_jobs()
    run_jobs()
    assert before is not None
    assert due(dossier) == before + DAY
    assert due(other) == unmoved
    of = calendar_of(dossier.agency_id, years=[2026])
    task = open_task(dossier, "examine")
    assert task_before is not None
    assert task.due_at == add_working_minutes(of, task.opened_at, task.minutes)
    (event,) = [one for one in timeline(dossier.ledger_subject) if one.verb == "dossier.recount"]
    said = [datetime.fromisoformat(str(event.data[name])) for name in ("old_due_at", "new_due_at")]
    assert said == [before, before + DAY]
    assert (event.data["day"], event.data["by"]) == ("2026-03-03", "Trần Văn Quản, Quản trị")
    client = Client()
    client.force_login(official_in(dossier.agency, Role.SPECIALIST))
    page = client.get(reverse("dossiers:dossier", args=[dossier.pk])).content.decode()
    assert "Nghỉ bão" in page
    assert "Trần Văn Quản, Quản trị" in page
    clear_day(agency=dossier.agency, day=TUESDAY, **BY)  # type: ignore[arg-type]
    run_jobs()
    assert due(dossier) == before


@pytest.mark.django_db
def test_a_saturday_worked_instead_counts_also_for_what_came_on_friday_evening() -> None:
    friday = NOON + timedelta(days=4, hours=6)
    dossier = received(at=friday)
    assert dossier.due_at is not None
    set_day(agency=None, day=date(2026, 3, 7), works_as=0, name="Làm bù", **BY)  # type: ignore[arg-type]
    run_jobs()
    dossier.refresh_from_db()
    assert dossier.counted_from_at is not None
    assert dossier.counted_from_at.astimezone(VIETNAM).date() == date(2026, 3, 7)
    of = calendar_of(dossier.agency_id, years=[2026])
    assert dossier.due_at == add_working_minutes(of, dossier.counted_from_at, 2 * 480)


@pytest.mark.django_db
def test_a_pause_over_the_day_off_costs_nothing_and_one_before_keeps_what_was_left() -> None:
    dossier, asked = received(), Supplement(("Bản sao",), "Thiếu")
    worker, desk = official(dossier.agency, Role.SPECIALIST), official(dossier.agency, Role.RECEPTIONIST)
    ask_supplement(dossier_id=dossier.pk, asked=asked, viewer=worker, at=NOON + HOUR)
    set_day(agency=dossier.agency, day=TUESDAY, works_as=None, name="Nghỉ", **BY)  # type: ignore[arg-type]
    run_jobs()
    dossier.refresh_from_db()
    left, task_left = dossier.minutes_left, open_task(dossier, "examine").minutes_left
    receive_supplement(dossier_id=dossier.pk, viewer=desk, at=NOON + timedelta(days=2))
    before, task_before = due(dossier), open_task(dossier, "examine").due_at
    set_day(agency=dossier.agency, day=TUESDAY, works_as=1, name="Làm lại", **BY)  # type: ignore[arg-type]
    run_jobs()
    assert (due(dossier), open_task(dossier, "examine").due_at) == (before, task_before)
    of = calendar_of(dossier.agency_id, years=[2026])
    assert before is not None
    assert working_minutes_between(of, NOON + timedelta(days=2), before) == left
    assert task_left is not None


@pytest.mark.django_db
def test_nobody_becomes_late_and_what_is_finished_or_promised_stays() -> None:
    offer = offered()
    dossier, finished = received(offer), received(offer)
    leader = official(offer.agency, Role.LEADER)
    promised = NOON + timedelta(days=9)
    apologise(dossier_id=dossier.pk, until=promised, reason="Chờ", viewer=leader, at=NOON + HOUR)
    done = StepDone(open_task(finished, "examine").pk, {"complete": "fee_due"})
    finish_step(done=done, viewer=official(offer.agency, Role.SPECIALIST), at=NOON)
    finish_step(done=StepDone(open_task(finished, "sign").pk), viewer=leader, at=NOON)
    kept = (due(finished), finished.timing)
    set_day(agency=None, day=TUESDAY, works_as=None, name="Nghỉ", **BY)  # type: ignore[arg-type]
    run_jobs()
    longer = due(dossier)
    assert (due(finished), finished.timing) == kept
    assert dossier.promised_at == promised
    change = CalendarChange("/", TUESDAY, "Nghỉ", "", NOON)
    clear_day(agency=None, day=TUESDAY, **BY)  # type: ignore[arg-type]
    # Two weeks later the day is taken back: what would be over by it keeps its time.
    for batch in to_recount(change=change):
        recount(dossier_ids=batch, change=change, at=NOON + timedelta(days=14))
    assert due(dossier) == longer


@pytest.mark.django_db
def test_hours_count_from_their_day_only() -> None:
    offer, week = offered(), ((Session(450, 690),),) * 5 + ((), ())
    dossier = received(offer)
    before = due(dossier)
    assert before is not None
    for since in (before.date() + DAY, TUESDAY):
        set_hours(agency=offer.agency, week=week, cut_off=660, valid_from=since, reason="Giờ bão", **BY)  # type: ignore[arg-type]
        run_jobs()
        assert (due(dossier) == before) is (since != TUESDAY)
    assert due(dossier) == datetime(2026, 3, 5, 11, 30, tzinfo=VIETNAM), "an afternoon and three mornings"
    page = reverse("dossiers:dossier", args=[dossier.pk])
    client = Client()
    client.force_login(official_in(offer.agency, Role.SPECIALIST))
    assert "Giờ bão" in client.get(page).content.decode()


@pytest.mark.django_db
def test_many_are_counted_with_the_queries_of_one(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    offer = offered()
    rows = [received(offer) for _ in range(5)]
    set_day(agency=offer.agency, day=TUESDAY, works_as=None, name="Nghỉ", **BY)  # type: ignore[arg-type]
    change = CalendarChange(offer.agency.path, TUESDAY, "Nghỉ", "", NOON)
    with django_assert_max_num_queries(17):
        (batch,) = to_recount(change=change)
        assert recount(dossier_ids=batch, change=change, at=NOON + HOUR) == len(rows)


@pytest.mark.django_db
def test_a_calendar_without_working_days_is_refused() -> None:
    offer, week = offered(), ((),) * 7
    with pytest.raises(Refusal) as refused:
        set_hours(agency=offer.agency, week=week, cut_off=600, **BY)  # type: ignore[arg-type]
    assert refused.value.code == "no-working-days"
    mornings: Any = ((Session(450, 690),), *((),) * 6)
    hours = set_hours(agency=offer.agency, week=mornings, cut_off=600, **BY)  # type: ignore[arg-type]
    hours.sessions.all().delete()  # as an import of old data could leave it
    with pytest.raises(CalendarWithoutWork):
        received(offer)

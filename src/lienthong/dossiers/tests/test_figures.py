"""Figures of dossiers: exact after whatever happened, mended where they are not, and only for who may see."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from lienthong.dossiers.actions.counting import fold_deltas, recount_figures
from lienthong.dossiers.actions.stepping import finish_steps
from lienthong.dossiers.contracts import StepDone
from lienthong.dossiers.facts.counting import dossier_figures, step_figures
from lienthong.dossiers.facts.drilling import dossiers_behind, steps_behind
from lienthong.dossiers.facts.measures import Figures, Group, StepFigures, Wanted
from lienthong.dossiers.facts.spans import spans
from lienthong.dossiers.models import Dossier, DossierCount, DossierDelta, DossierTask, OfficialDelta
from lienthong.dossiers.tests.factories import NOON, offered, official, open_task, received
from lienthong.dossiers.tests.walks import Walk
from lienthong.identity.public import NotAllowed, NotFound, Role
from lienthong.kernel.clock import VIETNAM
from lienthong.ledger.public import Subject, timeline

pytestmark = pytest.mark.django_db
ONE_DAY = timedelta(days=1)


def counted_by_hand(dossiers: list[Dossier], since: date, until: date, at: datetime) -> Figures:
    """The figures of these dossiers, counted one by one from what each says of itself."""
    today = at.astimezone(VIETNAM).date()
    last = min(until, today)
    told = Counter[str]()
    for one in dossiers:
        if one.root_id != one.pk:
            continue
        came, ended = _day(one.submitted_at), _day(one.finished_at or one.closed_at)
        due = one.due_at or (one.paused_at if (one.minutes_left or 0) < 0 else None)
        told["carried"] += came < since and (ended is None or ended >= since)
        told[one.channel.partition("-")[0]] += since <= came <= last
        if ended is not None and since <= ended <= last:
            told["refused"] += one.outcome == "refused"
            told[
                {3: "returned", 8: "returned", 7: "withdrawn"}.get(one.state, one.timing.replace("-", "_"))
            ] += 1
        if came <= last and (ended is None or ended > last):
            is_over = due is not None and (_day(due) < today if last == today else _day(due) <= last)
            told["over" if is_over else "within"] += 1
    return Figures(**told)


def _day(moment: datetime | None) -> date:
    return moment.astimezone(VIETNAM).date() if moment else None  # type: ignore[return-value]


def test_figures_are_exact_after_whatever_happened_and_lead_to_their_dossiers() -> None:
    seen, steps, acts = Figures(), StepFigures(), Counter[str]()
    for seed in (1, 2):
        walk, draw = Walk(seed), Random(seed)
        for _part in range(4):
            walk.go(25)
            walk.at += ONE_DAY
            if draw.random() < 0.7:
                fold_deltas()
            seen += _figures_are_exact(walk, draw)
            assert recount_figures(at=walk.at).differing == 0
        first = NOON.date()
        for since in (first, first + ONE_DAY * draw.randrange(1, 5)):
            steps += _steps_are_exact(walk, since)
        acts += walk.done
    assert all(vars(seen).values()), f"something never happened: {seen}"
    assert all(vars(steps).values()), f"something never happened: {steps}"
    assert len(acts) == 8, f"something was never done: {acts}"


def _figures_are_exact(walk: Walk, draw: Random) -> Figures:
    """Three periods, by each group, each figure with its dossiers; the sum of what was counted."""
    leader, seen = walk.viewer(walk.province, Role.LEADER), Figures()
    first, today = NOON.date(), walk.at.date()
    since = first + ONE_DAY * draw.randrange((today - first).days + 1)
    rows = list(Dossier.objects.filter(agency__in=walk.agencies))
    for until in (since + ONE_DAY * draw.randrange(20), today, today + ONE_DAY * 400):
        by_hand = counted_by_hand(rows, since, until, walk.at)
        for group in (Group.AGENCY, Group.FIELD, Group.PROCEDURE):
            wanted = Wanted(since, until, group, below=True)
            table = dossier_figures(leader, wanted, at=walk.at)
            assert table.total == by_hand
            for line in table.lines:
                _leads_to_as_many(walk, replace(wanted, **_key(group, line.key)), line.figures)
        seen += by_hand
    return seen


def _key(group: Group, key: str) -> dict[str, Any]:
    if group is Group.AGENCY:
        return {"agency_id": int(key), "below": False}
    return {"field_id": int(key)} if group is Group.FIELD else {"procedure_id": key}


def _leads_to_as_many(walk: Walk, wanted: Wanted, figures: Figures) -> None:
    leader = walk.viewer(walk.province, Role.LEADER)
    for measure, number in vars(figures).items():
        if number:
            assert dossiers_behind(leader, wanted, measure, at=walk.at).count() == number, measure
    assert figures.carried + figures.counter + figures.post + figures.online == (
        figures.early + figures.on_time + figures.late + figures.returned + figures.withdrawn
        + figures.within + figures.over
    )  # fmt: skip


def _steps_are_exact(walk: Walk, since: date) -> StepFigures:
    leader = walk.viewer(walk.province, Role.LEADER)
    wanted = Wanted(since, walk.at.date(), Group.OFFICIAL, below=True)
    table = step_figures(leader, wanted, at=walk.at)
    done = DossierTask.objects.filter(
        agency__in=walk.agencies, state="done", done_by__isnull=False, kind__in=["work", "choice"]
    ).filter(done_at__gte=datetime.combine(since, time(), VIETNAM))
    told = Counter(
        "late" if one.due_at and one.done_at > one.due_at  # type: ignore[operator]
        else "early" if one.due_at and _day(one.done_at) < _day(one.due_at)
        else "on_time"
        for one in done
    )  # fmt: skip
    assert table.total == StepFigures(**told)
    for line in table.lines:
        mine = replace(wanted, agency_id=line.agency_id, below=False, official_id=int(line.key))
        for measure, number in vars(line.figures).items():
            assert steps_behind(leader, mine, measure, at=walk.at).count() == number
    return table.total


def test_a_count_that_someone_changed_is_mended_and_said_in_the_ledger() -> None:
    dossier = received()
    fold_deltas()
    DossierCount.objects.filter(grain=1).update(received_counter=7)
    DossierCount.objects.filter(grain=3).delete()
    found = recount_figures(at=NOON)
    assert (found.differing, recount_figures(at=NOON).differing) == (3, 0)
    desk = official(dossier.agency, Role.LEADER)
    table = dossier_figures(desk, Wanted(NOON.date(), NOON.date(), Group.AGENCY), at=NOON)
    assert (table.total.counter, table.total.within) == (1, 1)
    said = [event.data["differing"] for event in timeline(Subject("dossiers.figures", "all"), limit=2)]
    assert sorted(said) == [0, 3]  # type: ignore[type-var]


def test_dossiers_that_were_there_before_are_counted_by_the_first_recount() -> None:
    dossier = received()
    DossierDelta.objects.all().delete()
    OfficialDelta.objects.all().delete()
    leader = official(dossier.agency, Role.LEADER)
    wanted = Wanted(NOON.date(), NOON.date(), Group.AGENCY)
    assert dossier_figures(leader, wanted, at=NOON).total == Figures()
    recount_figures(at=NOON)
    assert dossier_figures(leader, wanted, at=NOON).total == Figures(counter=1, within=1)


def test_a_bulk_act_counts_with_one_statement_a_table() -> None:
    offer = offered()
    dossiers = [received(offer) for _ in range(5)]
    fold_deltas()
    done = [StepDone(open_task(one, "examine").pk, {"complete": "fee_due"}) for one in dossiers]
    specialist = official(offer.agency, Role.SPECIALIST)
    finish_steps(all_done=done, viewer=specialist, at=NOON)
    (delta,) = OfficialDelta.objects.all()
    assert (delta.early + delta.on_time + delta.late, delta.official_id) == (5, specialist.official_id)
    assert not DossierDelta.objects.exists(), "nothing that is counted of the dossiers changed"


@pytest.mark.parametrize("folded", [False, True])
def test_what_is_over_changes_with_the_clock_alone(folded: bool) -> None:
    dossier = received()
    if folded:
        fold_deltas()
    due = _day(dossier.due_at)
    leader = official(dossier.agency, Role.LEADER)
    wanted = Wanted(NOON.date(), date(2026, 12, 31), Group.PROCEDURE)
    for day, over in ((due - ONE_DAY, 0), (due, 0), (due + ONE_DAY, 1), (due + 90 * ONE_DAY, 1)):
        at = datetime.combine(day, NOON.timetz())
        table = dossier_figures(leader, wanted, at=at)
        assert (table.total.over, table.total.within) == (over, 1 - over)
        assert dossiers_behind(leader, wanted, "over", at=at).count() == over
        assert dossiers_behind(leader, wanted, "within", at=at).count() == 1 - over


def test_figures_of_a_whole_year_take_a_fixed_number_of_queries(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    dossier = received()
    leader = official(dossier.agency, Role.LEADER)
    for group in (Group.AGENCY, Group.FIELD, Group.PROCEDURE):
        with django_assert_num_queries(4):
            dossier_figures(leader, Wanted(date(2026, 1, 1), date(2026, 12, 31), group, below=True), at=NOON)


def test_a_commune_sees_its_own_figures_and_a_leader_above_all_below() -> None:
    walk = Walk(7)
    wanted = Wanted(NOON.date(), NOON.date(), Group.AGENCY)
    commune, other = walk.communes
    desk, leader = walk.viewer(commune, Role.RECEPTIONIST), walk.viewer(walk.province, Role.LEADER)
    dossier_figures(desk, wanted, at=NOON)
    dossier_figures(leader, replace(wanted, agency_id=other.pk, below=True), at=NOON)
    for viewer, asked in (
        (desk, other.pk),
        (desk, walk.province.pk),
        (walk.viewer(commune, Role.LEADER), walk.province.pk),
        (walk.viewer(walk.province, Role.CLERK), commune.pk),
    ):
        with pytest.raises(NotFound):
            dossier_figures(viewer, replace(wanted, agency_id=asked), at=NOON)
        with pytest.raises(NotFound):
            dossiers_behind(viewer, replace(wanted, agency_id=asked), "within", at=NOON)
    with pytest.raises(NotAllowed):
        dossier_figures(walk.viewer(commune, Role.SPECIALIST), wanted, at=NOON)
    with pytest.raises(NotAllowed):
        step_figures(desk, wanted, at=NOON)


def test_a_period_is_told_by_few_signed_spans() -> None:
    draw, start = Random(5), date(2023, 1, 1)
    for _ in range(200):
        first = start + ONE_DAY * draw.randrange(700)
        last = first + ONE_DAY * draw.randrange(-1, 900)
        found, covered = spans(first, last), Counter[date]()
        for span in found:
            for number in range((span.last - span.first).days + 1):
                covered[span.first + ONE_DAY * number] += span.sign
        wanted = [first + ONE_DAY * number for number in range((last - first).days + 1)]
        assert dict.fromkeys(wanted, 1) == +covered
        assert min(covered.values(), default=0) >= 0
        days = sum((span.last - span.first).days + 1 for span in found if span.grain == 1)
        months = sum((span.last - span.first).days // 28 for span in found if span.grain == 2)
        assert (days <= 32, months <= 14, len(found) <= 13) == (True, True, True), found


def test_a_dossier_taken_out_is_counted_no_more() -> None:
    dossier = received()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM dossiers_dossiertask")
        for table in ("dossierparty", "dossierpaper", "application", "slip"):
            cursor.execute(f"DELETE FROM dossiers_{table}")
        cursor.execute("DELETE FROM dossiers_dossier")
    assert recount_figures(at=NOON).differing == 0
    leader = official(dossier.agency, Role.LEADER)
    wanted = Wanted(NOON.date(), NOON.date(), Group.AGENCY)
    assert dossier_figures(leader, wanted, at=NOON).total == Figures()

"""What a party sees and does; who opened a dossier; how long it is likely to take."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries

from lienthong.dossiers import policies
from lienthong.dossiers.actions.answering import answer_supplement, read_result, withdraw_own
from lienthong.dossiers.actions.reading import KEPT, forget_readings, note_reading
from lienthong.dossiers.actions.supplements import ask_supplement
from lienthong.dossiers.contracts import Supplement
from lienthong.dossiers.facts.likely import likely_done
from lienthong.dossiers.models import Dossier, DossierReading, SettlingTime
from lienthong.dossiers.party_clock import follow_by_code, followed
from lienthong.dossiers.party_contracts import ItemAnswer
from lienthong.dossiers.party_queries import (
    find_own,
    find_own_result,
    held_documents,
    own_dossiers,
    pauses_of,
    steps_of,
)
from lienthong.dossiers.party_refusals import CodeUnknown, SupplementIncomplete, TooManyFiles
from lienthong.dossiers.readings import opened_by
from lienthong.dossiers.refusals import DossierNotNow, ReasonMissing
from lienthong.dossiers.states import MOVES, DossierState
from lienthong.dossiers.tests.factories import (
    NOON,
    applicant,
    decided,
    official,
    received,
    receptionist,
    submitted,
)
from lienthong.identity.public import STRANGER, NotFound, Party, Role, Visitor
from lienthong.ledger.public import timeline
from lienthong.notifications.tests.factories import told_of

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOBODYS = Visitor(account_id=1, party_id=uuid4(), party_name="Ai Đó", for_id=uuid4())


def visitor(dossier: Dossier) -> Visitor:
    """The applicant of the dossier."""
    party = dossier.applicant
    return Visitor(1, party.pk, party.name, party.pk, party.name)


def asked(dossier: Dossier, *items: str) -> Dossier:
    """A supplement is asked for."""
    worker = official(dossier.agency, *policies.ROLES[MOVES["ask-supplement"].who])
    said = Supplement(items or ("Giấy kết hôn", "Nơi sinh"), "Thiếu")
    return ask_supplement(dossier_id=dossier.pk, asked=said, viewer=worker, at=NOON + HOUR)


def test_a_party_is_the_applicant_the_representative_or_who_acts_for_them() -> None:
    acts = {"representative": applicant(name="Nguyễn Đại Diện"), "mandate": "Giấy ủy quyền số 1"}
    dossier = received(**acts)
    other = received()
    representative = Party.objects.get(name="Nguyễn Đại Diện")
    own = visitor(dossier)
    acting = replace(NOBODYS, for_id=dossier.applicant_id)
    for one in (own, acting, replace(NOBODYS, party_id=representative.pk, for_id=representative.pk)):
        assert policies.party_may_see(one, dossier)
        assert not policies.party_may_see(one, other)
        assert [row.pk for row in own_dossiers(one).open] == [dossier.pk]
    for nobody in (STRANGER, NOBODYS):
        assert own_dossiers(nobody).open == []
        with pytest.raises(NotFound):
            find_own(nobody, dossier.pk)
    assert held_documents(STRANGER).rows == []


def test_the_table_says_what_a_party_may_do() -> None:
    dossier = Dossier(state=DossierState.SUBMITTED)
    may = {}
    for state in DossierState:
        dossier.state = state
        may[state] = {move.verb for move in policies.party_actions(dossier)}
    assert may[DossierState.SUPPLEMENT_REQUESTED] == {"supply", "withdraw"}
    before_the_result = {1, 2, 4, 6}
    for state in set(DossierState) - {DossierState.SUPPLEMENT_REQUESTED}:
        assert may[state] == ({"withdraw"} if state in before_the_result else set())


def test_an_answer_is_whole_refused_when_nothing_is_asked_and_told_to_whom_the_step_is() -> None:
    dossier = received()
    own, words = visitor(dossier), [ItemAnswer("Có"), ItemAnswer("Thái Nguyên")]
    given = {"dossier_id": dossier.pk, "visitor": own, "at": NOON + DAY}
    with pytest.raises(DossierNotNow):
        answer_supplement(answers=words, **given)
    asked(dossier)
    for wrong, refused in (
        ([], SupplementIncomplete),
        ([ItemAnswer("Có"), ItemAnswer("  ")], SupplementIncomplete),
        ([*words, ItemAnswer("thừa")], TooManyFiles),
    ):
        with pytest.raises(refused):
            answer_supplement(answers=wrong, **given)
    with pytest.raises(NotFound):
        answer_supplement(answers=words, **given | {"visitor": NOBODYS})
    worker = official(dossier.agency, Role.SPECIALIST)
    dossier.refresh_from_db()
    left = dossier.minutes_left
    answer_supplement(answers=words, **given)
    dossier.refresh_from_db()
    assert (dossier.state, dossier.minutes_left, dossier.supplemented) == (4, None, True)
    assert left is not None
    assert dossier.due_at is not None
    assert told_of(worker.official_id or 0) == ["dossiers.supplement-answered"]
    event = timeline(dossier.ledger_subject)[-1]
    assert (event.verb, event.actor.kind, event.actor.name) == ("dossier.supply", "party", own.party_name)


def test_before_it_is_accepted_it_is_supplemented_and_withdrawn_too() -> None:
    dossier = asked(submitted(), "Giấy chứng sinh")
    own = visitor(dossier)
    answer_supplement(dossier_id=dossier.pk, answers=[ItemAnswer("Gửi sau")], visitor=own, at=NOON + DAY)
    dossier.refresh_from_db()
    assert (dossier.state, dossier.accepted_at) == (DossierState.SUBMITTED, None)
    with pytest.raises(NotFound):
        withdraw_own(dossier_id=dossier.pk, reason="Thôi", visitor=NOBODYS, at=NOON + DAY)
    with pytest.raises(ReasonMissing):
        withdraw_own(dossier_id=dossier.pk, reason=" ", visitor=own, at=NOON + DAY)
    withdraw_own(dossier_id=dossier.pk, reason="Thôi", visitor=own, at=NOON + DAY)
    with pytest.raises(DossierNotNow):
        withdraw_own(dossier_id=dossier.pk, reason="Thôi", visitor=own, at=NOON + DAY)
    found = follow_by_code(dossier.code, at=NOON + DAY)
    assert (found.state, found.places, found.due_at) == (DossierState.WITHDRAWN, (), None)


def test_a_result_is_the_partys_once_it_is_decided() -> None:
    dossier = received()
    result, own = decided(dossier), visitor(dossier)
    with pytest.raises(NotFound):
        find_own_result(NOBODYS, result.pk)
    assert read_result(result_id=result.pk, visitor=own, at=NOON + DAY).pk == result.pk
    read_result(result_id=result.pk, visitor=own, at=NOON + 2 * DAY)
    verbs = [event.verb for event in timeline(dossier.ledger_subject)]
    assert verbs.count("dossier.read-result") == 1
    Dossier.objects.filter(pk=dossier.pk).update(state=4, outcome="", finished_at=None, timing="")
    with pytest.raises(NotFound):
        read_result(result_id=result.pk, visitor=own, at=NOON + DAY)


def test_the_clock_says_where_it_lies_whom_to_call_and_why_it_stands(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    dossier = received()
    said = follow_by_code(dossier.code, at=NOON)
    assert [place.agency for place in said.places] == [dossier.agency.name]
    assert (said.due_at, said.late, said.standing) == (dossier.due_at, False, None)
    assert [stage.done for stage in said.stages] == [True, True, False, False]
    assert dossier.due_at is not None
    assert follow_by_code(dossier.code, at=dossier.due_at + HOUR).late
    asked(dossier)
    dossier = find_own(visitor(dossier), dossier.pk)
    tasks, pauses = steps_of(dossier), pauses_of(dossier)
    with django_assert_num_queries(0):
        said = followed(dossier, tasks, pauses, at=NOON)
    assert said.standing is not None
    assert (said.standing.since, said.due_at) == (NOON + HOUR, None)
    assert "người nộp" in str(said.standing.why)
    with pytest.raises(CodeUnknown):
        follow_by_code("H55-260302-9999", at=NOON)


def test_when_it_is_likely_done_is_said_by_the_calendar_from_how_long_it_really_took() -> None:
    dossier = received()
    assert likely_done(dossier, at=NOON) is None
    took = {"procedure": dossier.version.procedure, "cases": 30, "median": 1, "ninth": 4}
    SettlingTime.objects.create(agency=None, **took)
    said = likely_done(dossier, at=NOON)
    assert said is not None
    assert (said.cases, said.of_body, said.longer) == (30, False, False)
    # Monday, then Tuesday and Friday.
    assert [one.date().day for one in (said.half_at, said.most_at)] == [3, 6]
    SettlingTime.objects.create(agency=dossier.agency, **took | {"cases": 5})
    later = likely_done(dossier, at=NOON + 7 * DAY)
    assert later is not None
    assert (later.cases, later.of_body, later.longer) == (5, True, True)
    decided(dossier)
    dossier.refresh_from_db()
    assert likely_done(dossier, at=NOON) is None


def test_a_reading_is_noted_once_a_day_in_one_statement_and_told_without_a_name(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    dossier = received()
    worker, desk = official(dossier.agency, Role.SPECIALIST), receptionist(dossier.agency)
    for at in (NOON, NOON + HOUR, NOON + DAY):
        with django_assert_num_queries(1):
            note_reading(dossier_id=dossier.pk, viewer=worker, at=at)
    note_reading(dossier_id=dossier.pk, viewer=desk, at=NOON)
    note_reading(dossier_id=dossier.pk, viewer=official(dossier.agency, Role.ADMINISTRATOR), at=NOON)
    rows = DossierReading.objects.filter(dossier_id=dossier.pk).order_by("day", "role")
    assert [(row.role, row.step, row.at) for row in rows] == [
        ("receptionist", "", NOON),
        ("specialist", "examine", NOON),
        ("specialist", "examine", NOON + DAY),
    ]
    told = opened_by(dossier)
    assert [one.at for one in told] == sorted((one.at for one in told), reverse=True)
    assert {one.agency for one in told} == {dossier.agency.name}
    names = " ".join(f"{one.post} {one.what} {one.purpose}" for one in told)
    assert worker.name not in names
    assert (forget_readings(at=NOON + KEPT), forget_readings(at=NOON + KEPT + DAY)) == (0, 2)


def test_a_mandate_for_some_procedures_shows_only_those() -> None:
    dossier = received()
    code = dossier.version.procedure.code

    def acting(*codes: str) -> Visitor:
        return replace(NOBODYS, for_id=dossier.applicant_id, procedures=frozenset(codes))

    assert policies.party_may_see(acting(code), dossier)
    assert not policies.party_may_see(acting("9.999999"), dossier)
    assert policies.party_may_see(acting(), dossier)

"""Applicants are told what becomes of their dossiers, in the transaction of the act."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lienthong.dossiers import party_notices as notices
from lienthong.dossiers.actions.apologising import apologise
from lienthong.dossiers.actions.ending import stop_dossier, withdraw_dossier
from lienthong.dossiers.actions.receiving import decline_dossier, register_dossiers
from lienthong.dossiers.actions.supplements import ask_supplement, receive_supplement
from lienthong.dossiers.contracts import Supplement
from lienthong.dossiers.models import Dossier
from lienthong.dossiers.queueing.appointments import (
    arrive,
    cancel_appointment,
    remind_visitors,
)
from lienthong.dossiers.states import DRAFT_RESULT, DROP_RESULT, MOVES, SIGN_RESULT, WORK
from lienthong.dossiers.telling_parties import TABLE, tell_of_acts
from lienthong.dossiers.tests.factories import (
    ANSWERS,
    NOON,
    applicant,
    intake,
    offered,
    official,
    received,
    receptionist,
    submitted,
)
from lienthong.dossiers.tests.processes import BIRTH
from lienthong.dossiers.tests.test_appointments import BY, book, capacity, tuesday
from lienthong.dossiers.tests.test_queueing import hall
from lienthong.identity.public import Role
from lienthong.identity.tests.factories import agency
from lienthong.notifications.public import told_about
from lienthong.notifications.tests.factories import gateways, notices_to
from lienthong.procedures.tests.factories import definition, published

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def on(settings: Any) -> None:
    gateways(settings)


def kinds(dossier: Dossier) -> list[str]:
    """What the applicant was told of the dossier, in order."""
    return [one.kind.removeprefix("dossiers.") for one in notices_to(dossier.applicant)]


def worker(dossier: Dossier) -> Any:
    return official(dossier.agency, Role.SPECIALIST, Role.LEADER, at=NOON)


def test_every_verb_of_the_history_is_told_or_is_meant_not_to_be() -> None:
    inside = {move.verb for move in (WORK, DRAFT_RESULT, SIGN_RESULT, DROP_RESULT)}
    told = {verb.partition("/")[0] for verb in TABLE}
    assert set(MOVES) - told == inside
    assert not told & inside


def test_who_submits_at_the_counter_is_told_once_with_the_date() -> None:
    dossier = received()
    assert kinds(dossier) == ["accepted"]
    [notice] = notices_to(dossier.applicant)
    assert notice.values["code"] == dossier.code
    assert notice.values["due"].endswith("2026")
    assert "{" not in str(told_about([dossier.ledger_subject])[str(dossier.pk)][0].title)


def test_a_dossier_that_waits_is_told_as_submitted_then_declined() -> None:
    dossier = submitted()
    assert kinds(dossier) == ["submitted"]
    decline_dossier(
        dossier_id=dossier.pk, reason="Thiếu chữ ký", viewer=receptionist(dossier.agency), at=NOON
    )
    assert kinds(dossier) == ["submitted", "not-accepted"]
    assert notices_to(dossier.applicant)[-1].values["reason"] == "Thiếu chữ ký"


def test_a_supplement_is_told_with_what_is_missing_and_settled_when_it_came() -> None:
    dossier = received()
    wanted = Supplement(("Căn cước", "Ảnh"), "Thiếu")
    ask_supplement(dossier_id=dossier.pk, asked=wanted, viewer=worker(dossier), at=NOON)
    asked = notices_to(dossier.applicant)[-1]
    assert (asked.kind, asked.urgent) == (notices.SUPPLEMENT_ASKED.code, True)
    assert (asked.values["number"], asked.values["items"]) == (2, "Căn cước; Ảnh")
    assert asked.settled_at is None
    receive_supplement(dossier_id=dossier.pk, viewer=receptionist(dossier.agency), at=NOON + DAY)
    asked.refresh_from_db()
    assert asked.settled_at == NOON + DAY


def test_apology_stop_and_withdrawal_are_told() -> None:
    first, second = received(), received()
    until = NOON + 30 * DAY
    apologise(dossier_id=first.pk, until=until, reason="Máy hỏng", viewer=worker(first), at=NOON)
    stop_dossier(dossier_id=first.pk, reason="Trùng", viewer=worker(first), at=NOON + DAY)
    desk = receptionist(second.agency)
    withdraw_dossier(dossier_id=second.pk, reason="Không cần nữa", viewer=desk, at=NOON)
    assert kinds(first) == ["accepted", "new-date", "stopped"]
    assert notices_to(first.applicant)[1].values["due"] == "12:00 01/04/2026"
    assert kinds(second) == ["accepted", "withdrawn"]


def test_what_is_decided_is_told_as_it_was_and_handing_out_covers_it() -> None:
    dossier = received()
    tell_of_acts([(dossier, "finish", {"outcome": "granted"})], at=NOON)
    tell_of_acts([(dossier, "finish", {"outcome": "refused"})], at=NOON + DAY)
    finished = (dossier, "finish", {"outcome": "granted"})
    tell_of_acts([finished, (dossier, "hand-out", {})], at=NOON + 2 * DAY)
    assert kinds(dossier) == ["accepted", "result-ready", "refused", "handed-out"]
    assert [one.settled_at is None for one in notices_to(dossier.applicant)] == [True, False, False, True]


def test_payment_is_told_with_the_amount_and_settled_when_paid() -> None:
    dossier = received()
    dossier.fee_owed = 50_000
    tell_of_acts([(dossier, "ask-payment", {})], at=NOON)
    tell_of_acts([(dossier, "pay", {})], at=NOON + DAY)
    assert kinds(dossier) == ["accepted", "payment-asked", "paid"]
    asked = notices_to(dossier.applicant)[1]
    assert (asked.values["fee"], asked.settled_at) == ("50.000", NOON + DAY)


def test_parts_are_not_told_what_their_main_dossier_says_in_the_same_act() -> None:
    main, part = received(), received()
    part.root_id = main.pk
    tell_of_acts([(main, "recount", {}), (part, "recount", {})], at=NOON)
    tell_of_acts([(part, "recount", {})], at=NOON + DAY)
    assert kinds(main) == ["accepted", "deadline-moved"]
    assert kinds(part) == ["accepted", "deadline-moved"]
    assert notices_to(part.applicant)[1].created_at == NOON + DAY


def test_what_another_installation_handed_over_is_told_there() -> None:
    dossier = received()
    dossier.foreign = True
    assert tell_of_acts([(dossier, "stop", {"reason": "…"})], at=NOON) == 0


def test_acts_in_sets_gain_one_query_where_nobody_can_be_reached(settings: Any) -> None:
    offer = offered(published(says=definition(process=BIRTH, limit_minutes=960)))
    viewer = receptionist(offer.agency)

    def asked_for(number: int, **facts: str) -> list[str]:
        rows = [intake(offer, applicant=applicant(**facts), answers=ANSWERS) for _number in range(number)]
        with CaptureQueriesContext(connection) as asked:
            register_dossiers(intakes=rows, viewer=viewer, at=NOON)
        return [one["sql"] for one in asked if "partynotice" in one["sql"]]

    asked_for(1, telephone="")
    assert len(asked_for(1, telephone="")) == 1
    assert len(asked_for(30, telephone="")) == 1
    assert len(asked_for(30)) == 1


def test_visitors_are_told_of_their_appointment_and_reminded_until_they_come() -> None:
    desk, (queue, _other), _counters = hall(agency())
    capacity(queue)
    kept, gone = book(queue, tuesday(11)), book(queue, tuesday(11))
    cancel_appointment(appointment_id=gone.pk, reason="Mất điện", agency_id=queue.agency_id, **BY)
    told = [one.kind for one in notices_to(gone.party)]
    assert told == [notices.APPOINTMENT_MADE.code, notices.APPOINTMENT_CANCELLED.code]
    assert remind_visitors(at=NOON - 2 * DAY) == 0
    assert remind_visitors(at=NOON) == remind_visitors(at=NOON) == 1
    _made, near = notices_to(kept.party)
    assert (near.kind, near.values["time"], near.until) == (
        notices.APPOINTMENT_NEAR.code,
        f"{tuesday(11):%H:%M %d/%m/%Y}",
        tuesday(11),
    )
    arrive(appointment_id=kept.pk, viewer=desk, at=tuesday(11))
    near.refresh_from_db()
    assert near.settled_at == tuesday(11)

"""Registering, returning, assigning, working, finishing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError

from lienthong.directory.public import PostHolding
from lienthong.identity.public import NotAllowed, NotFound, Role
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.kernel.blobs import EmptyFile, ExecutableRefused, read_blob
from lienthong.ledger.public import Subject, timeline
from lienthong.office.actions.incoming import (
    DeadlineInPast,
    DirectiveMissing,
    NamedTwice,
    NotOfThisAgency,
    ReasonMissing,
    TextTooLong,
    assign,
    finish,
    refuse_incoming,
    start_work,
)
from lienthong.office.actions.registering import register_incoming
from lienthong.office.models import Assignment, IncomingDocument
from lienthong.office.policies import NotAuthentic, NotNow, NotTheLead
from lienthong.office.states import Part, State
from lienthong.office.tests.factories import NOON, assigned_document, direction, incoming_document, led_by

pytestmark = pytest.mark.django_db


def _codes(document: IncomingDocument) -> list[str]:
    return list(document.statuses.order_by("id").values_list("code", flat=True))


def test_registering_takes_the_next_number_and_tells_the_sender_03() -> None:
    ours = agency()
    clerk = viewer_in(ours, Role.CLERK)
    numbers = []
    for _ in range(3):
        document = register_incoming(document_id=incoming_document(ours).id, viewer=clerk, at=NOON)
        numbers.append(document.register_number)
    assert numbers == [1, 2, 3]
    assert (document.state, _codes(document)) == (State.REGISTERED, ["03"])
    events = timeline(Subject("office.incoming", str(document.id)))
    assert [(event.verb, event.actor.name) for event in events] == [("incoming.register", clerk.name)]


def test_each_year_and_each_agency_counts_from_one() -> None:
    ours, theirs = agency(), agency()
    for place, at in ((ours, NOON), (ours, NOON.replace(year=2027)), (theirs, NOON)):
        clerk = viewer_in(place, Role.CLERK, at=at)
        assert (
            register_incoming(document_id=incoming_document(place).id, viewer=clerk, at=at).register_number
            == 1
        )


def test_the_year_of_a_register_is_that_of_vietnam() -> None:
    ours = agency()
    clerk = viewer_in(ours, Role.CLERK)
    eve = NOON.replace(month=12, day=31, hour=23)
    document = register_incoming(
        document_id=incoming_document(ours).id, viewer=clerk, at=eve + timedelta(hours=2)
    )
    assert document.register is not None
    assert document.register.year == 2027


def test_a_document_is_registered_once() -> None:
    ours = agency()
    clerk, document = viewer_in(ours, Role.CLERK), incoming_document(ours)
    register_incoming(document_id=document.id, viewer=clerk, at=NOON)
    with pytest.raises(NotNow):
        register_incoming(document_id=document.id, viewer=clerk, at=NOON)
    assert _codes(document) == ["03"]


def test_the_database_refuses_a_number_given_twice() -> None:
    ours = agency()
    first = incoming_document(ours, state=State.REGISTERED)
    with pytest.raises(IntegrityError):
        incoming_document(ours, register=first.register, register_number=first.register_number)


def test_the_database_refuses_work_on_what_is_not_authentic() -> None:
    with pytest.raises(IntegrityError):
        incoming_document(agency(), state=State.REGISTERED, authentic=False)


def test_what_is_not_authentic_is_not_registered() -> None:
    ours = agency()
    document = incoming_document(ours, authentic=False)
    with pytest.raises(NotAuthentic):
        register_incoming(document_id=document.id, viewer=viewer_in(ours, Role.CLERK), at=NOON)


def test_another_agencys_document_is_not_found() -> None:
    document = incoming_document(agency())
    with pytest.raises(NotFound):
        register_incoming(document_id=document.id, viewer=viewer_in(agency(), Role.CLERK), at=NOON)


@pytest.mark.parametrize("role", [Role.LEADER, Role.AUDITOR])
def test_only_a_clerk_registers(role: Role) -> None:
    ours = agency()
    with pytest.raises(NotAllowed):
        register_incoming(document_id=incoming_document(ours).id, viewer=viewer_in(ours, role), at=NOON)


def test_returning_needs_a_reason_and_tells_it_with_02() -> None:
    ours = agency()
    clerk, document = viewer_in(ours, Role.CLERK), incoming_document(ours)
    with pytest.raises(ReasonMissing):
        refuse_incoming(document_id=document.id, viewer=clerk, reason="  \n", at=NOON)
    refused = refuse_incoming(document_id=document.id, viewer=clerk, reason="Gửi trùng", at=NOON)
    assert (refused.state, refused.reason) == (State.REFUSED, "Gửi trùng")
    assert list(document.statuses.values_list("code", "description")) == [("02", "Gửi trùng")]


def test_a_reason_longer_than_its_place_is_refused() -> None:
    ours = agency()
    with pytest.raises(TextTooLong):
        refuse_incoming(
            document_id=incoming_document(ours).id,
            viewer=viewer_in(ours, Role.CLERK),
            reason="x" * 501,
            at=NOON,
        )


def test_assigning_names_one_lead_and_tells_the_sender_04() -> None:
    ours = agency()
    leader, lead, other = (viewer_in(ours, role) for role in (Role.LEADER, Role.SPECIALIST, Role.SPECIALIST))
    document = incoming_document(ours, state=State.REGISTERED)
    given = direction(lead, cooperating=(other.official_id,), informed=(leader.official_id,))
    assigned = assign(document_id=document.id, viewer=leader, direction=given, at=NOON)
    assert assigned.state == State.ASSIGNED
    parts = dict(Assignment.objects.filter(document=document).values_list("official_id", "part"))
    assert parts == {
        lead.official_id: Part.LEAD,
        other.official_id: Part.COOPERATING,
        leader.official_id: Part.INFORMED,
    }
    assert list(document.statuses.values_list("code", "staff")) == [("04", lead.name)]


def test_the_database_refuses_a_second_lead() -> None:
    ours = agency()
    document = assigned_document(ours, viewer_in(ours, Role.SPECIALIST))
    with pytest.raises(IntegrityError):
        led_by(document, viewer_in(ours, Role.SPECIALIST))


def test_an_official_named_twice_is_refused_and_nothing_is_assigned() -> None:
    ours = agency()
    leader, lead = viewer_in(ours, Role.LEADER), viewer_in(ours, Role.SPECIALIST)
    document = incoming_document(ours, state=State.REGISTERED)
    given = direction(lead, cooperating=(lead.official_id,))
    with pytest.raises(NamedTwice) as refusal:
        assign(document_id=document.id, viewer=leader, direction=given, at=NOON)
    assert lead.name in refusal.value.say("vi")
    assert not Assignment.objects.filter(document=document).exists()


def test_an_official_of_another_agency_is_refused() -> None:
    ours = agency()
    document = incoming_document(ours, state=State.REGISTERED)
    stranger = viewer_in(agency(), Role.SPECIALIST)
    with pytest.raises(NotOfThisAgency):
        assign(
            document_id=document.id,
            viewer=viewer_in(ours, Role.LEADER),
            direction=direction(stranger),
            at=NOON,
        )


@pytest.mark.parametrize("text", ["", "   "])
def test_a_direction_says_something(text: str) -> None:
    ours = agency()
    leader, lead = viewer_in(ours, Role.LEADER), viewer_in(ours, Role.SPECIALIST)
    document = incoming_document(ours, state=State.REGISTERED)
    with pytest.raises(DirectiveMissing):
        assign(document_id=document.id, viewer=leader, direction=direction(lead, text=text), at=NOON)


def test_a_deadline_in_the_past_is_refused() -> None:
    ours = agency()
    leader, lead = viewer_in(ours, Role.LEADER), viewer_in(ours, Role.SPECIALIST)
    document = incoming_document(ours, state=State.REGISTERED)
    with pytest.raises(DeadlineInPast) as refusal:
        assign(document_id=document.id, viewer=leader, direction=direction(lead, due_at=NOON), at=NOON)
    assert refusal.value.field == "due_at"


def test_without_a_deadline_the_senders_wish_counts_and_a_past_wish_does_not() -> None:
    ours = agency()
    leader, lead = viewer_in(ours, Role.LEADER), viewer_in(ours, Role.SPECIALIST)
    asked = incoming_document(ours, state=State.REGISTERED, asked_by_on=date(2026, 3, 20))
    past = incoming_document(ours, state=State.REGISTERED, asked_by_on=date(2026, 2, 20))
    due = [
        assign(document_id=document.id, viewer=leader, direction=direction(lead), at=NOON).due_at
        for document in (asked, past)
    ]
    assert due[0] == NOON.replace(day=20, hour=17)
    assert due[1] is not None
    assert due[1] > NOON


def test_an_urgent_document_is_due_sooner_than_an_ordinary_one() -> None:
    ours = agency()
    leader, lead = viewer_in(ours, Role.LEADER), viewer_in(ours, Role.SPECIALIST)
    due = []
    for urgency in (3, 2, 1, 0):
        document = incoming_document(ours, state=State.REGISTERED, urgency=urgency)
        due.append(assign(document_id=document.id, viewer=leader, direction=direction(lead), at=NOON).due_at)
    assert due == sorted(due)  # type: ignore[type-var]
    assert len(set(due)) == 4


def test_only_the_lead_works_and_the_sender_hears_05_and_06() -> None:
    ours = agency()
    lead, colleague = viewer_in(ours, Role.SPECIALIST), viewer_in(ours, Role.SPECIALIST)
    document = assigned_document(ours, lead)
    led_by(document, colleague, part=Part.COOPERATING)
    with pytest.raises(NotTheLead) as refusal:
        start_work(document_id=document.id, viewer=colleague, at=NOON)
    assert lead.name in refusal.value.say("vi")
    start_work(document_id=document.id, viewer=lead, at=NOON)
    with pytest.raises(NotTheLead):
        finish(document_id=document.id, viewer=colleague, note="Xong", at=NOON)
    finished = finish(
        document_id=document.id,
        viewer=lead,
        note="Đã báo cáo",
        product=[b"words"],
        product_name="bc.txt",
        at=NOON,
    )
    assert finished.state == State.FINISHED
    assert finished.product is not None
    assert read_blob(finished.product) == b"words"
    assert _codes(document) == ["05", "06"]


def test_work_is_not_finished_before_it_starts() -> None:
    ours = agency()
    lead = viewer_in(ours, Role.SPECIALIST)
    with pytest.raises(NotNow):
        finish(document_id=assigned_document(ours, lead).id, viewer=lead, note="Xong", at=NOON)


@pytest.mark.parametrize(
    ("product", "refusal"), [([b""], EmptyFile), ([b"MZ" + b"\0" * 100], ExecutableRefused)]
)
def test_an_empty_product_or_a_program_is_refused_and_the_work_stays_open(
    product: list[bytes], refusal: type[Exception]
) -> None:
    ours = agency()
    lead = viewer_in(ours, Role.SPECIALIST)
    document = assigned_document(ours, lead, state=State.IN_PROGRESS)
    with pytest.raises(refusal):
        finish(document_id=document.id, viewer=lead, note="Xong", product=product, product_name="a", at=NOON)
    document.refresh_from_db()
    assert document.state == State.IN_PROGRESS


def test_who_left_the_agency_gets_no_work() -> None:
    ours = agency()
    leader, lead = viewer_in(ours, Role.LEADER), viewer_in(ours, Role.SPECIALIST)
    document = incoming_document(ours, state=State.REGISTERED)
    PostHolding.objects.filter(official_id=lead.official_id).update(valid_to=date(2026, 1, 1))
    with pytest.raises(NotOfThisAgency):
        assign(document_id=document.id, viewer=leader, direction=direction(lead), at=NOON)

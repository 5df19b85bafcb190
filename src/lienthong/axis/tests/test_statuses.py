"""Statuses: in order, once, appended, and told to whoever subscribes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from django.db import DatabaseError, transaction

from lienthong.axis.actions.statuses import NothingAsked, StatusOutOfOrder, report_status
from lienthong.axis.actions.submission import submit_packet
from lienthong.axis.contracts import StatusesReported, StatusReport, StatusReported
from lienthong.axis.edxml.errors import FieldMissing, FieldTooLong, InvalidText, InvalidValue
from lienthong.axis.models import Delivery, StatusEvent
from lienthong.axis.queries.packets import packet_state
from lienthong.axis.states import DeliveryState, transition
from lienthong.axis.tests.factories import AT, World, edxml_packet, signed, stored_counts, system_for
from lienthong.identity.public import NotFound
from lienthong.kernel.errors import Refusal
from lienthong.kernel.events import subscribe
from lienthong.ledger.public import timeline

WORK = ("01", "02", "03", "04", "05", "06")
seen: list[StatusReported] = []


@subscribe(StatusesReported)
def remember(event: StatusesReported) -> None:
    seen.extend(event.reports)


@pytest.fixture
def delivery(world: World) -> Delivery:
    submit_packet(signed(edxml_packet(), world.office), system=world.system, at=AT)
    return Delivery.objects.select_related("packet").get()


def report(code: str, minutes: int = 0, **changes: str) -> StatusReport:
    return replace(StatusReport(code=code, at=AT + timedelta(minutes=minutes)), **changes)


def test_the_whole_way_is_reported_and_seen_by_the_sender(world: World, delivery: Delivery) -> None:
    for minutes, code in enumerate(["01", "03", "04", "05", "06"]):
        report_status(world.receiver, delivery.pk, report(code, minutes, staff="Trần Thị B"), at=AT)
    state = packet_state(world.system, delivery.packet_id)
    assert [entry.code for entry in state.timeline] == ["01", "03", "04", "05", "06"]
    assert state.recipients[0].state == DeliveryState.FINISHED
    assert state.timeline[0].staff == "Trần Thị B"
    assert len(timeline(delivery.packet.as_subject())) == 6


def test_a_status_tells_whoever_subscribes(world: World, delivery: Delivery) -> None:
    seen.clear()
    report_status(world.receiver, delivery.pk, report("02", description="Sai thể thức"), at=AT)
    assert [(event.code, event.recipient_id, event.description) for event in seen] == [
        ("02", world.recipients[0].pk, "Sai thể thức")
    ]


def test_the_same_report_again_changes_nothing(world: World, delivery: Delivery) -> None:
    report_status(world.receiver, delivery.pk, report("01"), at=AT)
    before = stored_counts()
    assert (
        report_status(world.receiver, delivery.pk, report("01"), at=AT + timedelta(hours=1))
        == DeliveryState.ARRIVED
    )
    assert stored_counts() == before


@pytest.mark.parametrize(("state", "code"), list(product(DeliveryState.values, WORK)))
def test_only_the_transitions_of_the_table_are_taken(
    world: World, delivery: Delivery, state: str, code: str
) -> None:
    Delivery.objects.update(state=state)
    if transition(state, code):
        assert report_status(world.receiver, delivery.pk, report(code, description="x"), at=AT) == code
    else:
        with pytest.raises(StatusOutOfOrder):
            report_status(world.receiver, delivery.pk, report(code, description="x"), at=AT)
        assert not StatusEvent.objects.exists()


def test_finished_returned_and_withdrawn_are_ends() -> None:
    assert not any(transition(state, code) for state in ("02", "06", "WD") for code in WORK)


@pytest.mark.parametrize("code", ["15", "16"])
def test_an_answer_to_nothing_is_refused(world: World, delivery: Delivery, code: str) -> None:
    with pytest.raises(NothingAsked):
        report_status(world.receiver, delivery.pk, report(code, description="x"), at=AT)
    assert not StatusEvent.objects.exists()


@pytest.mark.parametrize(
    ("status", "refusal"),
    [
        (report("02"), FieldMissing),
        (report("02", description="  "), FieldMissing),
        (report("07"), InvalidValue),
        (report("01", description="a" * 501), FieldTooLong),
        (report("01", staff="a" * 251), FieldTooLong),
        (report("01", staff="a\0b"), InvalidText),
        (report("13", description="x"), InvalidValue),
        (report("16"), FieldMissing),
    ],
)
def test_a_report_that_breaks_a_rule_is_refused(
    world: World, delivery: Delivery, status: StatusReport, refusal: type[Refusal]
) -> None:
    before = stored_counts()
    with pytest.raises(refusal):
        report_status(world.receiver, delivery.pk, status, at=AT)
    assert stored_counts() == before


def test_a_system_that_does_not_serve_the_recipient_finds_no_delivery(
    world: World, delivery: Delivery
) -> None:
    for system in (world.system, system_for(world.recipients[1])):
        with pytest.raises(NotFound):
            report_status(system, delivery.pk, report("01"), at=AT)


def test_status_events_are_never_changed_or_removed(world: World, delivery: Delivery) -> None:
    report_status(world.receiver, delivery.pk, report("01"), at=AT)
    with pytest.raises(DatabaseError), transaction.atomic():
        StatusEvent.objects.update(code="03")
    with pytest.raises(DatabaseError), transaction.atomic():
        StatusEvent.objects.all().delete()
    assert StatusEvent.objects.get().code == "01"

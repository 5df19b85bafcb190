"""Many at once: one packet is stored once, one status is taken once, whoever comes first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from threading import Barrier

import pytest
from django.db import connection, transaction

from lienthong.axis.actions.changes import take_back
from lienthong.axis.actions.collection import DeliveryWithdrawn, collect_packet
from lienthong.axis.actions.statuses import (
    NothingAsked,
    StatusOutOfOrder,
    report_status,
    report_statuses,
)
from lienthong.axis.actions.submission import DocumentIdReused, submit_packet
from lienthong.axis.contracts import PacketState, Receipt, StatusReport
from lienthong.axis.edxml import Business
from lienthong.axis.models import ChangeRequest, Delivery, Packet, StatusEvent
from lienthong.axis.queries.deliveries import PacketFile, inbox_of
from lienthong.axis.tests.factories import AT, World, edxml_packet, signed
from lienthong.axis.tests.sent import Sent
from lienthong.kernel.errors import Refusal

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 8


def at_once(work: Callable[[int], object], count: int = AT_ONCE) -> list[object]:
    """The results, or refusals, of so many threads that begin together, each with its connection open."""
    start = Barrier(count)

    def one(number: int) -> object:
        connection.ensure_connection()
        start.wait()
        try:
            return work(number)
        except Refusal as refusal:
            return type(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(one, range(count)))


def race(first: Callable[[], object], second: Callable[[], object], *, swap: bool) -> list[object]:
    """The results of two acts that begin together; which thread starts first changes with `swap`."""
    acts = [second, first] if swap else [first, second]
    results = at_once(lambda number: acts[number](), 2)
    return results[::-1] if swap else results


def test_one_packet_posted_by_many_at_once_is_stored_once(world: World) -> None:
    xml = signed(edxml_packet(recipients=("H55", "H26")), world.office)
    receipts = at_once(lambda number: submit_packet(xml, system=world.system, at=AT))
    assert all(isinstance(receipt, Receipt) for receipt in receipts)
    assert len(set(receipts)) == 1
    assert sum(not receipt.repeated for receipt in receipts if isinstance(receipt, Receipt)) == 1
    assert (Packet.objects.count(), Delivery.objects.count()) == (1, 2)


def test_of_many_packets_with_one_id_and_different_content_one_is_stored(world: World) -> None:
    packet = edxml_packet()
    packets = [
        signed(replace(packet, subject=f"Về việc {number}"), world.office) for number in range(AT_ONCE)
    ]
    answers = at_once(lambda number: submit_packet(packets[number], system=world.system, at=AT))
    assert answers.count(DocumentIdReused) == AT_ONCE - 1
    assert (Packet.objects.count(), Delivery.objects.count()) == (1, 1)


def test_of_many_statuses_at_once_only_the_legal_ones_are_taken(world: World) -> None:
    submit_packet(signed(edxml_packet(), world.office), system=world.system, at=AT)
    delivery = Delivery.objects.get()
    codes = ["02", "03"] * (AT_ONCE // 2)
    answers = at_once(
        lambda number: report_status(
            world.receiver, delivery.pk, StatusReport(code=codes[number], at=AT, description="x"), at=AT
        )
    )
    assert answers.count(StatusOutOfOrder) == AT_ONCE // 2
    assert StatusEvent.objects.count() == 1


def test_many_reports_of_the_same_deliveries_in_opposite_orders_are_each_taken_once(world: World) -> None:
    for _ in range(6):
        submit_packet(signed(edxml_packet(), world.office), system=world.system, at=AT)
    keys = list(Delivery.objects.values_list("pk", flat=True))

    def report(number: int) -> object:
        mine = keys if number % 2 else keys[::-1]
        reports = [(key, StatusReport(code, AT)) for code in ("01", "03") for key in mine]
        # In a transaction of its own the reports travel alone, as those of another process do.
        with transaction.atomic():
            return report_statuses(world.receiver, reports, at=AT)

    answers = at_once(report)
    assert all(set(answer) <= {"01", "03"} for answer in answers if isinstance(answer, list))
    assert len(answers) == AT_ONCE
    assert StatusEvent.objects.count() == 2 * len(keys)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"03"}


ROUNDS = 30


def test_a_take_back_that_races_a_collection_ends_in_one_of_two_legal_states(world: World) -> None:
    seen = Counter[str]()
    for number in range(ROUNDS):
        receipt = submit_packet(signed(edxml_packet(), world.office), system=world.system, at=AT)
        delivery = Delivery.objects.get(packet=receipt.packet_id)
        taken, collected = race(
            partial(take_back, world.system, receipt.packet_id, reason="Gửi nhầm", at=AT),
            partial(collect_after, number % 10, world, delivery),
            swap=bool(number % 2),
        )
        delivery.refresh_from_db()
        request = ChangeRequest.objects.get(delivery=delivery)
        assert isinstance(taken, PacketState)
        if collected is DeliveryWithdrawn:
            assert (delivery.state, delivery.collected_at, request.state) == ("WD", None, "accepted")
        else:
            assert isinstance(collected, PacketFile)
            assert (delivery.state, delivery.collected_at, request.state) == ("00", AT, "pending")
        seen[request.state] += 1
    assert seen.total() == ROUNDS


def collect_after(reads: int, world: World, delivery: Delivery) -> PacketFile:
    """Collect after so many reads: a take-back reads more than a collection before its lock."""
    for _ in range(reads):
        inbox_of(world.receiver)
    return collect_packet(world.receiver, delivery.pk, at=AT)


def test_two_answers_to_one_request_at_once_end_it_once(world: World) -> None:
    submit_packet(signed(edxml_packet(), world.office), system=world.system, at=AT)
    delivery = Delivery.objects.get()
    report_status(world.receiver, delivery.pk, StatusReport(code="03", at=AT), at=AT)
    take_back(world.system, delivery.packet_id, reason="Gửi nhầm", at=AT)
    codes = ["15", "16"] * (AT_ONCE // 2)
    answers = at_once(
        lambda number: report_status(
            world.receiver, delivery.pk, StatusReport(code=codes[number], at=AT, description="x"), at=AT
        )
    )
    assert answers.count(NothingAsked) == AT_ONCE // 2
    assert StatusEvent.objects.filter(code__in=["15", "16"]).count() == 1
    assert ChangeRequest.objects.get().state in {"accepted", "refused"}


def test_many_changes_of_one_document_at_once_are_numbered_without_gap(world: World) -> None:
    document = edxml_packet()
    submit_packet(signed(document, world.office), system=world.system, at=AT)
    report_status(world.receiver, Delivery.objects.get().pk, StatusReport(code="03", at=AT), at=AT)
    changes = [
        signed(
            edxml_packet(business=Business.REVOKE, business_document_id=document.document_id), world.office
        )
        for _ in range(AT_ONCE)
    ]
    at_once(lambda number: submit_packet(changes[number], system=world.system, at=AT))
    numbers = Packet.objects.filter(about__isnull=False).values_list("sequence", flat=True)
    assert sorted(numbers) == list(range(1, AT_ONCE + 1))
    assert ChangeRequest.objects.filter(state="pending").count() == 1


@pytest.mark.parametrize("number", range(4))
def test_all_acts_on_one_document_at_once_end_without_waiting_for_each_other(
    world: World, number: int
) -> None:
    sent = Sent(world, recipients=("H55", "H26"))
    sent.report("03")
    asking = sent.change(Business.REVOKE, recipients=("H55",)).packet_id
    deliveries = [sent.delivery().pk, sent.delivery(packet_id=asking).pk]
    named = {"business": Business.REVOKE, "business_document_id": sent.edxml.document_id}
    packets = [signed(edxml_packet(recipients=("H55", "H26"), **named), world.office) for _ in range(2)]
    acts: list[Callable[[], object]] = [
        *(partial(submit_packet, xml, system=world.system, at=AT) for xml in packets),
        *(
            partial(
                report_status, world.receiver, delivery, StatusReport(code, AT, f"{code} {number}"), at=AT
            )
            for delivery in deliveries
            for code in ("15", "16")
        ),
        partial(take_back, world.system, sent.packet.pk, reason="Gửi nhầm", at=AT),
        partial(collect_packet, world.receiver, deliveries[0], at=AT),
    ]
    shuffled = acts[number:] + acts[:number]
    answers = at_once(lambda index: shuffled[index](), len(shuffled))
    assert len(answers) == len(acts)
    pending = ChangeRequest.objects.filter(state="pending").select_related("delivery")
    assert all(request.delivery.state not in {"WD", "02"} for request in pending)

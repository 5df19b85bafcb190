"""Many at once: one packet is stored once, one status is taken once, whoever comes first."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from django.db import connection

from lienthong.axis.actions.statuses import StatusOutOfOrder, report_status
from lienthong.axis.actions.submission import DocumentIdReused, submit_packet
from lienthong.axis.contracts import Receipt, StatusReport
from lienthong.axis.models import Delivery, Packet, StatusEvent
from lienthong.axis.tests.factories import AT, World, edxml_packet, signed

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 8


def at_once(work: Callable[[int], object]) -> list[object]:
    """The results, or refusals, of so many threads that begin together, each with its connection open."""
    start = Barrier(AT_ONCE)

    def one(number: int) -> object:
        connection.ensure_connection()
        start.wait()
        try:
            return work(number)
        except (DocumentIdReused, StatusOutOfOrder) as refusal:
            return type(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(one, range(AT_ONCE)))


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

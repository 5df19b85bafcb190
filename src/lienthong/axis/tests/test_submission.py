"""Taking packets in: once, whole, and with a receipt."""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from lienthong.axis.actions.submission import DocumentIdReused, submit_packet
from lienthong.axis.contracts import PacketsStored, StoredPacket
from lienthong.axis.models import Delivery, Packet
from lienthong.axis.policies import SenderNotServed
from lienthong.axis.states import DeliveryState
from lienthong.axis.tests.factories import (
    AT,
    World,
    agency,
    attachment,
    edxml_packet,
    signed,
    stored_counts,
    system_for,
)
from lienthong.kernel.blobs import read_blob
from lienthong.kernel.events import subscribe
from lienthong.kernel.models import Blob
from lienthong.ledger.public import timeline
from lienthong.signing.public import verify_statement

CODES = ("H55", "H26", "H01")
seen: list[PacketsStored] = []


@subscribe(PacketsStored)
def remember(event: PacketsStored) -> None:
    seen.append(event)


def test_a_packet_is_stored_with_a_delivery_for_each_recipient(world: World) -> None:
    xml = signed(edxml_packet(recipients=CODES, attachments=(attachment(),)), world.office)
    receipt = submit_packet(xml, system=world.system, at=AT)
    packet = Packet.objects.get(pk=receipt.packet_id)
    assert read_blob(packet.blob) == xml
    assert packet.received_at == AT
    assert list(Delivery.objects.values_list("state", flat=True)) == [DeliveryState.SENT] * 3
    assert {delivery.recipient for delivery in Delivery.objects.all()} == set(world.recipients)


def test_the_receipt_says_what_was_stored_and_is_signed(world: World) -> None:
    receipt = submit_packet(signed(edxml_packet(recipients=CODES), world.office), system=world.system, at=AT)
    statement = json.loads(b64decode(receipt.statement))
    assert (statement["recipients"], statement["sha256"]) == (list(CODES), receipt.sha256)
    assert receipt.received_at == AT
    assert not receipt.repeated
    assert verify_statement(b64decode(receipt.statement), b64decode(receipt.signature), at=AT)


def test_the_act_is_in_the_ledger_and_an_event_tells_of_it(world: World) -> None:
    seen.clear()
    receipt = submit_packet(signed(edxml_packet(recipients=CODES), world.office), system=world.system, at=AT)
    packet = Packet.objects.get()
    [event] = timeline(packet.as_subject())
    assert (event.verb, event.actor.kind, event.actor.id) == (
        "packet.submit",
        "system",
        world.system.client_id,
    )
    assert seen == [
        PacketsStored((StoredPacket(receipt.packet_id, tuple(found.pk for found in world.recipients)),))
    ]


def test_the_same_packet_again_gets_the_first_receipt_and_changes_nothing(world: World) -> None:
    xml = signed(edxml_packet(recipients=CODES), world.office)
    first = submit_packet(xml, system=world.system, at=AT)
    before = stored_counts()
    again = submit_packet(xml, system=world.system, at=AT + timedelta(days=365))
    assert again == first
    assert again.repeated
    assert stored_counts() == before


def test_the_same_id_with_other_content_is_refused(world: World) -> None:
    packet = edxml_packet(recipients=CODES)
    submit_packet(signed(packet, world.office), system=world.system, at=AT)
    before = stored_counts()
    other = edxml_packet(number=packet.number, recipients=("H55",))
    with pytest.raises(DocumentIdReused):
        submit_packet(signed(other, world.office), system=world.system, at=AT)
    assert stored_counts() == before


def test_another_system_does_not_get_the_receipt(world: World) -> None:
    xml = signed(edxml_packet(), world.office)
    submit_packet(xml, system=world.system, at=AT)
    with pytest.raises(SenderNotServed):
        submit_packet(xml, system=system_for(world.ministry), at=AT)


def test_the_number_of_queries_does_not_depend_on_the_recipients(world: World) -> None:
    codes = tuple(agency(f"K{number:02}").code for number in range(63))
    counted = []
    for recipients in (codes[:1], codes[:3], codes):  # the first fills the caches of signing
        xml = signed(edxml_packet(recipients=recipients), world.office)
        with CaptureQueriesContext(connection) as queries:
            submit_packet(xml, system=world.system, at=AT)
        counted.append(len(queries))
    assert counted[1] == counted[2] <= counted[0]
    assert Delivery.objects.count() == 67


def test_codes_in_another_spelling_find_the_agency(world: World) -> None:
    submit_packet(
        signed(edxml_packet(recipients=("000.00.00.H55",)), world.office), system=world.system, at=AT
    )
    assert Delivery.objects.get().recipient == world.recipients[0]


def test_a_receipt_is_never_given_inside_a_transaction_that_may_still_fail(world: World) -> None:
    xml = signed(edxml_packet(), world.office)
    with pytest.raises(RuntimeError, match="atomic"), transaction.atomic():
        submit_packet(xml, system=world.system, at=AT)
    assert not Packet.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_subscriber_that_fails_undoes_everything(world: World) -> None:
    before = stored_counts()
    failing = True

    @subscribe(PacketsStored)
    def fail(event: PacketsStored) -> None:
        if failing:
            raise DatabaseError

    with pytest.raises(DatabaseError):
        submit_packet(signed(edxml_packet(), world.office), system=world.system, at=AT)
    failing = False
    assert stored_counts() == before


def test_a_stored_packet_is_never_changed_or_removed(world: World) -> None:
    submit_packet(signed(edxml_packet(), world.office), system=world.system, at=AT)
    with pytest.raises(DatabaseError), transaction.atomic():
        Packet.objects.update(subject="other")
    with pytest.raises(DatabaseError), transaction.atomic():
        Packet.objects.all()._raw_delete("default")
    assert Blob.objects.count() == 1

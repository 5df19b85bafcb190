"""Deliver again: with a reason, by an operator, once, only from where the table allows it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from lienthong.axis.actions.replaying import NotReplayable, ReasonMissing, replay_delivery
from lienthong.axis.models import Delivery
from lienthong.axis.queries.deliveries import inbox_of
from lienthong.axis.states import DeliveryState
from lienthong.axis.tests.factories import AT, World, stored_packet
from lienthong.identity.public import NotAllowed, NotFound, Role, Viewer
from lienthong.kernel.errors import Refusal
from lienthong.kernel.identifiers import uuid7
from lienthong.ledger.public import timeline

OPERATOR = Viewer(official_id=1, name="Nguyễn Văn Vận Hành", roles=frozenset({Role.OPERATOR}))
AUDITOR = Viewer(official_id=2, name="A", roles=frozenset({Role.AUDITOR}))
REASON = "Máy chủ của tỉnh mất dữ liệu"
LATER = AT + timedelta(hours=1)


def delivery_in(world: World, state: DeliveryState) -> Delivery:
    packet = stored_packet(world.office, world.recipients[0])
    packet.deliveries.update(state=state, collected_at=AT)
    return packet.deliveries.get()


def test_what_was_collected_but_not_registered_stands_in_the_inbox_again(world: World) -> None:
    delivery = delivery_in(world, DeliveryState.ARRIVED)
    assert not inbox_of(world.receiver).items
    replay_delivery(delivery.pk, viewer=OPERATOR, reason=f"  {REASON} ", at=LATER)
    [item] = inbox_of(world.receiver).items
    assert item.delivery_id == delivery.pk
    [event] = timeline(delivery.packet.as_subject())
    assert (event.verb, event.actor.name, event.at) == ("delivery.replay", "Nguyễn Văn Vận Hành", LATER)
    assert event.data == {"recipient": "H55", "from": "01", "reason": REASON}


@pytest.mark.parametrize("state", sorted(set(DeliveryState) - {DeliveryState.ARRIVED}))
def test_from_every_other_state_it_is_refused(world: World, state: DeliveryState) -> None:
    delivery = delivery_in(world, state)
    with pytest.raises(NotReplayable):
        replay_delivery(delivery.pk, viewer=OPERATOR, reason=REASON, at=LATER)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.collected_at) == (state, AT)
    assert not timeline(delivery.packet.as_subject())


@pytest.mark.parametrize("reason", ["", "    ", "1234", "\0\0\0\0\0\0", "x" * 501])
def test_without_a_reason_nothing_happens(world: World, reason: str) -> None:
    delivery = delivery_in(world, DeliveryState.ARRIVED)
    with pytest.raises(ReasonMissing):
        replay_delivery(delivery.pk, viewer=OPERATOR, reason=reason, at=LATER)
    assert Delivery.objects.get(pk=delivery.pk).state == DeliveryState.ARRIVED


def test_only_an_operator_may(world: World) -> None:
    delivery = delivery_in(world, DeliveryState.ARRIVED)
    with pytest.raises(NotAllowed):
        replay_delivery(delivery.pk, viewer=AUDITOR, reason=REASON, at=LATER)
    with pytest.raises(NotFound):
        replay_delivery(uuid7(), viewer=OPERATOR, reason=REASON, at=LATER)


@pytest.mark.django_db(transaction=True)
def test_of_two_operators_at_once_one_has_the_effect(world: World) -> None:
    delivery, together = delivery_in(world, DeliveryState.ARRIVED), Barrier(2)

    def replay(number: int) -> str:
        try:
            together.wait(10)
            replay_delivery(delivery.pk, viewer=OPERATOR, reason=f"{REASON} {number}", at=LATER)
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(replay, range(2))) == ["delivery-not-replayable", "done"]
    assert len(timeline(delivery.packet.as_subject())) == 1

"""Packets that cannot be fetched: the others are collected, the failures counted, the operator told."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from pytest_django.live_server_helper import LiveServer

from lienthong.axis.public import (
    AxisClient,
    HttpAxis,
    InboxPage,
    Serves,
    connect_system,
    count_failed_fetches,
)
from lienthong.axis.tests.factories import failed_fetches
from lienthong.identity.tests.factories import agency
from lienthong.kernel.adapters.object_store import configured_objects
from lienthong.kernel.blobs import key_of
from lienthong.kernel.checks import State
from lienthong.ledger.public import Actor
from lienthong.office.actions.collecting import Collected, collect_inbox
from lienthong.office.adapters.fake import FakeAxis
from lienthong.office.health import check_collecting
from lienthong.office.models import IncomingDocument
from lienthong.office.ports import AxisUnavailable
from lienthong.office.tests.factories import NOON
from lienthong.office.tests.packets import packet, sent_packet, signed

HOUR = timedelta(hours=1)
SHOWN_AFTER = 5


def broken_delivery(axis: FakeAxis, packet_id: str) -> UUID:
    """The packet's one delivery, which breaks off from now on."""
    (delivery,) = axis.packets[UUID(packet_id)].deliveries.values()
    axis.broken.add(delivery)
    return delivery


@pytest.mark.django_db
def test_a_packet_that_breaks_off_holds_up_nobody_and_arrives_once_it_is_whole() -> None:
    ours, axis = agency(), FakeAxis()
    bad, good = sent_packet(axis, ours), sent_packet(axis, ours)
    delivery = broken_delivery(axis, bad)
    assert collect_inbox(at=NOON, port=axis) == Collected(received=1)
    assert IncomingDocument.objects.get().packet_id == good
    assert failed_fetches() == {delivery: (1, "the line broke")}
    axis.broken.clear()
    assert collect_inbox(at=NOON + HOUR, port=axis) == Collected(received=1)
    assert failed_fetches() == {}


@pytest.mark.django_db
def test_it_is_tried_again_ever_more_rarely_and_shown_after_five_attempts() -> None:
    ours, axis = agency(), FakeAxis()
    broken_delivery(axis, sent_packet(axis, ours))
    tried_at, attempts = [], 0
    for minute in range(200):
        collect_inbox(at=NOON + timedelta(minutes=minute), port=axis)
        if axis.calls.count("packet") > attempts:
            attempts = axis.calls.count("packet")
            tried_at.append(minute)
        assert count_failed_fetches() == ((1, "the line broke") if attempts >= SHOWN_AFTER else (0, ""))
    assert tried_at == [0, 1, 3, 7, 15, 31, 63, 123, 183]


class AwayOnceListed(FakeAxis):
    """Goes away as soon as it has said what waits."""

    def inbox(self, *, after: str = "", limit: int = 100, at: datetime) -> InboxPage:
        page = super().inbox(after=after, limit=limit, at=at)
        self.failures = 2
        return page


@pytest.mark.django_db
def test_if_the_axis_is_away_the_round_ends_and_no_packet_is_to_blame() -> None:
    ours, axis = agency(), AwayOnceListed()
    for _number in range(3):
        sent_packet(axis, ours)
    with pytest.raises(AxisUnavailable):
        collect_inbox(at=NOON, port=axis)
    assert axis.calls[-3:] == ["inbox", "packet", "inbox"]
    assert failed_fetches() == {}


@pytest.mark.django_db
def test_what_waits_no_more_is_forgotten() -> None:
    ours, axis = agency(), FakeAxis()
    delivery = broken_delivery(axis, sent_packet(axis, ours))
    collect_inbox(at=NOON, port=axis)
    axis.states[delivery] = "WD"
    collect_inbox(at=NOON, port=axis)
    assert failed_fetches() == {}


@pytest.mark.django_db
def test_the_doctor_sees_it() -> None:
    ours, axis = agency(), FakeAxis()
    broken_delivery(axis, sent_packet(axis, ours))
    assert check_collecting().state is State.GOOD
    for attempt in range(SHOWN_AFTER):
        collect_inbox(at=NOON + attempt * HOUR, port=axis)
    assert check_collecting().state is State.WARNING
    assert "the line broke" in check_collecting().sentence


@pytest.mark.django_db(transaction=True)
def test_a_file_lost_at_the_hub_holds_up_nobody_over_http(live_server: LiveServer) -> None:
    sender, ours = agency(), agency()
    actor = Actor(kind="job", id="test", name="test")
    _system, known = connect_system(name="Test", agency=sender, serves=Serves.ALL, actor=actor, at=NOON)
    with AxisClient(live_server.url, known.client_id, known.client_secret, attempts=1) as client:
        axis = HttpAxis(client)
        lost, whole = (axis.submit(signed(packet(sender, ours), sender), at=NOON) for _ in range(2))
        configured_objects().delete([key_of(lost.sha256)])
        assert collect_inbox(at=NOON, port=axis).received == 1
    assert IncomingDocument.objects.get().packet_id == str(whole.packet_id)
    assert [attempts for attempts, _problem in failed_fetches().values()] == [1]

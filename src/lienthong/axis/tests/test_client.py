"""The Python client: the same contracts, new tokens by itself, and patience with an axis that fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import httpx
import pytest
from django.core.wsgi import get_wsgi_application

from lienthong.axis.actions.notices import announce_uncollected
from lienthong.axis.client import AxisClient, AxisRefused, AxisUnreachable
from lienthong.axis.contracts import StatusReport
from lienthong.axis.models import AccessToken, Delivery, Packet
from lienthong.axis.queries.deliveries import inbox_of
from lienthong.axis.queries.notices import notices_of
from lienthong.axis.queries.packets import packet_state
from lienthong.axis.tests.factories import AT, SECRET, World, edxml_packet, signed
from lienthong.kernel.clock import now

pytestmark = pytest.mark.usefixtures("one_connection")
WSGI = httpx.WSGITransport(app=get_wsgi_application())


class Faulty(httpx.BaseTransport):
    """Answers with the faults given, one after the other, then as the axis does."""

    def __init__(self, *faults: Callable[[httpx.Request], httpx.Response]) -> None:
        self.faults, self.sent = list(faults), 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.sent += 1
        return self.faults.pop(0)(request) if self.faults else WSGI.handle_request(request)


def unavailable(request: httpx.Request) -> httpx.Response:
    return httpx.Response(503, request=request)


def unreachable(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused", request=request)


def lost_answer(request: httpx.Request) -> httpx.Response:
    """The axis has done it, but the answer is lost on the way."""
    WSGI.handle_request(request)
    raise httpx.ReadError("cut", request=request)


def passed(request: httpx.Request) -> httpx.Response:
    return WSGI.handle_request(request)


def client_of(
    name: str, *faults: Callable[[httpx.Request], httpx.Response], secret: str = SECRET
) -> AxisClient:
    return AxisClient("http://127.0.0.1", name, secret, transport=Faulty(*faults), sleep=lambda seconds: None)


@pytest.fixture
def sender(world: World) -> Iterator[AxisClient]:
    with client_of(world.system.client_id) as client:
        yield client


@pytest.fixture
def receiver(world: World) -> Iterator[AxisClient]:
    with client_of(world.receiver.client_id) as client:
        yield client


def test_many_packets_in_one_call_get_an_answer_each(world: World, sender: AxisClient) -> None:
    xml = signed(edxml_packet(), world.office)
    receipt, refusal, again = sender.submit_packets([xml, b"<edXML/>", xml])
    assert receipt == again
    assert isinstance(refusal, AxisRefused)
    assert (refusal.status, refusal.code) == (422, "not-edxml")


def test_the_whole_way_gives_the_contracts_of_the_functions(
    world: World, sender: AxisClient, receiver: AxisClient
) -> None:
    xml = signed(edxml_packet(), world.office)
    receipt = sender.submit_packet(xml)
    assert (receipt.repeated, sender.submit_packet(xml).repeated) == (False, True)
    page = receiver.inbox(limit=10)
    assert page == inbox_of(world.receiver)
    [item] = page.items
    assert b"".join(receiver.packet_of_delivery(item.delivery_id)) == xml
    report = StatusReport(code="01", at=AT, staff="Trần Thị B")
    assert receiver.report_status(item.delivery_id, report) == "01"
    assert receiver.inbox().items == ()
    assert sender.packet_state(receipt.packet_id) == packet_state(world.system, receipt.packet_id)
    assert [agency.code for agency in sender.agencies(limit=2).items] == ["G12", "G22"]


def test_leases_and_notices_come_as_contracts(world: World, sender: AxisClient, receiver: AxisClient) -> None:
    sender.submit_packet(signed(edxml_packet(), world.office))
    [lease] = receiver.claim(limit=5, lease_seconds=60).leases
    assert lease.item == inbox_of(world.receiver).items[0]
    assert receiver.claim().leases == ()
    assert receiver.release(lease) == "00"
    assert receiver.claim().leases[0].item == lease.item
    with pytest.raises(AxisRefused) as caught:
        receiver.release(lease)
    assert caught.value.code == "lease-token-wrong"
    announce_uncollected(at=now() + timedelta(hours=5))
    for client, system in ((sender, world.system), (receiver, world.receiver)):
        page = client.notices()
        assert page == notices_of(system)
        assert client.notices(after=page.next).items == ()


@pytest.mark.parametrize("fault", [unavailable, unreachable, lost_answer])
def test_a_call_that_fails_on_the_way_is_tried_again_and_has_one_effect(
    world: World, fault: Callable[[httpx.Request], httpx.Response]
) -> None:
    with client_of(world.system.client_id, passed, fault, fault) as client:
        client.submit_packet(signed(edxml_packet(), world.office))
    assert (Packet.objects.count(), Delivery.objects.count()) == (1, 1)


def test_the_pauses_double_and_the_last_failure_is_told(world: World) -> None:
    pauses: list[float] = []
    with (
        AxisClient(
            "http://127.0.0.1",
            "a",
            "b",
            attempts=4,
            transport=Faulty(*[unreachable] * 4),
            sleep=pauses.append,
        ) as client,
        pytest.raises(AxisUnreachable, match="4 attempts"),
    ):
        client.inbox()
    assert pauses == [0.2, 0.4, 0.8]


def test_an_expired_token_is_renewed(world: World, sender: AxisClient) -> None:
    sender.inbox()
    AccessToken.objects.update(expires_at=now() - timedelta(seconds=1))
    assert sender.inbox().items == ()
    assert AccessToken.objects.count() == 2


def test_a_refusal_is_told_at_once_with_its_code(world: World) -> None:
    transport = Faulty()
    with AxisClient("http://127.0.0.1", world.system.client_id, SECRET, transport=transport) as client:
        with pytest.raises(AxisRefused) as caught:
            client.submit_packet(b"<edXML/>")
        assert (caught.value.status, caught.value.code, caught.value.field) == (
            422,
            "not-edxml",
            "edXMLEnvelope",
        )
        assert set(caught.value.sentences) == {"vi", "en"}
        assert transport.sent == 2


def test_wrong_credentials_are_a_refusal(world: World) -> None:
    with client_of(world.system.client_id, secret="wrong") as client, pytest.raises(AxisRefused) as caught:
        client.inbox()
    assert (caught.value.status, caught.value.code) == (401, "invalid_client")

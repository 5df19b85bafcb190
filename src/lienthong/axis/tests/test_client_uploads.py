"""The Python client sends what is large in pieces, and after a failure goes on where the axis is."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import httpx
import pytest

from lienthong.axis.client import AxisClient, AxisRefused, AxisUnreachable
from lienthong.axis.models import Delivery, Packet, Upload, UploadPart
from lienthong.axis.tests.factories import SECRET, World, attachment, edxml_packet, signed
from lienthong.axis.tests.test_client import WSGI, lost_answer, unavailable, unreachable

pytestmark = pytest.mark.usefixtures("one_connection")
PIECE = 2000
Fault = Callable[[httpx.Request], httpx.Response]


class Network(httpx.BaseTransport):
    """The axis behind a network that does to the calls of one kind what `faults` say, one after the other."""

    def __init__(self, *faults: Fault, method: str = "PATCH", ending: str = "") -> None:
        self.faults, self.method, self.ending = list(faults), method, ending
        self.seen: list[str] = []
        self.bytes = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(f"{request.method} {request.url.path.rpartition('/')[2][:7]}")
        if request.method == "PATCH":
            self.bytes += len(request.read())
        meant = request.method == self.method and request.url.path.endswith(self.ending)
        return self.faults.pop(0)(request) if meant and self.faults else WSGI.handle_request(request)


def half_way(request: httpx.Request) -> httpx.Response:
    """The line breaks in the middle of the body."""
    content = request.read()
    part = httpx.Request(
        request.method, request.url, headers=request.headers, content=content[: len(content) // 2]
    )
    part.headers["Content-Length"] = str(len(content))
    WSGI.handle_request(part)
    raise httpx.WriteError("cut", request=request)


def busy(request: httpx.Request) -> httpx.Response:
    return httpx.Response(423, headers={"Retry-After": "30"}, request=request)


@pytest.fixture
def edxml(world: World) -> bytes:
    return signed(edxml_packet(attachments=(attachment(b"plain words " * 800),)), world.office)


def client_on(network: Network, world: World, pauses: list[float] | None = None, **sizes: int) -> AxisClient:
    sizes = {"upload_above": 5000, "upload_piece": PIECE} | sizes
    sleep = (pauses if pauses is not None else []).append
    name = world.system.client_id
    return AxisClient("http://127.0.0.1", name, SECRET, transport=network, sleep=sleep, **sizes)  # type: ignore[arg-type]


def test_a_large_packet_goes_in_pieces_and_progress_is_told(world: World, edxml: bytes) -> None:
    network, told = Network(), list[tuple[int, int]]()
    with client_on(network, world) as client:
        receipt = client.submit_packet(
            BytesIO(edxml), progress=lambda done, total: told.append((done, total))
        )
        assert client.submit_packet(edxml).packet_id == receipt.packet_id
    assert (receipt.repeated, Packet.objects.get().sha256) == (False, receipt.sha256)
    assert told == [(done, len(edxml)) for done in [*range(0, len(edxml), PIECE), len(edxml)]]
    assert "POST packets" not in network.seen


def test_a_small_packet_goes_at_once(world: World, edxml: bytes) -> None:
    network = Network()
    with client_on(network, world, upload_above=len(edxml)) as client:
        client.submit_packet(edxml)
    assert network.seen == ["POST token", "POST packets"]


@pytest.mark.parametrize("fault", [half_way, lost_answer, unreachable, unavailable])
def test_after_a_failure_only_what_is_missing_is_sent(world: World, edxml: bytes, fault: Fault) -> None:
    network = Network(WSGI.handle_request, fault, fault)
    with client_on(network, world) as client:
        client.submit_packet(edxml)
    assert Packet.objects.count() == 1
    again = network.bytes - len(edxml)
    assert again <= 2 * PIECE
    if fault is lost_answer:
        assert again == 0


@pytest.mark.parametrize("ending", ["/uploads", "/packet"])
def test_lost_answers_to_the_other_calls_have_one_effect(world: World, edxml: bytes, ending: str) -> None:
    network = Network(lost_answer, lost_answer, method="POST", ending=ending)
    with client_on(network, world) as client:
        client.submit_packet(edxml)
    assert (Packet.objects.count(), Delivery.objects.count(), UploadPart.objects.count()) == (1, 1, 0)


def test_while_the_line_before_is_not_known_to_be_dead_it_waits_as_told(world: World, edxml: bytes) -> None:
    pauses: list[float] = []
    with client_on(Network(busy, busy), world, pauses) as client:
        client.submit_packet(edxml)
    assert pauses == [30.0, 30.0]


def test_a_line_that_stays_broken_is_told(world: World, edxml: bytes) -> None:
    network = Network(*[unreachable] * 5)
    with client_on(network, world) as client, pytest.raises(AxisUnreachable, match="5 attempts"):
        client.submit_packet(edxml)


def test_an_upload_that_was_lost_there_says_nothing_of_the_packet(world: World, edxml: bytes) -> None:
    def lose(request: httpx.Request) -> httpx.Response:
        Upload.objects.all().delete()
        return WSGI.handle_request(request)

    with client_on(Network(lose), world) as client, pytest.raises(AxisUnreachable, match="lost"):
        client.submit_packet(edxml)


def test_a_refusal_is_told_and_leaves_nothing_there(world: World, edxml: bytes) -> None:
    unknown = signed(
        edxml_packet(recipients=("H99",), attachments=(attachment(b"plain words " * 800),)), world.office
    )
    with client_on(Network(), world) as client:
        with pytest.raises(AxisRefused) as caught:
            client.submit_packet(unknown)
        assert (caught.value.status, caught.value.code) == (422, "unknown-recipient")
        with pytest.raises(AxisRefused, match="422 not-edxml"):
            client.submit_packet(b"<edXML/>".ljust(6000))
    assert not Upload.objects.exists()


def test_an_axis_that_knows_no_uploads_gets_the_packet_at_once(world: World, edxml: bytes) -> None:
    def unknown(request: httpx.Request) -> httpx.Response:
        return httpx.Response(404, json={"title": "not-found"}, request=request)

    network = Network(unknown, method="POST", ending="/uploads")
    with client_on(network, world) as client:
        client.submit_packet(edxml)
    assert network.seen == ["POST token", "POST uploads", "POST packets"]

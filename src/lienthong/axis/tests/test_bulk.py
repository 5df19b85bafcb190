"""Many packets in one call: each gets the answer it would have got alone."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from lienthong.axis.actions.submission import DocumentIdReused, submit_packets
from lienthong.axis.contracts import Receipt
from lienthong.axis.models import Delivery, Packet
from lienthong.axis.tests.factories import AT, World, bearer, edxml_packet, signed, stored_counts
from lienthong.kernel.errors import Refusal

BULK = "/axis/v1/packets/bulk"


def packets(world: World, count: int) -> list[bytes]:
    return [signed(edxml_packet(), world.office) for _ in range(count)]


def post(client: Client, world: World, edxmls: list[bytes], **extra: object) -> object:
    files = [BytesIO(edxml) for edxml in edxmls]
    return client.post(BULK, {"packet": files, **extra}, headers=bearer(world.system))


def test_each_packet_of_a_call_gets_its_own_answer_in_order(client: Client, world: World) -> None:
    good, other = packets(world, 2)
    unsigned = good.replace(b"SignatureValue>", b"SignatureVal>")
    answer = post(client, world, [good, b"<edXML/>", unsigned, other, good])
    assert answer.status_code == 200
    found = answer.json()["answers"]
    assert [one["status"] for one in found] == [202, 422, 422, 202, 200]
    assert found[0]["receipt"] == found[4]["receipt"]
    assert [bool(one["problem"]) for one in found] == [False, True, True, False, False]
    assert set(found[1]["problem"]["sentences"]) == {"vi", "en"}
    assert Packet.objects.count() == 2


def test_a_packet_with_too_much_text_is_refused_among_the_others(client: Client, world: World) -> None:
    good, other = packets(world, 2)
    answer = post(client, world, [good, b"<a>" + b"AAA\n" * (6 * 1024 * 1024) + b"</a>", other])
    found = answer.json()["answers"]
    assert [one["status"] for one in found] == [202, 413, 202]
    assert found[1]["problem"]["title"] == "text-too-large"
    assert Packet.objects.count() == 2


def test_a_call_sent_again_gets_the_first_receipts(client: Client, world: World) -> None:
    edxmls = packets(world, 3)
    first = post(client, world, edxmls).json()["answers"]
    before = stored_counts()
    again = post(client, world, edxmls).json()["answers"]
    assert [one["receipt"] for one in again] == [one["receipt"] for one in first]
    assert {one["status"] for one in again} == {200}
    assert stored_counts() == before


def test_of_two_contents_with_one_id_the_first_is_stored(world: World) -> None:
    packet = edxml_packet()
    edxmls = [signed(replace(packet, subject=text), world.office) for text in ("Một", "Hai")]
    first, second = submit_packets(edxmls, system=world.system, at=AT)
    assert isinstance(first, Receipt)
    assert isinstance(second, DocumentIdReused)
    assert Packet.objects.get().subject == "Một"


def test_an_id_is_free_for_the_second_when_the_first_is_refused(world: World) -> None:
    packet = edxml_packet()
    broken = signed(replace(packet, subject="Một"), world.office).replace(b"M\xe1\xbb\x99t", b"Mot")
    first, second = submit_packets(
        [broken, signed(replace(packet, subject="Hai"), world.office)], system=world.system, at=AT
    )
    assert isinstance(first, Refusal)
    assert isinstance(second, Receipt)


def test_the_number_of_queries_does_not_depend_on_the_packets(world: World) -> None:
    counted = []
    for count in (1, 2, 20):  # the first fills the caches of signing
        edxmls = packets(world, count)
        with CaptureQueriesContext(connection) as queries:
            submit_packets(edxmls, system=world.system, at=AT)
        counted.append(len(queries))
    assert counted[1] == counted[2]
    assert Delivery.objects.count() == 23


def test_what_is_no_set_of_packets_is_refused_whole(client: Client, world: World, settings: Settings) -> None:
    xml = client.post(BULK, b"<edXML/>", content_type="application/xml", headers=bearer(world.system))
    assert (xml.status_code, xml.json()["title"]) == (415, "unsupported-media-type")
    none = client.post(BULK, {"other": "1"}, headers=bearer(world.system))
    assert (none.status_code, none.json()["title"]) == (400, "bad-multipart")
    many = post(client, world, [b"x"] * 1001)
    assert (many.status_code, many.json()["title"]) == (422, "too-many-packets")
    settings.ENV = settings.ENV.model_copy(update={"axis_max_packet_bytes": 100})
    large = post(client, world, [b"x" * 60, b"x" * 60])
    assert (large.status_code, large.json()["title"]) == (413, "packet-too-large")
    assert not Packet.objects.exists()


def test_without_a_token_nothing_is_taken(client: Client, db: None) -> None:
    assert client.post(BULK, {"packet": BytesIO(b"x")}).status_code == 401

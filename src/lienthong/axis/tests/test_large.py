"""Large packets: streamed in and out, their attachments stored once, and never whole in memory."""

from __future__ import annotations

import hashlib
import io
import os
import random
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pypdf
import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from lienthong.axis.actions.collection import collect_packet
from lienthong.axis.actions.submission import submit_packet, submit_packets
from lienthong.axis.client import AxisClient, AxisRefused
from lienthong.axis.edxml import Attachment, build_lifted_packet
from lienthong.axis.models import Delivery, Packet
from lienthong.axis.rest.bodies import read_packet
from lienthong.axis.tests.factories import (
    AT,
    SECRET,
    World,
    attachment,
    bearer,
    edxml_packet,
    signed,
    stored_counts,
)
from lienthong.kernel.blobs import key_of, read_blob
from lienthong.kernel.errors import Refusal
from lienthong.kernel.lifting import Lifted
from lienthong.kernel.models import Blob
from lienthong.kernel.spools import Extent, Spool, spool_folder
from lienthong.signing.public import sign_lifted_packet

MB = 1024 * 1024
LIMIT = 100 * MB


@pytest.fixture(autouse=True)
def store(settings: Any, tmp_path: Path) -> Path:
    settings.ENV = settings.ENV.model_copy(update={"var": tmp_path, "blobs_url": ""})
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "spool"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()
    return tmp_path / "blobs"


def files(store: Path) -> set[str]:
    return {path.relative_to(store).as_posix() for path in store.rglob("*") if path.is_file()}


def content(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


def enclosed(*contents: bytes) -> tuple[Attachment, ...]:
    return tuple(
        attachment(one, name=f"{place}.bin", content_id=f"file-{place}") for place, one in enumerate(contents)
    )


def pdf_of(path: Path, size: int) -> Path:
    writer = pypdf.PdfWriter()
    writer.add_blank_page(595, 842)
    writer.add_attachment("random.bin", os.urandom(size))
    writer.write(path)
    return path


def large_packet(world: World, path: Path) -> Lifted:
    """Signed; its attachment is the file."""
    one = replace(attachment(name="van-ban.pdf", content_type="application/pdf"), content=_file(path))
    built = build_lifted_packet(edxml_packet(attachments=(one,)))
    return sign_lifted_packet(built, agency_id=world.office.pk, at=AT)


def _file(path: Path) -> Extent:
    return Extent(Spool.of_path(path))


def _resident(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) * 1024


def test_40_mb_pass_through_submit_and_fetch_without_lying_in_memory(world: World, tmp_path: Path) -> None:
    packet = large_packet(world, pdf_of(tmp_path / "a.pdf", 40 * MB))
    with (tmp_path / "packet.edxml").open("wb") as file:
        file.writelines(packet.chunks())
    with (tmp_path / "packet.edxml").open("rb") as body:
        environ = RequestFactory()._base_environ(
            CONTENT_TYPE="application/xml", CONTENT_LENGTH=str(packet.size), **{"wsgi.input": body}
        )
        Path("/proc/self/clear_refs").write_text("5")
        before = _resident("VmRSS")
        tracemalloc.start()
        receipt = submit_packet(read_packet(WSGIRequest(environ), limit=LIMIT), system=world.system, at=AT)
    delivery = Delivery.objects.get(packet_id=receipt.packet_id)
    digest = hashlib.sha256()
    for chunk in collect_packet(world.receiver, delivery.pk, at=AT).chunks:
        digest.update(chunk)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert digest.hexdigest() == receipt.sha256 == packet.sha256
    assert peak < 12 * MB
    assert _resident("VmHWM") - before < 35 * MB


def test_an_attachment_of_many_packets_is_stored_once(world: World, store: Path) -> None:
    one, other = content(100_000, 1), content(100_000, 2)
    xmls = [signed(edxml_packet(attachments=enclosed(one, other)), world.office) for _ in range(3)]
    assert not any(isinstance(answer, Refusal) for answer in submit_packets(xmls, system=world.system, at=AT))
    hashes = {hashlib.sha256(each).hexdigest() for each in (one, other)}
    assert files(store) == {key_of(sha256) for sha256 in hashes}
    assert {read_blob(packet.blob) for packet in Packet.objects.all()} == set(xmls)


def test_small_packets_stay_whole(world: World, store: Path) -> None:
    xml = signed(edxml_packet(attachments=enclosed(content(15_000))), world.office)
    receipt = submit_packet(xml, system=world.system, at=AT)
    assert files(store) == {key_of(receipt.sha256)}


def test_the_number_of_queries_depends_on_neither_packets_nor_attachments(world: World) -> None:
    counts = []
    for number in (2, 1, 8):  # the first also fills caches
        xmls = [
            signed(
                edxml_packet(
                    attachments=enclosed(
                        *(content(40_000, 1000 * number + 10 * one + each) for each in range(number))
                    )
                ),
                world.office,
            )
            for one in range(number)
        ]
        with CaptureQueriesContext(connection) as queries:
            answers = submit_packets(xmls, system=world.system, at=AT)
        assert not any(isinstance(answer, Refusal) for answer in answers)
        counts.append(len(queries))
    assert counts[1] == counts[2]


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda xml: xml.replace(b"<SignatureValue>", b"<SignatureValue>AAAA"),
        lambda xml: xml[:-1000],
        lambda xml: xml.replace(b"</ContentTransferEncoded>", b"AAAA</ContentTransferEncoded>"),
        lambda xml: xml.replace(b"<ContentTransferEncoded>", b"<ContentTransferEncoded>*"),
    ],
)
def test_a_refused_packet_leaves_nothing(client: Client, world: World, store: Path, spoilt: Any) -> None:
    before = stored_counts()
    xml = signed(edxml_packet(attachments=enclosed(content(5 * MB))), world.office)
    answer = client.post(
        "/axis/v1/packets", spoilt(xml), content_type="application/xml", headers=bearer(world.system)
    )
    assert answer.status_code in {400, 422}
    assert stored_counts() == before
    assert files(store) == set()
    assert list(Path(spool_folder() or "").iterdir()) == []


def test_what_is_stored_is_not_left_beside(client: Client, world: World, store: Path) -> None:
    xml = signed(edxml_packet(attachments=enclosed(content(5 * MB))), world.office)
    for status in (202, 200):
        answer = client.post(
            "/axis/v1/packets", xml, content_type="application/xml", headers=bearer(world.system)
        )
        assert answer.status_code == status
    assert files(store) == {key_of(hashlib.sha256(content(5 * MB)).hexdigest())}
    assert list(Path(spool_folder() or "").iterdir()) == []
    assert Blob.objects.count() == 2


def test_text_that_is_no_plain_base64_is_refused_when_there_is_too_much_of_it(
    client: Client, world: World
) -> None:
    body = b"<edXML>" + b"AAA\n" * (6 * MB) + b"</edXML>"
    answer = client.post(
        "/axis/v1/packets", body, content_type="application/xml", headers=bearer(world.system)
    )
    assert (answer.status_code, answer.json()["title"]) == (413, "text-too-large")


@pytest.mark.usefixtures("one_connection")
@pytest.mark.parametrize("form", ["bytes", "path", "file", "lifted"])
def test_the_client_sends_any_form_anew_at_each_attempt(world: World, tmp_path: Path, form: str) -> None:
    packet = large_packet(world, pdf_of(tmp_path / "a.pdf", 3 * MB))
    path = tmp_path / "packet.edxml"
    path.write_bytes(packet.read())
    with path.open("rb") as file:
        given = {"bytes": path.read_bytes(), "path": path, "file": file, "lifted": packet}[form]
        with _client(world, faults=2) as client:
            receipt = client.submit_packet(given)  # type: ignore[arg-type]
    assert (receipt.sha256, receipt.repeated) == (packet.sha256, False)


@pytest.mark.usefixtures("one_connection")
def test_a_file_that_grows_while_it_is_sent_is_not_stored(world: World, tmp_path: Path) -> None:
    path = tmp_path / "packet.edxml"
    path.write_bytes(signed(edxml_packet(), world.office)[:-100])
    with _client(world) as client, pytest.raises(AxisRefused):
        client.submit_packet(path)
    assert not Packet.objects.exists()


def _client(world: World, faults: int = 0) -> AxisClient:
    return AxisClient(
        "http://127.0.0.1", world.system.client_id, SECRET, transport=_Cut(faults), sleep=lambda seconds: None
    )


class _Cut(httpx.BaseTransport):
    """Takes some of the first packets and then fails, as a network does."""

    def __init__(self, faults: int) -> None:
        self.faults, self.wsgi = faults, httpx.WSGITransport(app=get_wsgi_application())

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/packets") and self.faults:
            self.faults -= 1
            stream: Iterator[bytes] = iter(request.stream)  # type: ignore[arg-type]
            next(stream)
            raise httpx.WriteError("cut", request=request)
        return self.wsgi.handle_request(request)


def test_a_form_is_streamed_too(client: Client, world: World, store: Path) -> None:
    xml = signed(edxml_packet(attachments=enclosed(content(4 * MB))), world.office)
    answer = client.post("/axis/v1/packets", {"packet": io.BytesIO(xml)}, headers=bearer(world.system))
    assert answer.status_code == 202
    assert read_blob(Packet.objects.get().blob) == xml
    assert files(store) == {key_of(hashlib.sha256(content(4 * MB)).hexdigest())}

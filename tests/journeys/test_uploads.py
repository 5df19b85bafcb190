"""Resumable uploads against a real server: by an independent tus client, over broken lines, by our client."""

from __future__ import annotations

import hashlib
import os
import secrets
import socket
import time
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import urlsplit

import httpx
import pytest
from tusclient.client import TusClient

from lienthong.axis.client import UPLOAD_ABOVE, AxisClient
from lienthong.axis.edxml import Attachment
from lienthong.axis.models import Packet, UploadPart
from lienthong.axis.tests.factories import SECRET, agency, bearer, certified, edxml_packet, signed, system_for
from tests.journeys.conftest import Site

MEGABYTE = 2**20
TUS = {"Tus-Resumable": "1.0.0"}
BYTES = {"Content-Type": "application/offset+octet-stream"}


@dataclass(frozen=True)
class Sender:
    """A connected system, its token, and a signed packet of a little more than 20 MB."""

    client_id: str
    headers: dict[str, str]
    edxml: bytes


@pytest.fixture(scope="module")
def sender(site: Site) -> Sender:
    with site.data():
        code = f"U{secrets.randbelow(10**6)}"
        office, recipient = certified(code), agency(f"V{code}")
        system = system_for(office)
        system.client_id = f"system-{code}"
        system.save()
        file = Attachment(
            content=os.urandom(16 * MEGABYTE), name="ban-do.bin", content_type="application/octet-stream",
            content_id="file-1",
        )  # fmt: skip
        packet = edxml_packet(sender=code, recipients=(recipient.code,), attachments=(file,))
        return Sender(system.client_id, bearer(system), signed(packet, office))


def accept(site: Site, sender: Sender, address: str) -> httpx.Response:
    answer = httpx.post(f"{address}/packet", headers=sender.headers, timeout=60, trust_env=False)
    assert answer.is_success, answer.text
    assert answer.json()["sha256"] == hashlib.sha256(sender.edxml).hexdigest()
    with site.data():
        assert Packet.objects.filter(blob=answer.json()["sha256"]).count() == 1
        assert not UploadPart.objects.filter(upload=address.rpartition("/")[2]).exists()
    return answer


def test_an_independent_client_uploads_stops_and_resumes(site: Site, sender: Sender) -> None:
    assert len(sender.edxml) > UPLOAD_ABOVE
    client = TusClient(f"{site.url}/axis/v1/uploads", headers=sender.headers)
    facts = {"chunk_size": 3 * MEGABYTE, "upload_checksum": True, "metadata": {"filename": "công văn.edxml"}}
    first = client.uploader(file_stream=BytesIO(sender.edxml), **facts)
    first.upload(stop_at=7 * MEGABYTE)
    assert first.offset == 7 * MEGABYTE
    second = client.uploader(file_stream=BytesIO(sender.edxml), url=first.url, **facts)
    assert second.offset == 7 * MEGABYTE
    second.upload()
    again = accept(site, sender, first.url).json()
    assert accept(site, sender, first.url).json() == again


def test_what_arrived_before_the_line_broke_is_kept(site: Site, sender: Sender) -> None:
    with httpx.Client(headers=sender.headers | TUS, trust_env=False, timeout=60) as http:
        size = len(sender.edxml)
        began = http.post(f"{site.url}/axis/v1/uploads", headers={"Upload-Length": str(size)})
        address = str(httpx.URL(site.url).join(began.headers["Location"]))
        sent = 5 * MEGABYTE
        break_off(address, sender, sent)
        offset = settled_offset(http, address, sent)
        assert sent - 2 * 64 * 1024 <= offset <= sent
        rest = http.patch(
            address, content=sender.edxml[offset:], headers={**BYTES, "Upload-Offset": str(offset)}
        )
        assert (rest.status_code, rest.headers["Upload-Offset"]) == (204, str(size))
        accept(site, sender, address)


def break_off(address: str, sender: Sender, sent: int) -> None:
    """Announce all of the packet, send so many bytes of it, and hang up."""
    url = urlsplit(address)
    headers = {
        **sender.headers, **TUS, **BYTES, "Host": url.netloc, "Upload-Offset": "0",
        "Content-Length": str(len(sender.edxml)),
    }  # fmt: skip
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    with socket.create_connection((url.hostname, url.port)) as line:
        line.sendall(f"PATCH {url.path} HTTP/1.1\r\n{lines}\r\n".encode() + sender.edxml[:sent])


def settled_offset(http: httpx.Client, address: str, least: int) -> int:
    """The offset once the server has noticed the break."""
    offset = before = -1
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        answer = http.head(address)
        assert (answer.status_code, answer.content) == (200, b"")
        before, offset = offset, int(answer.headers["Upload-Offset"])
        if offset == before and offset > 0:
            return offset
        time.sleep(0.2)
    return offset


def test_our_client_sends_it_from_an_open_file(site: Site, sender: Sender) -> None:
    told: list[int] = []
    with AxisClient(site.url, sender.client_id, SECRET) as client:
        receipt = client.submit_packet(BytesIO(sender.edxml), progress=lambda done, total: told.append(done))
    assert receipt.sha256 == hashlib.sha256(sender.edxml).hexdigest()
    assert told[-1] == len(sender.edxml)
    assert len(told) > 2


@pytest.mark.parametrize("method", ["HEAD", "PATCH", "DELETE"])
def test_refusals_are_problems_and_those_of_head_have_no_body(
    site: Site, sender: Sender, method: str
) -> None:
    address = f"{site.url}/axis/v1/uploads/018f0000-0000-7000-8000-000000000000"
    headers = sender.headers | TUS | BYTES | {"Upload-Offset": "0"}
    answer = httpx.request(method, address, headers=headers, content=b"", trust_env=False)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Tus-Resumable"] == "1.0.0"
    assert bool(answer.content) == (method != "HEAD")

"""Documents a second: submitted over HTTP, verified, stored durably, answered with a signed receipt.

The packets are signed beforehand with the sender's RSA-2048 key; the web is a real Granian with as many
processes as the settings say, as a hub without an office; the database a real PostgreSQL with fsync; the load
comes from the same machine, by the generator that the peer gets, too.
"""

from __future__ import annotations

import io
import json
import os
import secrets
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import pypdf

from bench.harness import Figure, of_times
from bench.load import Call, send_all
from lienthong.axis.client import AxisClient
from lienthong.axis.public import Credentials, Serves, connect_system, edxml
from lienthong.config.cli import serving
from lienthong.directory.public import Agency, find_agencies, find_agency, load_country
from lienthong.kernel.clock import VIETNAM, now
from lienthong.ledger.public import Actor
from lienthong.signing.public import Algorithm, ensure_agency_certificates, sign_packet

SENDER, RECIPIENTS = "G12", ("H55", "H26", "H29")
SIZES = {"100 KB": 100 * 1024, "1 MB": 1024 * 1024}
CLIENTS = (4, 32)
BULK = 50
ACTOR = Actor(kind="job", id="bench", name="bench", source="bench")


@dataclass(frozen=True)
class Ground:
    """Who sends: an agency with an RSA-2048 certificate, and the system that speaks for it and all others."""

    sender: Agency
    credentials: Credentials
    at: datetime


def prepare(at: datetime) -> Ground:
    """The country, the sender's certificate, and a connected system."""
    load_country()
    sender = find_agency(SENDER, on=at.astimezone(VIETNAM).date())
    ensure_agency_certificates([sender.pk], at=at, algorithm=Algorithm.RSA2048)
    _system, credentials = connect_system(name="bench", agency=sender, serves=Serves.ALL, actor=ACTOR, at=at)
    return Ground(sender, credentials, at)


def signed_packets(ground: Ground, count: int, size: int) -> tuple[list[bytes], Figure]:
    """Packets with a random PDF of `size` bytes each, and how fast they were signed."""
    recipients = _recipients(ground.at)
    packets, times = [], []
    for _ in range(count):
        xml = edxml.build_packet(_packet(recipients, ground.at, size))
        began = time.perf_counter()
        packets.append(sign_packet(xml, agency_id=ground.sender.pk, at=ground.at))
        times.append(time.perf_counter() - began)
    return packets, of_times("sign a packet of 100 KB (XML-DSig, RSA-2048)", times)


def packet_of(ground: Ground, size: int) -> edxml.EdxmlPacket:
    """A packet with a random PDF of so many bytes."""
    return _packet(_recipients(ground.at), ground.at, max(size, 2000))


def _recipients(at: datetime) -> tuple[edxml.Party, ...]:
    names = find_agencies(RECIPIENTS, on=at.astimezone(VIETNAM).date())
    return tuple(edxml.Party(organ_id=code, organ_name=names[code].name) for code in RECIPIENTS)


@contextmanager
def web(port: int, *, profile: str = "hub") -> Iterator[tuple[str, int]]:
    """The web as `lienthong up` starts it, without the worker: its address and its first process."""
    environment = os.environ | {"LIENTHONG_PROFILE": profile}
    process = subprocess.Popen(serving.web_command(port), env=environment)
    try:
        serving.wait_for_page(port)
        yield f"http://{serving.LOOPBACK}:{port}", process.pid
    finally:
        process.terminate()
        process.wait(timeout=20)


def submissions(port: int, ground: Ground, documents: int) -> list[Figure]:
    """One packet a call, for each size and number of clients; then many packets a call."""
    figures = []
    with web(port) as (url, process):
        headers = token_headers(url, ground.credentials)
        for label, size in SIZES.items():
            share = documents if size == SIZES["100 KB"] else documents // 4
            packets, signing = signed_packets(ground, share * len(CLIENTS) + 20, size)
            figures += [signing] if not figures else []
            calls = [Call("/axis/v1/packets", headers | XML, packet) for packet in packets]
            send_all("warm", url, calls[-20:], is_receipt, clients=4)
            for place, clients in enumerate(CLIENTS):
                name = f"submit, {label}, 3 recipients, {clients} clients"
                part = calls[place * share : (place + 1) * share]
                figures.append(send_all(name, url, part, is_receipt, clients=clients, server=process))
        figures.append(_in_bulk(url, process, headers, ground, documents))
    return figures


def statuses(port: int, ground: Ground, documents: int) -> list[Figure]:
    """Status events a second: each delivery is reported as arrived, registered and finished.

    One a call by 4 clients, and all of one code in one call.
    """
    with web(port) as (url, process):
        headers = token_headers(url, ground.credentials) | {"Content-Type": "application/json"}
        with AxisClient(url, ground.credentials.client_id, ground.credentials.client_secret) as client:
            deliveries = [item.delivery_id for item in client.inbox(limit=min(200, documents)).items]
        calls = [
            Call(
                f"/axis/v1/deliveries/{delivery}/status",
                headers,
                json.dumps({"code": code, "at": now().isoformat()}).encode(),
            )
            for code in ("01", "03", "06")
            for delivery in deliveries
        ]
        one_by_one = send_all("status events, 4 clients", url, calls, _is_taken, clients=4, server=process)
        with AxisClient(url, ground.credentials.client_id, ground.credentials.client_secret) as client:
            deliveries = [item.delivery_id for item in client.inbox(limit=min(200, documents)).items]
        many = [_bulk_statuses(headers, code, deliveries) for code in ("01", "03", "06")]
        return [
            one_by_one,
            send_all(
                "status events, many a call, 1 client", url, many, _are_taken, clients=1, server=process
            ),
        ]


def _bulk_statuses(headers: dict[str, str], code: str, deliveries: list[UUID]) -> Call:
    at = now().isoformat()
    reports = [{"delivery_id": str(delivery), "code": code, "at": at} for delivery in deliveries]
    body = json.dumps({"reports": reports}).encode()
    return Call("/axis/v1/deliveries/statuses", headers, body, pieces=len(reports))


def _is_taken(status: int, answer: bytes) -> bool:
    return status == 200


def _are_taken(status: int, answer: bytes) -> bool:
    return status == 200 and b'"problem": {' not in answer


XML = {"Content-Type": "application/xml"}


def is_receipt(status: int, answer: bytes) -> bool:
    """Whether a new packet was taken."""
    return status == 202


def are_receipts(status: int, answer: bytes) -> bool:
    """Whether all packets of a call of `BULK` were."""
    return status == 200 and answer.count(b'"status": 202') == BULK


def _in_bulk(url: str, process: int, headers: dict[str, str], ground: Ground, documents: int) -> Figure:
    packets, _signing = signed_packets(ground, documents, SIZES["100 KB"])
    name = f"submit in bulk, 100 KB, {BULK} a call, 4 clients"
    return send_all(name, url, bulk_calls(headers, packets), are_receipts, clients=4, server=process)


def bulk_calls(headers: dict[str, str], packets: list[bytes]) -> list[Call]:
    """Calls with `BULK` packets each."""
    return [bulk_call(headers, packets[start : start + BULK]) for start in range(0, len(packets), BULK)]


def bulk_call(headers: dict[str, str], packets: list[bytes]) -> Call:
    """A call of `/packets/bulk` with the packets as the files of a form."""
    boundary = uuid4().hex
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="packet"; filename="p.edxml"\r\n'
        "Content-Type: application/xml\r\n\r\n"
    ).encode()
    body = b"".join(head + packet + b"\r\n" for packet in packets) + f"--{boundary}--\r\n".encode()
    kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    return Call("/axis/v1/packets/bulk", headers | kind, body, pieces=len(packets))


def token_headers(url: str, credentials: Credentials) -> dict[str, str]:
    """What a call needs to be known."""
    with AxisClient(url, credentials.client_id, credentials.client_secret) as client:
        return {"Authorization": f"Bearer {client.token()}"}


def _packet(recipients: tuple[edxml.Party, ...], at: datetime, size: int) -> edxml.EdxmlPacket:
    day = at.astimezone(VIETNAM).date()
    number = str(secrets.randbelow(10**12))
    return edxml.EdxmlPacket(
        sender=edxml.Party(organ_id=SENDER, organ_name="Bộ gửi"),
        recipients=recipients,
        number=number,
        notation="BXD-VP",
        promulgated_on=day,
        subject="Về việc đo tốc độ của trục liên thông",
        document_id=edxml.document_id_of(SENDER, day, f"{number}/BXD-VP"),
        place="Hà Nội",
        type_name="Công văn",
        signer=edxml.Signer(competence="", position="Chánh Văn phòng", full_name="Nguyễn Văn A"),
        attachments=(
            edxml.Attachment(
                name="van-ban.pdf", content_type="application/pdf", content_id="file-1", content=_pdf(size)
            ),
        ),
    )


def _pdf(size: int) -> bytes:
    """A PDF of so many bytes that nothing can compress."""
    writer = pypdf.PdfWriter()
    writer.add_blank_page(595, 842)
    writer.add_attachment("random.bin", secrets.token_bytes(size - 1500))
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()

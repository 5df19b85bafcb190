"""Documents a second: submitted over HTTP, verified, stored durably, answered with a signed receipt.

The packets are signed beforehand with the sender's key; the web is a real Granian process, the database a
real PostgreSQL with fsync. Beside it stand the machine's own limits, measured in the same run.
"""

from __future__ import annotations

import io
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pypdf

from bench.harness import Figure, of_times
from lienthong.axis.client import AxisClient
from lienthong.axis.public import Credentials, Serves, connect_system, edxml
from lienthong.config.cli import serving
from lienthong.directory.public import Agency, find_agencies, find_agency, load_country
from lienthong.kernel.clock import VIETNAM, now
from lienthong.ledger.public import Actor
from lienthong.signing.public import ensure_agency_certificates, sign_packet

SENDER, RECIPIENTS = "G22", ("H55", "H26", "H29")
PAYLOAD = 100 * 1024
ACTOR = Actor(kind="job", id="bench", name="bench", source="bench")


def prepare(at: datetime) -> tuple[Agency, Credentials]:
    """The country, the sender's certificate, and a connected system that speaks for the sender."""
    load_country()
    sender = find_agency(SENDER, on=at.astimezone(VIETNAM).date())
    ensure_agency_certificates([sender.pk], at=at)
    _system, credentials = connect_system(
        name="bench", agency=sender, serves=Serves.AGENCY, actor=ACTOR, at=at
    )
    return sender, credentials


def signed_packets(sender: Agency, count: int, at: datetime) -> tuple[list[bytes], Figure]:
    """Packets with a PDF of 100 KB each, and how fast they were signed."""
    names = find_agencies(RECIPIENTS, on=at.astimezone(VIETNAM).date())
    recipients = tuple(edxml.Party(organ_id=code, organ_name=names[code].name) for code in RECIPIENTS)
    packets, times = [], []
    for _ in range(count):
        packet = _packet(recipients, at)
        xml = edxml.build_packet(packet)
        began = time.perf_counter()
        packets.append(sign_packet(xml, agency_id=sender.pk, at=at))
        times.append(time.perf_counter() - began)
    return packets, of_times("sign a packet of 100 KB (XML-DSig, P-256)", times)


def submit_all(url: str, credentials: Credentials, packets: list[bytes], *, clients: int) -> Figure:
    """Submit them by so many clients at once; every one must be answered with a receipt."""
    waiting, times, lock = list(packets), [], threading.Lock()

    def client() -> None:
        with AxisClient(url, credentials.client_id, credentials.client_secret) as axis:
            while True:
                with lock:
                    if not waiting:
                        return
                    packet = waiting.pop()
                began = time.perf_counter()
                receipt = axis.submit_packet(packet)
                assert not receipt.repeated
                times.append(time.perf_counter() - began)

    threads = [threading.Thread(target=client) for _ in range(clients)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wall = time.perf_counter() - began
    assert len(times) == len(packets), "a client failed"
    return of_times(f"submit, store, receipt: 100 KB, 3 recipients, {clients} clients", times, wall=wall)


@contextmanager
def web(port: int) -> Iterator[str]:
    """A Granian process as `lienthong up` starts it, without the worker."""
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        serving.LOOPBACK,
        "--port",
        str(port),
    ]
    command += ["--blocking-threads", "4", "--log-level", "warning", "lienthong.config.wsgi:application"]
    process = subprocess.Popen(command)
    try:
        serving.wait_for_page(port)
        yield f"http://{serving.LOOPBACK}:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def run(port: int, documents: int) -> list[Figure]:
    """All figures of the axis, the submissions last."""
    at = now()
    sender, credentials = prepare(at)
    packets, signing = signed_packets(sender, documents * 3 + 20, at)
    figures = [signing]
    with web(port) as url:
        submit_all(url, credentials, packets[-20:], clients=2)
        for place, clients in enumerate((1, 4, 32)):
            share = packets[place * documents : (place + 1) * documents]
            figures.append(submit_all(url, credentials, share, clients=clients))
    return figures


def _packet(recipients: tuple[edxml.Party, ...], at: datetime) -> edxml.EdxmlPacket:
    day = at.astimezone(VIETNAM).date()
    number = str(secrets.randbelow(10**12))
    return edxml.EdxmlPacket(
        sender=edxml.Party(organ_id=SENDER, organ_name="Văn phòng Chính phủ"),
        recipients=recipients,
        number=number,
        notation="VPCP-TTĐT",
        promulgated_on=day,
        subject="Về việc đo tốc độ của trục liên thông",
        document_id=edxml.document_id_of(SENDER, day, f"{number}/VPCP-TTĐT"),
        place="Hà Nội",
        type_name="Công văn",
        signer=edxml.Signer(competence="", position="Chánh Văn phòng", full_name="Nguyễn Văn A"),
        attachments=(
            edxml.Attachment(
                name="van-ban.pdf", content_type="application/pdf", content_id="file-1", content=_pdf()
            ),
        ),
    )


def _pdf() -> bytes:
    """A PDF of 100 KB that nothing can compress."""
    writer = pypdf.PdfWriter()
    writer.add_blank_page(595, 842)
    writer.add_attachment("random.bin", secrets.token_bytes(PAYLOAD - 1500))
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()

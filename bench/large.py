"""One large packet through the real server: how fast it goes in and out, and how much memory that takes.

The attachment is a PDF around random bytes, so that nothing can be compressed; the packet is built, signed,
sent and fetched by this process, which is measured, too. Memory is what is resident (VmHWM, the most there
has been, less VmRSS before), so that what the system keeps of files in its own cache does not count.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from bench.axis import Ground, packet_of, web
from bench.harness import console
from lienthong.axis.client import AxisClient
from lienthong.axis.public import InboxItem, edxml
from lienthong.kernel.lifting import Lifted
from lienthong.kernel.spools import Extent, Spool
from lienthong.signing.public import sign_lifted_packet

T = TypeVar("T")
MB = 1024 * 1024
_HEAD = (
    b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
)
_PAGE = b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"


@dataclass(frozen=True)
class Trip:
    """One way of the packet: how long it took, and by how much the processes grew, in MB."""

    name: str
    seconds: float
    server: float
    client: float


def run(port: int, ground: Ground, megabytes: int) -> list[Trip]:
    """Build, sign, send and fetch one packet with an attachment of so many megabytes."""
    trips = list[Trip]()
    packet, trip = _measured("build and sign", [], lambda: _signed(ground, megabytes * MB))
    trips.append(trip)
    credentials = ground.credentials
    with (
        web(port) as (url, process),
        AxisClient(url, credentials.client_id, credentials.client_secret) as client,
    ):
        family = [process, *_children(process)]
        client.inbox(limit=1)  # all is imported
        sha256 = packet.sha256
        receipt, trip = _measured("submit", family, lambda: client.submit_packet(packet))
        trips.append(trip)
        found = next(item for item in _inbox(client) if item.sha256 == receipt.sha256)
        for name in ("fetch", "fetch again"):
            fetched, trip = _measured(
                name, family, lambda: _hash(client.packet_of_delivery(found.delivery_id))
            )
            trips.append(trip)
            if not fetched == receipt.sha256 == sha256:
                raise RuntimeError("what was fetched is not what was sent")
        repeated, trip = _measured("submit again", family, lambda: client.submit_packet(packet))
        trips.append(trip)
        if not repeated.repeated:
            raise RuntimeError("the same packet was stored twice")
    return trips


def show(trips: list[Trip], megabytes: int) -> None:
    """Print the trips."""
    console.print(f"A packet with an attachment of {megabytes} MB (one client)")
    for trip in trips:
        console.print(
            f"  {trip.name:<16} {trip.seconds:7.1f} s  {megabytes / trip.seconds:7.1f} MB/s"
            f"   growth: server {trip.server:6.1f} MB, client {trip.client:6.1f} MB"
        )


def write_pdf(path: Path, size: int) -> None:
    """A PDF of at least so many bytes, nearly all of them random, written piece by piece."""
    with path.open("wb") as file:
        file.write(_HEAD)
        places = [_HEAD.index(b"1 0 obj"), _HEAD.index(b"2 0 obj"), len(_HEAD), len(_HEAD) + len(_PAGE)]
        file.write(_PAGE + b"4 0 obj<</Length %d>>stream\n" % size)
        for start in range(0, size, MB):
            file.write(secrets.token_bytes(min(MB, size - start)))
        file.write(b"\nendstream endobj\n")
        start = file.tell()
        file.write(b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % at for at in places))
        file.write(b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start)


def _signed(ground: Ground, size: int) -> Lifted:
    path = Path(os.environ["LIENTHONG_VAR"]) / "large.pdf"
    write_pdf(path, size)
    content = Extent(Spool.of_path(path))
    path.unlink()
    packet = packet_of(ground, 0)
    [attachment] = packet.attachments
    packet = replace(packet, attachments=(replace(attachment, content=content),))
    return sign_lifted_packet(edxml.build_lifted_packet(packet), agency_id=ground.sender.pk, at=ground.at)


def _measured(name: str, server: list[int], work: Callable[[], T]) -> tuple[T, Trip]:
    own = os.getpid()
    before = {process: _start(process) for process in (own, *server)}
    began = time.perf_counter()
    made = work()
    seconds = time.perf_counter() - began
    grown = {process: _memory(process, "VmHWM") - before[process] for process in before}
    return made, Trip(name, seconds, max((grown[process] for process in server), default=0), grown[own])


def _start(process: int) -> float:
    """Forget the most that was resident so far, and answer what is."""
    Path(f"/proc/{process}/clear_refs").write_text("5")
    return _memory(process, "VmRSS")


def _memory(process: int, name: str) -> float:
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"process {process} has no {name}")


def _children(process: int) -> list[int]:
    tasks = Path(f"/proc/{process}/task").glob("*/children")
    children = [int(child) for task in tasks for child in task.read_text().split()]
    return [*children, *(other for child in children for other in _children(child))]


def _inbox(client: AxisClient) -> Iterator[InboxItem]:
    after = ""
    while True:
        page = client.inbox(after=after, limit=200)
        yield from page.items
        if not page.next:
            return
        after = page.next


def _hash(chunks: Iterator[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()

"""Who sends and who receives: each keeps a book of its own, which the auditor reads afterwards."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from lienthong.axis.client import AxisClient, AxisRefused, AxisUnreachable
from lienthong.axis.public import Credentials, Receipt, StatusReport
from lienthong.kernel.clock import now

AGAIN_EVERY = 5  # each fifth packet is sent a second time, as after a crash of the sender
PAUSE = 0.3


@dataclass
class SentBook:
    """The receipts by the packet's hash: more than one of a packet must be the same one."""

    receipts: defaultdict[str, list[Receipt]] = field(default_factory=lambda: defaultdict(list))
    refusals: list[str] = field(default_factory=list)
    attempts_failed: int = 0


@dataclass
class ReceivedBook:
    """What came in: the packet's hash by delivery, and the recipient's code."""

    packets: dict[UUID, tuple[str, str]] = field(default_factory=dict)
    seen_again: int = 0
    broken: list[UUID] = field(default_factory=list)


def send(
    url: str, credentials: Credentials, packets: Sequence[bytes], book: SentBook, *, seconds: float
) -> None:
    """Send the packets spread over the time, each until it has its receipt; every fifth twice."""
    pace = seconds / max(len(packets), 1)
    with AxisClient(url, credentials.client_id, credentials.client_secret, attempts=2, timeout=20) as axis:
        for place, packet in enumerate(packets):
            began = time.monotonic()
            for _ in range(2 if place % AGAIN_EVERY == 0 else 1):
                submit_until_answered(axis, packet, book)
            time.sleep(max(0.0, pace - (time.monotonic() - began)))


def submit_until_answered(axis: AxisClient, packet: bytes, book: SentBook) -> None:
    """Until there is a receipt or a refusal."""
    while True:
        try:
            receipt = axis.submit_packet(packet)
        except AxisUnreachable:
            book.attempts_failed += 1
            time.sleep(PAUSE)
        except AxisRefused as refusal:
            book.refusals.append(str(refusal))
            return
        else:
            book.receipts[hashlib.sha256(packet).hexdigest()].append(receipt)
            return


def receive(url: str, credentials: Credentials, book: ReceivedBook, ended: threading.Event) -> None:
    """Collect what waits, write it down, and only then report it as arrived; until `ended` and all is in."""
    with AxisClient(url, credentials.client_id, credentials.client_secret, attempts=2, timeout=20) as axis:
        while True:
            is_last_round = ended.is_set()
            try:
                found = _collect(axis, book)
            except AxisUnreachable:
                found = 1
            if is_last_round and not found:
                return
            time.sleep(PAUSE)


def _collect(axis: AxisClient, book: ReceivedBook) -> int:
    page = axis.inbox(limit=100)
    for item in page.items:
        if item.delivery_id in book.packets:
            book.seen_again += 1
        else:
            packet = b"".join(axis.packet_of_delivery(item.delivery_id))
            sha256 = hashlib.sha256(packet).hexdigest()
            if sha256 != item.sha256:
                book.broken.append(item.delivery_id)
            book.packets[item.delivery_id] = sha256, item.recipient.code
        axis.report_status(item.delivery_id, StatusReport(code="01", at=now()))
    return len(page.items)

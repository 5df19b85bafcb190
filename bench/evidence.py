"""Evidence: what attesting costs a status, and what batching, exporting and checking cost."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from uuid import uuid4

from django.db import connection, transaction

from bench.axis import SIZES, prepare, signed_packets
from bench.harness import Figure, measure
from lienthong.axis.actions.evidence import attest, close_batches, stamp_batches
from lienthong.axis.models import ConnectedSystem, Packet
from lienthong.axis.public import evidence_of, submit_packet, system_of
from lienthong.axis.states import Stage
from lienthong.kernel.clock import now
from lienthong.ledger.public import (
    OpenBatch,
    SignedHeader,
    Statement,
    Subject,
    close_batch,
    record_statements,
)
from lienthong.signing.public import sign_statement, stamp_digest, verify_evidence

BATCH = 4096
LONG = 200


def run() -> list[Figure]:
    """One thread, in-process; the database commits durably."""
    at = now()
    ground = prepare(at)
    system = system_of(ground.credentials.client_id)
    packets, _signing = signed_packets(ground, 2, SIZES["100 KB"])
    short, long = (_packet(xml, system) for xml in packets)
    for number in range(LONG):
        _attest(long, at + timedelta(seconds=number))
    close_batches(most=BATCH, at=at)
    stamp_batches(at=at)
    file = evidence_of(system, long.pk)
    assert verify_evidence(file).valid
    return [
        measure("attest one act (with its commit)", lambda: _attest(short, at)),
        measure(f"close a batch of {BATCH:,}", _batches(at), seconds=0, warm=1),
        measure("have a digest timestamped", lambda: stamp_digest(hashlib.sha256(b"x").digest(), at=at)),
        measure(
            f"export {LONG + 2} statements ({len(file) / 1024:.0f} KB)", lambda: evidence_of(system, long.pk)
        ),
        measure(f"check {LONG + 2} statements offline", lambda: verify_evidence(file)),
    ]


def _packet(xml: bytes, system: ConnectedSystem) -> Packet:
    receipt = submit_packet(xml, system=system, at=now())
    return Packet.objects.get(pk=receipt.packet_id)


def _attest(packet: Packet, at: datetime) -> None:
    with transaction.atomic():
        attest(packet, Stage.WITHDRAWN, by="G22", at=at)


def _batches(at: datetime) -> Callable[[], int]:
    """Work that closes a full batch, eight times; what fills them is written beforehand."""
    numbers = count(1)
    subject = Subject("bench.evidence", str(uuid4()))
    with transaction.atomic():
        for _ in range(8):
            record_statements(
                [Statement(subject, "done", next(numbers), at, b"s" * 400, b"j" * 250) for _ in range(BATCH)]
            )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE ledger_statement")
    return lambda: _close(at)


def _close(at: datetime) -> int:
    with transaction.atomic():
        size = close_batch(most=BATCH, sign=lambda batch: _header(batch, at))
    assert size == BATCH
    return size


def _header(batch: OpenBatch, at: datetime) -> SignedHeader:
    header = f"{batch.number} {batch.previous} {batch.root}".encode()
    return SignedHeader(header, sign_statement(header, at=at, by_reference=True))

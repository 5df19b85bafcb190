"""The evidence of a packet as one file, for those whom it concerns, and how far the timestamps are behind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from lienthong.axis.models import ConnectedSystem, Delivery, Packet
from lienthong.axis.policies import require_can_watch
from lienthong.identity.public import NotFound, Viewer
from lienthong.ledger.public import Backlog, batches, evidence_backlog, statements_of
from lienthong.signing.public import write_evidence


@dataclass(frozen=True)
class EvidenceStanding:
    """What waits for a timestamp, and whether the oldest of it has waited too long."""

    backlog: Backlog
    is_late: bool


def evidence_of(system: ConnectedSystem, packet_id: UUID) -> bytes:
    """The evidence file of a packet: whole for the system of its sender; for that of a recipient the
    statements on the packet itself and on the deliveries to agencies that it serves. Seven queries at most.

    Raises:
        NotFound: there is no such packet for this system.
    """
    packet = Packet.objects.filter(pk=packet_id).first()
    if packet is None:
        raise NotFound
    if Packet.objects.filter(system.has_sent(), pk=packet_id).exists():
        return _file(packet)
    own = Delivery.objects.filter(system.receives(), packet=packet).values_list("pk", flat=True)
    parts = [str(key) for key in own]
    if not parts:
        raise NotFound
    return _file(packet, parts=["", *parts])


def evidence_watched(viewer: Viewer, packet_id: UUID) -> bytes:
    """The whole evidence file, for operators and auditors of the axis.

    Raises:
        NotAllowed, NotFound
    """
    require_can_watch(viewer)
    packet = Packet.objects.filter(pk=packet_id).first()
    if packet is None:
        raise NotFound
    return _file(packet)


def evidence_standing(*, at: datetime, late: timedelta) -> EvidenceStanding:
    """How far the timestamps are behind; `late` is the age that is too old."""
    backlog = evidence_backlog()
    return EvidenceStanding(backlog, backlog.oldest_at is not None and backlog.oldest_at < at - late)


def _file(packet: Packet, *, parts: Iterable[str] | None = None) -> bytes:
    statements = statements_of(packet.as_subject(), parts=parts)
    return write_evidence(
        packet_id=str(packet.pk),
        sha256=packet.sha256,
        complete=parts is None,
        statements=statements,
        batches=batches(found.proof.batch for found in statements if found.proof is not None),
    )

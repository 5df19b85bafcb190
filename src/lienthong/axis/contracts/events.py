"""What the axis publishes when it became true, in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class StoredPacket:
    """A packet that was accepted; `recipients` are ids of agencies, in the order of its `To`."""

    packet_id: UUID
    recipients: tuple[int, ...]
    sandbox: bool = False


@dataclass(frozen=True)
class PacketsStored:
    """Event: packets were accepted, in one transaction."""

    packets: tuple[StoredPacket, ...]


@dataclass(frozen=True)
class StatusReported:
    """A status that a recipient (id of the agency) reported; `at` is the time that it names."""

    packet_id: UUID
    delivery_id: UUID
    recipient_id: int
    code: str
    at: datetime
    description: str = ""
    staff: str = ""


@dataclass(frozen=True)
class StatusesReported:
    """Event: statuses were reported and kept in one transaction, in this order."""

    reports: tuple[StatusReported, ...]


@dataclass(frozen=True)
class DeliveryProblem:
    """Event: the last attempt to tell a recipient's system (agency `recipient_id`) of a delivery failed."""

    packet_id: UUID
    delivery_id: UUID
    recipient_id: int
    code: str
    since: datetime
    attempts: int


@dataclass(frozen=True)
class Uncollected:
    """A delivery that nobody collected since it was sent; `recipient_id` is the agency's."""

    packet_id: UUID
    delivery_id: UUID
    recipient_id: int
    stage: int
    since: datetime


@dataclass(frozen=True)
class DeliveryUncollected:
    """Event: it was announced at `at` that nobody collects these deliveries."""

    deliveries: tuple[Uncollected, ...]
    at: datetime


@dataclass(frozen=True)
class ChangeRequested:
    """Event: a change of a document now waits for the answer of `recipients` (ids of agencies).

    `packet_id` is the document's packet, `asking_packet_id` the one that asks (None for a take-back).
    """

    packet_id: UUID
    asking_packet_id: UUID | None
    kind: str
    sequence: int
    reason: str
    recipients: tuple[int, ...]
    at: datetime


@dataclass(frozen=True)
class DeliveriesWithdrawn:
    """Event: these deliveries of a document ended as WITHDRAWN, uncollected or with the receiver's consent.

    `recipients` are ids of agencies, in the order of `delivery_ids`.
    """

    packet_id: UUID
    delivery_ids: tuple[UUID, ...]
    recipients: tuple[int, ...]
    kind: str
    sequence: int
    at: datetime


@dataclass(frozen=True)
class ChangeAnswered:
    """Event: a recipient accepted (15, or 02) or refused (16) a change; ids are those of the document."""

    packet_id: UUID
    delivery_id: UUID
    recipient_id: int
    kind: str
    sequence: int
    accepted: bool
    answer: str
    at: datetime

"""What crosses the border of the axis: receipts, inbox pages, states; the same in-process and over HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True)
class Receipt:
    """The hub's signed answer to a packet: what it has stored, for whom, and when.

    `statement` is the signed text (JSON) and `signature` the hub's over its bytes, both base64. `repeated`
    tells that the packet had been received before; the receipt is then the one given at that time.
    """

    packet_id: UUID
    document_id: str
    sender: str
    sha256: str
    received_at: datetime
    recipients: tuple[str, ...]
    statement: str = field(repr=False)
    signature: str = field(repr=False)
    repeated: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class AgencyRef:
    """An agency by its code, with its name at the time of reading."""

    code: str
    name: str


@dataclass(frozen=True)
class InboxItem:
    """A delivery that waits to be collected."""

    delivery_id: UUID
    packet_id: UUID
    sender: AgencyRef
    recipient: AgencyRef
    document_id: str
    number: str
    notation: str
    type_name: str
    subject: str
    urgency: int
    promulgated_on: date
    due_on: date | None
    sent_at: datetime
    sha256: str
    size: int


@dataclass(frozen=True)
class InboxPage:
    """Deliveries, oldest first; `next` is the cursor of the page after, empty on the last."""

    items: tuple[InboxItem, ...]
    next: str


@dataclass(frozen=True)
class StatusReport:
    """What a recipient did with a delivery: a status code of `states`, when, why, and whom to ask."""

    code: str
    at: datetime
    description: str = ""
    department: str = ""
    staff: str = ""
    mobile: str = ""
    email: str = ""


@dataclass(frozen=True)
class RecipientState:
    """How far one recipient has come; `state` is a code of `states.DeliveryState`."""

    delivery_id: UUID
    recipient: AgencyRef
    state: str
    sent_at: datetime
    collected_at: datetime | None
    last_status_at: datetime | None


@dataclass(frozen=True)
class TimelineEntry:
    """One status of one recipient: `at` as the recipient reported it, `received_at` as the axis got it."""

    recipient: AgencyRef
    code: str
    at: datetime
    received_at: datetime
    description: str
    department: str
    staff: str


@dataclass(frozen=True)
class PacketState:
    """A packet as its sender sees it: the state per recipient, and all statuses, oldest first."""

    packet_id: UUID
    sender: AgencyRef
    document_id: str
    number: str
    notation: str
    subject: str
    received_at: datetime
    sha256: str
    receipt: Receipt
    recipients: tuple[RecipientState, ...]
    timeline: tuple[TimelineEntry, ...]


@dataclass(frozen=True)
class AgencyItem:
    """An agency that packets may be addressed to, with both forms of its code."""

    code: str
    old_code: str
    name: str
    kind: str
    parent_code: str


@dataclass(frozen=True)
class AgencyPage:
    """Agencies by code; `next` is the cursor of the page after, empty on the last."""

    items: tuple[AgencyItem, ...]
    next: str


@dataclass(frozen=True)
class Credentials:
    """What a connected system signs in with; the secret is shown once and stored only as a hash."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True)
class Token:
    """An access token in the clear, as handed out once."""

    value: str = field(repr=False)
    expires_in: int


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
    """Event: a recipient (id of the agency) reported a status; `at` is the time that it names."""

    packet_id: UUID
    delivery_id: UUID
    recipient_id: int
    code: str
    at: datetime
    description: str = ""
    staff: str = ""

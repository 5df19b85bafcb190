"""What crosses the border of the axis: receipts, inbox pages, states; the same in-process and over HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from lienthong.axis.contracts.events import ChangeAnswered as ChangeAnswered
from lienthong.axis.contracts.events import ChangeRequested as ChangeRequested
from lienthong.axis.contracts.events import DeliveriesWithdrawn as DeliveriesWithdrawn
from lienthong.axis.contracts.events import DeliveryProblem as DeliveryProblem
from lienthong.axis.contracts.events import DeliveryUncollected as DeliveryUncollected
from lienthong.axis.contracts.events import PacketsStored as PacketsStored
from lienthong.axis.contracts.events import StatusesReported as StatusesReported
from lienthong.axis.contracts.events import StatusReported as StatusReported
from lienthong.axis.contracts.events import StoredPacket as StoredPacket
from lienthong.axis.contracts.events import Uncollected as Uncollected

# `TypeName` of a packet that carries a dossier to another installation: the office leaves it to the one-stop.
DOSSIER_TYPE = "Hồ sơ liên thông"


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
    """A delivery that waits to be collected.

    `business` is 0 for a new document, 1 to revoke, 2 to update and 3 to replace the sender's earlier
    document `about_document_id`; `sequence` counts the changes of that document from 1.
    """

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
    business: int = 0
    about_document_id: str = ""
    sequence: int = 0

    @property
    def of_dossier(self) -> bool:
        """Whether it is for the one-stop, not for the office."""
        return self.type_name == DOSSIER_TYPE


@dataclass(frozen=True)
class InboxPage:
    """Deliveries, oldest first; `next` is the cursor of the page after, empty on the last."""

    items: tuple[InboxItem, ...]
    next: str


@dataclass(frozen=True)
class Lease:
    """A delivery handed out for a time: until then no other poller gets it, and `token` gives it back."""

    item: InboxItem
    until: datetime
    token: UUID


@dataclass(frozen=True)
class Claim:
    """What a poller was handed, oldest first; empty if nothing waits that is free."""

    leases: tuple[Lease, ...]


@dataclass(frozen=True)
class ChangeItem:
    """A request about a document that the recipient holds, which waits for 15 or 16.

    `delivery_id` and `packet_id` are the document's; `asking_delivery_id` is the delivery of the packet that
    asks, None for a take-back. `kind` is one of `states.ChangeKind`.
    """

    request_id: UUID
    kind: str
    sequence: int
    reason: str
    asked_at: datetime
    delivery_id: UUID
    packet_id: UUID
    document_id: str
    sender: AgencyRef
    recipient: AgencyRef
    asking_delivery_id: UUID | None = None


@dataclass(frozen=True)
class ChangePage:
    """Requests, oldest first; `next` is the cursor of the page after, empty on the last."""

    items: tuple[ChangeItem, ...]
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
class Sentences:
    """One sentence in both languages."""

    vi: str
    en: str


@dataclass(frozen=True)
class DeliveryTrouble:
    """That a recipient's system could not be told of a delivery, which waits in its inbox all the same.

    `since` is when the first of the `attempts` was made.
    """

    code: str
    since: datetime
    attempts: int
    sentences: Sentences


@dataclass(frozen=True)
class RecipientState:
    """How far one recipient has come; `state` is a code of `states.DeliveryState`.

    `uncollected_since` is set once it was announced that nobody collects the delivery, until somebody does.
    """

    delivery_id: UUID
    recipient: AgencyRef
    state: str
    sent_at: datetime
    collected_at: datetime | None
    last_status_at: datetime | None
    uncollected_since: datetime | None = None
    delivery_problem: DeliveryTrouble | None = None


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
class ChangeOutcome:
    """What was asked of one recipient for the document, and what came of it (`states.ChangeState`).

    `reason` is the sender's, `answer` the recipient's; `packet_id` is the packet that asked, None for a
    take-back.
    """

    delivery_id: UUID
    recipient: AgencyRef
    kind: str
    sequence: int
    state: str
    reason: str
    answer: str
    asked_at: datetime
    answered_at: datetime | None
    packet_id: UUID | None = None


@dataclass(frozen=True)
class PacketState:
    """A packet as its sender sees it: the state per recipient, all statuses and requests, oldest first."""

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
    business: int = 0
    about_document_id: str = ""
    sequence: int = 0
    requests: tuple[ChangeOutcome, ...] = ()


@dataclass(frozen=True)
class Notice:
    """That nobody had collected a delivery by `at`; stage 0 after the set hours, then one per day."""

    delivery_id: UUID
    packet_id: UUID
    document_id: str
    number: str
    notation: str
    sender: AgencyRef
    recipient: AgencyRef
    stage: int
    uncollected_since: datetime
    at: datetime
    sentences: Sentences


@dataclass(frozen=True)
class NoticePage:
    """Notices, oldest first. Keep `next` and begin with it the next time; `more`: do so at once."""

    items: tuple[Notice, ...]
    next: str
    more: bool


@dataclass(frozen=True)
class WebhookFacts:
    """A system's webhook as it may be shown; until `previous_until` the secret before signs as well."""

    address: str
    created_at: datetime
    changed_at: datetime
    previous_until: datetime | None


@dataclass(frozen=True)
class WebhookSecret:
    """The address of a webhook and its new secret (`whsec_…`), shown once and stored sealed."""

    address: str
    secret: str = field(repr=False)


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
class EncryptionCertificate:
    """What to encrypt for an agency with: PEM, its own certificate first, then those above without the root.

    Prove it before you use it (`axis.encryption.believe`): a directory may lie.
    """

    agency: str
    sha256: str
    valid_to: datetime
    pem: str


@dataclass(frozen=True)
class EncryptionCertificates:
    """The current certificates of the agencies asked for; `missing` have none, `unknown` are no agencies."""

    items: tuple[EncryptionCertificate, ...]
    missing: tuple[str, ...]
    unknown: tuple[str, ...]


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

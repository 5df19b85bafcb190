"""The door of `axis`: packets in, deliveries out, states back; the meaning of the HTTP API, in-process."""

from lienthong.axis import edxml
from lienthong.axis.actions import (
    claim_deliveries,
    connect_system,
    disable_system,
    release_delivery,
    report_status,
    submit_packet,
)
from lienthong.axis.actions.collection import packet_of_delivery
from lienthong.axis.client import (
    AxisClient,
    AxisRefused,
    AxisUnreachable,
    WebhookInvalid,
    WebhookReceived,
    verify_webhook,
)
from lienthong.axis.contracts import (
    AgencyItem,
    AgencyPage,
    AgencyRef,
    Claim,
    Credentials,
    DeliveryProblem,
    DeliveryTrouble,
    DeliveryUncollected,
    InboxItem,
    InboxPage,
    Lease,
    Notice,
    NoticePage,
    PacketsStored,
    PacketState,
    Receipt,
    RecipientState,
    StatusReport,
    StatusReported,
    TimelineEntry,
    Uncollected,
)
from lienthong.axis.models import ConnectedSystem, Delivery, Packet, Serves, StatusEvent
from lienthong.axis.queries.deliveries import inbox_of
from lienthong.axis.queries.evidence import evidence_of
from lienthong.axis.queries.notices import notices_of
from lienthong.axis.queries.packets import agencies, packet_state
from lienthong.axis.queries.systems import system_of
from lienthong.axis.states import DeliveryState

__all__ = [
    "AgencyItem",
    "AgencyPage",
    "AgencyRef",
    "AxisClient",
    "AxisRefused",
    "AxisUnreachable",
    "Claim",
    "ConnectedSystem",
    "Credentials",
    "Delivery",
    "DeliveryProblem",
    "DeliveryState",
    "DeliveryTrouble",
    "DeliveryUncollected",
    "InboxItem",
    "InboxPage",
    "Lease",
    "Notice",
    "NoticePage",
    "Packet",
    "PacketState",
    "PacketsStored",
    "Receipt",
    "RecipientState",
    "Serves",
    "StatusEvent",
    "StatusReport",
    "StatusReported",
    "TimelineEntry",
    "Uncollected",
    "WebhookInvalid",
    "WebhookReceived",
    "agencies",
    "claim_deliveries",
    "connect_system",
    "disable_system",
    "edxml",
    "evidence_of",
    "inbox_of",
    "notices_of",
    "packet_of_delivery",
    "packet_state",
    "release_delivery",
    "report_status",
    "submit_packet",
    "system_of",
    "verify_webhook",
]

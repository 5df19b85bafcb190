"""The door of `axis`: packets in, deliveries out, states back; the meaning of the HTTP API, in-process."""

from lienthong.axis import edxml
from lienthong.axis.actions import connect_system, disable_system, report_status, submit_packet, take_back
from lienthong.axis.client import AxisClient, AxisRefused, AxisUnreachable
from lienthong.axis.contracts import (
    AgencyItem,
    AgencyPage,
    AgencyRef,
    ChangeAnswered,
    ChangeItem,
    ChangeOutcome,
    ChangePage,
    ChangeRequested,
    Credentials,
    DeliveriesWithdrawn,
    InboxItem,
    InboxPage,
    PacketState,
    PacketStored,
    Receipt,
    RecipientState,
    StatusReport,
    StatusReported,
    TimelineEntry,
)
from lienthong.axis.models import ChangeRequest, ConnectedSystem, Delivery, Packet, Serves, StatusEvent
from lienthong.axis.queries.deliveries import changes_of, inbox_of, packet_of_delivery
from lienthong.axis.queries.packets import agencies, packet_state
from lienthong.axis.queries.systems import system_of
from lienthong.axis.states import ChangeKind, ChangeState, DeliveryState

__all__ = [
    "AgencyItem",
    "AgencyPage",
    "AgencyRef",
    "AxisClient",
    "AxisRefused",
    "AxisUnreachable",
    "ChangeAnswered",
    "ChangeItem",
    "ChangeKind",
    "ChangeOutcome",
    "ChangePage",
    "ChangeRequest",
    "ChangeRequested",
    "ChangeState",
    "ConnectedSystem",
    "Credentials",
    "DeliveriesWithdrawn",
    "Delivery",
    "DeliveryState",
    "InboxItem",
    "InboxPage",
    "Packet",
    "PacketState",
    "PacketStored",
    "Receipt",
    "RecipientState",
    "Serves",
    "StatusEvent",
    "StatusReport",
    "StatusReported",
    "TimelineEntry",
    "agencies",
    "changes_of",
    "connect_system",
    "disable_system",
    "edxml",
    "inbox_of",
    "packet_of_delivery",
    "packet_state",
    "report_status",
    "submit_packet",
    "system_of",
    "take_back",
]

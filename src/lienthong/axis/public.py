"""The door of `axis`: packets in, deliveries out, states back; the meaning of the HTTP API, in-process."""

from lienthong.axis import edxml
from lienthong.axis.actions import connect_system, disable_system, report_status, submit_packet
from lienthong.axis.actions.figures import count_refusals, note_seen
from lienthong.axis.client import AxisClient, AxisRefused, AxisUnreachable
from lienthong.axis.contracts import (
    AgencyItem,
    AgencyPage,
    AgencyRef,
    Credentials,
    InboxItem,
    InboxPage,
    PacketsStored,
    PacketState,
    Receipt,
    RecipientState,
    StatusReport,
    StatusReported,
    TimelineEntry,
)
from lienthong.axis.models import ConnectedSystem, Delivery, Packet, Serves, StatusEvent
from lienthong.axis.queries.console import backlog_gauges
from lienthong.axis.queries.deliveries import inbox_of, packet_of_delivery
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
    "ConnectedSystem",
    "Credentials",
    "Delivery",
    "DeliveryState",
    "InboxItem",
    "InboxPage",
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
    "agencies",
    "backlog_gauges",
    "connect_system",
    "count_refusals",
    "disable_system",
    "edxml",
    "inbox_of",
    "note_seen",
    "packet_of_delivery",
    "packet_state",
    "report_status",
    "submit_packet",
    "system_of",
]

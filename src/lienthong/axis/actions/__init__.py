"""The writes of the axis."""

from lienthong.axis.actions.changes import take_back
from lienthong.axis.actions.leases import claim_deliveries, release_delivery
from lienthong.axis.actions.statuses import report_status, report_statuses
from lienthong.axis.actions.submission import submit_packet, submit_packets
from lienthong.axis.actions.systems import connect_system, disable_system

__all__ = [
    "claim_deliveries",
    "connect_system",
    "disable_system",
    "release_delivery",
    "report_status",
    "report_statuses",
    "submit_packet",
    "submit_packets",
    "take_back",
]

"""The writes of the axis."""

from lienthong.axis.actions.changes import take_back
from lienthong.axis.actions.statuses import report_status
from lienthong.axis.actions.submission import submit_packet
from lienthong.axis.actions.systems import connect_system, disable_system

__all__ = ["connect_system", "disable_system", "report_status", "submit_packet", "take_back"]

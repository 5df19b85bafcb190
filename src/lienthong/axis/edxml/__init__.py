"""edXML, the packet of the national axis (QCVN 102:2016/BTTTT): a pure codec, strict out, lenient in."""

from lienthong.axis.edxml.build import build_lifted_packet, build_packet, build_status
from lienthong.axis.edxml.contracts import (
    Attachment,
    Business,
    EdxmlPacket,
    Party,
    Receiver,
    Replacement,
    ResponseFor,
    Signer,
    Staff,
    Status,
    Steering,
    Trace,
    Update,
    Urgency,
    document_id_of,
)
from lienthong.axis.edxml.errors import EdxmlRefusal
from lienthong.axis.edxml.parse import parse_packet, parse_status

__all__ = [
    "Attachment",
    "Business",
    "EdxmlPacket",
    "EdxmlRefusal",
    "Party",
    "Receiver",
    "Replacement",
    "ResponseFor",
    "Signer",
    "Staff",
    "Status",
    "Steering",
    "Trace",
    "Update",
    "Urgency",
    "build_lifted_packet",
    "build_packet",
    "build_status",
    "document_id_of",
    "parse_packet",
    "parse_status",
]

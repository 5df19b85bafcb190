"""What a packet and a status packet say, as plain frozen values (QCVN 102:2016/BTTTT, amendment 1:2022)."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum
from typing import BinaryIO

from lienthong.kernel.spools import Extent


class Urgency(IntEnum):
    """`OtherInfo/Priority`: how fast the document must travel."""

    NORMAL = 0
    URGENT = 1
    VERY_URGENT = 2
    EXPRESS = 3
    EXPRESS_TIMED = 4


class Steering(IntEnum):
    """`SteeringType`: whether the document directs, or reports on a directive."""

    NONE = 0
    DIRECTIVE = 1
    REPORT = 2


class Business(IntEnum):
    """`BussinessDocType`: what the packet does with the document it names."""

    NEW = 0
    REVOKE = 1
    UPDATE = 2
    REPLACE = 3


@dataclass(frozen=True, kw_only=True)
class Party:
    """An agency as sender or recipient (`From`, `To`); only `organ_id`, its code, is required."""

    organ_id: str
    organ_name: str = ""
    in_charge: str = ""
    address: str = ""
    email: str = ""
    telephone: str = ""
    fax: str = ""
    website: str = ""


@dataclass(frozen=True, kw_only=True)
class Signer:
    """Who signed the document: authority (TM., KT., …), position, name."""

    competence: str = ""
    position: str = ""
    full_name: str = ""


@dataclass(frozen=True, kw_only=True)
class ResponseFor:
    """The document that this one answers, or that a status speaks of."""

    organ_id: str
    code: str = ""
    promulgated_on: date | None = None
    document_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Trace:
    """One system that the packet passed, and when."""

    organ_id: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Staff:
    """Who to ask about the packet."""

    department: str = ""
    staff: str = ""
    mobile: str = ""
    email: str = ""


@dataclass(frozen=True, kw_only=True)
class Receiver:
    """A recipient named by an update; which `kind` adds and which removes is unverified, so it stays text."""

    kind: str
    organ_id: str


@dataclass(frozen=True, kw_only=True)
class Update:
    """`BussinessDocumentInfo`: what an update changes."""

    document_info: bool = False
    document_receiver: bool = False
    receivers: tuple[Receiver, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Replacement:
    """`ReplacementInfo`: a document that is replaced, and for whom."""

    document_id: str
    organ_ids: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file; `content` is what it holds, out of base64 and of a sender's ZIP; `content_id` has no `cid:`.

    The content of a large file is an extent of a file on disk, which had better not be read at once.
    """

    name: str
    content_type: str
    content: bytes | Extent = field(repr=False)
    content_id: str
    description: str = ""

    @property
    def size(self) -> int:
        """Bytes of the content."""
        return len(self.content) if isinstance(self.content, bytes) else self.content.size

    def head(self, length: int) -> bytes:
        """The first bytes of the content."""
        return self.content[:length] if isinstance(self.content, bytes) else self.content.at(0, length)

    def open(self) -> BinaryIO:
        """The content as a file to read and seek in."""
        return io.BytesIO(self.content) if isinstance(self.content, bytes) else self.content.open()


@dataclass(frozen=True, kw_only=True)
class EdxmlPacket:
    """A document on its way. `document_id` is `OrganId,YYYY/MM/DD,Number/Notation`, chosen by the sender.

    `secrecy` is a mark that some systems add in an element of their own; it is read, never written.
    """

    sender: Party
    recipients: tuple[Party, ...]
    number: str
    notation: str
    promulgated_on: date
    subject: str
    document_id: str
    place: str = ""
    type_code: str = ""
    type_name: str = ""
    type_detail: str = ""
    content: str = ""
    signer: Signer = Signer()
    due_on: date | None = None
    to_places: tuple[str, ...] = ()
    urgency: Urgency = Urgency.NORMAL
    sphere: str = ""
    typist: str = ""
    copies: int | None = None
    pages: int | None = None
    appendixes: tuple[str, ...] = ()
    responses: tuple[ResponseFor, ...] = ()
    steering: Steering = Steering.NONE
    traces: tuple[Trace, ...] = ()
    business: Business = Business.NEW
    business_reason: str = ""
    business_document_id: str = ""
    staff: Staff = Staff()
    paper_follows: bool = False
    update: Update | None = None
    replacements: tuple[Replacement, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    secrecy: str = ""

    @property
    def code(self) -> str:
        """Number and notation as written on the document: `7816/VPCP-TTĐT`."""
        return f"{self.number}/{self.notation}" if self.notation else self.number


@dataclass(frozen=True, kw_only=True)
class Status:
    """A status packet: what a recipient did with a document it got."""

    response_for: ResponseFor
    sender: Party
    code: str
    at: datetime
    description: str = ""
    staff: Staff = Staff()


def document_id_of(organ_id: str, promulgated_on: date, code: str) -> str:
    """The identifier that edXML prescribes: `000.00.00.G22,2015/09/30,7816/VPCP-TTĐT`."""
    return f"{organ_id},{promulgated_on.year:04}/{promulgated_on:%m/%d},{code}"

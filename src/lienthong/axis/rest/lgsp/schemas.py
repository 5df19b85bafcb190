"""The shapes of the facade, with its own camel-case names."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import AfterValidator, Field

from lienthong.axis.queries.exchange import AGENCIES_MOST, RECEIVED_MOST
from lienthong.axis.rest.lgsp.words import DAY, MessageType, Word
from lienthong.axis.rest.schemas import SENTENCES


def _day(text: str) -> str:
    """A day that a document may have; beyond, databases and calendars disagree."""
    read_day(text)
    return text


def read_day(text: str) -> date | None:
    """The day of a text `YYYY/MM/DD`; None for an empty one. Raises `ValueError`."""
    if not text:
        return None
    day = datetime.strptime(text, DAY).date()  # noqa: DTZ007
    if not 2000 <= day.year <= 2100:
        raise ValueError("the year must be between 2000 and 2100")
    return day


Day = Annotated[str, AfterValidator(_day), Field(max_length=10, pattern=r"^([0-9]{4}/[0-9]{2}/[0-9]{2})?$")]
Cursor = Annotated[str, Field(max_length=400)]


class Envelope(Schema):
    status: Literal["OK", "FAIL"]
    errorCode: str
    errorDesc: str
    message: str


class LoginData(Schema):
    token: str
    expiresIn: int = Field(description="seconds")


class LoginOut(Envelope):
    data: LoginData


class SentData(Schema):
    docId: UUID = Field(description="the packet's id")
    documentId: str
    sha256: str
    receivedAt: str
    receivers: list[str]
    repeated: bool = Field(description="the same packet had been received before")
    receipt: str = Field(description="base64 of the signed receipt, JSON")
    signature: str = Field(description="base64 of the hub's signature over the receipt")


class SentOut(Envelope):
    data: SentData


class ReceivedQuery(Schema):
    messageType: MessageType = MessageType.EDOC
    fromDate: Day = ""
    toDate: Day = ""
    cursor: Cursor = ""
    limit: Annotated[int, Field(ge=1, le=RECEIVED_MOST)] = RECEIVED_MOST


class ReceivedItem(Schema):
    docId: UUID = Field(description="the delivery's id, for getEdoc and updateStatus")
    messageType: MessageType
    documentId: str
    codeNumber: str
    codeNotation: str
    subject: str
    typeName: str
    fromCode: str
    fromName: str
    toCode: str
    toName: str
    priority: int
    promulgationDate: str
    sentDate: str
    size: int
    sha256: str


class ReceivedOut(Envelope):
    data: list[ReceivedItem]
    next: str


class StatusIn(Schema):
    docId: UUID
    status: Word
    reason: Annotated[str, Field(max_length=500)] = ""


class StatusData(Schema):
    docId: UUID
    status: Word
    statusCode: str = Field(description="the state of the delivery in the codes of QCVN 102:2016")


class StatusOut(Envelope):
    data: StatusData


class AgenciesQuery(Schema):
    cursor: Cursor = ""
    limit: Annotated[int, Field(ge=0, le=AGENCIES_MOST, description="0 for all")] = 0


class AgencyOut(Schema):
    id: int
    code: str
    oldCode: str
    name: str
    centerCode: str
    parentId: int | None
    level: int
    type: str


class AgenciesOut(Envelope):
    content: list[AgencyOut]
    next: str


FAILURE: dict[str, Any] = {
    "type": "object",
    "title": "Failure",
    "required": ["status", "errorCode", "errorDesc", "message", "problem", "field", "data"],
    "properties": {
        "status": {"type": "string", "enum": ["FAIL"]},
        "errorCode": {"type": "string", "enum": ["10", "15", "18", "19", "20", "21", "22", "23"]},
        "errorDesc": {"type": "string", "description": "the sentence in Vietnamese"},
        "message": {"type": "string", "description": "the sentence in English"},
        "problem": {"type": "string", "description": "the axis' own stable code"},
        "field": {"type": "string", "description": "the element or parameter at fault"},
        "data": {"type": "null"},
    },
}


def failures(*statuses: int) -> dict[int, Any]:
    """The description of refusals, for `openapi_extra`."""
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Failure"}}}
    return {status: {"description": SENTENCES[status], "content": content} for status in statuses}

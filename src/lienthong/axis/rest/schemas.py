"""The shapes of the API, spelt out; the Python client reads them back into `contracts`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, StrictInt

from lienthong.axis.actions.leases import CLAIM_MOST, LEASE_LEAST, LEASE_MOST, LEASE_USUAL
from lienthong.axis.edxml.limits import RECIPIENTS
from lienthong.axis.models.receiving import ADDRESS_LENGTH
from lienthong.axis.queries.deliveries import PAGE_MOST
from lienthong.axis.queries.notices import NOTICES_MOST
from lienthong.axis.queries.packets import AGENCIES_MOST


def _believable(at: datetime) -> datetime:
    """A time that somebody's clock can show; beyond, databases and calendars disagree."""
    if not 2000 <= at.year <= 2100:
        raise ValueError("the year must be between 2000 and 2100")
    return at


BelievableTime = Annotated[AwareDatetime, AfterValidator(_believable)]


class AgencyRefOut(Schema):
    code: str
    name: str


class ReceiptOut(Schema):
    packet_id: UUID
    document_id: str
    sender: str
    sha256: str
    received_at: datetime
    recipients: list[str]
    statement: str = Field(description="base64 of the signed text, JSON")
    signature: str = Field(description="base64 of the hub's signature over the statement")


class BulkAnswerOut(Schema):
    status: int = Field(description="as `POST /packets` would have answered: 202, 200, or of the refusal")
    receipt: ReceiptOut | None = None
    problem: dict[str, Any] | None = Field(None, description="a problem document (RFC 9457)")


class BulkAnswersOut(Schema):
    answers: list[BulkAnswerOut] = Field(description="one for each packet, in the order of the packets")


class InboxItemOut(Schema):
    delivery_id: UUID
    packet_id: UUID
    sender: AgencyRefOut
    recipient: AgencyRefOut
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
    business: int = Field(description="0 new, 1 revoke, 2 update, 3 replace")
    about_document_id: str = Field(description="the document that is changed, empty for a new one")
    sequence: int = Field(description="the change's number among those of the document, 0 for a new one")


class InboxPageOut(Schema):
    items: list[InboxItemOut]
    next: str = Field(description="cursor of the next page, empty on the last")


class InboxQuery(Schema):
    cursor: Annotated[str, Field(max_length=400)] = ""
    limit: Annotated[int, Field(ge=1, le=PAGE_MOST)] = 50


class AgenciesQuery(Schema):
    cursor: Annotated[str, Field(max_length=400)] = ""
    limit: Annotated[int, Field(ge=1, le=AGENCIES_MOST)] = 200


def _bounds(least: int, most: int) -> dict[str, Any]:
    """Bounds that are described but not checked here: beyond them the action has its own refusal."""
    return {"minimum": least, "maximum": most}


class ClaimIn(Schema):
    model_config = ConfigDict(extra="forbid")

    limit: Annotated[StrictInt, Field(json_schema_extra=_bounds(1, CLAIM_MOST))] = 50
    lease_seconds: Annotated[StrictInt, Field(json_schema_extra=_bounds(LEASE_LEAST, LEASE_MOST))] = (
        LEASE_USUAL
    )


class LeaseOut(Schema):
    item: InboxItemOut
    until: datetime
    token: UUID = Field(description="give it to /release to return the delivery before `until`")


class ClaimOut(Schema):
    leases: list[LeaseOut]


class ReleaseIn(Schema):
    model_config = ConfigDict(extra="forbid")

    lease_token: UUID


class SentencesOut(Schema):
    vi: str
    en: str


class DeliveryTroubleOut(Schema):
    code: str
    since: datetime
    attempts: int
    sentences: SentencesOut


class NoticesQuery(Schema):
    cursor: Annotated[str, Field(max_length=400)] = ""
    limit: Annotated[int, Field(ge=1, le=NOTICES_MOST)] = 50


class NoticeOut(Schema):
    delivery_id: UUID
    packet_id: UUID
    document_id: str
    number: str
    notation: str
    sender: AgencyRefOut
    recipient: AgencyRefOut
    stage: int = Field(description="0 after the set hours, then the number of whole days")
    uncollected_since: datetime
    at: datetime
    sentences: SentencesOut


class NoticePageOut(Schema):
    items: list[NoticeOut]
    next: str = Field(description="keep it, and give it as `cursor` the next time")
    more: bool


class WebhookIn(Schema):
    model_config = ConfigDict(extra="forbid")

    address: str = Field(json_schema_extra={"format": "uri", "maxLength": ADDRESS_LENGTH})


class WebhookOut(Schema):
    address: str
    created_at: datetime
    changed_at: datetime
    previous_until: datetime | None = Field(description="until then the secret before signs as well")


class WebhookSecretOut(Schema):
    address: str
    secret: str | None = Field(description="`whsec_…`, shown this once; null where it stays the same")


class ChangeItemOut(Schema):
    request_id: UUID
    kind: str = Field(description="take-back, revoke, update or replace")
    sequence: int
    reason: str
    asked_at: datetime
    delivery_id: UUID = Field(description="the delivery of the document; report 15 or 16 for it")
    packet_id: UUID
    document_id: str
    sender: AgencyRefOut
    recipient: AgencyRefOut
    asking_delivery_id: UUID | None = Field(description="the delivery of the packet that asks, if one does")


class ChangePageOut(Schema):
    items: list[ChangeItemOut]
    next: str = Field(description="cursor of the next page, empty on the last")


class TakeBackIn(Schema):
    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, Field(min_length=1, max_length=500)]
    recipients: Annotated[
        list[Annotated[str, Field(max_length=100)]],
        Field(max_length=RECIPIENTS, description="codes; none means all recipients"),
    ] = []


class StatusIn(Schema):
    model_config = ConfigDict(extra="forbid")

    code: Literal["01", "02", "03", "04", "05", "06", "15", "16"]
    at: BelievableTime
    description: Annotated[str, Field(max_length=500)] = ""
    department: Annotated[str, Field(max_length=250)] = ""
    staff: Annotated[str, Field(max_length=250)] = ""
    mobile: Annotated[str, Field(max_length=250)] = ""
    email: Annotated[str, Field(max_length=250)] = ""


class StateOut(Schema):
    delivery_id: UUID
    state: str


class RecipientStateOut(Schema):
    delivery_id: UUID
    recipient: AgencyRefOut
    state: str = Field(description="00, a status code, or WD for withdrawn")
    sent_at: datetime
    collected_at: datetime | None
    last_status_at: datetime | None
    uncollected_since: datetime | None = Field(description="set once it was announced that nobody collects")
    delivery_problem: DeliveryTroubleOut | None = Field(description="the recipient's webhook does not answer")


class TimelineEntryOut(Schema):
    recipient: AgencyRefOut
    code: str
    at: datetime
    received_at: datetime
    description: str
    department: str
    staff: str


class ChangeOutcomeOut(Schema):
    delivery_id: UUID
    recipient: AgencyRefOut
    kind: str = Field(description="take-back, revoke, update or replace")
    sequence: int
    state: str = Field(description="pending, accepted, refused or lapsed")
    reason: str
    answer: str
    asked_at: datetime
    answered_at: datetime | None
    packet_id: UUID | None = Field(description="the packet that asked; none for a take-back")


class PacketStateOut(Schema):
    packet_id: UUID
    sender: AgencyRefOut
    document_id: str
    number: str
    notation: str
    subject: str
    received_at: datetime
    sha256: str
    receipt: ReceiptOut
    recipients: list[RecipientStateOut]
    timeline: list[TimelineEntryOut]
    business: int = Field(description="0 new, 1 revoke, 2 update, 3 replace")
    about_document_id: str
    sequence: int
    requests: list[ChangeOutcomeOut]


class AgencyItemOut(Schema):
    code: str
    old_code: str
    name: str
    kind: str
    parent_code: str


class AgencyPageOut(Schema):
    items: list[AgencyItemOut]
    next: str


class TokenOut(Schema):
    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int


PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457, with the sentence in both languages",
    "required": ["type", "title", "status", "detail", "sentences"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string", "description": "the stable code of the error"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "field": {"type": "string", "description": "the element or parameter at fault"},
        "sentences": {
            "type": "object",
            "required": ["vi", "en"],
            "properties": {"vi": {"type": "string"}, "en": {"type": "string"}},
        },
    },
}

_HASH = {"type": "string", "pattern": "^[0-9a-f]{64}$"}


def _object(**properties: object) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


EVIDENCE: dict[str, Any] = _object(
    format={"type": "string", "const": "lienthong-evidence/1"},
    complete={"type": "boolean", "description": "false where statements on other recipients are left out"},
    packet=_object(id={"type": "string", "format": "uuid"}, sha256=_HASH),
    certificates={
        "type": "object",
        "description": "of the axis and the timestamp service up to their roots: SHA-256, base64 of DER",
        "additionalProperties": {"type": "string"},
    },
    statements={
        "type": "array",
        "description": "in the order of the packet's chain; the first is the receipt",
        "items": _object(
            statement={"type": "string", "description": "canonical JSON, exactly as it was signed"},
            signature={"type": "string", "description": "detached JWS (RFC 7515, appendix F; RFC 7797)"},
            batch={"type": ["integer", "null"]},
            position={"type": ["integer", "null"], "description": "in the batch, from 0"},
            path={"type": ["array", "null"], "items": _HASH, "description": "audit path, RFC 6962, 2.1.1"},
            pending={"enum": ["batch", "timestamp", None], "description": "what it still lacks"},
        ),
    },
    batches={
        "type": "array",
        "items": _object(
            header={"type": "string", "description": "canonical JSON with the Merkle root"},
            signature={"type": "string", "description": "the axis' detached JWS over the header"},
            timestamp={
                "type": ["string", "null"],
                "description": "RFC 3161 token over the header's SHA-256, base64 of DER",
            },
            timestamp_sha256={"oneOf": [_HASH, {"type": "null"}], "description": "of the token"},
        ),
    },
)

OAUTH_ERROR: dict[str, Any] = {
    "type": "object",
    "title": "OAuthError",
    "description": "RFC 6749, 5.2",
    "required": ["error"],
    "properties": {"error": {"type": "string"}, "error_description": {"type": "string"}},
}

SENTENCES = {
    304: "Not changed",
    400: "The request or the packet cannot be read",
    401: "No valid access token",
    403: "The system may not do this",
    404: "Nothing here for this system",
    408: "The body came in too slowly",
    409: "In conflict with what was stored before",
    410: "The sender has withdrawn the document",
    411: "Without Content-Length",
    412: "Another version of tus",
    413: "Too large",
    415: "A type of body that is not read here",
    422: "A rule is broken; `title` and `field` say which",
    423: "Another request is writing",
    429: "Too many failed attempts, or too much unfinished work",
    503: "Too many bodies are coming in slowly",
    460: "The bytes do not fit their checksum",
}


def problems(*statuses: int) -> dict[int, Any]:
    """The description of problem answers, for `openapi_extra`."""
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": SENTENCES[status], "content": content} for status in statuses}

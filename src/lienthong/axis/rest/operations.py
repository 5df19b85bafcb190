"""The operations of `/axis/v1`: parse, one call, answer."""

from __future__ import annotations

import hashlib
import json
from itertools import islice
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotModified,
    JsonResponse,
    StreamingHttpResponse,
)
from ninja import Query, Router, Status
from ninja.security import HttpBearer

from lienthong.axis.actions.changes import take_back
from lienthong.axis.actions.collection import collect_packet as collect
from lienthong.axis.actions.figures import count_refusals, note_seen
from lienthong.axis.actions.statuses import report_status
from lienthong.axis.actions.submission import SET, submit_packet, submit_packets
from lienthong.axis.contracts import ChangePage, InboxPage, PacketState, Receipt, StatusReport
from lienthong.axis.models import ConnectedSystem
from lienthong.axis.queries.deliveries import changes_of, inbox_of
from lienthong.axis.queries.evidence import evidence_of
from lienthong.axis.queries.packets import agencies, packet_state
from lienthong.axis.queries.systems import system_of_token
from lienthong.axis.rest import schemas
from lienthong.axis.rest.bodies import FILE_FIELD, MULTIPART, RAW_TYPES, read_form, read_packet, read_packets
from lienthong.axis.rest.oauth import answer_token_request
from lienthong.axis.rest.streams import packet_response
from lienthong.identity.public import address_of
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal
from lienthong.kernel.lifting import Lifted


class SystemToken(HttpBearer):
    """OAuth 2 bearer token of a connected system; `request.auth` is the system."""

    openapi_type = "oauth2"
    openapi_flows = {"clientCredentials": {"tokenUrl": "/axis/v1/token", "scopes": {}}}

    def authenticate(self, request: HttpRequest, token: str) -> ConnectedSystem | None:
        """The system, or None for a token that is wrong or expired."""
        at = now()
        system = system_of_token(token, at=at)
        if system:
            note_seen(system, at=at)
        return system


router = Router(auth=SystemToken())

BULK_MOST = 1000
BULK_BYTES = 200 * 1024 * 1024

_BINARY = {"schema": {"type": "string", "format": "binary"}}
_PACKET_BODY = {
    "required": True,
    "content": {
        **dict.fromkeys(RAW_TYPES, _BINARY),
        MULTIPART: {
            "schema": {
                "type": "object",
                "required": [FILE_FIELD],
                "properties": {FILE_FIELD: {"type": "string", "format": "binary"}},
            }
        },
    },
}
_BULK_BODY = {
    "required": True,
    "content": {
        MULTIPART: {
            "schema": {
                "type": "object",
                "required": [FILE_FIELD],
                "properties": {
                    FILE_FIELD: {
                        "type": "array",
                        "minItems": 1,
                        "maxItems": BULK_MOST,
                        "items": {"type": "string", "format": "binary"},
                    }
                },
            }
        }
    },
}
_TOKEN_BODY = {
    "required": True,
    "content": {
        "application/x-www-form-urlencoded": {
            "schema": {
                "type": "object",
                "required": ["grant_type"],
                "properties": {
                    "grant_type": {"type": "string", "enum": ["client_credentials"]},
                    "client_id": {"type": "string"},
                    "client_secret": {"type": "string"},
                },
            }
        }
    },
}
_OAUTH_ERROR = {
    "description": "An error of OAuth 2",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/OAuthError"}}},
}


@router.post(
    "/token",
    auth=None,
    response={200: schemas.TokenOut},
    summary="Get an access token with client credentials",
    openapi_extra={
        "requestBody": _TOKEN_BODY,
        "responses": {400: _OAUTH_ERROR, 401: _OAUTH_ERROR, **schemas.problems(415, 429)},
    },
)
def create_token(request: HttpRequest) -> HttpResponse:
    """OAuth 2 client credentials, by HTTP Basic or in the body; the token is valid for 30 minutes."""
    answer = answer_token_request(
        uri=request.build_absolute_uri(),
        body=read_form(request),
        headers={"Authorization": request.headers.get("Authorization", "")},
        address=address_of(request, trusted=settings.ENV.trusted_proxies),
        at=now(),
    )
    return HttpResponse(
        answer.body, status=answer.status, headers=answer.headers, content_type="application/json"
    )


@router.post(
    "/packets",
    response={202: schemas.ReceiptOut, 200: schemas.ReceiptOut},
    summary="Send a packet",
    openapi_extra={
        "requestBody": _PACKET_BODY,
        "responses": schemas.problems(400, 401, 403, 408, 409, 413, 415, 422, 503),
    },
)
def send_packet(request: HttpRequest) -> Status[Any]:
    """Store a signed edXML packet and its deliveries; the receipt is given only after the commit.

    202 for a new packet. The same bytes again: 200 with the receipt of the first time. The same document id
    with other content: 409. A packet may revoke, update or replace an earlier document of the sender
    (BussinessDocType 1 to 3): unknown document or recipient 422, nothing left to change 409.
    """
    edxml = read_packet(request, limit=settings.ENV.axis_max_packet_bytes)
    receipt = submit_packet(edxml, system=_system(request), at=now())
    return Status(200 if receipt.repeated else 202, receipt)


@router.post(
    "/packets/bulk",
    response={200: schemas.BulkAnswersOut},
    summary="Send up to 1,000 packets",
    openapi_extra={
        "requestBody": _BULK_BODY,
        "responses": schemas.problems(400, 401, 408, 413, 415, 422, 503),
    },
)
def send_packets(request: HttpRequest) -> dict[str, list[dict[str, Any]]]:
    """Each packet gets the answer that it would have got alone, in the order of the packets.

    Together they may have 200 MiB; a larger packet is sent alone. They are stored in sets of 50, each set
    durable before its receipts are written. A call cut off on the way may be sent again as it is: what was
    stored answers with its first receipt.
    """
    system, limit = _system(request), min(BULK_BYTES, settings.ENV.axis_max_packet_bytes)
    packets = read_packets(request, limit=limit, most=BULK_MOST)
    answers: list[dict[str, Any]] = []
    refusals: list[str] = []
    while edxmls := list(islice(packets, SET)):
        readable = [edxml for edxml in edxmls if isinstance(edxml, Lifted)]
        answered = iter(submit_packets(readable, system=system, at=now()))
        found = [next(answered) if isinstance(edxml, Lifted) else edxml for edxml in edxmls]
        refusals += [answer.code for answer in found if isinstance(answer, Refusal)]
        answers += map(_bulk_answer, found)
    count_refusals(refusals, system=system, at=now())
    return {"answers": answers}


def _bulk_answer(answer: Receipt | Refusal) -> dict[str, Any]:
    if isinstance(answer, Refusal):
        return {"status": answer.status, "problem": answer.problem()}
    return {"status": 200 if answer.repeated else 202, "receipt": answer}


@router.get(
    "/packets/{packet_id}",
    response={200: schemas.PacketStateOut},
    summary="See how far a sent packet has come",
    openapi_extra={"responses": schemas.problems(401, 404, 422)},
)
def read_packet_state(request: HttpRequest, packet_id: UUID) -> PacketState:
    """The state per recipient and all reported statuses, for the system of the sender."""
    return packet_state(_system(request), packet_id)


@router.post(
    "/packets/{packet_id}/take-back",
    response={200: schemas.PacketStateOut},
    summary="Take a sent document back",
    openapi_extra={"responses": schemas.problems(400, 401, 404, 409, 422)},
)
def take_packet_back(request: HttpRequest, packet_id: UUID, asked: schemas.TakeBackIn) -> PacketState:
    """From the recipients named, or from all; the same call again changes nothing.

    At once where nobody has collected it, else as a request that the receiver answers with 15 or 16.
    """
    return take_back(_system(request), packet_id, reason=asked.reason, recipients=asked.recipients, at=now())


@router.get(
    "/packets/{packet_id}/evidence",
    response={200: None},
    summary="Get the evidence of a packet",
    openapi_extra={
        "responses": {
            200: {"content": {"application/json": {"schema": schemas.EVIDENCE}}},
            **schemas.problems(401, 404, 422),
        }
    },
)
def read_evidence(request: HttpRequest, packet_id: UUID) -> HttpResponse:
    """One file that proves without this axis what happened to a packet; `lienthong verify` checks it offline.

    The system of the sender gets every statement; that of a recipient gets those on the packet itself and on
    its own deliveries.
    """
    return HttpResponse(
        evidence_of(_system(request), packet_id),
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{packet_id}.evidence.json"'},
    )


@router.get(
    "/inbox",
    response={200: schemas.InboxPageOut},
    summary="List the deliveries that wait",
    openapi_extra={"responses": schemas.problems(400, 401, 422)},
)
def read_inbox(request: HttpRequest, page: Query[schemas.InboxQuery]) -> InboxPage:
    """Deliveries not yet collected, oldest first. Reporting status 01 takes a delivery out of the list."""
    return inbox_of(_system(request), after=page.cursor, limit=page.limit)


@router.get(
    "/changes",
    response={200: schemas.ChangePageOut},
    summary="List the changes that wait for an answer",
    openapi_extra={"responses": schemas.problems(400, 401, 422)},
)
def read_changes(request: HttpRequest, page: Query[schemas.InboxQuery]) -> ChangePage:
    """Take-backs, revocations, updates and replacements of documents held here, oldest first."""
    return changes_of(_system(request), after=page.cursor, limit=page.limit)


@router.get(
    "/deliveries/{delivery_id}/packet",
    response={200: None},
    summary="Collect the packet of a delivery",
    openapi_extra={
        "responses": {
            200: {"content": {"application/xml": _BINARY}},
            **schemas.problems(401, 404, 410, 422),
        }
    },
)
def collect_packet(request: HttpRequest, delivery_id: UUID) -> StreamingHttpResponse:
    """The packet exactly as it was sent, streamed; its SHA-256 is the ETag."""
    return packet_response(collect(_system(request), delivery_id, at=now()), delivery_id)


@router.post(
    "/deliveries/{delivery_id}/status",
    response={200: schemas.StateOut},
    summary="Report the status of a delivery",
    openapi_extra={"responses": schemas.problems(400, 401, 404, 409, 422)},
)
def send_status(request: HttpRequest, delivery_id: UUID, report: schemas.StatusIn) -> dict[str, object]:
    """Codes 01 to 06 in their order, 15 or 16 to answer a change; the same report again changes nothing.

    02 and 16 need a description.
    """
    state = report_status(_system(request), delivery_id, StatusReport(**report.dict()), at=now())
    return {"delivery_id": delivery_id, "state": state.value}


@router.get(
    "/agencies",
    response={200: schemas.AgencyPageOut},
    summary="List the agencies that can be addressed",
    openapi_extra={
        "responses": {304: {"description": schemas.SENTENCES[304]}, **schemas.problems(400, 401, 422)}
    },
)
def list_agencies(request: HttpRequest, asked: Query[schemas.AgenciesQuery]) -> HttpResponse:
    """By code, page by page; send the ETag back in If-None-Match to learn that nothing changed."""
    page = agencies(on=now().date(), after=asked.cursor, limit=asked.limit)
    body = schemas.AgencyPageOut.from_orm(page).dict()
    etag = f'"{hashlib.sha256(json.dumps(body).encode()).hexdigest()[:32]}"'
    if etag in request.headers.get("If-None-Match", ""):
        return HttpResponseNotModified(headers={"ETag": etag})
    return JsonResponse(body, headers={"ETag": etag})


def _system(request: HttpRequest) -> ConnectedSystem:
    """The system that the token belongs to."""
    system: ConnectedSystem = request.auth  # type: ignore[attr-defined]
    return system

"""The operations of `/lgsp/v1`: parse, one call, answer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, JsonResponse, StreamingHttpResponse
from ninja import Query, Router
from ninja.security import HttpBearer

from lienthong.axis.actions.catching_up import report_reached
from lienthong.axis.actions.collection import collect_packet
from lienthong.axis.actions.figures import note_seen
from lienthong.axis.actions.submission import submit_packet
from lienthong.axis.actions.systems import authenticate_system, issue_token, knows_secret
from lienthong.axis.contracts import StatusReport
from lienthong.axis.edxml import Business, parse_packet
from lienthong.axis.models import ConnectedSystem, Delivery
from lienthong.axis.queries.exchange import Asked, agencies_page, every_agency, received_by
from lienthong.axis.queries.systems import system_of_token
from lienthong.axis.rest.lgsp import schemas
from lienthong.axis.rest.lgsp.answers import CredentialsWrong, MessageTypeDiffers, success
from lienthong.axis.rest.lgsp.bodies import read_credentials, read_edoc
from lienthong.axis.rest.lgsp.words import (
    BUSINESS,
    FILE_FIELD,
    FILLED_IN,
    KIND_OF,
    MOMENT,
    SECRET_HEADER,
    STATUS_CODES,
    SYSTEM_HEADER,
    TYPE_FIELD,
    UNEXPLAINED,
    MessageType,
)
from lienthong.axis.rest.streams import packet_response
from lienthong.directory.public import Agency
from lienthong.identity.public import address_of
from lienthong.kernel.clock import VIETNAM, now


class SystemToken(HttpBearer):
    """The token of `auth/login`; `X-SystemId` and `X-SecretKey`, where sent, must be those of its system."""

    def authenticate(self, request: HttpRequest, token: str) -> ConnectedSystem | None:
        """The system, or None for a token that is wrong, expired or another system's."""
        at = now()
        system = system_of_token(token, at=at)
        named = request.headers.get(SYSTEM_HEADER, "")
        secret = request.headers.get(SECRET_HEADER, "")
        if system is None or named not in ("", system.client_id):
            return None
        if secret and not knows_secret(system, secret, at=at):
            return None
        note_seen(system, at=at)
        return system


router = Router(auth=SystemToken())

_TEXT = {"type": "string"}
_HEADERS = [{"name": name, "in": "header", "schema": {}} for name in (SYSTEM_HEADER, SECRET_HEADER)]
_LOGIN = {
    "parameters": [{"name": "allow_anonymous", "in": "query", "schema": {}}, *_HEADERS],
    "requestBody": {
        "content": {
            "application/json": {
                "schema": {"type": "object", "properties": {"systemId": _TEXT, "secretKey": _TEXT}}
            }
        }
    },
    "responses": schemas.failures(401, 429),
}
_EDOC_BODY = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": [FILE_FIELD],
                "properties": {
                    FILE_FIELD: {"type": "string", "format": "binary"},
                    TYPE_FIELD: {"type": "string", "enum": list(MessageType)},
                },
            }
        }
    },
}


@router.post(
    "/auth/login",
    auth=None,
    response={200: schemas.LoginOut},
    summary="Get a token",
    openapi_extra=_LOGIN,
)
def login(request: HttpRequest) -> dict[str, object]:
    """A token for 30 minutes, against X-SystemId and X-SecretKey, or systemId and secretKey in JSON."""
    client_id, secret = read_credentials(request)
    address = address_of(request, trusted=settings.ENV.trusted_proxies)
    system = None
    if client_id and secret:
        system = authenticate_system(client_id, secret, address=address, at=now())
    if system is None:
        raise CredentialsWrong(field=SYSTEM_HEADER)
    token = issue_token(system, at=now())
    return success(data={"token": token.value, "expiresIn": token.expires_in})


@router.post(
    "/sendEdoc",
    response={200: schemas.SentOut},
    summary="Send a packet",
    openapi_extra={
        "requestBody": _EDOC_BODY,
        "responses": schemas.failures(400, 401, 403, 408, 409, 413, 415, 422, 503),
    },
)
def send_edoc(request: HttpRequest) -> dict[str, object]:
    """Store a signed edXML packet and its deliveries; the same packet again gets its first receipt."""
    edxml, kind = read_edoc(request, limit=settings.ENV.axis_max_packet_bytes)
    found = KIND_OF[Business(parse_packet(edxml).business)]
    if found != kind:
        raise MessageTypeDiffers(field=TYPE_FIELD, said=kind.value, found=found.value)
    receipt = submit_packet(edxml, system=_system(request), at=now())
    return success(
        data={
            "docId": receipt.packet_id,
            "documentId": receipt.document_id,
            "sha256": receipt.sha256,
            "receivedAt": receipt.received_at.astimezone(VIETNAM).strftime(MOMENT),
            "receivers": list(receipt.recipients),
            "repeated": receipt.repeated,
            "receipt": receipt.statement,
            "signature": receipt.signature,
        }
    )


@router.get(
    "/syncReceivedEdocList",
    response={200: schemas.ReceivedOut},
    summary="List what waits",
    openapi_extra={"responses": schemas.failures(400, 401, 422)},
)
def list_received(request: HttpRequest, asked: Query[schemas.ReceivedQuery]) -> dict[str, object]:
    """Packets of the kind sent on the days given and not yet reported as arrived (`inbox`), oldest first."""
    wanted = Asked(
        BUSINESS[asked.messageType], schemas.read_day(asked.fromDate), schemas.read_day(asked.toDate)
    )
    page = received_by(_system(request), wanted, after=asked.cursor, limit=asked.limit)
    return success(data=[_item(row, asked.messageType) for row in page.rows], next=page.next)


@router.get(
    "/getEdoc",
    response={200: None},
    summary="Collect one packet",
    openapi_extra={
        "responses": {
            200: {"content": {"application/xml": {"schema": {"type": "string", "format": "binary"}}}},
            **schemas.failures(401, 404, 410, 422),
        }
    },
)
def get_edoc(request: HttpRequest, docId: UUID) -> StreamingHttpResponse:
    """The packet exactly as it was sent, streamed; its SHA-256 is the ETag."""
    return packet_response(collect_packet(_system(request), docId, at=now()), docId)


@router.post(
    "/updateStatus",
    response={200: schemas.StatusOut},
    summary="Report what was done with a packet",
    openapi_extra={"responses": schemas.failures(400, 401, 404, 409, 422)},
)
def update_status(request: HttpRequest, told: schemas.StatusIn) -> dict[str, object]:
    """In the facade's words; the registration (03) is filled in where a system goes on without it."""
    description = told.reason.strip() or UNEXPLAINED.get(told.status, "")
    report = StatusReport(code=STATUS_CODES[told.status], at=now(), description=description)
    state = report_reached(_system(request), told.docId, report, filled_in=FILLED_IN, at=report.at)
    return success(data={"docId": told.docId, "status": told.status, "statusCode": state.value})


@router.get(
    "/getAgenciesList",
    response={200: schemas.AgenciesOut},
    summary="List the agencies",
    openapi_extra={"responses": schemas.failures(400, 401, 422)},
)
def list_agencies(request: HttpRequest, asked: Query[schemas.AgenciesQuery]) -> HttpResponseBase:
    """The agencies that exist today, by code, with both forms of the code: all, or `limit` after `cursor`."""
    today = now().date()
    if asked.limit:
        page = agencies_page(on=today, after=asked.cursor, limit=asked.limit)
        rows: Iterable[Agency] = page.rows
        return JsonResponse(success(content=[_agency(row) for row in rows], next=page.next))
    rows = every_agency(on=today, after=asked.cursor)
    return StreamingHttpResponse(_streamed(rows), content_type="application/json")


def _item(delivery: Delivery, kind: MessageType) -> dict[str, object]:
    packet = delivery.packet
    return {
        "docId": delivery.pk,
        "messageType": kind,
        "documentId": packet.document_id,
        "codeNumber": packet.number,
        "codeNotation": packet.notation,
        "subject": packet.subject,
        "typeName": packet.type_name,
        "fromCode": packet.sender.code,
        "fromName": packet.sender.name,
        "toCode": delivery.recipient.code,
        "toName": delivery.recipient.name,
        "priority": packet.urgency,
        "promulgationDate": f"{packet.promulgated_on:%Y/%m/%d}",
        "sentDate": delivery.sent_at.astimezone(VIETNAM).strftime(MOMENT),
        "size": packet.blob.size,
        "sha256": packet.sha256,
    }


def _streamed(agencies: Iterable[Agency]) -> Iterator[str]:
    """The envelope with a list too long to be held, as the text of JSON."""
    head, tail = json.dumps(success(content=[0], next="")).split("[0]")
    yield f"{head}["
    for number, agency in enumerate(agencies):
        yield ("," if number else "") + json.dumps(_agency(agency), ensure_ascii=False)
    yield f"]{tail}"


def _agency(agency: Agency) -> dict[str, object]:
    groups = agency.code.split(".")
    return {
        "id": agency.pk,
        "code": agency.code,
        "oldCode": agency.old_code,
        "name": agency.name,
        "centerCode": groups[0],
        "parentId": agency.parent_id,
        "level": len(groups),
        "type": agency.kind,
    }


def _system(request: HttpRequest) -> ConnectedSystem:
    """The system that the token belongs to."""
    system: ConnectedSystem = request.auth  # type: ignore[attr-defined]
    return system

"""Resumable uploads of packets: tus 1.0.0 (https://tus.io/protocols/resumable-upload)."""

from __future__ import annotations

import base64
import binascii
import functools
import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.http.request import UnreadablePostError
from django.utils.http import http_date
from django.utils.translation import gettext_lazy as _
from ninja import Router, Status

from lienthong.axis.actions.upload_parts import HOLD, Checksum, add_to_upload
from lienthong.axis.actions.uploads import end_upload, open_upload, submit_upload
from lienthong.axis.models import ConnectedSystem, Upload
from lienthong.axis.models.uploads import METADATA_LENGTH
from lienthong.axis.queries.uploads import upload_of
from lienthong.axis.rest import schemas
from lienthong.axis.rest.bodies import UnsupportedMedia
from lienthong.axis.rest.operations import SystemToken
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal

PATH = "uploads"
VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,expiration,checksum,termination"
ALGORITHMS = {"sha1": 20, "sha256": 32}  # tus demands sha1
CONTENT = "application/offset+octet-stream"
OVERRIDE = "X-HTTP-Method-Override"
_CHUNK = 64 * 1024  # what is lost at most when the line breaks
# "key base64,key base64": no key twice, a value may be missing.
_METADATA = re.compile(r"[!-+\--~]+( [A-Za-z0-9+/]*={0,2})?(, ?[!-+\--~]+( [A-Za-z0-9+/]*={0,2})?)*")


class TusVersionUnsupported(Refusal):
    """The request is of another version of tus, or of none."""

    code, status = "tus-version-unsupported", 412
    sentence = _("Uploads follow tus 1.0.0. Send the header Tus-Resumable: 1.0.0.")


class UploadHeaderWrong(Refusal):
    """A header of tus is missing or cannot be read."""

    code, status = "upload-header-wrong", 400
    sentence = _("The header %(header)s is missing or wrong. It must be %(form)s.")


class LengthRequired(Refusal):
    """The body has no length."""

    code, status = "length-required", 411
    sentence = _("The request must say how many bytes it brings, in Content-Length.")


router = Router(auth=SystemToken())

_BINARY = {"schema": {"type": "string", "format": "binary"}}
_BODY = {"content": {CONTENT: _BINARY}}


def _header(name: str, text: str, *, required: bool = False, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": required, "description": text, "schema": schema}


_TUS = _header("Tus-Resumable", "The version of tus", required=True, type="string", enum=[VERSION])
_OFFSET = _header(
    "Upload-Offset", "Where the bytes begin", required=True, type="integer", minimum=0, maximum=10**15
)
_LENGTH = _header("Upload-Length", "Bytes of the packet", required=True, type="integer", minimum=1)
_CHECKSUM = _header(
    "Upload-Checksum",
    "Algorithm and base64 of the bytes of this request; without fitting bytes none is kept",
    type="string",
    pattern="^(sha1 [A-Za-z0-9+/]{27}=|sha256 [A-Za-z0-9+/]{43}=)$",
)
_META = _header(
    "Upload-Metadata",
    "Keys and base64 of values; kept and given back, without meaning here",
    type="string",
    maxLength=METADATA_LENGTH,
    pattern=f"^({_METADATA.pattern})?$",
)


def _headers(*names: str) -> dict[str, Any]:
    """The description of an answer's headers."""
    always = ("Tus-Resumable", "Cache-Control")
    return {name: {"required": True, "schema": {"type": "string"}} for name in (*always, *names)}


@router.api_operation(
    ["OPTIONS"],
    "",
    response={204: None},
    summary="See what uploads can do",
    openapi_extra={
        "responses": {
            204: {
                "headers": _headers("Tus-Version", "Tus-Max-Size", "Tus-Extension", "Tus-Checksum-Algorithm")
            },
            **schemas.problems(401),
        }
    },
)
def read_upload_options(request: HttpRequest) -> HttpResponse:
    """Version, extensions, checksum algorithms of tus, and the largest packet."""
    return HttpResponse(
        status=204,
        headers={
            "Tus-Version": VERSION,
            "Tus-Max-Size": str(settings.ENV.axis_max_packet_bytes),
            "Tus-Extension": EXTENSIONS,
            "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
        },
    )


@router.post(
    "",
    response={201: None},
    summary="Begin an upload",
    openapi_extra={
        "parameters": [_TUS, _LENGTH, _META, _CHECKSUM],
        "requestBody": _BODY,
        "responses": {
            201: {"headers": _headers("Location", "Upload-Offset", "Upload-Expires")},
            **schemas.problems(400, 401, 408, 412, 413, 415, 429, 460, 503),
        },
    },
)
def create_upload(request: HttpRequest) -> HttpResponse:
    """For packets above some 20 MB. Location names the upload; the first bytes may come with it.

    Only the system that makes an upload can see it. It ends at Upload-Expires.
    """
    _require_version(request)
    length, metadata, checksum = _number(request, "Upload-Length"), _metadata(request), _checksum(request)
    announced = _announced(request) or 0
    if announced and request.content_type != CONTENT:
        raise UnsupportedMedia(field="Content-Type", accepted=CONTENT)
    upload = open_upload(_system(request), length=length, metadata=metadata, at=now())
    offset = 0
    if announced:
        offset = add_to_upload(
            upload, _chunks(request), offset=0, announced=announced, checksum=checksum, clock=now
        )
    headers = {"Location": f"{request.path}/{upload.pk}", "Upload-Offset": str(offset), **_expires(upload)}
    return HttpResponse(status=201, headers=headers)


@router.api_operation(
    ["HEAD"],
    "/{upload_id}",
    response={200: None},
    summary="See how much of an upload has arrived",
    openapi_extra={
        "parameters": [_TUS],
        "responses": {
            200: {"headers": _headers("Upload-Offset", "Upload-Length", "Upload-Expires")},
            **schemas.problems(401, 404, 410, 412, 422),
        },
    },
)
def read_upload(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Upload-Offset is the byte to go on from."""
    _require_version(request)
    upload = upload_of(_system(request), upload_id, at=now())
    metadata = {"Upload-Metadata": upload.metadata} if upload.metadata else {}
    numbers = {"Upload-Offset": str(upload.offset), "Upload-Length": str(upload.length)}
    return HttpResponse(headers=numbers | metadata | _expires(upload))


@router.patch(
    "/{upload_id}",
    response={204: None},
    summary="Send bytes of an upload",
    openapi_extra={
        "parameters": [_TUS, _OFFSET, _CHECKSUM],
        "requestBody": {"required": True, **_BODY},
        "responses": {
            204: {"headers": _headers("Upload-Offset", "Upload-Expires")},
            **schemas.problems(400, 401, 404, 408, 409, 410, 411, 412, 413, 415, 422, 423, 460, 503),
        },
    },
)
def write_upload(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """From Upload-Offset, which must be where the upload goes on. What has arrived stays if the line breaks.

    With Upload-Checksum all bytes of the request are kept or none.
    """
    _require_version(request)
    if request.content_type != CONTENT:
        raise UnsupportedMedia(field="Content-Type", accepted=CONTENT)
    if (announced := _announced(request)) is None:
        raise LengthRequired(field="Content-Length")
    given, checksum = _number(request, "Upload-Offset"), _checksum(request)
    upload = upload_of(_system(request), upload_id, at=now())
    offset = add_to_upload(
        upload, _chunks(request), offset=given, announced=announced, checksum=checksum, clock=now
    )
    return HttpResponse(status=204, headers={"Upload-Offset": str(offset), **_expires(upload)})


@router.delete(
    "/{upload_id}",
    response={204: None},
    summary="End an upload",
    openapi_extra={
        "parameters": [_TUS],
        "responses": {204: {"headers": _headers()}, **schemas.problems(401, 404, 410, 412, 422)},
    },
)
def delete_upload(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """What has arrived of it is removed. A packet that was submitted stays."""
    _require_version(request)
    end_upload(_system(request), upload_id, at=now())
    return HttpResponse(status=204)


@router.post(
    "/{upload_id}/packet",
    response={202: schemas.ReceiptOut, 200: schemas.ReceiptOut},
    summary="Send the packet that was uploaded",
    openapi_extra={"responses": schemas.problems(400, 401, 403, 404, 409, 410, 413, 422, 423)},
)
def send_uploaded_packet(request: HttpRequest, upload_id: UUID) -> Status[Any]:
    """Once all bytes are there: the answers are those of `POST /packets`. Again: the same answer.

    After a receipt, or a refusal that would always be the same, the parts are removed.
    """
    receipt = submit_upload(_system(request), upload_id, at=now())
    return Status(200 if receipt.repeated else 202, receipt)


def with_tus(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Wrap a view of uploads: every answer, refusals too, has what tus demands; PATCH may come as POST."""

    @functools.wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        meant = request.headers.get(OVERRIDE, "").upper()
        if request.method == "POST" and meant in {"PATCH", "DELETE", "HEAD"}:
            request.method = meant
        response = view(request, *args, **kwargs)
        response["Tus-Resumable"] = VERSION
        response["Cache-Control"] = "no-store"
        if response.status_code == TusVersionUnsupported.status:
            response["Tus-Version"] = VERSION
        if response.status_code == 423:
            response["Retry-After"] = str(HOLD.seconds)
        return response

    return answer


def _require_version(request: HttpRequest) -> None:
    if request.headers.get("Tus-Resumable") != VERSION:
        raise TusVersionUnsupported(field="Tus-Resumable")


def _number(request: HttpRequest, name: str) -> int:
    text = request.headers.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise UploadHeaderWrong(field=name, header=name, form=_("a whole number of bytes"))
    return int(text)


def _announced(request: HttpRequest) -> int | None:
    text = request.headers.get("Content-Length", "")
    return int(text) if text.isascii() and text.isdigit() else None


def _metadata(request: HttpRequest) -> str:
    text = request.headers.get("Upload-Metadata", "")
    keys = [pair.strip().partition(" ")[0] for pair in text.split(",")]
    fits = len(text) <= METADATA_LENGTH and _METADATA.fullmatch(text) and len(set(keys)) == len(keys)
    if text and not fits:
        form = _("pairs of a key and a value in base64, of together at most 1,024 characters")
        raise UploadHeaderWrong(field="Upload-Metadata", header="Upload-Metadata", form=form)
    return text


def _checksum(request: HttpRequest) -> Checksum | None:
    text = request.headers.get("Upload-Checksum")
    if text is None:
        return None
    algorithm, _space, encoded = text.partition(" ")
    try:
        digest = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if not digest or len(digest) != ALGORITHMS.get(algorithm):
        form = _("sha1 or sha256, a space, and the checksum in base64")
        raise UploadHeaderWrong(field="Upload-Checksum", header="Upload-Checksum", form=form)
    return Checksum(algorithm, digest)


def _chunks(request: HttpRequest) -> Iterator[bytes]:
    """The body as it comes; it ends where the line breaks, and whoever counts will know."""
    try:
        while chunk := request.read(_CHUNK):
            yield chunk
    except (UnreadablePostError, OSError):
        return


def _expires(upload: Upload) -> dict[str, str]:
    return {"Upload-Expires": http_date(upload.expires_at.timestamp())}


def _system(request: HttpRequest) -> ConnectedSystem:
    """The system that the token belongs to."""
    system: ConnectedSystem = request.auth  # type: ignore[attr-defined]
    return system

"""Reading what such systems send: the file of a form, and credentials in headers or in JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError

from lienthong.axis.edxml.errors import EmptyPacket, PacketTooLarge
from lienthong.axis.rest.bodies import MULTIPART, BadMultipart, UnsupportedMedia
from lienthong.axis.rest.lgsp.words import (
    FILE_FIELD,
    SECRET_FIELDS,
    SECRET_HEADER,
    SYSTEM_FIELDS,
    SYSTEM_HEADER,
    TYPE_FIELD,
    MessageType,
)
from lienthong.axis.rest.problems import InvalidRequest
from lienthong.kernel.lifting import Lifted, lift

_LOGIN_BYTES = 8 * 1024
# Room for the boundaries and headers of a multipart body.
_ENVELOPE = 64 * 1024


def read_credentials(request: HttpRequest) -> tuple[str, str]:
    """The system's id and secret, of the headers or of the JSON body; empty texts where there are none."""
    system, secret = request.headers.get(SYSTEM_HEADER, ""), request.headers.get(SECRET_HEADER, "")
    if system and secret:
        return system, secret
    try:
        body = json.loads(request.read(_LOGIN_BYTES) or b"{}")
    except (ValueError, RecursionError, UnreadablePostError, OSError):
        body = {}
    given = body if isinstance(body, dict) else {}
    return system or _first(given, SYSTEM_FIELDS), secret or _first(given, SECRET_FIELDS)


def read_edoc(request: HttpRequest, *, limit: int) -> tuple[Lifted, MessageType]:
    """The packet of a form, of at most `limit` bytes, with the kind that its sender says it is.

    Raises:
        UnsupportedMedia, PacketTooLarge, BadMultipart, EmptyPacket, InvalidRequest, TextTooLarge.
    """
    if request.content_type != MULTIPART:
        raise UnsupportedMedia(field="Content-Type", accepted=MULTIPART)
    length = str(request.META.get("CONTENT_LENGTH") or "0")
    if length.isascii() and length.isdigit() and int(length) > limit + _ENVELOPE:
        raise PacketTooLarge(limit=limit)
    try:
        file, kind = request.FILES.get(FILE_FIELD), request.POST.get(TYPE_FIELD) or MessageType.EDOC
    except RequestDataTooBig as error:
        raise PacketTooLarge(limit=limit) from error
    except (MultiPartParserError, SuspiciousOperation, UnreadablePostError, OSError) as error:
        raise BadMultipart(name=FILE_FIELD) from error
    if file is None:
        raise BadMultipart(field=FILE_FIELD, name=FILE_FIELD)
    if kind not in list(MessageType):
        raise InvalidRequest(field=TYPE_FIELD, reason=", ".join(MessageType))
    if not file.size:
        raise EmptyPacket(field=FILE_FIELD)
    if file.size > limit:
        raise PacketTooLarge(limit=limit)
    return lift(file.chunks()), MessageType(kind)


def _first(given: dict[str, object], names: Sequence[str]) -> str:
    """The first text among the values; half of a surrogate pair is no text."""
    texts = (value for name in names if isinstance(value := given.get(name), str))
    return next((text for text in texts if text and text.isprintable()), "")

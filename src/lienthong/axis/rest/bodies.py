"""Reading a packet off the wire: raw or multipart, in pieces, with a cap."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFilesSent
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.utils.translation import gettext_lazy as _

from lienthong.axis.edxml.errors import EmptyPacket, PacketTooLarge
from lienthong.kernel.errors import Refusal
from lienthong.kernel.lifting import Lifted, TextTooLarge, lift

RAW_TYPES = ("application/xml", "text/xml", "application/octet-stream")
MULTIPART = "multipart/form-data"
FILE_FIELD = "packet"
_CHUNK = 256 * 1024
# Room for the boundaries and headers of a multipart body.
_ENVELOPE = 64 * 1024


class UnsupportedMedia(Refusal):
    """The body is of a type that is not read here."""

    code, status = "unsupported-media-type", 415
    sentence = _("The body must be of type %(accepted)s.")


class BodyCutShort(Refusal):
    """Fewer bytes came than were announced."""

    code, status = "body-cut-short", 400
    sentence = _("Only %(read)s of %(announced)s bytes arrived. Nothing was stored; send the packet again.")


class TooManyPackets(Refusal):
    """A bulk call brings more packets than one call may."""

    code, status = "too-many-packets", 422
    sentence = _(
        "The call brings %(number)s packets; at most %(most)s are taken at once. Nothing was stored. "
        "Send them in several calls."
    )


class BadMultipart(Refusal):
    """The multipart body cannot be read, or has no file."""

    code, status = "bad-multipart", 400
    sentence = _("The multipart body cannot be read or has no file in the field “%(name)s”.")


def read_packet(request: HttpRequest, *, limit: int) -> Lifted:
    """The packet in the body, of at most `limit` bytes, lifted while it comes in.

    Raises:
        UnsupportedMedia, PacketTooLarge, BodyCutShort, BadMultipart, EmptyPacket, TextTooLarge.
    """
    announced = _announced(request)
    if announced > limit + _ENVELOPE:
        raise PacketTooLarge(limit=limit)
    if not announced and not request.content_type:
        raise EmptyPacket()
    if request.content_type == MULTIPART:
        return lift(_multipart(request, limit))
    if request.content_type not in RAW_TYPES:
        raise UnsupportedMedia(field="Content-Type", accepted=", ".join([*RAW_TYPES, MULTIPART]))
    return lift(_raw(request, announced, limit))


def read_packets(request: HttpRequest, *, limit: int, most: int) -> Iterator[Lifted | Refusal]:
    """The packets of a multipart body, one after the other, in their order: together at most `limit` bytes.

    One with too much text is given as the refusal that it gets.

    Raises:
        UnsupportedMedia, PacketTooLarge, BadMultipart, TooManyPackets: before the first is given.
    """
    if request.content_type != MULTIPART:
        raise UnsupportedMedia(field="Content-Type", accepted=MULTIPART)
    if _announced(request) > limit + _ENVELOPE * most:
        raise PacketTooLarge(limit=limit)
    files = _files(request, limit)
    if not files:
        raise BadMultipart(field=FILE_FIELD, name=FILE_FIELD)
    if len(files) > most:
        raise TooManyPackets(field=FILE_FIELD, number=len(files), most=most)
    if sum(file.size or 0 for file in files) > limit:
        raise PacketTooLarge(limit=limit)
    return map(_lifted_or_refused, files)


def _lifted_or_refused(file: UploadedFile[Any]) -> Lifted | Refusal:
    try:
        return lift(file.chunks(_CHUNK))
    except TextTooLarge as refusal:
        return refusal


def read_form(request: HttpRequest, *, limit: int = 8 * 1024) -> str:
    """The text of a small form body; what is not UTF-8 is replaced. Raises `UnsupportedMedia`."""
    if request.content_type != "application/x-www-form-urlencoded":
        raise UnsupportedMedia(field="Content-Type", accepted="application/x-www-form-urlencoded")
    return request.read(limit).decode("utf-8", "replace")


def _announced(request: HttpRequest) -> int:
    length = str(request.META.get("CONTENT_LENGTH") or "0")
    return int(length) if length.isascii() and length.isdigit() else 0


def _raw(request: HttpRequest, announced: int, limit: int) -> Iterator[bytes]:
    read = 0
    while True:
        try:
            chunk = request.read(_CHUNK)
        except (UnreadablePostError, OSError) as error:
            raise BodyCutShort(read=read, announced=announced) from error
        if not chunk:
            break
        read += len(chunk)
        if read > limit:
            raise PacketTooLarge(limit=limit)
        yield chunk
    if read < announced:
        raise BodyCutShort(read=read, announced=announced)


def _multipart(request: HttpRequest, limit: int) -> Iterator[bytes]:
    file = next(iter(_files(request, limit)[-1:]), None)
    if file is None:
        raise BadMultipart(field=FILE_FIELD, name=FILE_FIELD)
    if not file.size:
        raise EmptyPacket(field=FILE_FIELD)
    if file.size > limit:
        raise PacketTooLarge(limit=limit)
    return file.chunks(_CHUNK)


def _files(request: HttpRequest, limit: int) -> list[UploadedFile[Any]]:
    try:
        return request.FILES.getlist(FILE_FIELD)
    except TooManyFilesSent as error:
        raise TooManyPackets(
            field=FILE_FIELD,
            number=f"> {settings.DATA_UPLOAD_MAX_NUMBER_FILES}",
            most=settings.DATA_UPLOAD_MAX_NUMBER_FILES,
        ) from error
    except RequestDataTooBig as error:
        raise PacketTooLarge(limit=limit) from error
    except (MultiPartParserError, SuspiciousOperation, UnreadablePostError, OSError) as error:
        raise BadMultipart(name=FILE_FIELD) from error

"""Resumable uploads: a packet that arrives in parts, and then is submitted like any other."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Sum
from django.utils.translation import gettext_lazy as _

from lienthong.axis.actions.intake import ProgramAttached
from lienthong.axis.actions.submission import DocumentIdReused, submit_packet
from lienthong.axis.actions.upload_parts import PartsGone, UploadBusy, chunks_of, remove_parts
from lienthong.axis.contracts import Receipt
from lienthong.axis.edxml.errors import EdxmlRefusal, EmptyPacket, PacketTooLarge
from lienthong.axis.models import ConnectedSystem, Upload
from lienthong.axis.queries.packets import receipt_of
from lienthong.axis.queries.uploads import upload_of
from lienthong.kernel.errors import Refusal
from lienthong.kernel.lifting import TextTooLarge, lift

# What these say is decided by the bytes, or by what is stored for good: asking again changes nothing.
LASTING = (EdxmlRefusal, TextTooLarge, ProgramAttached, DocumentIdReused)
SET = 500
SUBMITTING = timedelta(minutes=5)  # a large packet is read for half a minute; who was killed is waited for
OUTCOMES_MOST = 1000  # of one system: each is a row, and costs whoever makes it a few bytes


class UploadsExhausted(Refusal):
    """The system has too much unfinished work."""

    code, status = "uploads-exhausted", 429
    sentence = _(
        "Your system has %(count)s open uploads of together %(bytes)s bytes; at most %(most)s of together "
        "%(most_bytes)s bytes are kept. Finish or delete one of them first."
    )


class UploadIncomplete(Refusal):
    """Not all bytes have arrived."""

    code, status = "upload-incomplete", 409
    sentence = _(
        "Only %(offset)s of %(length)s bytes have arrived. Send the rest before you send the packet."
    )


class RefusedBefore(Refusal):
    """The packet was refused for good; this is the same refusal again."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(field=str(problem.get("field", "")))
        self._problem = problem
        vars(self).update(code=problem["title"], status=problem["status"])

    def problem(self) -> dict[str, object]:
        """The problem document exactly as it was given."""
        return self._problem


def open_upload(system: ConnectedSystem, *, length: int, metadata: str = "", at: datetime) -> Upload:
    """Begin an upload of so many bytes.

    Raises:
        EmptyPacket, PacketTooLarge: no packet may have that length.
        UploadsExhausted: the system has as much unfinished work as it may.
    """
    env = settings.ENV
    if length < 1:
        raise EmptyPacket(field="Upload-Length")
    if length > env.axis_max_packet_bytes:
        raise PacketTooLarge(field="Upload-Length", limit=env.axis_max_packet_bytes)
    with transaction.atomic():
        ConnectedSystem.objects.select_for_update(no_key=True).get(pk=system.pk)  # one after the other
        found = (
            Upload.objects.filter(system=system)
            .unfinished()
            .aggregate(count=Count("pk"), bytes=Sum("length", default=0))
        )
        if found["count"] >= env.axis_uploads_most or found["bytes"] + length > env.axis_uploads_bytes:
            raise UploadsExhausted(**found, most=env.axis_uploads_most, most_bytes=env.axis_uploads_bytes)
        finished = (
            Upload.objects.filter(system=system).finished().order_by("-pk").values_list("pk", flat=True)
        )
        Upload.objects.filter(pk__in=list(finished[OUTCOMES_MOST : OUTCOMES_MOST + SET])).delete()
        return Upload.objects.create(
            system=system, length=length, metadata=metadata, created_at=at, expires_at=at + _time_given()
        )


def submit_upload(system: ConnectedSystem, upload_id: UUID, *, at: datetime) -> Receipt:
    """`submit_packet` of what was uploaded; its answer again, if it was submitted before.

    A receipt, or a refusal that would be the same whenever it is asked for, ends the upload: its parts are
    removed, and only the answer is kept for as long as an upload is given. After any other refusal it stays.
    It is read for one call at a time: the call is a few bytes, and the packet may be the largest there is.

    Raises:
        NotFound, UploadExpired, UploadIncomplete, UploadBusy.
        Refusal: as `submit_packet`.
    """
    upload = upload_of(system, upload_id, at=at)
    if answer := _answered(upload):
        return answer
    if upload.offset < upload.length:
        raise UploadIncomplete(offset=upload.offset, length=upload.length)
    holder = uuid4()
    free = Upload.objects.filter(pk=upload.pk).unfinished().free(at)
    if not free.update(holder=holder, held_until=at + SUBMITTING):
        if answer := _answered(upload_of(system, upload_id, at=at)):
            return answer
        raise UploadBusy
    try:
        return _submit(system, upload, at)
    finally:
        Upload.objects.filter(pk=upload.pk, holder=holder).update(holder=None, held_until=None)


def end_upload(system: ConnectedSystem, upload_id: UUID, *, at: datetime) -> None:
    """Forget the upload and all that has arrived of it; raises `NotFound`, `UploadExpired`."""
    upload = upload_of(system, upload_id, at=at)
    _forget([upload.pk])


def remove_expired(*, at: datetime) -> int:
    """Forget uploads whose time is over, finished or not, in sets; answers how many."""
    removed = 0
    while found := list(Upload.objects.filter(expires_at__lte=at).values_list("pk", flat=True)[:SET]):
        _forget(found)
        removed += len(found)
    return removed


def _submit(system: ConnectedSystem, upload: Upload, at: datetime) -> Receipt:
    try:
        receipt = submit_packet(lift(chunks_of(upload)), system=system, at=at)
    except PartsGone:  # somebody else was quicker, unless they are lost
        if answer := _answered(upload_of(system, upload.pk, at=at)):
            return answer
        raise
    except LASTING as refusal:
        _finish(upload, at, refusal=refusal.problem())
        raise
    _finish(upload, at, packet_id=receipt.packet_id)
    return receipt


def _answered(upload: Upload) -> Receipt | None:
    """The receipt if there is one; raises the refusal if there is one."""
    if upload.refusal is not None:
        raise RefusedBefore(upload.refusal)
    return replace(receipt_of(upload.packet), repeated=True) if upload.packet else None


def _finish(upload: Upload, at: datetime, **outcome: Any) -> None:
    """Keep the outcome alone."""
    Upload.objects.filter(pk=upload.pk).unfinished().update(expires_at=at + _time_given(), **outcome)
    remove_parts([upload.pk])


def _forget(upload_ids: list[UUID]) -> None:
    """Remove rows and parts. The uploads go last: a crash before leaves them to the next run."""
    remove_parts(upload_ids)
    Upload.objects.filter(pk__in=upload_ids).delete()


def _time_given() -> timedelta:
    return timedelta(hours=settings.ENV.axis_upload_hours)

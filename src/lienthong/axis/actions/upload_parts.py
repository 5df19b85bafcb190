"""The parts of uploads: bytes that stay once they have arrived, whatever happens to the line after them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from lienthong.axis.models import Upload, UploadPart
from lienthong.identity.public import NotFound
from lienthong.kernel.adapters.object_store import configured_objects
from lienthong.kernel.errors import Refusal

PREFIX = "uploads"
# A part ends at this size or after this time: no more than that is lost if the server is killed.
PART_MOST, PART_TIME = 8 * 1024 * 1024, timedelta(seconds=10)
HOLD = timedelta(seconds=30)
PARTS_MOST = 10_000
SET = 1000
Clock = Callable[[], datetime]


class UploadBusy(Refusal):
    """Somebody else is writing to the upload at the moment."""

    code, status = "upload-busy", 423
    sentence = _(
        "Another request is writing to this upload. Wait for its end, ask for the offset and go on there."
    )


class UploadOffsetWrong(Refusal):
    """The bytes begin somewhere else than where the upload goes on."""

    code, status = "upload-offset-wrong", 409
    sentence = _("The upload goes on at byte %(offset)s, not at %(given)s. Send the bytes from there.")


class UploadTooLong(Refusal):
    """More bytes than the upload was to have."""

    code, status = "upload-too-long", 413
    sentence = _(
        "The upload has %(length)s bytes, and %(given)s more from byte %(offset)s would exceed that."
    )


class UploadCutShort(Refusal):
    """The line broke: fewer bytes came than were announced."""

    code, status = "upload-cut-short", 400
    sentence = _("Only %(read)s of %(announced)s bytes arrived. Ask for the offset and send the rest.")


class UploadChecksumWrong(Refusal):
    """The bytes that arrived are not those that were sent."""

    code, status = "upload-checksum-wrong", 460
    sentence = _("The checksum does not fit the bytes that arrived. They were not kept; send them again.")


class UploadInTooManyParts(Refusal):
    """The upload came in so many small requests that no more are taken."""

    code, status = "upload-in-too-many-parts", 422
    sentence = _("The upload already has %(parts)s parts. Begin a new one with more bytes in each request.")


class PartsGone(Exception):
    """The parts of an upload are not there: somebody has finished or ended it meanwhile."""


@dataclass(frozen=True)
class Checksum:
    """What the bytes of one request must hash to, by an algorithm of hashlib's."""

    algorithm: str
    digest: bytes


def key_of(part_id: UUID) -> str:
    """Where a part lies: "uploads/ab/abcd…", in 256 folders that stay."""
    return f"{PREFIX}/{part_id.hex[:2]}/{part_id.hex}"


def add_to_upload(
    upload: Upload,
    chunks: Iterable[bytes],
    *,
    offset: int,
    announced: int,
    checksum: Checksum | None = None,
    clock: Clock,
) -> int:
    """Keep the bytes, `announced` of them from `offset`; answers the new offset.

    They are written to the store as they come, in parts, each of which counts at once: if `chunks` ends
    early, what came before stays. With a checksum all of them count at the end or none does. Nobody else
    can write meanwhile; one who has not got on for `HOLD` gives way. `clock` is asked again and again.

    Raises:
        UploadOffsetWrong, UploadBusy, UploadTooLong, UploadInTooManyParts, NotFound: nothing was read.
        UploadCutShort: `chunks` ended early.
        UploadChecksumWrong: nothing was kept.
    """
    if offset == upload.offset and not announced:
        return offset
    if upload.part_count >= PARTS_MOST:
        raise UploadInTooManyParts(parts=upload.part_count)
    writing = _Writing(upload.pk, _hold(upload, offset, announced, clock), offset, clock)
    try:
        return _write(writing, iter(chunks), announced, checksum)
    except Refusal:
        writing.discard()
        raise
    finally:
        writing.release()


def chunks_of(upload: Upload) -> Iterator[bytes]:
    """The bytes of a complete upload in pieces of about 1 MiB; raises `PartsGone`. One query."""
    parts = list(upload.parts.order_by("start").values_list("pk", "start", "size"))
    end = 0
    for _pk, start, size in parts:
        if start != end:
            raise PartsGone(upload.pk)
        end += size
    if end != upload.length:
        raise PartsGone(upload.pk)
    objects = configured_objects()
    try:
        for pk, _start, _size in parts:
            yield from objects.read(key_of(pk))
    except FileNotFoundError as error:
        raise PartsGone(upload.pk) from error


def remove_parts(upload_ids: Collection[UUID]) -> int:
    """Remove what is kept of the uploads, in sets: rows first, so that no row names what is not there.

    What a crash leaves between the two, `remove_orphans` finds. Must not be called inside a transaction.
    """
    removed = 0
    while found := list(UploadPart.objects.filter(upload__in=upload_ids).values_list("pk", flat=True)[:SET]):
        UploadPart.objects.filter(pk__in=found).delete()
        configured_objects().delete(key_of(pk) for pk in found)
        removed += len(found)
    return removed


def remove_orphans(*, at: datetime) -> int:
    """Remove parts in the store that no row names, once older than the grace time of files. In sets."""
    objects, removed = configured_objects(), 0
    for keys in objects.older_than(at - timedelta(hours=settings.ENV.blob_grace_hours), PREFIX):
        ids = {UUID(hex=name): key for key in keys if _is_part(name := key.rpartition("/")[2])}
        for named in UploadPart.objects.filter(pk__in=ids).values_list("pk", flat=True):
            del ids[named]
        objects.delete(ids.values())
        removed += len(ids)
    return removed


class _Writing:
    """One request that writes: its hold on the upload, and the parts that do not count yet."""

    def __init__(self, upload_id: UUID, holder: UUID, offset: int, clock: Clock) -> None:
        self.upload_id, self.holder, self.clock = upload_id, holder, clock
        self.offset, self.end_of_parts = offset, offset
        self.pending: list[UploadPart] = []

    def write(self, chunks: Iterator[bytes]) -> bool:
        """Bring one part into the store and to the disk; false if nothing came any more."""
        first = next(chunks, b"")
        if not first:
            return False
        objects, part = configured_objects(), UploadPart(upload_id=self.upload_id, start=self.end_of_parts)
        self.pending.append(part)
        objects.write(key_of(part.pk), self._measured(part, chain([first], chunks)))
        objects.settle([key_of(part.pk)])
        objects.settle_names([key_of(part.pk)])
        self.end_of_parts += part.size
        return True

    def _measured(self, part: UploadPart, chunks: Iterator[bytes]) -> Iterator[bytes]:
        part.size, until = 0, self.clock() + PART_TIME
        for chunk in chunks:
            part.size += len(chunk)
            yield chunk
            if part.size >= PART_MOST or self.clock() >= until:
                return

    def keep(self) -> None:
        """Let the pending parts count together; raises `UploadBusy` or `NotFound` if the hold was lost."""
        with transaction.atomic():
            self.renew(offset=self.end_of_parts, part_count=F("part_count") + len(self.pending))
            UploadPart.objects.bulk_create(self.pending)
        self.pending, self.offset = [], self.end_of_parts

    def renew(self, **changes: object) -> None:
        """Hold on for another while."""
        ours = Upload.objects.filter(pk=self.upload_id, holder=self.holder, offset=self.offset)
        if not ours.update(held_until=self.clock() + HOLD, **changes):
            raise UploadBusy if Upload.objects.filter(pk=self.upload_id).exists() else NotFound

    def discard(self) -> None:
        """Remove what will not count. After a failure nobody knows: a commit may have come through after all,
        so what it left is for `remove_orphans` to tell."""
        configured_objects().delete(key_of(part.pk) for part in self.pending)

    def release(self) -> None:
        """Let others write."""
        Upload.objects.filter(pk=self.upload_id, holder=self.holder).update(holder=None, held_until=None)


def _hold(upload: Upload, offset: int, announced: int, clock: Clock) -> UUID:
    """Become the one who writes to the upload, from `offset`. One query if nothing stands in the way.

    The row alone says where it goes on: `upload` may have been read before another request ended.
    """
    at, holder = clock(), uuid4()
    fitting = Upload.objects.filter(pk=upload.pk, offset=offset, length__gte=offset + announced)
    free = fitting.unfinished().free(at)
    if free.update(holder=holder, held_until=at + HOLD):
        return holder
    found = Upload.objects.filter(pk=upload.pk).first()
    if found is None:
        raise NotFound
    if found.held_until and found.held_until > at:
        raise UploadBusy
    if found.offset == offset and announced > found.length - offset:
        raise UploadTooLong(field="Content-Length", length=found.length, given=announced, offset=offset)
    raise UploadOffsetWrong(field="Upload-Offset", offset=found.offset, given=offset)


def _write(writing: _Writing, chunks: Iterator[bytes], announced: int, checksum: Checksum | None) -> int:
    digest = hashlib.new(checksum.algorithm, usedforsecurity=False) if checksum else None
    start = writing.offset
    incoming = _hashed(chunks, digest.update) if digest else chunks
    while writing.write(incoming):
        if checksum:
            writing.renew()
        else:
            writing.keep()
    read = writing.end_of_parts - start
    if read < announced:
        raise UploadCutShort(read=read, announced=announced)
    if checksum and digest and digest.digest() != checksum.digest:
        raise UploadChecksumWrong(field="Upload-Checksum")
    if writing.pending:
        writing.keep()
    return writing.offset


def _hashed(chunks: Iterator[bytes], update: Callable[[bytes], object]) -> Iterator[bytes]:
    for chunk in chunks:
        update(chunk)
        yield chunk


def _is_part(name: str) -> bool:
    return len(name) == 32 and all(letter in "0123456789abcdef" for letter in name)

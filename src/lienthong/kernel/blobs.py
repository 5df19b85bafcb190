"""Files by their content: each stored once, under its SHA-256, and removed when no row names it any more."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import BinaryIO
from uuid import uuid4

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, ForeignObjectRel, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from lienthong.kernel.adapters.object_store import Objects, configured_objects
from lienthong.kernel.errors import Refusal
from lienthong.kernel.media_types import HEAD, executable_kind, sniff
from lienthong.kernel.models import Blob

CHUNK = 256 * 1024
SET = 500
INCOMING = "incoming"


class EmptyFile(Refusal):
    """The file has no content."""

    code, status = "empty-file", 422
    sentence = _("The file is empty (0 bytes). Choose the file again and send it once more.")


class FileTooLarge(Refusal):
    """The file is larger than allowed."""

    code, status = "file-too-large", 413
    sentence = _("The file is larger than the %(megabytes)s MB allowed here. Divide it or reduce its size.")


class ExecutableRefused(Refusal):
    """The file is a program."""

    code, status = "executable-refused", 422
    sentence = _("The file is a program (%(kind)s), and programs are not accepted. Send a document instead.")


class WrongFileType(Refusal):
    """The content of the file is of a type not accepted here."""

    code, status = "wrong-file-type", 415
    sentence = _(
        "The file's content is of type %(media_type)s, which is not accepted here. Accepted: %(accepted)s."
    )


class BlobMissing(Exception):
    """A row names a blob whose content is not in the store: the store was damaged or restored too early."""


def store_blob(
    chunks: Iterable[bytes] | BinaryIO,
    *,
    at: datetime,
    max_bytes: int,
    allow: frozenset[str] | None = None,
) -> Blob:
    """`store_blobs` of one content."""
    return store_blobs([chunks], at=at, max_bytes=max_bytes, allow=allow)[0]


def store_blobs(
    contents: Iterable[Iterable[bytes] | BinaryIO],
    *,
    at: datetime,
    max_bytes: int,
    allow: frozenset[str] | None = None,
) -> list[Blob]:
    """Store each content while hashing it, never whole in memory, and answer its row, new or old.

    A content is pieces of any size, or an open binary file. `allow`: the media types accepted, None for any
    but programs. The same content stored by several at once becomes one row; whoever comes second waits until
    the transaction of the first ends. One query for all.

    Raises:
        EmptyFile, FileTooLarge, ExecutableRefused, WrongFileType: nothing is left in the store.
    """
    objects, meters = configured_objects(), dict[str, _Meter]()
    try:
        for chunks in contents:
            meter = _Meter(_pieces(chunks), max_bytes=max_bytes, allow=allow)
            temporary = f"{INCOMING}/{uuid4().hex}"
            objects.write(temporary, meter)
            meters[temporary] = meter
        objects.settle(meters)
        with transaction.atomic(savepoint=False):
            blobs = _keep_rows(meters.values(), at)
            new = {
                temporary: key
                for temporary, meter in meters.items()
                if not objects.has(key := key_of(meter.sha256))
            }
            for temporary, key in new.items():
                objects.move(temporary, key)
            objects.settle_names(new.values())
    finally:
        objects.delete(meters)
    return [blobs[meter.sha256] for meter in meters.values()]


def open_blob(blob: Blob) -> Iterator[bytes]:
    """The content in chunks of about 1 MiB; raises `BlobMissing`."""
    try:
        yield from configured_objects().read(key_of(blob.sha256))
    except FileNotFoundError as error:
        raise BlobMissing(blob.sha256) from error


def read_blob(blob: Blob) -> bytes:
    """The whole content; only for what is known to be small."""
    return b"".join(open_blob(blob))


def key_of(sha256: str) -> str:
    """Where the content lies: "ab/cd/abcd…", so that no folder grows without end."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def collect_garbage(*, at: datetime) -> int:
    """Remove blobs that no row names and files that no blob names, once older than the grace time.

    Works in sets of 500, each in its own transaction. What is being stored at the moment is passed over.
    Answers how many blobs and files were removed.
    """
    before = at - timedelta(hours=settings.ENV.blob_grace_hours)
    return _collect_rows(before) + _collect_files(before)


class _Meter(Iterable[bytes]):
    """Passes chunks on while counting, hashing and looking at the first of them."""

    def __init__(self, chunks: Iterable[bytes], *, max_bytes: int, allow: frozenset[str] | None) -> None:
        self.chunks, self.max_bytes, self.allow = chunks, max_bytes, allow
        self.size, self.sha256, self.media_type = 0, "", ""

    def __iter__(self) -> Iterator[bytes]:
        digest, head, held = hashlib.sha256(), bytearray(), list[bytes]()
        for chunk in self.chunks:
            self.size += len(chunk)
            if self.size > self.max_bytes:
                raise FileTooLarge(megabytes=f"{self.max_bytes / 1024 / 1024:.0f}")
            digest.update(chunk)
            if self.media_type:
                yield chunk
                continue
            held.append(chunk)
            head += chunk[: HEAD - len(head)]
            if len(head) == HEAD:
                self._look(bytes(head))
                yield from held
                held.clear()
        if not self.size:
            raise EmptyFile
        if not self.media_type:
            self._look(bytes(head))
        yield from held
        self.sha256 = digest.hexdigest()

    def _look(self, head: bytes) -> None:
        """Tell the media type and refuse what is not accepted."""
        if kind := executable_kind(head):
            raise ExecutableRefused(kind=kind)
        self.media_type = sniff(head)
        if self.allow is not None and self.media_type not in self.allow:
            raise WrongFileType(media_type=self.media_type, accepted=", ".join(sorted(self.allow)))


def _pieces(chunks: Iterable[bytes] | BinaryIO) -> Iterator[bytes]:
    if hasattr(chunks, "read"):
        return iter(lambda: chunks.read(CHUNK), b"")
    return iter(chunks)


def _lock_number(sha256: str) -> int:
    return int.from_bytes(bytes.fromhex(sha256[:16]), "big", signed=True)


def _hold(sha256: str) -> bool:
    """Take the lock of one content alone, without waiting, until the transaction ends; is it held?"""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_lock_number(sha256)])
        return bool(cursor.fetchone()[0])


# Those who store share a content's lock and wait for the collector, who wants it alone. Rows are written in
# the order of their hashes, so that two sets never wait for each other. A row already there has its time
# renewed: its grace begins again.
_KEEP = """
    WITH given AS (
        SELECT * FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::text[])
            AS given(sha256, lock_number, size, media_type)
    ), held AS MATERIALIZED (
        SELECT sha256, pg_advisory_xact_lock_shared(lock_number) FROM given
    )
    INSERT INTO kernel_blob (sha256, size, media_type, created_at)
    SELECT sha256, size, media_type, %s FROM given JOIN held USING (sha256) ORDER BY sha256
    ON CONFLICT (sha256) DO UPDATE SET created_at = excluded.created_at
    RETURNING sha256, size, media_type, created_at
"""


def _keep_rows(meters: Iterable[_Meter], at: datetime) -> dict[str, Blob]:
    """Hold the contents' locks until the transaction ends, and write their rows."""
    rows = {
        meter.sha256: (meter.sha256, _lock_number(meter.sha256), meter.size, meter.media_type)
        for meter in meters
    }
    if not rows:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [*map(list, zip(*rows.values(), strict=True)), at])
        return {row[0]: Blob.from_db(connection.alias, _COLUMNS, row) for row in cursor.fetchall()}


_COLUMNS = ["sha256", "size", "media_type", "created_at"]


def _unnamed() -> QuerySet[Blob]:
    """The blobs that no foreign key of any model names."""
    rows = Blob.objects.all()
    for field in Blob._meta.get_fields(include_hidden=True):
        if isinstance(field, ForeignObjectRel):
            naming = field.related_model._base_manager.filter(**{field.field.name: OuterRef("pk")})
            rows = rows.filter(~Exists(naming))
    return rows


def _collect_rows(before: datetime) -> int:
    removed, last = 0, ""
    while True:
        found = list(
            _unnamed()
            .filter(created_at__lt=before, sha256__gt=last)
            .order_by("sha256")
            .values_list("sha256", flat=True)[:SET]
        )
        if not found:
            return removed
        last = found[-1]
        with transaction.atomic():
            removed += _remove(configured_objects(), _free(found, before))


def _free(found: list[str], before: datetime) -> list[str]:
    """Of the contents found, those nobody holds and nobody has come to name since they were found."""
    held = [sha256 for sha256 in found if _hold(sha256)]
    rows = Blob.objects.select_for_update(skip_locked=True).filter(sha256__in=held, created_at__lt=before)
    locked = list(rows.values_list("sha256", flat=True))
    return list(_unnamed().filter(sha256__in=locked).values_list("sha256", flat=True))


def _remove(objects: Objects, sha256s: list[str]) -> int:
    """Remove files, then rows: a crash between leaves rows that no one names, which the next run takes."""
    objects.delete(key_of(sha256) for sha256 in sha256s)
    Blob.objects.filter(sha256__in=sha256s).delete()
    return len(sha256s)


def _collect_files(before: datetime) -> int:
    """Remove files of uploads and transactions that never ended."""
    objects, removed = configured_objects(), 0
    for keys in objects.older_than(before):
        abandoned = [key for key in keys if key.startswith(f"{INCOMING}/")]
        objects.delete(abandoned)
        named = {key.rpartition("/")[2]: key for key in keys if key not in abandoned}
        for sha256 in Blob.objects.filter(sha256__in=named).values_list("sha256", flat=True):
            del named[sha256]
        removed += len(abandoned) + _remove_strays(objects, named)
    return removed


def _remove_strays(objects: Objects, strays: dict[str, str]) -> int:
    """Remove files without a row, unless someone is storing that content right now."""
    if not strays:
        return 0
    with transaction.atomic():
        held = {sha256: key for sha256, key in strays.items() if _is_hash(sha256) and _hold(sha256)}
        for sha256 in Blob.objects.filter(sha256__in=held).values_list("sha256", flat=True):
            del held[sha256]
        objects.delete(held.values())
    return len(held)


def _is_hash(name: str) -> bool:
    return len(name) == 64 and all(letter in "0123456789abcdef" for letter in name)

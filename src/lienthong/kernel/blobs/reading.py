"""Reading what is stored, in pieces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lienthong.kernel.adapters.object_store import configured_objects
from lienthong.kernel.blobs.keys import key_of
from lienthong.kernel.lifting import Lines
from lienthong.kernel.models import Blob, BlobPart


class BlobMissing(Exception):
    """A row names a blob whose content is not in the store: the store was damaged or restored too early."""


def open_blob(blob: Blob) -> Iterator[bytes]:
    """The content in chunks of about 1 MiB; raises `BlobMissing`. One query if it is composed."""
    if not blob.composed:
        return _file(blob.sha256)
    return _joined(list(BlobPart.objects.filter(whole=blob).order_by("position")), blob)


def read_blob(blob: Blob) -> bytes:
    """The whole content; only for what is known to be small."""
    return b"".join(open_blob(blob))


def _file(sha256: str) -> Iterator[bytes]:
    try:
        yield from configured_objects().read(key_of(sha256))
    except FileNotFoundError as error:
        raise BlobMissing(sha256) from error


def _joined(parts: Iterable[BlobPart], blob: Blob) -> Iterator[bytes]:
    """The texts and, between them, the files as base64."""
    for part in parts:
        if part.literal:
            yield bytes(part.literal)
        if part.part_id is not None:
            yield from Lines(part.line_width, part.line_end.encode()).encode(_file(part.part_id))
    if not parts:
        raise BlobMissing(blob.sha256)

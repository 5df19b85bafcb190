"""Storing contents: written first under names of nobody, then named by rows and moved, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction

from lienthong.kernel.adapters.object_store import Objects, configured_objects
from lienthong.kernel.blobs.contents import Source, Staged
from lienthong.kernel.blobs.keys import key_of, lock_number
from lienthong.kernel.lifting import Lifted
from lienthong.kernel.models import Blob
from lienthong.kernel.statements import execute, fetch

LARGE = 4 * 1024 * 1024


def store_blob(source: Source, *, at: datetime, max_bytes: int, allow: frozenset[str] | None = None) -> Blob:
    """`store_blobs` of one content."""
    return store_blobs([source], at=at, max_bytes=max_bytes, allow=allow)[0]


def store_blobs(
    contents: Iterable[Source | Staged],
    *,
    at: datetime,
    max_bytes: int,
    allow: frozenset[str] | None = None,
) -> list[Blob]:
    """Store each content while hashing it, never whole in memory, and answer its row, new or old.

    A content is pieces of any size, an open binary file, or something lifted; if that holds much base64, it
    is stored as the files in it, each once, and the text around them. `allow`: the media types accepted, None
    for any but programs. The same content stored by several at once becomes one row; whoever comes second
    waits until the transaction of the first ends. Two queries at most for all.

    Raises:
        EmptyFile, FileTooLarge, ExecutableRefused, WrongFileType: nothing is left in the store.
    """
    objects = configured_objects()
    all_staged, own = list[Staged](), list[Staged]()
    try:
        for content in contents:
            one = (
                content if isinstance(content, Staged) else Staged(content, max_bytes=max_bytes, allow=allow)
            )
            all_staged.append(one)
            if not one.files:
                own.append(one)
                one.write(objects)
        objects.settle([name for one in own for name in one.files])
        with transaction.atomic(savepoint=False):
            blobs = _keep_rows(all_staged, at)
            objects.settle_names(_name(all_staged, blobs, objects))
            return [blobs[one.row[0]] for one in all_staged]
    finally:
        for one in own:
            one.remove(objects)


def _name(all_staged: Iterable[Staged], blobs: Mapping[str, Blob], objects: Objects) -> list[str]:
    """Move the files that are not in the store yet to where their contents lie, and say where that is."""
    keys = list[str]()
    for one in all_staged:
        for temporary, meter in one.files.items():
            if not one.composed and blobs[meter.sha256].composed:
                continue
            key = key_of(meter.sha256)
            if not objects.has(key):
                objects.move(temporary, key)
                one.moved.add(temporary)
                keys.append(key)
    return keys


@contextmanager
def stage_blobs(contents: Sequence[Lifted], *, max_bytes: int) -> Iterator[list[Staged]]:
    """Bring large contents into the store before `store_blobs` names them, so that its transaction is short.

    What is not named when the block ends is removed. Raises as `store_blobs` does.
    """
    objects = configured_objects()
    staged = [Staged(content, max_bytes=max_bytes, allow=None) for content in contents]
    large = [one for one in staged if one.size >= LARGE]
    try:
        for one in large:
            one.write(objects)
            objects.settle(one.files)
        yield staged
    finally:
        for one in large:
            one.remove(objects)


# Those who store share a content's lock and wait for the collector, who wants it alone. Rows are written in
# the order of their hashes, so that two sets never wait for each other. A row already there has its time
# renewed: its grace begins again.
_KEEP = """
    WITH given AS (
        SELECT * FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::boolean[], %s::bigint[])
            AS given(sha256, size, media_type, composed, lock_number)
    ), held AS MATERIALIZED (
        SELECT sha256, pg_advisory_xact_lock_shared(lock_number) FROM given
    )
    INSERT INTO kernel_blob (sha256, size, media_type, composed, created_at)
    SELECT sha256, size, media_type, composed, %s FROM given JOIN held USING (sha256) ORDER BY sha256
    ON CONFLICT (sha256) DO UPDATE SET created_at = excluded.created_at
    RETURNING sha256, size, media_type, composed, created_at
"""
_COLUMNS = ["sha256", "size", "media_type", "composed", "created_at"]

# Of a whole that has parts already, from before or of another split, none is added. Whoever stores the same
# whole at this moment waits for its row above, and then sees them.
_KEEP_PARTS = """
    INSERT INTO kernel_blobpart (whole_id, position, literal, part_id, line_width, line_end)
    SELECT given.* FROM unnest(%s::text[], %s::int[], %s::bytea[], %s::text[], %s::int[], %s::text[])
        AS given(whole_id, position, literal, part_id, line_width, line_end)
    WHERE NOT EXISTS (SELECT FROM kernel_blobpart AS old WHERE old.whole_id = given.whole_id)
"""


def _keep_rows(staged: Iterable[Staged], at: datetime) -> dict[str, Blob]:
    """Hold the contents' locks until the transaction ends, and write their rows and those of their parts."""
    rows = dict[str, tuple[str, int, str, bool]]()
    for one in staged:
        for meter in one.files.values():
            rows.setdefault(meter.sha256, (meter.sha256, meter.size, meter.media_type, False))
        rows[one.row[0]] = one.row
    if not rows:
        return {}
    locks = [lock_number(sha256) for sha256 in rows]
    kept = fetch(_KEEP, *map(list, zip(*rows.values(), strict=True)), locks, at)
    blobs = {row[0]: Blob.from_db(connection.alias, _COLUMNS, row) for row in kept}
    wholes = {one.row[0]: one for one in staged if one.composed and blobs[one.row[0]].composed}
    parts = [(sha256, *part) for sha256, one in wholes.items() for part in one.parts()]
    if parts:
        execute(_KEEP_PARTS, *map(list, zip(*parts, strict=True)))
    return blobs

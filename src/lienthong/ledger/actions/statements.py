"""Writing signed statements, closing them into Merkle batches, and keeping the batches' timestamps.

The signatures and tokens come from above: the ledger knows no keys.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from lienthong.kernel.statements import fetch, insert_rows
from lienthong.ledger.actions.events import RecordedOutsideTransaction
from lienthong.ledger.contracts import Batch, Link, OpenBatch, Statement
from lienthong.ledger.merkle import HASH_BYTES, audit_paths
from lienthong.ledger.models import BatchRow, StatementRow

BATCH_LOCK = 0x51670010
SET_PLACES = """
UPDATE ledger_statement AS statement SET batch_id = %s, position = place.position, path = place.path
FROM unnest(%s::uuid[], %s::int[], %s::bytea[]) AS place (id, position, path) WHERE statement.id = place.id
"""
LOCK_CHAINS = """
SELECT pg_advisory_xact_lock(hashtextextended(%s::text || id, 0)) FROM unnest(%s::text[]) AS id
"""
LAST_LINKS = """
SELECT wanted.id, last.sequence, encode(sha256(last.statement), 'hex')
FROM unnest(%s::text[]) AS wanted (id) CROSS JOIN LATERAL (
    SELECT sequence, statement FROM ledger_statement
    WHERE subject_kind = %s AND subject_id = wanted.id ORDER BY sequence DESC LIMIT 1
) AS last
"""


@dataclass(frozen=True)
class SignedHeader:
    """What the caller made of an `OpenBatch`: the header's bytes and the signature over them."""

    header: bytes
    signature: bytes


def last_links(kind: str, ids: Iterable[str]) -> Mapping[str, Link]:
    """The last statement of each subject of the kind, by the subject's id; those without any are left out.

    Until the transaction ends nobody else can add to these chains. Two queries. Locks are taken in one order,
    so that two callers with several subjects never wait for each other; take them after all other locks.

    Raises:
        RecordedOutsideTransaction: there is no surrounding transaction.
    """
    _require_transaction()
    wanted = sorted(set(ids))
    fetch(LOCK_CHAINS, f"{kind} ", wanted)  # on its own: what it waited for must be seen by what follows
    return {key: Link(sequence, sha256) for key, sequence, sha256 in fetch(LAST_LINKS, wanted, kind)}


def record_statements(statements: Sequence[Statement]) -> None:
    """Write the statements with one INSERT, in the surrounding transaction.

    Raises:
        RecordedOutsideTransaction: there is no surrounding transaction.
        IntegrityError: a number of a chain is taken; whoever calls `last_links` first never sees it.
    """
    _require_transaction()
    insert_rows(
        StatementRow(
            at=found.at,
            subject_kind=found.subject.kind,
            subject_id=found.subject.id,
            sequence=found.sequence,
            stage=found.stage,
            part=found.part,
            statement=found.statement,
            signature=found.signature,
        )
        for found in statements
    )


def close_batch(*, most: int, sign: Callable[[OpenBatch], SignedHeader], least: int = 1) -> int:
    """Put the oldest statements without batch, at most so many, into a new one; answer how many, 0 for none.

    Fewer than `least` wait. `sign` makes the header. A handful of queries, whatever the number.

    Raises:
        RecordedOutsideTransaction: there is no surrounding transaction.
    """
    _require_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [BATCH_LOCK])
    waiting = StatementRow.objects.filter(batch=None).order_by("at", "id")
    rows = list(waiting.values_list("id", "at", "statement", "signature")[:most])
    if len(rows) < max(least, 1):
        return 0
    root, paths = audit_paths([leaf_of(bytes(row[2]), bytes(row[3])) for row in rows])
    last = BatchRow.objects.order_by("-number").first()
    batch = OpenBatch(
        number=last.number + 1 if last else 1,
        previous=hashlib.sha256(bytes(last.header)).hexdigest() if last else "00" * HASH_BYTES,
        root=root.hex(),
        size=len(rows),
        first_at=rows[0][1],
        last_at=rows[-1][1],
    )
    _write(batch, sign(batch))
    places = ([row[0] for row in rows], list(range(len(rows))), [b"".join(path) for path in paths])
    with connection.cursor() as cursor:
        cursor.execute(SET_PLACES, [batch.number, *places])
    return len(rows)


def leaf_of(statement: bytes, signature: bytes) -> bytes:
    """What stands in the tree for a statement: the SHA-256 of its bytes, then that of its signature's."""
    return hashlib.sha256(statement).digest() + hashlib.sha256(signature).digest()


def keep_token(batch: Batch, token: bytes, *, at: datetime) -> bool:
    """Keep the timestamp over the batch's header; false if another one came first."""
    rows = BatchRow.objects.filter(number=batch.number, token=None)
    return bool(rows.update(token=token, timestamped_at=at))


def _write(batch: OpenBatch, signed: SignedHeader) -> None:
    BatchRow.objects.create(
        number=batch.number,
        previous=bytes.fromhex(batch.previous),
        root=bytes.fromhex(batch.root),
        size=batch.size,
        first_at=batch.first_at,
        last_at=batch.last_at,
        header=signed.header,
        signature=signed.signature,
    )


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        raise RecordedOutsideTransaction

"""Writing the ledger: one event per act, in the transaction of the act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection

from lienthong.kernel.identifiers import uuid7
from lienthong.kernel.statements import as_json, execute
from lienthong.ledger.contracts import JSON, Actor, Entry, Subject

COLUMNS = {
    "at": "timestamptz",
    "id": "uuid",
    "actor_kind": "text",
    "actor_id": "text",
    "actor_name": "text",
    "post": "text",
    "acting_for": "text",
    "agency_id": "bigint",
    "agency_code": "text",
    "source": "text",
    "verb": "text",
    "subject_kind": "text",
    "subject_id": "text",
    "data": "jsonb",
}
INSERT = (
    f"INSERT INTO ledger_event ({', '.join(COLUMNS)}) SELECT {', '.join(COLUMNS)} "  # noqa: S608
    f"FROM json_to_recordset(%s) AS given ({', '.join(f'{name} {kind}' for name, kind in COLUMNS.items())})"
)


class RecordedOutsideTransaction(RuntimeError):
    """An event was recorded outside the transaction of its act, so one could exist without the other."""


def record(
    *, actor: Actor, verb: str, subject: Subject, at: datetime, data: Mapping[str, JSON] | None = None
) -> None:
    """Write one event in the surrounding transaction.

    Raises:
        RecordedOutsideTransaction: there is no surrounding transaction.
    """
    record_many([Entry(actor=actor, verb=verb, subject=subject, at=at, data=data)])


def record_many(rows: Sequence[Entry]) -> None:
    """Write all events with one INSERT, in their order.

    Raises:
        RecordedOutsideTransaction: there is no surrounding transaction.
    """
    if not connection.in_atomic_block:
        raise RecordedOutsideTransaction
    if not rows:
        return
    execute(INSERT, as_json([dict(zip(COLUMNS, _values(row), strict=True)) for row in rows]))


def _values(entry: Entry) -> tuple[object, ...]:
    """The values of one row in the order of `COLUMNS`."""
    actor, subject = entry.actor, entry.subject
    return (
        entry.at,
        uuid7(),
        actor.kind,
        actor.id,
        actor.name,
        actor.post,
        actor.acting_for,
        actor.agency_id,
        actor.agency_code,
        actor.source,
        entry.verb,
        subject.kind,
        subject.id,
        dict(entry.data or {}),
    )

"""Events, append-only and partitioned by month (see migration 0001); signed statements and their batches."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from lienthong.kernel.identifiers import uuid7
from lienthong.ledger.contracts import Actor, Batch, Event, Proof, ProvenStatement, Statement, Subject
from lienthong.ledger.merkle import HASH_BYTES


class EventRow(models.Model):
    """One act. Plain values, no foreign keys: an event outlives whatever it speaks of.

    Unmanaged, because Django cannot write a partitioned table: a change of columns is SQL in a migration.
    """

    pk = models.CompositePrimaryKey("at", "id")
    at = models.DateTimeField()
    id = models.UUIDField()
    actor_kind = models.TextField()
    actor_id = models.TextField()
    actor_name = models.TextField()
    post = models.TextField()
    acting_for = models.TextField()
    agency_id = models.BigIntegerField(null=True)
    agency_code = models.TextField()
    source = models.TextField()
    verb = models.TextField()
    subject_kind = models.TextField()
    subject_id = models.TextField()
    data = models.JSONField()

    class Meta:
        managed = False
        db_table = "ledger_event"

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_kind} {self.subject_id}"

    def as_event(self) -> Event:
        """This row as the plain value that leaves the app."""
        actor = Actor(
            kind=self.actor_kind,
            id=self.actor_id,
            name=self.actor_name,
            post=self.post,
            acting_for=self.acting_for,
            agency_id=self.agency_id,
            agency_code=self.agency_code,
            source=self.source,
        )
        subject = Subject(self.subject_kind, self.subject_id)
        return Event(id=self.id, at=self.at, verb=self.verb, actor=actor, subject=subject, data=self.data)


class BatchRow(models.Model):
    """Statements under one Merkle root. Append-only (see migration 0003): numbers have no gaps, each header
    is chained to the one before, and of a stored row only the token can be set, once.
    """

    number = models.BigIntegerField(primary_key=True)
    previous = models.BinaryField(help_text="SHA-256 of the header before; 32 noughts for the first")
    root = models.BinaryField()
    size = models.IntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    header = models.BinaryField()
    signature = models.BinaryField()
    token = models.BinaryField(null=True, help_text="RFC 3161, over the header's SHA-256")
    timestamped_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "ledger_batch"
        constraints = [
            models.CheckConstraint(condition=Q(number__gte=1, size__gte=1), name="batch_counted"),
            models.CheckConstraint(
                condition=Q(token=None, timestamped_at=None)
                | Q(token__isnull=False, timestamped_at__isnull=False),
                name="batch_token_has_time",
            ),
        ]
        indexes = [models.Index(fields=["number"], condition=Q(token=None), name="batch_unstamped")]

    def __str__(self) -> str:
        return str(self.number)

    def as_batch(self) -> Batch:
        """This row as the plain value that leaves the app."""
        token = None if self.token is None else bytes(self.token)
        return Batch(self.number, bytes(self.header), bytes(self.signature), token)


class StatementRow(models.Model):
    """A signed statement. Append-only (see migration 0003): of a stored row only its batch and place in it
    can be set, once.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField()
    subject_kind = models.TextField()
    subject_id = models.TextField()
    sequence = models.IntegerField()
    stage = models.TextField()
    part = models.TextField()
    statement = models.BinaryField()
    signature = models.BinaryField()
    batch = models.ForeignKey(
        BatchRow, null=True, on_delete=models.PROTECT, related_name="statements", db_index=False
    )
    position = models.IntegerField(null=True)
    path = models.BinaryField(null=True, help_text="the audit path, 32 bytes a step, lowest first")

    class Meta:
        db_table = "ledger_statement"
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "sequence"], name="statement_chain_once"
            ),
            models.UniqueConstraint(fields=["batch", "position"], name="statement_place_once"),
            models.CheckConstraint(condition=Q(sequence__gte=1) & ~Q(stage=""), name="statement_counted"),
            models.CheckConstraint(
                condition=Q(batch=None, position=None, path=None)
                | Q(batch__isnull=False, position__gte=0, path__isnull=False),
                name="statement_place_whole",
            ),
        ]
        indexes = [models.Index(fields=["at", "id"], condition=Q(batch=None), name="statement_unbatched")]

    def __str__(self) -> str:
        return f"{self.stage} {self.subject_kind} {self.subject_id}"

    def as_proven(self) -> ProvenStatement:
        """This row as the plain value that leaves the app."""
        statement = Statement(
            subject=Subject(self.subject_kind, self.subject_id),
            stage=self.stage,
            sequence=self.sequence,
            at=self.at,
            statement=bytes(self.statement),
            signature=bytes(self.signature),
            part=self.part,
        )
        return ProvenStatement(statement, self._proof())

    def _proof(self) -> Proof | None:
        if self.batch_id is None or self.position is None or self.path is None:
            return None
        joined = bytes(self.path)
        steps = (joined[at : at + HASH_BYTES] for at in range(0, len(joined), HASH_BYTES))
        return Proof(self.batch_id, self.position, tuple(steps))

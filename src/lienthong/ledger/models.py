"""The table of events, append-only and partitioned by month (see migration 0001)."""

from __future__ import annotations

from django.db import models

from lienthong.ledger.contracts import Actor, Event, Subject


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

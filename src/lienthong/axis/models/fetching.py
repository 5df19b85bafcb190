"""What a receiver of this installation keeps of packets that it could not fetch from its axis."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q

SHOWN_AFTER = 5  # attempts; before that it is most likely a line that broke


class FailedFetchQuerySet(models.QuerySet["FailedFetch"]):
    """Questions that failed fetches answer in sets."""

    def resting(self, at: datetime) -> FailedFetchQuerySet:
        """Those of which no attempt is due yet."""
        return self.filter(next_attempt_at__gt=at)

    def dead(self) -> FailedFetchQuerySet:
        """Those an operator should look at."""
        return self.filter(attempts__gte=SHOWN_AFTER)


class FailedFetch(models.Model):
    """A delivery whose packet could not be fetched. The row goes once it was, or once it waits no more."""

    delivery_id = models.UUIDField(primary_key=True)
    sender_name = models.CharField(max_length=255)
    recipient_name = models.CharField(max_length=255)
    document = models.CharField(
        max_length=500, blank=True, help_text="number or summary, as the inbox has it"
    )
    since = models.DateTimeField()
    last_attempt_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField()
    attempts = models.IntegerField()
    problem = models.CharField(max_length=200)

    objects = FailedFetchQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(attempts__gt=0), name="failed_fetch_was_tried"),
            models.CheckConstraint(
                condition=Q(next_attempt_at__gt=models.F("last_attempt_at")), name="failed_fetch_rests"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id}: {self.problem}"

"""What applicants are reminded of by telephone, and whether they were reached."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from lienthong.directory.public import Agency, Official, remembers_agency
from lienthong.dossiers.states import ReminderKind


class Reminder(models.Model):
    """A call for an appointment or a dossier that waits (`subject_id`): how often, when last, by whom."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12)
    subject_id = models.UUIDField()
    reached = models.BooleanField()
    tries = models.PositiveSmallIntegerField(default=1)
    called_at = models.DateTimeField()
    called_by = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject_id", "kind"], name="reminder_once"),
            models.CheckConstraint(condition=Q(kind__in=list(ReminderKind)), name="reminder_kind_known"),
            models.CheckConstraint(condition=Q(tries__gte=1), name="reminder_was_made"),
        ]


remembers_agency(Reminder._meta.label, "agency")

"""Apologies that the platform proposes before a deadline passes; a leader makes them real, or does not."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from lienthong.directory.public import Official
from lienthong.dossiers.models.dossier import Dossier


class ApologyDraft(models.Model):
    """A draft of slip 04 for a dossier about to be late, of a deadline (`due_at`): one for each deadline.

    It is settled once a leader apologised (`settled_by`), or once it is of no use any more (nobody).
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="apology_drafts")
    due_at = models.DateTimeField(help_text="what the applicant was told last")
    until = models.DateTimeField(help_text="the new date proposed")
    reason = models.TextField()
    drafted_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(Official, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dossier", "due_at"], name="apology_draft_once_a_deadline"),
            models.UniqueConstraint(
                fields=["dossier"], condition=Q(settled_at=None), name="apology_draft_one_open"
            ),
            models.CheckConstraint(condition=Q(until__gt=F("due_at")), name="apology_draft_is_later"),
            models.CheckConstraint(condition=~Q(reason=""), name="apology_draft_has_reason"),
            models.CheckConstraint(
                condition=Q(settled_by=None) | Q(settled_at__isnull=False), name="apology_draft_settled_whole"
            ),
        ]

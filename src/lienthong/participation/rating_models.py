"""What parties say of each step of the service they got, and the answer a body owes them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise

from lienthong.directory.public import Agency, Official
from lienthong.dossiers.public import Dossier
from lienthong.identity.public import Party
from lienthong.kernel.identifiers import uuid7
from lienthong.ledger.public import Subject
from lienthong.participation.states import LOW, SCORE_LABELS, STAGE_LABELS, Stage


class Rating(models.Model):
    """A party's rating of one step of a dossier: 1 to 5 points, with words. A low one is owed an answer."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="+", db_index=False)
    stage = models.CharField(max_length=10)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    score = models.PositiveSmallIntegerField()
    words = models.CharField(max_length=1_000, blank=True)
    rated_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, help_text="when the answer to a low rating is due")
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(
        Official, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dossier", "stage"], name="rating_once_per_stage"),
            models.CheckConstraint(condition=Q(stage__in=list(Stage)), name="rating_stage_known"),
            models.CheckConstraint(condition=Q(score__range=(1, 5)), name="rating_score_sane"),
            models.CheckConstraint(
                condition=Q(score__lte=LOW, due_at__isnull=False) | Q(score__gt=LOW, due_at=None),
                name="rating_low_is_owed",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None, answered_by=None)
                | Q(answered_at__isnull=False, answered_by__isnull=False, due_at__isnull=False)
                & ~Q(answer=""),
                name="rating_answer_is_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "rated_at"], name="rating_of_agency"),
            models.Index(
                fields=["agency", "due_at"],
                condition=Q(due_at__isnull=False, answered_at=None),
                name="rating_owed",
            ),
        ]

    @property
    def ledger_subject(self) -> Subject:
        """This rating as the ledger names it."""
        return Subject("participation.rating", str(self.pk))

    @property
    def stage_label(self) -> Promise:
        """What was rated, in the reader's language."""
        return STAGE_LABELS[self.stage]

    @property
    def score_label(self) -> Promise:
        """The points in words."""
        return SCORE_LABELS[self.score]

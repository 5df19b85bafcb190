"""An opinion that an official at a step asks of another body; who answers it has a task of its own."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise

from lienthong.directory.public import Official
from lienthong.dossiers.models.dossier import DossierTask
from lienthong.dossiers.states import VERDICT_LABELS, TaskState, Verdict
from lienthong.kernel.models import Blob


class Opinion(models.Model):
    """What is known of an opinion besides its task, which has the question, the body, the time and the text.

    The task bears the key of the step it was asked at, so that the index of open tasks lets a body be asked
    once at a time for one step; no dossier comes about by it.
    """

    task = models.OneToOneField(
        DossierTask, primary_key=True, on_delete=models.CASCADE, related_name="opinion"
    )
    at_step = models.ForeignKey(DossierTask, on_delete=models.CASCADE, related_name="opinions")
    asked_by = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=12, blank=True)
    question_file = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    question_file_name = models.CharField(max_length=200, blank=True)
    answer_file = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    answer_file_name = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(verdict__in=["", *Verdict]), name="opinion_verdict_known"),
        ]

    @property
    def verdict_label(self) -> Promise | str:
        """What the body said, in the reader's language."""
        return VERDICT_LABELS.get(self.verdict, "")

    @property
    def withdrawn(self) -> bool:
        """Whether it was asked for no longer before it was given."""
        return self.task.state == TaskState.DROPPED

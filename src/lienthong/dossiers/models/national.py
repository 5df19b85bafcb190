"""What the national portal is still to be told, and what it took last."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from lienthong.dossiers.models.dossier import Dossier
from lienthong.dossiers.states import DossierState, National


class NationalReport(models.Model):
    """One thing the national portal is still to be told of a dossier; the row goes when the portal took it.

    `state` and `due_at` are the dossier's when it happened; what else is told is read when it is sent, so no
    copy of the applicant's data lies here. `refused_at`: it is tried no more until someone says so.
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="+")
    service = models.CharField(max_length=10)
    state = models.SmallIntegerField()
    verb = models.CharField(max_length=40)
    happened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, help_text="empty while the clock stands")
    staff = models.CharField(max_length=250, blank=True)
    post_title = models.CharField(max_length=250, blank=True)
    agency_code = models.CharField(max_length=60, blank=True, help_text="where the act was done")
    attempts = models.PositiveIntegerField(default=0)
    refusals = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    code = models.CharField(max_length=40, blank=True, help_text="how the last attempt failed")
    problem = models.CharField(max_length=500, blank=True, help_text="in the portal's own words")
    refused_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(service__in=list(National)), name="national_service_known"),
            models.CheckConstraint(condition=Q(state__in=list(DossierState)), name="national_state_known"),
            models.CheckConstraint(
                condition=Q(refused_at=None) | ~Q(code=""), name="national_refused_says_why"
            ),
        ]
        indexes = [
            models.Index(fields=["dossier", "id"], name="national_of_dossier"),
            models.Index(fields=["id"], condition=Q(refused_at=None), name="national_to_send"),
            models.Index(fields=["id"], condition=~Q(code=""), name="national_troubled"),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id}: {self.service} {self.state}"


class NationalDossier(models.Model):
    """What the national portal knows of a dossier: when it took something of it last, and in which state."""

    dossier = models.OneToOneField(Dossier, primary_key=True, on_delete=models.CASCADE, related_name="+")
    told_at = models.DateTimeField()
    state = models.SmallIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(DossierState)), name="national_known_state_known"
            ),
        ]
        indexes = [models.Index(fields=["-told_at"], name="national_last_told")]

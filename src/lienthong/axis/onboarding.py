"""What is kept of a system on its way from the sandbox to live."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from lienthong.axis.models import ConnectedSystem


class Verdict(models.TextChoices):
    """What the installation makes of a report."""

    PASSED = "passed", "passed"
    FAILED = "failed", "failed"
    INCOMPLETE = "incomplete", "incomplete"
    UNPROVEN = "unproven", "unproven"


class ConformanceReport(models.Model):
    """A run of the conformance kit as its system reported it, and what our own records say of it.

    `outcomes` are objects of `case`, `passed`, `got`, `seconds`; `missing` names what is not in our records.
    """

    system = models.ForeignKey(ConnectedSystem, on_delete=models.PROTECT, related_name="reports")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    received_at = models.DateTimeField()
    verdict = models.CharField(max_length=10, choices=Verdict)
    passed_count = models.IntegerField()
    failed_count = models.IntegerField()
    outcomes = models.JSONField()
    missing = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="report_verdict_known"),
            models.CheckConstraint(
                condition=~Q(verdict=Verdict.PASSED) | Q(failed_count=0, missing=[]),
                name="report_passed_without_failure",
            ),
            models.CheckConstraint(
                condition=Q(finished_at__gte=F("started_at")), name="report_times_ordered"
            ),
        ]
        indexes = [models.Index(fields=["system", "-id"], name="report_of_system")]

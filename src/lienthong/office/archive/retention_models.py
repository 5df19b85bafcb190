"""How long a group of files is kept, as an agency decided it; the shipped table stands in a CSV beside it."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from lienthong.directory.public import Agency, remembers_agency
from lienthong.office.archive.list_models import RETENTION_FORM


class Days(Func):
    """SQL `daterange(from, to)`: from included, to excluded, an empty `to` endless."""

    function = "daterange"
    output_field = models.Field()


class RetentionRule(models.Model):
    """A group of files of an agency and of all below it, with its period: proposed, approved, ended.

    Of one group an agency has one proposal, and one approved row a day. An approved row is never changed:
    what takes its place ends it, so that it stays legible why a file was given its period.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    group = models.CharField(max_length=250)
    group_key = models.CharField(max_length=250, help_text="the group in small letters: what is one group")
    retention = models.CharField(max_length=10)
    source = models.CharField(max_length=150, help_text="law, circular or decision")
    article = models.CharField(max_length=100, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, help_text="the first day on which it is no longer valid")
    proposed_by = models.CharField(max_length=250)
    proposed_at = models.DateTimeField()
    approved_by = models.CharField(max_length=250, blank=True)
    approved_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=250, blank=True)
    ended_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "group_key"], condition=Q(approved_at=None), name="retention_one_proposal"
            ),
            ExclusionConstraint(
                name="retention_one_a_day",
                condition=Q(approved_at__isnull=False),
                expressions=[
                    (F("agency"), RangeOperators.EQUAL),
                    (F("group_key"), RangeOperators.EQUAL),
                    (Days("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(retention__regex=RETENTION_FORM), name="retention_period_known"
            ),
            models.CheckConstraint(
                condition=~Q(group="") & ~Q(group_key="") & ~Q(source=""), name="retention_is_named"
            ),
            models.CheckConstraint(
                condition=Q(approved_at=None, approved_by="", valid_to=None)
                | (Q(approved_at__isnull=False) & ~Q(approved_by="")),
                name="retention_approved_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None, ended_by="", ended_reason="")
                | (Q(valid_to__gte=F("valid_from")) & ~Q(ended_by="") & ~Q(ended_reason="")),
                name="retention_ended_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group[:60]}: {self.retention}"


remembers_agency(RetentionRule._meta.label, "agency")

"""Small tables of counts, so that no page counts the large ones; `actions/figures` writes them.

They are registered with Django by `models`, which stands above them.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from lienthong.axis.sandbox import ROOT
from lienthong.directory.public import Agency, remembers_agency


class Span(models.TextChoices):
    """How long a count's period is."""

    MINUTE = "m", "minute"
    HOUR = "h", "hour"


class Kind(models.TextChoices):
    """What is counted, and for which agency."""

    SENT = "sent", "packets stored, by their sender"
    COLLECTED = "collected", "deliveries collected, by their recipient"
    REPORTED = "reported", "status events, by the recipient that reported"


class Tally(models.Model):
    """How many of a kind fell into the minute or hour from `start`; no agency means all together."""

    span = models.CharField(max_length=1, choices=Span)
    kind = models.CharField(max_length=10, choices=Kind)
    start = models.DateTimeField()
    agency = models.ForeignKey(Agency, null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    count = models.IntegerField()

    class Meta:
        app_label = "axis"
        constraints = [
            models.UniqueConstraint(
                fields=["span", "start", "kind", "agency"], name="tally_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="tally_kind_known"),
            models.CheckConstraint(condition=Q(span__in=Span.values), name="tally_span_known"),
        ]
        indexes = [models.Index(fields=["span", "start"], name="tally_total", condition=Q(agency=None))]

    def __str__(self) -> str:
        return f"{self.kind} {self.start} {self.count}"


class BacklogQuerySet(models.QuerySet["Backlog"]):
    """Questions that backlogs answer in sets."""

    def real(self) -> BacklogQuerySet:
        """Those of real agencies, without the sandbox."""
        return self.exclude(Q(agency__code=ROOT) | Q(agency__code__startswith=f"{ROOT}."))


class Backlog(models.Model):
    """What waited for a recipient when the figures were last counted."""

    agency = models.OneToOneField(Agency, primary_key=True, on_delete=models.CASCADE, related_name="+")
    uncollected = models.IntegerField()
    unregistered = models.IntegerField(help_text="collected, but neither registered nor returned")
    oldest_at = models.DateTimeField(null=True, help_text="when the oldest uncollected one was sent")

    objects = BacklogQuerySet.as_manager()

    class Meta:
        app_label = "axis"

    def __str__(self) -> str:
        return f"{self.agency_id}: {self.uncollected}, {self.unregistered}"


class Refused(models.Model):
    """How often a system was refused with a code in an hour; unknown callers are one, without system."""

    hour = models.DateTimeField()
    code = models.CharField(max_length=60)
    system = models.ForeignKey(
        "axis.ConnectedSystem", null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    count = models.IntegerField()

    class Meta:
        app_label = "axis"
        constraints = [
            models.UniqueConstraint(
                fields=["hour", "code", "system"], name="refused_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.hour} {self.count}"


class CountedUntil(models.Model):
    """The one row that says up to when everything has been counted."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    at = models.DateTimeField()

    class Meta:
        app_label = "axis"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="counted_until_is_one")]

    def __str__(self) -> str:
        return str(self.at)


# What waits is held open by the deliveries themselves.
remembers_agency(Tally._meta.label, "agency")
remembers_agency(Backlog._meta.label, "agency")

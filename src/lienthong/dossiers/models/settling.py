"""What anyone is told of a service: how long it really took, and how often it is asked for (ADR 0075).

Both are written anew every night in one statement each (`actions/measuring.py`); nobody else writes them. A
figure of fewer than `FEWEST` dossiers could point to a person, so the database refuses to hold one.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from lienthong.directory.public import Agency, remembers_agency
from lienthong.procedures.public import Procedure

FEWEST, MOST_CASES = 5, 100


class SettlingTime(models.Model):
    """In how many working days the last dossiers of a procedure were settled, by one body or by all.

    Of the last `cases` (at most 100) finished ones: half took no longer than `median` days, nine of ten no
    longer than `ninth`. Counted from the day the clock began to the day of the decision, 0 on the same day;
    what was waited for the applicant is in it.
    """

    agency = models.ForeignKey(
        Agency, null=True, on_delete=models.PROTECT, related_name="+", db_index=False, help_text="empty: all"
    )
    procedure = models.ForeignKey(Procedure, on_delete=models.CASCADE, related_name="+", db_index=False)
    cases = models.SmallIntegerField()
    median = models.SmallIntegerField()
    ninth = models.SmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["procedure", "agency"], nulls_distinct=False, name="settling_time_once"
            ),
            models.CheckConstraint(
                condition=Q(cases__range=(FEWEST, MOST_CASES)), name="settling_time_of_enough_cases"
            ),
            models.CheckConstraint(
                condition=Q(median__gte=0, ninth__gte=F("median")), name="settling_time_ordered"
            ),
        ]


class ServiceDemand(models.Model):
    """How many dossiers of a procedure were handed in within the last twelve months.

    At all bodies, or at those of one agency of the first level: a province or a ministry.
    """

    agency = models.ForeignKey(
        Agency, null=True, on_delete=models.PROTECT, related_name="+", db_index=False, help_text="empty: all"
    )
    procedure = models.ForeignKey(Procedure, on_delete=models.CASCADE, related_name="+", db_index=False)
    received = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "procedure"], nulls_distinct=False, name="service_demand_once"
            ),
            models.CheckConstraint(condition=Q(received__gte=FEWEST), name="service_demand_of_enough"),
        ]


for _told in (SettlingTime, ServiceDemand):
    remembers_agency(_told._meta.label, "agency")

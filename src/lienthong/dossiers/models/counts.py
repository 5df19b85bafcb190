"""What is counted of dossiers and steps (ADR 0056): deltas that triggers write, counts that a job folds.

A dossier's row says by itself on which days it counts as what (the SQL function `dossiers_cells`); each
change of a row leaves the difference. A linked dossier is counted with its root.
"""

from __future__ import annotations

from django.db import models

from lienthong.directory.public import Agency, Official, remembers_agency
from lienthong.procedures.public import Procedure

DAY, MONTH, YEAR = 1, 2, 3


class DossierCells(models.Model):
    """What dossiers count as on a day; on the days they were handed in, accepted, ended, and fell due.

    `fell_due` counts a dossier on the day of its deadline if it was not ended by that day's end, `over_ended`
    on the day it ended after all: their difference is what is over time.
    """

    day = models.DateField()
    received_counter = models.IntegerField(default=0)
    received_post = models.IntegerField(default=0)
    received_online = models.IntegerField(default=0)
    early = models.IntegerField(default=0)
    on_time = models.IntegerField(default=0)
    late = models.IntegerField(default=0)
    refused = models.IntegerField(default=0, help_text="of the finished ones")
    returned = models.IntegerField(default=0, help_text="not accepted, or stopped")
    withdrawn = models.IntegerField(default=0)
    fell_due = models.IntegerField(default=0)
    over_ended = models.IntegerField(default=0)
    # The default is also the database's, for a program of before that does not know them.
    with_papers = models.IntegerField(default=0, db_default=0, help_text="accepted with papers")
    papers_filed = models.IntegerField(default=0, db_default=0, help_text="of these, all kept as files")
    result_signed = models.IntegerField(default=0, db_default=0, help_text="granted, signed electronically")

    class Meta:
        abstract = True


class DossierDelta(DossierCells):
    """What one statement changed, until it is folded. Only written and taken away, so nobody waits here."""

    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    procedure = models.ForeignKey(
        Procedure, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )


class DossierCount(DossierCells):
    """The sum of the deltas of a day, a month or a year (`grain`), under its first day."""

    grain = models.SmallIntegerField()
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency", "grain", "day", "procedure"], name="dossier_count_once")
        ]


class OfficialCells(models.Model):
    """What an official's finished steps count as, on the day they were finished."""

    day = models.DateField()
    early = models.IntegerField(default=0)
    on_time = models.IntegerField(default=0)
    late = models.IntegerField(default=0)

    class Meta:
        abstract = True


class OfficialDelta(OfficialCells):
    """As `DossierDelta`, of finished steps."""

    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    official = models.ForeignKey(
        Official, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )


class OfficialCount(OfficialCells):
    """As `DossierCount`, of finished steps."""

    grain = models.SmallIntegerField()
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    official = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency", "grain", "day", "official"], name="official_count_once")
        ]


for _counted in (DossierDelta, DossierCount, OfficialDelta, OfficialCount):
    remembers_agency(_counted._meta.label, "agency")

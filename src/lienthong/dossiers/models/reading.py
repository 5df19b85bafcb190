"""Who opened a dossier: shown to its parties."""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models


class DossierReading(models.Model):
    """That an official opened a dossier on a day: in which post of which agency, and for which step of it.

    Plain values, as in the ledger: a row outlives what it speaks of, and writing it waits for no act that
    holds the dossier. Once a day, by the key. `at` is the first time on the day.
    """

    pk = models.CompositePrimaryKey("dossier_id", "official_id", "day")
    dossier_id = models.UUIDField()
    official_id = models.BigIntegerField()
    day = models.DateField()
    at = models.DateTimeField()
    agency_id = models.BigIntegerField()
    post = models.CharField(max_length=150, blank=True)
    role = models.CharField(max_length=20)
    step = models.CharField(max_length=40, blank=True, help_text="open with the reader then; empty: none")

    class Meta:
        indexes = [BrinIndex(fields=["day"], name="dossier_reading_by_day")]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.day}"

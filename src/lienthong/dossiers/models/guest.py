"""Which agencies besides its own a dossier came to."""

from __future__ import annotations

from django.db import models

from lienthong.directory.public import Agency, remembers_agency
from lienthong.dossiers.models.dossier import Dossier


class DossierGuest(models.Model):
    """An agency that had a step of another's dossier, and may read it since.

    The database adds the rows itself when steps open (a trigger on the tasks): few, where the steps of the
    agency's own dossiers are many, so that a list finds them without asking each dossier (ADR 0060).
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="guests")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "dossier"], name="dossier_guest_once")]


remembers_agency(DossierGuest._meta.label, "agency")

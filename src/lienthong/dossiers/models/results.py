"""What the applicant gets: results as official documents, and the record of handing them out."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q

from lienthong.directory.public import Agency, Official, holds_agency
from lienthong.documents.public import OfficialDocument
from lienthong.dossiers.models.around import HeldDocument
from lienthong.dossiers.models.dossier import Dossier
from lienthong.dossiers.states import HandOutWay
from lienthong.identity.public import Party
from lienthong.kernel.identifiers import uuid7


class DossierResult(models.Model):
    """One kind of result of a dossier: the official document it is, a draft until it is signed.

    `agency` is the one in whose name it is made: the owner's, or that of a lane elsewhere. `held` is the
    signed file as a document of the applicant; without it nothing is signed yet. Each change of a draft is
    a new `document`, so that its key says which text somebody has read.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="results", db_index=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    document = models.OneToOneField(OfficialDocument, null=True, on_delete=models.PROTECT, related_name="+")
    held = models.ForeignKey(HeldDocument, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    valid_until = models.DateField(null=True)
    read_at = models.DateTimeField(null=True, help_text="when a party first opened it on the portal")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "key"], name="dossier_result_once"),
            models.CheckConstraint(
                condition=Q(held=None) | Q(document__isnull=False), name="dossier_result_signed_is_whole"
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(held__isnull=False),
                name="dossier_result_draft_is_not_valid",
            ),
        ]
        indexes = [
            # What waits for a leader of the agency: the drafts, few beside all that was ever signed.
            models.Index(fields=["agency", "id"], condition=Q(held=None), name="dossier_result_unsigned"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def signed(self) -> bool:
        """Whether it has its number and its signatures, so that it is never changed again."""
        return self.held_id is not None

    @property
    def seen_as(self) -> str:
        """The draft as it is now, for a form that says which one was read."""
        return f"{self.pk}:{self.document_id}"


class HandOut(models.Model):
    """That the result went out of the house: to whom, how, on whose authority. A dossier has one.

    `party` is empty for somebody who is no party of the dossier; then `authority` says why they got it.
    """

    dossier = models.OneToOneField(
        Dossier, primary_key=True, on_delete=models.CASCADE, related_name="hand_out"
    )
    way = models.CharField(max_length=12, choices=HandOutWay.choices)
    party = models.ForeignKey(Party, null=True, on_delete=models.PROTECT, related_name="+")
    received_by = models.CharField(max_length=250)
    authority = models.CharField(max_length=500, blank=True, help_text="the mandate; empty for the applicant")
    reference = models.CharField(max_length=100, blank=True, help_text="of the parcel, the receipt")
    handed_by = models.ForeignKey(Official, null=True, on_delete=models.PROTECT, related_name="+")
    handed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(way__in=HandOutWay.values), name="hand_out_way_known"),
            models.CheckConstraint(condition=~Q(received_by=""), name="hand_out_names_receiver"),
            models.CheckConstraint(
                condition=Q(party__isnull=False) | ~Q(authority=""), name="hand_out_to_another_has_authority"
            ),
        ]

    def __str__(self) -> str:
        return self.received_by


def _unsigned(day: date) -> Q:
    return Q(held=None)


holds_agency(DossierResult._meta.label, "agency", still=_unsigned)

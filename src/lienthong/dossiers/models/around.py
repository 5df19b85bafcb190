"""What belongs to a dossier: parties, papers, the supplement, pauses, slips; numbers and bodies."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.functional import Promise

from lienthong.directory.public import Agency, Official, remembers_agency
from lienthong.dossiers.models.dossier import Dossier, DossierTask
from lienthong.dossiers.states import (
    SLIP_LABELS,
    PartyRole,
    SlipKind,
)
from lienthong.identity.public import Party
from lienthong.kernel.identifiers import uuid7
from lienthong.kernel.models import Blob
from lienthong.kernel.plain import Plain as Plain


class DossierParty(models.Model):
    """Who stands behind a dossier: the applicant, and who acts for them, with the mandate."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="parties", db_index=False)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20)
    mandate = models.CharField(max_length=500, blank=True, help_text="what the representative acts on")
    mandate_file = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    stated_number = models.CharField(
        max_length=14, blank=True, default="", db_default="", help_text="what an unproven person says it is"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(role__in=list(PartyRole)), name="dossier_party_role_known"),
            models.UniqueConstraint(fields=["dossier", "party", "role"], name="dossier_party_once"),
            models.UniqueConstraint(
                fields=["dossier"], condition=Q(role=PartyRole.APPLICANT), name="dossier_one_applicant"
            ),
            models.CheckConstraint(
                condition=~Q(role=PartyRole.REPRESENTATIVE) | ~Q(mandate=""),
                name="dossier_representative_has_mandate",
            ),
        ]


class HeldDocument(models.Model):
    """A document that a party once gave or got, kept to be used again (NĐ 45/2020/NĐ-CP, Đ.25)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=500)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200)
    given_at = models.DateTimeField()
    valid_until = models.DateField(null=True)
    issued = models.BooleanField(default=False, help_text="a result of a dossier, not something handed in")
    source = models.ForeignKey(Dossier, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["party", "name", "blob"], name="held_document_once"),
        ]
        indexes = [models.Index(fields=["party", "-id"], name="held_document_of_party")]

    def __str__(self) -> str:
        return self.name


class DossierPaper(models.Model):
    """One paper of a dossier, as the checklist has it; with its file once it was scanned or sent."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="papers", db_index=False)
    key = models.CharField(max_length=40, blank=True, help_text="of the required paper; empty if another")
    name = models.CharField(max_length=500)
    originals = models.PositiveSmallIntegerField(default=0)
    copies = models.PositiveSmallIntegerField(default=0)
    held = models.ForeignKey(
        HeldDocument, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    given_at = models.DateTimeField()
    supplement = models.ForeignKey(
        "SupplementRequest", null=True, on_delete=models.PROTECT, related_name="papers", db_index=False
    )

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["dossier", "id"], name="dossier_paper_of"),
            models.Index(fields=["held"], condition=Q(held__isnull=False), name="dossier_paper_with_file"),
            models.Index(
                fields=["supplement"],
                condition=Q(supplement__isnull=False),
                name="dossier_paper_supplied",
            ),
        ]


class SupplementRequest(models.Model):
    """What is missing or wrong, told once and whole (NĐ 61/2018/NĐ-CP, Đ.19 k.4); a dossier has one."""

    dossier = models.OneToOneField(Dossier, on_delete=models.CASCADE, related_name="supplement")
    task = models.ForeignKey(DossierTask, null=True, on_delete=models.PROTECT, related_name="+")
    items = models.JSONField(help_text="a list of texts, one each")
    reason = models.TextField()
    asked_by = models.ForeignKey(
        Official,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="empty: asked elsewhere",
    )
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answers = models.JSONField(
        null=True, help_text="the party's words, one text for each item; empty if none"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="supplement_has_reason"),
            models.CheckConstraint(condition=~Q(items=[]), name="supplement_has_items"),
        ]


class Pause(models.Model):
    """A stretch of time during which a dossier's clock stood, and why."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="pauses")
    reason = models.CharField(max_length=40)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["dossier"], condition=Q(ended_at=None), name="dossier_one_pause_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("began_at")), name="pause_ends_after_it_began"
            ),
        ]


class Slip(models.Model):
    """A slip that the applicant got, with the facts it was made of; its PDF is drawn when first asked for."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="slips", db_index=False)
    kind = models.CharField(max_length=2)
    facts = models.JSONField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Official, null=True, on_delete=models.PROTECT, related_name="+")
    blob = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=list(SlipKind)), name="slip_kind_known"),
        ]
        indexes = [
            models.Index(fields=["dossier", "id"], name="slip_of_dossier"),
            models.Index(fields=["blob"], condition=Q(blob__isnull=False), name="slip_drawn"),
        ]

    @property
    def label(self) -> Promise:
        """What it is, in the reader's language."""
        return SLIP_LABELS[self.kind]


class DaySequence(models.Model):
    """The last number that an agency gave to a dossier on a day."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    last = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "day"], name="dossier_sequence_of_day")]


class CompetentBody(models.Model):
    """Which agency of a province answers for a field: asked where a process names "the department"."""

    province = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    field = models.CharField(max_length=40, help_text="code of the service field")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["province", "field"], name="competent_body_once")]


remembers_agency(DaySequence._meta.label, "agency")
remembers_agency(CompetentBody._meta.label, "province")
remembers_agency(CompetentBody._meta.label, "agency")

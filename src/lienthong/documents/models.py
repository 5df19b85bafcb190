"""Official documents and the series their numbers come from."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q

from lienthong.directory.public import Agency, Division, Official, holds_agency, remembers_agency
from lienthong.documents.contracts import DOCUMENT_TYPES, TYPES, DocumentType
from lienthong.documents.states import DocumentState, SourceState, Urgency
from lienthong.kernel.identifiers import uuid7
from lienthong.kernel.models import Blob
from lienthong.ledger.public import Subject


class NumberSeries(models.Model):
    """The numbers an agency has given out in one register and year; they run from 1 with no gap."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    register = models.CharField(max_length=30)
    year = models.SmallIntegerField()
    last = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency", "register", "year"], name="number_series_unique"),
            models.CheckConstraint(condition=Q(last__gte=1), name="number_series_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.register} {self.year}: {self.last}"


class OfficialDocument(models.Model):
    """A document an agency drafts and issues. Once issued nothing of it changes; a trigger refuses it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    division = models.ForeignKey(Division, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    type = models.CharField(max_length=10, choices=[(kind.code, kind.name_vi) for kind in DOCUMENT_TYPES])
    register = models.CharField(max_length=30, default="documents")
    number = models.IntegerField(null=True, blank=True)
    year = models.SmallIntegerField(null=True, blank=True)
    notation = models.CharField(max_length=100)
    subject = models.TextField()
    body = models.JSONField(default=list, help_text="paragraphs of plain text, in order")
    place = models.CharField(max_length=100, blank=True)
    addressees = models.JSONField(default=list, help_text="Kính gửi, one text each")
    recipients = models.JSONField(default=list, help_text="Nơi nhận, one text each")
    urgency = models.CharField(max_length=15, choices=Urgency.choices, blank=True, default=Urgency.ORDINARY)
    authority = models.CharField(max_length=250, blank=True)
    position = models.CharField(max_length=150, blank=True)
    signer = models.ForeignKey(Official, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    uploaded = models.ForeignKey(Blob, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    pdf = models.ForeignKey(Blob, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=DocumentState.choices, default=DocumentState.DRAFT)
    promulgated_on = models.DateField(null=True, blank=True)
    drafted_by = models.ForeignKey(
        Official, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    drafted_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "register", "year", "number"], name="document_number_unique"
            ),
            models.CheckConstraint(condition=Q(type__in=list(TYPES)), name="document_type_known"),
            models.CheckConstraint(
                condition=Q(state=DocumentState.DRAFT, number=None, pdf=None, issued_at=None)
                | Q(
                    state=DocumentState.ISSUED,
                    number__gte=1,
                    year__isnull=False,
                    pdf__isnull=False,
                    signer__isnull=False,
                    promulgated_on__isnull=False,
                    issued_at__isnull=False,
                ),
                name="document_issued_is_whole",
            ),
        ]
        indexes = [models.Index(fields=["agency", "-id"], name="document_of_agency")]

    def __str__(self) -> str:
        return self.code or self.subject[:80]

    @property
    def document_type(self) -> DocumentType:
        """The type with its names and abbreviation."""
        return TYPES[self.type]

    @property
    def code(self) -> str:
        """Number and notation, "01/QĐ-UBND"; empty before issue. Below 10 a nought leads (NĐ 30, annex I)."""
        return f"{self.number:02d}/{self.notation}" if self.number else ""

    @property
    def sha256(self) -> str:
        """The hash of the issued PDF, empty before issue."""
        return self.pdf_id or ""

    @property
    def ledger_subject(self) -> Subject:
        """This document as the ledger names it."""
        return Subject("documents.officialdocument", str(self.pk))


class FormReading(models.Model):
    """What was read once of an uploaded draft for the check of its form; null when it could not be read."""

    document = models.OneToOneField(OfficialDocument, on_delete=models.CASCADE, related_name="form_reading")
    sheet = models.JSONField(null=True, help_text="form_check.sheet.Sheet")
    read_at = models.DateTimeField()


class DraftSource(models.Model):
    """The Word file of which a draft's PDF is made by the worker, and what became of that."""

    document = models.OneToOneField(OfficialDocument, on_delete=models.CASCADE, related_name="source")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=SourceState.choices, default=SourceState.WAITING)
    problem = models.CharField(max_length=30, blank=True, help_text="the code of a refusal of converting")
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state=SourceState.WAITING, ended_at=None, problem="")
                | Q(state=SourceState.CONVERTED, ended_at__isnull=False, problem="")
                | Q(state=SourceState.FAILED, ended_at__isnull=False) & ~Q(problem=""),
                name="draft_source_end_is_said",
            )
        ]


def _is_draft(day: date) -> Q:
    return Q(state=DocumentState.DRAFT)


holds_agency(OfficialDocument._meta.label, "agency", still=_is_draft)
remembers_agency(NumberSeries._meta.label, "agency")

"""Official documents and the series their numbers come from."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q

from lienthong.directory.public import Agency, Division, Official, holds_agency, remembers_agency
from lienthong.documents.contracts import TYPES, DocumentType
from lienthong.documents.scan_models import FileToScan, ScannedFile  # noqa: F401 — Django looks here
from lienthong.documents.states import CopyForm, DocumentState, SourceState, Urgency
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
    type = models.CharField(max_length=10, choices=[(kind.code, kind.name_vi) for kind in TYPES.values()])
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


class ElectronicCopy(models.Model):
    """A copy an agency made and sealed of a document, in its register of copies (NĐ 30/2020, Đ.25–27).

    A trigger refuses every change but one: where the original was withdrawn the file goes, the row stays.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    form = models.CharField(max_length=5, choices=CopyForm.choices)
    number = models.IntegerField()
    year = models.SmallIntegerField()
    notation = models.CharField(max_length=100)
    original = models.ForeignKey(
        OfficialDocument,
        null=True,
        on_delete=models.PROTECT,
        related_name="copies",
        help_text="where it was issued here",
    )
    original_code = models.CharField(max_length=200, blank=True)
    original_agency = models.CharField(max_length=250)
    original_sha256 = models.CharField(max_length=64)
    first_page = models.PositiveSmallIntegerField(null=True)
    last_page = models.PositiveSmallIntegerField(null=True)
    extract = models.CharField(max_length=500, blank=True, help_text="what an excerpt was made of")
    pdf = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    instructed_by = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="+", db_index=False)
    made_by = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency", "year", "number"], name="copy_number_unique"),
            models.CheckConstraint(condition=Q(number__gte=1), name="copy_number_from_one"),
            models.CheckConstraint(condition=Q(form__in=CopyForm.values), name="copy_form_known"),
            models.CheckConstraint(
                condition=Q(form=CopyForm.EXCERPT, first_page__gte=1, last_page__gte=models.F("first_page"))
                & ~Q(extract="")
                | ~Q(form=CopyForm.EXCERPT) & Q(first_page=None, last_page=None, extract=""),
                name="copy_excerpt_says_of_what",
            ),
        ]
        indexes = [models.Index(fields=["agency", "-id"], name="copy_of_agency")]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """Number and notation: "01/SY-UBND"."""
        return f"{self.number:02d}/{self.notation}"


def _is_draft(day: date) -> Q:
    return Q(state=DocumentState.DRAFT)


holds_agency(OfficialDocument._meta.label, "agency", still=_is_draft)
remembers_agency(ElectronicCopy._meta.label, "agency")
remembers_agency(NumberSeries._meta.label, "agency")

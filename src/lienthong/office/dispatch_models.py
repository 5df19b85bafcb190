"""Who gets a document without the axis: inside the agency, and on paper. Found through `models.py`."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise

from lienthong.directory.public import Agency, Division, Official, Post, remembers_agency
from lienthong.office.states import WAY_LABELS, Way

PAPER_NAME_LIMIT = 250


class InsideRecipient(models.Model):
    """A division or an official of the own agency who gets the issued document; who read it first."""

    document = models.ForeignKey(
        "office.OutgoingDocument", on_delete=models.CASCADE, related_name="inside", db_index=False
    )
    division = models.ForeignKey(Division, null=True, on_delete=models.PROTECT, related_name="+")
    official = models.ForeignKey(Official, null=True, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")
    named_by = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="+", db_index=False)
    named_at = models.DateTimeField()
    read_by = models.ForeignKey(
        Official, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["document", "division"], name="inside_division_once"),
            models.UniqueConstraint(fields=["document", "official"], name="inside_official_once"),
            models.CheckConstraint(
                condition=Q(division__isnull=False, official=None, post=None)
                | Q(division=None, official__isnull=False, post__isnull=False),
                name="inside_is_one",
            ),
            models.CheckConstraint(
                condition=Q(read_by=None, read_at=None) | Q(read_by__isnull=False, read_at__isnull=False),
                name="inside_reading_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return str(self.division or self.official)


class PaperRecipient(models.Model):
    """One who gets the document on paper: words, or an agency of the directory that has no connection."""

    document = models.ForeignKey(
        "office.OutgoingDocument", on_delete=models.CASCADE, related_name="paper", db_index=False
    )
    name = models.CharField(max_length=PAPER_NAME_LIMIT)
    agency = models.ForeignKey(Agency, null=True, on_delete=models.PROTECT, related_name="+")
    named_by = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="+", db_index=False)
    named_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["document", "name"], name="paper_name_once"),
            models.UniqueConstraint(fields=["document", "agency"], name="paper_agency_once"),
            models.CheckConstraint(condition=~Q(name=""), name="paper_has_name"),
        ]

    def __str__(self) -> str:
        return self.name


class PaperDispatch(models.Model):
    """How the paper went, as a clerk recorded it; a correction is a later row (a trigger refuses changes).

    With `change` it is no dispatch of the document but the notice of its withdrawal or correction.
    """

    recipient = models.ForeignKey(
        PaperRecipient, on_delete=models.PROTECT, related_name="dispatches", db_index=False
    )
    change = models.ForeignKey(
        "office.IssuedChange", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    sequence = models.PositiveSmallIntegerField()
    way = models.CharField(max_length=10)
    sent_on = models.DateField()
    carried_by = models.CharField(max_length=150, help_text="who handed it over or took it to the post")
    receipt_number = models.CharField(max_length=100, blank=True)
    reason = models.CharField(max_length=500, blank=True, help_text="why the row before was wrong")
    recorded_by = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="+", db_index=False)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["sequence"]
        constraints = [
            models.UniqueConstraint(fields=["recipient", "sequence"], name="paper_dispatch_unique"),
            models.CheckConstraint(condition=Q(way__in=list(Way)), name="paper_dispatch_way_known"),
            models.CheckConstraint(
                condition=Q(sequence=1, reason="") | Q(sequence__gt=1) & ~Q(reason=""),
                name="paper_correction_has_reason",
            ),
            models.CheckConstraint(condition=~Q(carried_by=""), name="paper_dispatch_has_bearer"),
        ]

    @property
    def way_label(self) -> Promise:
        """The way in the reader's language."""
        return WAY_LABELS[self.way]


remembers_agency(PaperRecipient._meta.label, "agency")

"""The text of documents' files, read in the background, so that it can be searched."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.utils.functional import Promise

from lienthong.directory.public import Agency, Official, remembers_agency
from lienthong.office.states import READING_LABELS, Reading
from lienthong.office.text_search import Words


class FileText(models.Model):
    """What the files of a document say: taken from them, or read by OCR.

    In a table of its own, because it is long and only searched. Its row is the order to read it, too.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=10, default=Reading.WAITING)
    text = models.TextField(blank=True)
    by_ocr = models.BooleanField(default=False)
    error = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    words = models.GeneratedField(
        expression=Words(F("text")), output_field=SearchVectorField(), db_persist=True
    )

    class Meta:
        abstract = True

    @property
    def state_label(self) -> Promise:
        """The state in the reader's language."""
        return READING_LABELS[self.state]


class ReadText(FileText):
    """What the first PDF of an incoming document says."""

    document = models.OneToOneField(
        "office.IncomingDocument", on_delete=models.CASCADE, primary_key=True, related_name="read_text"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(Reading)), name="read_text_state_known"),
            models.CheckConstraint(condition=Q(state=Reading.DONE) | Q(text=""), name="read_text_only_done"),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], condition=Q(state=Reading.WAITING), name="read_text_waiting"
            ),
            models.Index(fields=["document"], condition=Q(state=Reading.ABSENT), name="read_text_absent"),
            GinIndex(fields=["agency", "words"], name="read_text_words"),
        ]


class IssuedText(FileText):
    """What an issued document of the agency and its annexes say."""

    document = models.OneToOneField(
        "office.OutgoingDocument", on_delete=models.CASCADE, primary_key=True, related_name="issued_text"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(Reading)), name="issued_text_state_known"),
            models.CheckConstraint(
                condition=Q(state=Reading.DONE) | Q(text=""), name="issued_text_only_done"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], condition=Q(state=Reading.WAITING), name="issued_text_waiting"
            ),
            GinIndex(fields=["agency", "words"], name="issued_text_words"),
        ]


class ReadingBackfill(models.Model):
    """How far the documents that were here before the text search have been ordered to be read: one row.

    They are walked by primary key, which grows with time, from `after` to `until`.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    after = models.UUIDField(null=True, help_text="the last document looked at")
    until = models.UUIDField(help_text="the newest document when it began")
    total = models.PositiveBigIntegerField(help_text="documents when it began")
    looked_at = models.PositiveBigIntegerField(default=0)
    ordered = models.PositiveBigIntegerField(default=0)
    began_at = models.DateTimeField()
    stepped_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="reading_backfill_one_row")]


class SavedSearch(models.Model):
    """A search an official keeps for himself or herself: a name for the filters of a list."""

    official = models.ForeignKey(Official, on_delete=models.CASCADE, related_name="+")
    place = models.CharField(max_length=10, help_text="the list: incoming or outgoing")
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=1500)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["official", "place", "name"], name="saved_search_name")
        ]


remembers_agency(ReadText._meta.label, "agency")
remembers_agency(IssuedText._meta.label, "agency")

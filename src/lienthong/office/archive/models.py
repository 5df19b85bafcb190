"""Work files and what stands in them."""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Deferrable, F, Q
from django.db.models.functions import Concat
from django.utils.functional import Promise

from lienthong.directory.public import Agency, Division, Official, Post, holds_agency
from lienthong.kernel.identifiers import uuid7
from lienthong.kernel.models import Blob
from lienthong.ledger.public import Subject
from lienthong.office.archive.list_models import RETENTION_FORM, PlannedFile
from lienthong.office.archive.states import (
    FILE_STATE_LABELS,
    SEALED_STATES,
    STATE_COLORS,
    FileState,
    Retention,
    retention_of,
)
from lienthong.office.models import IncomingDocument, OutgoingDocument
from lienthong.office.text_search import Plain
from lienthong.tasks.public import Task

_PAST_CLOSING = [state for state in FileState if state is not FileState.OPEN]


class WorkFile(models.Model):
    """What came about in one piece of work, kept together (hồ sơ công việc; NĐ 30/2020, ch. IV).

    `item_count` is the last position given; it is counted under the file's own lock. `seal` is the agency's
    detached signature over the METS file whose SHA-256 is `sealed_sha256`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    year = models.SmallIntegerField()
    code = models.CharField(max_length=50, help_text="as in the agency's list of files")
    title = models.TextField()
    division = models.ForeignKey(Division, null=True, on_delete=models.PROTECT, related_name="+")
    keeper = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="+")
    keeper_post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")
    retention = models.CharField(max_length=10)
    planned = models.ForeignKey(
        PlannedFile, null=True, on_delete=models.PROTECT, related_name="files", db_index=False
    )
    unplanned_reason = models.TextField(blank=True, help_text="why it stands outside the approved list")
    state = models.CharField(max_length=10, default=FileState.OPEN)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)
    handed_in_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.CharField(max_length=250, blank=True)
    reason = models.TextField(blank=True, help_text="why it was returned or opened again, the last time")
    item_count = models.PositiveIntegerField(default=0)
    cover = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    contents = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    seal = models.TextField(blank=True)
    sealed_sha256 = models.CharField(max_length=64, blank=True)
    search_text = models.GeneratedField(
        expression=Plain(Concat(F("code"), models.Value(" "), F("title"), output_field=models.TextField())),
        output_field=models.TextField(),
        db_persist=True,
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency", "year", "code"], name="work_file_code"),
            models.UniqueConstraint(
                fields=["planned"], condition=Q(planned__isnull=False), name="work_file_planned_once"
            ),
            models.CheckConstraint(condition=Q(state__in=list(FileState)), name="work_file_state_known"),
            models.CheckConstraint(
                condition=Q(retention__regex=RETENTION_FORM), name="work_file_retention_known"
            ),
            models.CheckConstraint(condition=~Q(code="") & ~Q(title=""), name="work_file_is_named"),
            models.CheckConstraint(
                condition=Q(planned=None) | Q(unplanned_reason=""), name="work_file_planned_or_why_not"
            ),
            models.CheckConstraint(
                condition=Q(state=FileState.OPEN, closed_on=None, cover=None, contents=None)
                | Q(
                    state__in=_PAST_CLOSING,
                    closed_on__isnull=False,
                    cover__isnull=False,
                    contents__isnull=False,
                    item_count__gt=0,
                ),
                name="work_file_closed_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(closed_on__gte=F("opened_on")), name="work_file_days_ordered"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(SEALED_STATES))
                | (Q(handed_in_at__isnull=False) & ~Q(seal="") & ~Q(sealed_sha256="")),
                name="work_file_handed_in_is_sealed",
            ),
            models.CheckConstraint(
                condition=~Q(state=FileState.RETURNED) | ~Q(reason=""), name="work_file_return_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(state=FileState.ACCEPTED, accepted_at__isnull=False)
                | ~Q(state=FileState.ACCEPTED) & Q(accepted_at=None),
                name="work_file_accepted_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "state", "-id"], name="work_file_by_state"),
            models.Index(fields=["agency", "year", "-id"], name="work_file_by_year"),
            models.Index(fields=["agency", "division", "-id"], name="work_file_of_division"),
            models.Index(fields=["keeper", "-id"], name="work_file_of_keeper"),
            models.Index(
                fields=["agency", "closed_on"],
                condition=Q(state__in=[FileState.CLOSED, FileState.RETURNED]),
                name="work_file_to_hand_in",
            ),
            GinIndex(OpClass(F("search_text"), "gin_trgm_ops"), name="work_file_search"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title[:60]}"

    @property
    def state_label(self) -> Promise:
        """The state in the reader's language."""
        return FILE_STATE_LABELS[self.state]

    @property
    def state_color(self) -> str:
        """The colour of the state's badge."""
        return STATE_COLORS[self.state]

    @property
    def kept(self) -> Retention:
        """How long it is kept."""
        return retention_of(self.retention)

    @property
    def is_open(self) -> bool:
        """Whether documents may be put in."""
        return self.state == FileState.OPEN

    def as_subject(self) -> Subject:
        """This file as the ledger names it."""
        return Subject("office.work-file", str(self.pk))


class WorkFileItem(models.Model):
    """A document or a task in a work file; the same one may be in several files, in each once.

    Positions run from 1 without gap. They are checked at the end of a statement, so that one statement can
    close the gap of what is taken out.
    """

    file = models.ForeignKey(WorkFile, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    incoming = models.ForeignKey(IncomingDocument, null=True, on_delete=models.PROTECT, related_name="+")
    outgoing = models.ForeignKey(OutgoingDocument, null=True, on_delete=models.PROTECT, related_name="+")
    task = models.ForeignKey(Task, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    course = models.ForeignKey(
        Blob,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text="of a task, as PDF",
    )
    pages = models.PositiveIntegerField(null=True, help_text="of its PDF files, where they could be counted")
    added_by = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["file", "position"], deferrable=Deferrable.IMMEDIATE, name="work_file_item_position"
            ),
            models.UniqueConstraint(fields=["file", "incoming"], name="work_file_incoming_once"),
            models.UniqueConstraint(fields=["file", "outgoing"], name="work_file_outgoing_once"),
            models.UniqueConstraint(
                fields=["task", "file"], condition=Q(task__isnull=False), name="work_file_task_once"
            ),
            models.CheckConstraint(
                condition=Q(incoming__isnull=False, outgoing=None, task=None, course=None)
                | Q(incoming=None, outgoing__isnull=False, task=None, course=None)
                | Q(incoming=None, outgoing=None, task__isnull=False, course__isnull=False),
                name="work_file_item_is_one",
            ),
            models.CheckConstraint(condition=Q(position__gte=1), name="work_file_item_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.position}"


def _is_not_archived(day: date) -> Q:
    return ~Q(state=FileState.ACCEPTED)


holds_agency(WorkFile._meta.label, "agency", still=_is_not_archived)

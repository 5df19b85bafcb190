"""The yearly list of files that an agency expects to open (danh mục hồ sơ)."""

from __future__ import annotations

from django.db import models
from django.db.models import Deferrable, Q
from django.utils.functional import Promise

from lienthong.directory.public import Agency, Division, Official, Post, remembers_agency
from lienthong.office.archive.states import LIST_STATE_LABELS, ListState, Retention, retention_of

RETENTION_FORM = r"^(permanent|[1-9][0-9]{0,2})$"


class FileList(models.Model):
    """One agency's list of one year (NĐ 30/2020, Đ.28): drafted, then approved by the head and frozen.

    Its row is the lock under which planned files are added and changed.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    year = models.SmallIntegerField()
    state = models.CharField(max_length=10, default=ListState.DRAFT)
    approved_by = models.CharField(max_length=250, blank=True)
    approved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency", "year"], name="file_list_of_year"),
            models.CheckConstraint(
                condition=Q(state=ListState.DRAFT, approved_at=None, approved_by="")
                | (Q(state=ListState.APPROVED, approved_at__isnull=False) & ~Q(approved_by="")),
                name="file_list_approved_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency_id} {self.year}"

    @property
    def is_draft(self) -> bool:
        """Whether it may still be changed."""
        return self.state == ListState.DRAFT

    @property
    def state_label(self) -> Promise:
        """The state in the reader's language."""
        return LIST_STATE_LABELS[self.state]


class PlannedFile(models.Model):
    """A work file that is expected: its heading, code, title, how long it is kept, who opens it.

    Rows of one heading stand together; `position` orders them all, from 1 without gap. Of an approved list no
    row is changed or removed, and one is added only with a reason: a trigger holds that (migration 0015).
    """

    list = models.ForeignKey(FileList, on_delete=models.CASCADE, related_name="entries")
    position = models.PositiveIntegerField()
    heading = models.CharField(max_length=250, blank=True)
    code = models.CharField(max_length=50)
    title = models.CharField(max_length=500)
    retention = models.CharField(max_length=10)
    official = models.ForeignKey(Official, null=True, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")
    division = models.ForeignKey(Division, null=True, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(null=True, help_text="if added after the list was approved")
    added_by = models.CharField(max_length=250, blank=True)
    added_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["list", "position"], deferrable=Deferrable.IMMEDIATE, name="planned_file_position"
            ),
            models.UniqueConstraint(fields=["list", "code"], name="planned_file_code"),
            models.CheckConstraint(condition=Q(position__gte=1), name="planned_file_from_one"),
            models.CheckConstraint(condition=~Q(code="") & ~Q(title=""), name="planned_file_is_named"),
            models.CheckConstraint(
                condition=Q(retention__regex=RETENTION_FORM), name="planned_file_retention"
            ),
            models.CheckConstraint(
                condition=Q(official=None, post=None) | Q(official__isnull=False, division=None),
                name="planned_file_one_responsible",
            ),
            models.CheckConstraint(
                condition=Q(added_at=None, added_by="", added_reason="")
                | (Q(added_at__isnull=False) & ~Q(added_by="") & ~Q(added_reason="")),
                name="planned_file_addition_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title[:60]}"

    @property
    def kept(self) -> Retention:
        """How long it is to be kept."""
        return retention_of(self.retention)

    @property
    def responsible(self) -> str:
        """Who opens it: an official with the post, a division, or nobody in particular."""
        if self.official:
            return ", ".join(filter(None, (self.official.full_name, self.post.title if self.post else "")))
        return self.division.name if self.division else ""


remembers_agency(FileList._meta.label, "agency")

"""The words of notices, as officials wrote them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from lienthong.directory.public import Official
from lienthong.ledger.public import Subject
from lienthong.notifications.states import Wording

LONGEST_TEXT, LONGEST_SMS = 2000, 480


class NoticeTemplate(models.Model):
    """One version of the words of a kind of notice in one language; what was published never changes.

    The published version with the highest number is in force; without one the words are those shipped with
    the package (version 0). `marks`: an SMS keeps its Vietnamese marks, and holds 70 characters, not 160.
    """

    kind = models.CharField(max_length=60)
    language = models.CharField(max_length=10)
    wording = models.CharField(max_length=10, choices=Wording)
    version = models.IntegerField()
    title = models.CharField(max_length=150, blank=True)
    text = models.CharField(max_length=LONGEST_TEXT)
    todo = models.CharField(max_length=500, blank=True)
    marks = models.BooleanField(default=False)
    registered = models.CharField(max_length=40, blank=True, help_text="the template's number at Zalo")
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(Official, null=True, on_delete=models.PROTECT, related_name="+")
    restores = models.IntegerField(null=True, help_text="the version whose words it puts in force again")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "language", "wording", "version"], name="notice_template_version_once"
            ),
            models.UniqueConstraint(
                fields=["kind", "language", "wording"],
                condition=Q(published_at=None),
                name="notice_template_one_draft",
            ),
            models.CheckConstraint(
                condition=Q(wording__in=Wording.values), name="notice_template_wording_known"
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="notice_template_version_counted"),
            models.CheckConstraint(condition=~Q(text=""), name="notice_template_says_something"),
            models.CheckConstraint(
                condition=Q(published_at=None, published_by=None)
                | Q(published_at__isnull=False, published_by__isnull=False),
                name="notice_template_published_by_someone",
            ),
        ]

    def as_subject(self) -> Subject:
        """These words as the ledger names them."""
        return Subject("notifications.template", f"{self.kind}/{self.language}/{self.wording}")

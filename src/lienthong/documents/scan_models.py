"""Files not scanned yet, files with a virus found too late, and those that are to be scanned again."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class FileToScan(models.Model):
    """A stored file, by its content, that the scanner could not look at when it came, or is not to be opened.

    No foreign key: the row must not keep the file from being collected. A file found clean has no row.
    """

    sha256 = models.CharField(primary_key=True, max_length=64)
    came_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    virus = models.CharField(max_length=200, blank=True, help_text="its name; such a file is never opened")
    found_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(virus="", found_at=None) | (~Q(virus="") & Q(found_at__isnull=False)),
                name="file_to_scan_virus_has_time",
            )
        ]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(virus=""), name="file_to_scan_waiting")
        ]


class ScannedFile(models.Model):
    """A file from outside in which nothing was found, kept while it is to be scanned again (ADR 0070).

    `signatures` is the number of the scanner's database as it was before the last scan; the row goes after
    `LIENTHONG_CLAMD_AGAIN_DAYS`. No foreign key, as above.
    """

    sha256 = models.CharField(primary_key=True, max_length=64)
    came_at = models.DateTimeField(db_index=True)
    signatures = models.PositiveIntegerField()
    next_attempt_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["signatures", "next_attempt_at"], name="scanned_file_with")]

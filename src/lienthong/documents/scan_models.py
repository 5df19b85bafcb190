"""Files that are not scanned yet, or in which a virus was found after they had been accepted."""

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

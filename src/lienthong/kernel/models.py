"""Blobs: files by their SHA-256, each stored once."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Blob(models.Model):
    """A stored file, named by foreign keys; one that no row names is collected after a grace time.

    `created_at` is when its content last came in; the grace runs from then. A `composed` one has no file of
    its own: it is its parts, one after the other (ADR 0027).
    """

    sha256 = models.CharField(primary_key=True, max_length=64)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=127)
    composed = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="blob_sha256_is_hex"),
            models.CheckConstraint(condition=Q(size__gt=0), name="blob_is_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.sha256[:12]} ({self.size} B)"


class BlobPart(models.Model):
    """A piece of a composed blob: some text, and behind it, as base64, another blob.

    The base64 is one line if `line_width` is 0; else lines of that width with `line_end` between them.
    """

    whole = models.ForeignKey(Blob, on_delete=models.CASCADE, related_name="pieces", db_index=False)
    position = models.PositiveSmallIntegerField()
    literal = models.BinaryField()
    part = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    line_width = models.PositiveSmallIntegerField()
    line_end = models.CharField(max_length=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["whole", "position"], name="blob_part_once_per_position"),
            models.CheckConstraint(
                condition=Q(part__isnull=False) | ~Q(literal=b""), name="blob_part_is_not_empty"
            ),
            models.CheckConstraint(
                condition=Q(line_width=0, line_end="")
                | Q(line_width__gt=0, line_end__in=["\n", "\r\n", "\r"], part__isnull=False),
                name="blob_part_has_lines_or_none",
            ),
            models.CheckConstraint(condition=~Q(part=models.F("whole")), name="blob_part_is_not_its_whole"),
        ]

    def __str__(self) -> str:
        return f"{self.position} of {self.whole_id[:12]}"

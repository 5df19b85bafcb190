"""Blobs: files by their SHA-256, each stored once."""

from __future__ import annotations

from django.db import models


class Blob(models.Model):
    """A stored file, named by foreign keys; one that no row names is collected after a grace time.

    `created_at` is when its content last came in; the grace runs from then.
    """

    sha256 = models.CharField(primary_key=True, max_length=64)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=127)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="blob_sha256_is_hex"
            ),
            models.CheckConstraint(condition=models.Q(size__gt=0), name="blob_is_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.sha256[:12]} ({self.size} B)"

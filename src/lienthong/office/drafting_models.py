"""The life of a draft before it is signed: its versions. Django finds these models through `models.py`."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from lienthong.directory.public import Official
from lienthong.kernel.models import Blob


class DraftVersion(models.Model):
    """A draft as it was saved once; numbered from 1, never changed (a trigger refuses it).

    Only a draft that is discarded takes its versions with it; those of an issued document stay.
    """

    outgoing = models.ForeignKey(
        "office.OutgoingDocument", on_delete=models.CASCADE, related_name="versions", db_index=False
    )
    number = models.PositiveIntegerField()
    content = models.JSONField(help_text="versions.Content: the texts as they were stored")
    uploaded = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    saved_by = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="+", db_index=False)
    saved_title = models.CharField(max_length=150, blank=True, help_text="the post in which it was saved")
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["outgoing", "number"], name="draft_version_unique"),
            models.CheckConstraint(condition=Q(number__gte=1), name="draft_version_from_one"),
        ]

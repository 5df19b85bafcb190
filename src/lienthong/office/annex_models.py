"""What goes with an outgoing document in files of their own. Django finds it through `models.py`."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from lienthong.directory.public import Official
from lienthong.documents.public import ElectronicCopy
from lienthong.kernel.models import Blob

NAME_LIMIT = 150


class Annex(models.Model):
    """A PDF `given` beside the document and stamped on issue (`pdf`), or an electronic copy."""

    outgoing = models.ForeignKey(
        "office.OutgoingDocument", on_delete=models.CASCADE, related_name="annexes", db_index=False
    )
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=NAME_LIMIT)
    given = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    copy = models.ForeignKey(ElectronicCopy, null=True, on_delete=models.PROTECT, related_name="+")
    pdf = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    added_by = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="+", db_index=False)
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["outgoing", "position"], name="annex_position"),
            models.UniqueConstraint(fields=["outgoing", "copy"], name="annex_copy_once"),
            models.CheckConstraint(
                condition=Q(given__isnull=False, copy=None) | Q(given=None, copy__isnull=False),
                name="annex_is_file_or_copy",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class VersionAnnex(models.Model):
    """An annex as a version of the draft had it: the file given, or the copy. Kept as the version is."""

    version = models.ForeignKey(
        "office.DraftVersion", on_delete=models.CASCADE, related_name="annexes", db_index=False
    )
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=NAME_LIMIT)
    given = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    copy = models.ForeignKey(ElectronicCopy, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "position"], name="version_annex_position"),
            models.CheckConstraint(
                condition=Q(given__isnull=False, copy=None) | Q(given=None, copy__isnull=False),
                name="version_annex_is_file_or_copy",
            ),
        ]

    def __str__(self) -> str:
        return self.name

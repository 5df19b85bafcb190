"""What was declared of an issued document to all who got it. Django finds it through `models.py`."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise

from lienthong.directory.public import Official
from lienthong.office.states import DECLARED_LABELS, SUCCESSIONS, WITHDRAWALS


class IssuedChange(models.Model):
    """A withdrawal, a replacement or a correction of an issued document, for all who got it by whatever way.

    The document itself never changes: `successor` is the new one that points to it. A trigger refuses any
    change of a row. What is asked of recipients over the axis stands beside each of them (`Recipient`).
    """

    document = models.ForeignKey(
        "office.OutgoingDocument", on_delete=models.PROTECT, related_name="changes", db_index=False
    )
    kind = models.CharField(max_length=10)
    reason = models.TextField(blank=True)
    successor = models.OneToOneField(
        "office.OutgoingDocument", null=True, on_delete=models.PROTECT, related_name="+"
    )
    made_by = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=sorted(SUCCESSIONS), successor__isnull=False)
                | Q(kind__in=sorted(WITHDRAWALS - SUCCESSIONS), successor=None) & ~Q(reason=""),
                name="issued_change_fits_kind",
            ),
            models.UniqueConstraint(
                fields=["document"], condition=Q(kind__in=sorted(WITHDRAWALS)), name="issued_withdrawn_once"
            ),
        ]
        indexes = [models.Index(fields=["document", "id"], name="issued_changes")]

    @property
    def label(self) -> Promise:
        """What was declared, in the reader's language."""
        return DECLARED_LABELS[self.kind]

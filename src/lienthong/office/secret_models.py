"""Secrecy marks that were found when the text of a document was read, and what was decided of them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from lienthong.directory.public import Agency, Official, remembers_agency
from lienthong.office.secret_states import SecretState


class SecretMark(models.Model):
    """A mark on an incoming document: who decided what of it and when, and the pages; nothing it says.

    Triggers (migration 0016) keep every content away from a document whose mark is `DESTROYED`.
    """

    document = models.OneToOneField(
        "office.IncomingDocument", on_delete=models.CASCADE, primary_key=True, related_name="secret_mark"
    )
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=10, default=SecretState.FOUND)
    mark = models.CharField(max_length=20)
    pages = models.PositiveSmallIntegerField(null=True)
    found_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="from then on the decision is overdue")
    decided_by = models.ForeignKey(
        Official, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    decided_name = models.CharField(max_length=250, blank=True, help_text="the clerk, or the job of the rule")
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(SecretState)), name="secret_mark_state_known"),
            models.CheckConstraint(
                condition=Q(state=SecretState.FOUND, decided_by=None, decided_at=None, decided_name="")
                | (~Q(state=SecretState.FOUND) & Q(decided_at__isnull=False) & ~Q(decided_name="")),
                name="secret_mark_decided_by_someone",
            ),
            models.CheckConstraint(
                condition=~Q(state=SecretState.RELEASED) | (Q(decided_by__isnull=False) & ~Q(reason="")),
                name="secret_mark_released_by_clerk",
            ),
        ]
        indexes = [
            models.Index(
                fields=["agency", "due_at"], condition=Q(state=SecretState.FOUND), name="secret_mark_open"
            )
        ]

    @property
    def waits(self) -> bool:
        """Whether nobody has decided yet, so that the files are closed."""
        return self.state == SecretState.FOUND


remembers_agency(SecretMark._meta.label, "agency")

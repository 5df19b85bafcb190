"""What the sender of a document asks for afterwards."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise

from lienthong.kernel.models import Blob
from lienthong.office.states import CHANGE_LABELS, ChangeState


class RequestedChange(models.Model):
    """What the sender of an incoming document asks for: to withdraw, update or replace it (NĐ 30/2020, Đ.18).

    `edxml` is the signed packet that asks, none for a take-back, which the axis vouches for. `authentic`: the
    document's sender signed it, and it names this document.
    """

    document = models.ForeignKey("office.IncomingDocument", on_delete=models.CASCADE, related_name="changes")
    request_id = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=10)
    sequence = models.SmallIntegerField()
    sender_name = models.CharField(max_length=250)
    reason = models.TextField(blank=True)
    asked_at = models.DateTimeField()
    asking_delivery_id = models.CharField(max_length=64, blank=True)
    edxml = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    authentic = models.BooleanField()
    state = models.CharField(max_length=10, default=ChangeState.PENDING)
    answer = models.TextField(blank=True)
    answered_by = models.CharField(max_length=250, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["document"],
                condition=Q(state=ChangeState.PENDING),
                name="requested_change_one_pending",
            ),
            models.CheckConstraint(
                condition=Q(state__in=list(ChangeState)), name="requested_change_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=ChangeState.REFUSED) | ~Q(answer=""), name="requested_change_no_has_reason"
            ),
        ]

    @property
    def label(self) -> Promise:
        """The kind in the reader's language."""
        return CHANGE_LABELS[self.kind]

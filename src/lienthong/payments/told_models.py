"""What providers told, and where their accounts and ours differ; `models.py` brings them to Django."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise

from lienthong.directory.public import Agency, Official
from lienthong.kernel.identifiers import uuid7
from lienthong.payments.states import DISCREPANCY_LABELS, PROVIDER_LABELS, DiscrepancyKind


class ProviderEvent(models.Model):
    """A callback that was heard, with the answer it got: the same one again gets the same answer."""

    provider = models.CharField(max_length=10)
    event = models.CharField(max_length=64)
    answer = models.CharField(max_length=20, blank=True)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "event"], name="event_once")]


class Discrepancy(models.Model):
    """Where a provider's account and ours differ; nothing is settled by it, a person closes it with words."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    provider = models.CharField(max_length=10)
    transaction = models.CharField(max_length=64)
    reference = models.CharField(max_length=40, blank=True)
    amount = models.BigIntegerField()
    expected = models.BigIntegerField(null=True)
    attempt = models.ForeignKey("payments.Attempt", null=True, on_delete=models.PROTECT, related_name="+")
    paid_at = models.DateTimeField()
    found_at = models.DateTimeField()
    note = models.CharField(max_length=300, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        Official, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    answer = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "provider", "transaction", "kind"],
                nulls_distinct=False,
                name="discrepancy_once",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=list(DiscrepancyKind)), name="discrepancy_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None)
                | Q(Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(answer="")),
                name="discrepancy_closed_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "-id"], condition=Q(closed_at=None), name="discrepancy_open"),
        ]

    @property
    def kind_label(self) -> Promise:
        """How they differ, in the reader's language."""
        return DISCREPANCY_LABELS[self.kind]

    @property
    def provider_label(self) -> Promise:
        """The provider, in the reader's language."""
        return PROVIDER_LABELS[self.provider]


class Reconciliation(models.Model):
    """One comparison with a provider's statement and what came of it; `agency` None: the provider's whole."""

    agency = models.ForeignKey(Agency, null=True, on_delete=models.PROTECT, related_name="+")
    provider = models.CharField(max_length=10)
    source = models.CharField(max_length=200, help_text="the file's name, or the job")
    since = models.DateTimeField()
    until = models.DateTimeField()
    at = models.DateTimeField()
    lines = models.PositiveIntegerField()
    settled = models.PositiveIntegerField()
    known = models.PositiveIntegerField()
    overpaid = models.PositiveIntegerField()
    differing = models.PositiveIntegerField()
    problem = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["agency", "-id"], name="reconciliation_newest")]

    @property
    def provider_label(self) -> Promise:
        """The provider, in the reader's language."""
        return PROVIDER_LABELS[self.provider]


class FakeOrder(models.Model):
    """An order at the demonstration's own bank; without `LIENTHONG_PAYMENT_FAKE_GATEWAY` there is none."""

    provider = models.CharField(max_length=10)
    reference = models.CharField(max_length=40)
    amount = models.BigIntegerField()
    transaction = models.CharField(max_length=64)
    paid_at = models.DateTimeField(db_index=True)

"""What is owed, how it was asked for, what came in, what goes back, and where accounts differ."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Concat
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lienthong.directory.public import Agency, Official, holds_agency, remembers_agency
from lienthong.kernel.identifiers import uuid7
from lienthong.kernel.models import Blob
from lienthong.kernel.plain import Plain
from lienthong.payments.contracts import MOST_AMOUNT, ProviderAccount
from lienthong.payments.states import (
    ATTEMPT_COLORS,
    ATTEMPT_LABELS,
    CHARGE_COLORS,
    CHARGE_LABELS,
    HOLDING,
    PROVIDER_LABELS,
    WITH_MONEY,
    AttemptState,
    ChargeState,
    Provider,
    RefundState,
)
from lienthong.payments.told_models import Discrepancy as Discrepancy
from lienthong.payments.told_models import FakeOrder as FakeOrder
from lienthong.payments.told_models import ProviderEvent as ProviderEvent
from lienthong.payments.told_models import Reconciliation as Reconciliation


class CollectingAccount(models.Model):
    """Where an agency's money goes by one provider: its bank account, or its name at the payment page."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    provider = models.CharField(max_length=10)
    bank_bin = models.CharField(max_length=6, blank=True)
    account_number = models.CharField(max_length=19, blank=True)
    account_name = models.CharField(max_length=100, blank=True)
    merchant = models.CharField(max_length=40, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency", "provider"], name="account_one_per_provider"),
            models.CheckConstraint(
                condition=Q(
                    provider=Provider.VIETQR,
                    bank_bin__regex=r"^\d{6}$",
                    account_number__regex=r"^[0-9A-Z]{4,19}$",
                )
                | Q(provider=Provider.PAGE, merchant__regex=r"^\S.*$"),
                name="account_is_whole",
            ),
        ]

    @property
    def values(self) -> ProviderAccount:
        """What an adapter is told."""
        return ProviderAccount(self.bank_bin, self.account_number, self.account_name, self.merchant)


class Payment(models.Model):
    """Money that came in. Rows are only added; the database refuses to change or remove them."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    subject_id = models.UUIDField(db_index=True)
    provider = models.CharField(max_length=10)
    amount = models.BigIntegerField()
    paid_at = models.DateTimeField(help_text="as the provider says")
    received_at = models.DateTimeField(help_text="when it was heard of here")
    attempt = models.ForeignKey("Attempt", null=True, on_delete=models.PROTECT, related_name="payments")
    transaction = models.CharField(max_length=64, blank=True, help_text="the provider's own number")
    receipt_year = models.PositiveSmallIntegerField(null=True)
    receipt_number = models.PositiveIntegerField(null=True)
    taken_by = models.ForeignKey(
        Official, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(provider__in=list(Provider)), name="payment_provider_known"),
            models.CheckConstraint(condition=Q(amount__range=(1, MOST_AMOUNT)), name="payment_amount_sane"),
            models.CheckConstraint(
                condition=Q(
                    provider=Provider.CASH,
                    receipt_year__isnull=False,
                    receipt_number__isnull=False,
                    taken_by__isnull=False,
                    attempt=None,
                    transaction="",
                )
                | Q(
                    ~Q(provider=Provider.CASH) & ~Q(transaction=""),
                    receipt_year=None,
                    receipt_number=None,
                    taken_by=None,
                    attempt__isnull=False,
                ),
                name="payment_cash_or_provider",
            ),
            models.UniqueConstraint(
                fields=["agency", "provider", "transaction"],
                condition=~Q(provider=Provider.CASH),
                name="payment_transaction_once",
            ),
            models.UniqueConstraint(
                fields=["agency", "receipt_year", "receipt_number"], name="payment_receipt_once"
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "received_at"], name="payment_by_day"),
            models.Index(fields=["provider", "paid_at"], name="payment_by_provider"),
        ]

    @property
    def receipt(self) -> str:
        """The receipt's number as it is printed; empty without one."""
        return f"{self.receipt_number:07d}/{self.receipt_year}" if self.receipt_number else ""

    @property
    def provider_label(self) -> Promise:
        """The way it was paid, in the reader's language."""
        return PROVIDER_LABELS[self.provider]


class Charge(models.Model):
    """A fee of a subject (a dossier; what it is, this app does not know), owed to one agency."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    subject_id = models.UUIDField()
    subject_code = models.CharField(max_length=60)
    payer_name = models.CharField(max_length=200)
    key = models.CharField(max_length=60)
    name = models.CharField(max_length=300)
    name_en = models.CharField(max_length=300, blank=True)
    law = models.CharField(max_length=300, blank=True)
    tariff = models.BigIntegerField(help_text="before the reduction")
    share = models.SmallIntegerField(default=0, db_default=0, help_text="of the reduction, in percent")
    amount = models.BigIntegerField()
    exempt_reason = models.CharField(max_length=500, blank=True)
    exempt_law = models.CharField(max_length=300, blank=True, db_default="")
    state = models.CharField(max_length=12, default=ChargeState.OWED)
    reason = models.CharField(
        max_length=500, blank=True, help_text="why it was waived, cancelled or given back"
    )
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    payment = models.ForeignKey(Payment, null=True, on_delete=models.PROTECT, related_name="charges")

    search_text = models.GeneratedField(
        expression=Plain(Concat(F("subject_code"), models.Value(" "), F("payer_name"))),
        output_field=models.TextField(),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("fee")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(ChargeState)), name="charge_state_known"),
            models.UniqueConstraint(fields=["subject_id", "key"], name="charge_once"),
            models.CheckConstraint(
                condition=Q(amount__range=(0, MOST_AMOUNT), tariff__range=(0, MOST_AMOUNT)),
                name="charge_amount_sane",
            ),
            models.CheckConstraint(
                condition=Q(Q(state=ChargeState.EXEMPT, amount=0) & ~Q(exempt_reason=""))
                | Q(~Q(state=ChargeState.EXEMPT), amount__gt=0, share=0, exempt_reason="")
                | Q(~Q(state=ChargeState.EXEMPT) & ~Q(exempt_reason=""), amount__gt=0, share__gt=0),
                name="charge_exempt_with_reason",
            ),
            # The database reckons again: what is asked for and what is not are the full amount.
            models.CheckConstraint(
                condition=Q(share__range=(0, 100), amount=F("tariff") * (100 - F("share")) / 100),
                name="charge_amount_is_reckoned",
            ),
            models.CheckConstraint(condition=Q(share=0) | ~Q(exempt_law=""), name="charge_reduced_by_law"),
            models.CheckConstraint(
                condition=Q(state__in=sorted(WITH_MONEY), payment__isnull=False)
                | Q(~Q(state__in=sorted(WITH_MONEY)), payment=None),
                name="charge_paid_has_payment",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[ChargeState.WAIVED, ChargeState.CANCELLED, ChargeState.REFUND_DUE])
                | ~Q(reason=""),
                name="charge_off_has_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "-id"], name="charge_newest"),
            models.Index(fields=["agency", "state", "-id"], name="charge_by_state"),
            GinIndex(OpClass(F("search_text"), "gin_trgm_ops"), name="charge_search"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def reduced(self) -> int:
        """How much of the full amount is not asked for."""
        return self.tariff - self.amount

    @property
    def state_label(self) -> Promise:
        """The state in the reader's language."""
        return CHARGE_LABELS[self.state]

    @property
    def state_color(self) -> str:
        """The colour of the state's tag."""
        return CHARGE_COLORS.get(self.state, "neutral")


class Attempt(models.Model):
    """One try to pay charges of a subject by a provider; the reference comes back with the money."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    subject_id = models.UUIDField(db_index=True)
    subject_code = models.CharField(max_length=60)
    provider = models.CharField(max_length=10)
    reference = models.CharField(max_length=25, unique=True)
    amount = models.BigIntegerField()
    state = models.CharField(max_length=10, default=AttemptState.STARTED)
    started_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, blank=True)
    qr_text = models.CharField(max_length=512, blank=True)
    url = models.TextField(blank=True)
    charges = models.ManyToManyField(Charge, related_name="attempts")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(AttemptState)), name="attempt_state_known"),
            models.CheckConstraint(condition=Q(amount__range=(1, MOST_AMOUNT)), name="attempt_amount_sane"),
            models.CheckConstraint(
                condition=Q(state=AttemptState.STARTED, ended_at=None)
                | Q(~Q(state=AttemptState.STARTED), ended_at__isnull=False),
                name="attempt_ended_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(state=AttemptState.STARTED), name="attempt_open"),
        ]

    @property
    def state_label(self) -> Promise:
        """The state in the payer's language."""
        return ATTEMPT_LABELS[self.state]

    @property
    def state_color(self) -> str:
        """The colour of the state's tag."""
        return ATTEMPT_COLORS.get(self.state, "neutral")

    @property
    def provider_label(self) -> Promise:
        """The way to pay, in the reader's language."""
        return PROVIDER_LABELS[self.provider]


class Refund(models.Model):
    """Money that has to go back: of a charge, or what was paid over (`charge` None).

    That the refunds of a payment are never more than the payment is held by the database.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    subject_id = models.UUIDField(db_index=True)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    charge = models.OneToOneField(Charge, null=True, on_delete=models.PROTECT, related_name="refund")
    amount = models.BigIntegerField()
    reason = models.CharField(max_length=500)
    due_at = models.DateTimeField(help_text="since when it is due")
    state = models.CharField(max_length=10, default=RefundState.DUE)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(
        Official, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    proof = models.CharField(max_length=300, blank=True)
    proof_file = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    proof_name = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__range=(1, MOST_AMOUNT)), name="refund_amount_sane"),
            models.CheckConstraint(condition=~Q(reason=""), name="refund_has_reason"),
            models.CheckConstraint(
                condition=Q(state=RefundState.DUE, settled_at=None, settled_by=None)
                | Q(
                    Q(state=RefundState.SETTLED, settled_at__isnull=False, settled_by__isnull=False)
                    & ~Q(proof="")
                ),
                name="refund_settled_has_proof",
            ),
        ]
        indexes = [
            models.Index(
                fields=["agency", "due_at"], condition=Q(state=RefundState.DUE), name="refund_waiting"
            ),
        ]


holds_agency(Charge._meta.label, "agency", still=lambda day: Q(state__in=HOLDING))
for _label in (Payment, Attempt, Refund, Discrepancy, Reconciliation, CollectingAccount):
    remembers_agency(_label._meta.label, "agency")

"""What the axis keeps of webhooks and of what nobody collects."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q

from lienthong.axis.states import DeliveryState, MessageState
from lienthong.directory.public import Agency, remembers_agency
from lienthong.kernel.identifiers import uuid7
from lienthong.ledger.public import Subject
from lienthong.signing.public import open_secret, seal_secret

ADDRESS_LENGTH = 2000


class Webhook(models.Model):
    """Where a connected system is told of its deliveries, and the secrets that sign it, sealed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    system = models.OneToOneField("axis.ConnectedSystem", on_delete=models.CASCADE, related_name="webhook")
    address = models.CharField(max_length=ADDRESS_LENGTH)
    secret = models.BinaryField()
    previous_secret = models.BinaryField(null=True)
    previous_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    resting_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(previous_secret=None, previous_until=None)
                | Q(previous_secret__isnull=False, previous_until__isnull=False),
                name="webhook_previous_secret_ends",
            )
        ]

    def __str__(self) -> str:
        return self.address

    def seal(self, secret: bytes) -> bytes:
        """The secret as this row keeps it."""
        return seal_secret(secret, about=self._about())

    def secrets(self, *, at: datetime) -> list[bytes]:
        """The secrets that sign at that time, the newest first. Raises `SecretUnreadable`."""
        sealed = [self.secret]
        if self.previous_secret is not None and self.previous_until is not None and at < self.previous_until:
            sealed.append(self.previous_secret)
        return [open_secret(bytes(each), about=self._about()) for each in sealed]

    def _about(self) -> str:
        return f"axis.webhook {self.pk}"


class WebhookMessageQuerySet(models.QuerySet["WebhookMessage"]):
    """Questions that messages answer in sets."""

    def undelivered(self) -> WebhookMessageQuerySet:
        """Dead letters, and those an operator gave up, whose delivery still waits to be collected."""
        return self.filter(
            state__in=[MessageState.DEAD, MessageState.GIVEN_UP],
            delivery__state=DeliveryState.SENT,
            delivery__collected_at=None,
        )

    def due(self, at: datetime) -> WebhookMessageQuerySet:
        """Those whose turn has come, whose system is connected and whose webhook is not at rest."""
        return self.filter(
            Q(leased_until=None) | Q(leased_until__lte=at),
            Q(webhook__resting_until=None) | Q(webhook__resting_until__lte=at),
            state=MessageState.WAITING,
            next_attempt_at__lte=at,
            webhook__system__disabled_at=None,
        )


class WebhookMessage(models.Model):
    """The outbox: one delivery to be told to one webhook. Its id on the wire is that of the delivery."""

    id = models.BigAutoField(primary_key=True)
    delivery = models.ForeignKey(
        "axis.Delivery", on_delete=models.PROTECT, related_name="messages", db_index=False
    )
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="messages")
    state = models.CharField(max_length=10, choices=MessageState, default=MessageState.WAITING)
    since = models.DateTimeField(help_text="when the attempts that count towards the total time began")
    next_attempt_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    last_attempt_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=40, blank=True)
    detail = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=500, blank=True, help_text="of the last act by hand")

    objects = WebhookMessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["delivery", "webhook"], name="webhook_message_once"),
            models.CheckConstraint(
                condition=Q(state__in=MessageState.values), name="webhook_message_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=MessageState.DEAD) | ~Q(problem=""),
                name="webhook_message_death_has_problem",
            ),
            models.CheckConstraint(
                condition=~Q(state=MessageState.GIVEN_UP) | ~Q(reason=""),
                name="webhook_message_giving_up_has_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                name="webhook_message_due",
                condition=Q(state=MessageState.WAITING),
            ),
            models.Index(fields=["id"], name="webhook_message_dead", condition=Q(state=MessageState.DEAD)),
        ]

    def as_subject(self) -> Subject:
        """This message as the ledger names it."""
        return Subject("axis.webhookmessage", str(self.pk))


class DeliveryNotice(models.Model):
    """That nobody had collected a delivery at a stage: 0 after the set hours, then one per day.

    Sender and recipient stand here too, so that a reader's page touches no other table. The key grows in the
    order of commits (`actions.notices` takes a lock), so that a cursor passes over none.
    """

    id = models.BigAutoField(primary_key=True)
    delivery = models.ForeignKey(
        "axis.Delivery", on_delete=models.PROTECT, related_name="notices", db_index=False
    )
    stage = models.IntegerField()
    at = models.DateTimeField()
    sender = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    recipient = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["delivery", "stage"], name="notice_once_per_stage"),
            models.CheckConstraint(condition=Q(stage__gte=0), name="notice_stage_not_negative"),
        ]
        indexes = [
            models.Index(fields=["sender", "id"], name="notice_of_sender"),
            models.Index(fields=["recipient", "id"], name="notice_of_recipient"),
        ]


remembers_agency(DeliveryNotice._meta.label, "sender")
remembers_agency(DeliveryNotice._meta.label, "recipient")

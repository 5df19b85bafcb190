"""What parties are told, how they want to be told, and the outbox of messages to them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q

from lienthong.identity.public import Party
from lienthong.ledger.public import Subject
from lienthong.notifications.models.officials import PATH
from lienthong.notifications.states import QUIET_FROM, QUIET_UNTIL, USUAL_ORDER, Channel, MailState


def usual_order() -> list[str]:
    """The channels of a party who chose none."""
    return [str(channel) for channel in USUAL_ORDER]


class ContactChoice(models.Model):
    """How a party wants to be told: channels in their order, the hours of quiet, the language.

    The hours are minutes after midnight in Vietnam; equal ones mean none. An empty language is that of the
    account. Without a row all is as the defaults here say.
    """

    party = models.OneToOneField(Party, primary_key=True, on_delete=models.CASCADE, related_name="+")
    channels = ArrayField(models.CharField(max_length=10), default=usual_order)
    quiet_from = models.SmallIntegerField(default=QUIET_FROM)
    quiet_until = models.SmallIntegerField(default=QUIET_UNTIL)
    language = models.CharField(max_length=10, blank=True, default="")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(channels__contained_by=Channel.values), name="contact_channels_known"
            ),
            models.CheckConstraint(
                condition=Q(quiet_from__range=(0, 1439), quiet_until__range=(0, 1439)),
                name="contact_quiet_in_the_day",
            ),
        ]


class PartyNotice(models.Model):
    """One party is told of one thing. The words are those in force when it was told (`NoticeTemplate`).

    `escalate_at` is when the next channel is tried; it is set once a message went out, or was refused.
    """

    id = models.BigAutoField(primary_key=True)
    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=64)
    key = models.CharField(max_length=100, blank=True)
    values = models.JSONField(default=dict)
    link = models.CharField(max_length=500, blank=True)
    urgent = models.BooleanField(default=False)
    until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    escalate_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["party", "kind", "subject_kind", "subject_id", "key"], name="party_notice_once"
            ),
            models.CheckConstraint(
                condition=Q(link="") | Q(link__regex=PATH), name="party_notice_link_is_a_path"
            ),
            models.CheckConstraint(
                condition=Q(escalate_at=None) | Q(read_at=None, settled_at=None),
                name="party_notice_escalates_unread",
            ),
        ]
        indexes = [
            models.Index(fields=["party", "-id"], name="party_notice_of_party"),
            models.Index(fields=["party", "-id"], name="party_notice_unread", condition=Q(read_at=None)),
            models.Index(fields=["subject_kind", "subject_id"], name="party_notice_about"),
            models.Index(
                fields=["escalate_at"],
                name="party_notice_escalates",
                condition=Q(escalate_at__isnull=False),
            ),
            models.Index(fields=["created_at"], name="party_notice_age"),
        ]

    @property
    def subject(self) -> Subject:
        """What it is about, as the ledger names it."""
        return Subject(self.subject_kind, self.subject_id)


class PartyMessage(models.Model):
    """The outbox: one message of one notice by one channel, once. Its words and its address are those of
    the moment it is sent; `message_id` stays the same.
    """

    id = models.BigAutoField(primary_key=True)
    message_id = models.UUIDField(unique=True, editable=False, db_default=RandomUUID())
    notice = models.ForeignKey(PartyNotice, on_delete=models.CASCADE, related_name="messages", db_index=False)
    channel = models.CharField(max_length=10, choices=Channel)
    state = models.CharField(max_length=10, choices=MailState, default=MailState.WAITING)
    created_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0, db_default=0)
    problem = models.CharField(max_length=200, blank=True, default="", db_default="")
    sent_at = models.DateTimeField(null=True)
    segments = models.SmallIntegerField(default=0, db_default=0)
    template_version = models.IntegerField(null=True, help_text="0: as shipped; empty until it was sent")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice", "channel"], name="party_message_once_a_channel"),
            models.CheckConstraint(
                condition=Q(channel__in=Channel.values), name="party_message_channel_known"
            ),
            models.CheckConstraint(condition=Q(state__in=MailState.values), name="party_message_state_known"),
            models.CheckConstraint(
                condition=~Q(state=MailState.DEAD) | ~Q(problem=""), name="party_message_death_has_problem"
            ),
            models.CheckConstraint(
                condition=~Q(state=MailState.SENT) | Q(sent_at__isnull=False),
                name="party_message_sent_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["channel", "next_attempt_at"],
                name="party_message_due",
                condition=Q(state=MailState.WAITING),
            ),
            models.Index(fields=["id"], name="party_message_dead", condition=Q(state=MailState.DEAD)),
        ]

    def as_subject(self) -> Subject:
        """This message as the ledger names it."""
        return Subject("notifications.party-message", str(self.pk))


class DemoText(models.Model):
    """What the demonstration's gateway was given, shown to the operator instead of being sent."""

    channel = models.CharField(max_length=10)
    to = models.CharField(max_length=254)
    text = models.TextField()
    message_id = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()

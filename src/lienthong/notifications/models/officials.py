"""Notifications, each official's choices, the outbox of mails, and comments."""

from __future__ import annotations

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q

from lienthong.directory.public import Official
from lienthong.kernel.identifiers import uuid7
from lienthong.ledger.public import Subject
from lienthong.notifications.kinds import say
from lienthong.notifications.states import MailState, Way

PATH = r"^/([^/\\].*)?$"  # a path of this installation: "//host" and "/\host" lead out of it
HALF_PAST_SEVEN = 7 * 60 + 30
COMMENT_LENGTH = 2000
TITLE_LENGTH = 150


class Notification(models.Model):
    """One official is told of one thing. What it says is put into words when it is shown.

    `key` tells repeated events on one subject apart; the same event by two actors has the same key, and
    nobody is told twice. It is the official's own: who acts for someone is told only when named as well.
    """

    id = models.BigAutoField(primary_key=True)
    official = models.ForeignKey(Official, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=64)
    key = models.CharField(max_length=100, blank=True)
    params = models.JSONField(default=dict)
    link = models.CharField(max_length=500)
    way = models.CharField(max_length=10, choices=Way)
    urgent = models.BooleanField(default=False)
    due_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["official", "kind", "subject_kind", "subject_id", "key"], name="notification_once"
            ),
            models.CheckConstraint(condition=Q(link__regex=PATH), name="notification_link_is_a_path"),
            models.CheckConstraint(
                condition=Q(way__in=[Way.APP, Way.DIGEST, Way.MAIL]), name="notification_way_known"
            ),
        ]
        indexes = [
            models.Index(fields=["official", "-id"], name="notification_of_official"),
            models.Index(fields=["official", "-id"], name="notification_unread", condition=Q(read_at=None)),
            models.Index(
                fields=["official", "-id"],
                name="notification_for_digest",
                condition=Q(way=Way.DIGEST, mailed_at=None),
            ),
            models.Index(fields=["created_at"], name="notification_age"),
        ]

    @property
    def title(self) -> str:
        """What it says, in the active language."""
        return say(self.kind, self.params)


class Preference(models.Model):
    """By which way an official wants to be told of one kind; without a row the kind's own way holds."""

    official = models.ForeignKey(Official, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=60)
    way = models.CharField(max_length=10, choices=Way)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["official", "kind"], name="preference_once"),
            models.CheckConstraint(condition=Q(way__in=Way.values), name="preference_way_known"),
        ]


class Reminding(models.Model):
    """When an official gets the digest (minutes after midnight), and the secret of the calendar feed, hashed.

    `digested_on` is the last day for which the digest was decided.
    """

    official = models.OneToOneField(Official, primary_key=True, on_delete=models.CASCADE, related_name="+")
    digest = models.BooleanField(default=True)
    digest_minute = models.SmallIntegerField(default=HALF_PAST_SEVEN)
    digested_on = models.DateField(null=True)
    feed_hash = models.BinaryField(null=True)
    feed_made_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["feed_hash"], name="feed_unique"),
            models.CheckConstraint(condition=Q(digest_minute__range=(0, 1439)), name="digest_in_the_day"),
            models.CheckConstraint(
                condition=Q(feed_hash=None, feed_made_at=None)
                | Q(feed_hash__isnull=False, feed_made_at__isnull=False),
                name="feed_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["digested_on"], name="digest_undecided", condition=Q(digest=True)),
        ]


class MailQuerySet(models.QuerySet["Mail"]):
    """Questions that mails answer in sets."""

    def dead(self) -> MailQuerySet:
        """Those that no attempt is made for any more, until an operator decides."""
        return self.filter(state=MailState.DEAD)


class Mail(models.Model):
    """The outbox: one mail to one official, of one notification or, with `day`, that day's digest.

    It is written when it is sent, so that it says what is true by then. `message_id` stays the same.
    """

    id = models.BigAutoField(primary_key=True)
    message_id = models.UUIDField(unique=True, editable=False, db_default=RandomUUID())
    official = models.ForeignKey(Official, on_delete=models.CASCADE, related_name="+", db_index=False)
    notification = models.OneToOneField(Notification, null=True, on_delete=models.CASCADE, related_name="+")
    day = models.DateField(null=True)
    state = models.CharField(max_length=10, choices=MailState, default=MailState.WAITING)
    created_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0, db_default=0)
    problem = models.CharField(max_length=200, blank=True, default="", db_default="")
    sent_at = models.DateTimeField(null=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["official", "day"], name="digest_once_a_day"),
            models.CheckConstraint(condition=Q(state__in=MailState.values), name="mail_state_known"),
            models.CheckConstraint(
                condition=Q(day=None, notification__isnull=False) | Q(day__isnull=False, notification=None),
                name="mail_of_one_thing",
            ),
            models.CheckConstraint(
                condition=~Q(state=MailState.DEAD) | ~Q(problem=""), name="mail_death_has_problem"
            ),
            models.CheckConstraint(
                condition=~Q(state=MailState.SENT) | Q(sent_at__isnull=False), name="mail_sent_has_time"
            ),
        ]
        indexes = [
            models.Index(fields=["next_attempt_at"], name="mail_due", condition=Q(state=MailState.WAITING)),
            models.Index(fields=["id"], name="mail_dead", condition=Q(state=MailState.DEAD)),
            models.Index(fields=["created_at"], name="mail_age"),
        ]

    def as_subject(self) -> Subject:
        """This mail as the ledger names it."""
        return Subject("notifications.mail", str(self.pk))


class Comment(models.Model):
    """What an official says about a subject. Withdrawn, it is shown no more; every version is kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subject_kind = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=64)
    author = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="+")
    author_title = models.CharField(max_length=TITLE_LENGTH, blank=True)
    text = models.CharField(max_length=COMMENT_LENGTH)
    created_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="comment_says_something")]
        indexes = [models.Index(fields=["subject_kind", "subject_id", "id"], name="comment_of_subject")]

    def as_subject(self) -> Subject:
        """This comment as the ledger names it."""
        return Subject("notifications.comment", str(self.pk))


class FormerText(models.Model):
    """What a comment said until it was edited."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="former")
    text = models.CharField(max_length=COMMENT_LENGTH)
    until = models.DateTimeField()


class Mention(models.Model):
    """A comment names an official."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="mentions", db_index=False)
    official = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["comment", "official"], name="mention_once")]

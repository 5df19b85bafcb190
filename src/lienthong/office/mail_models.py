"""What an agency's mailbox held: each mail once, with the files that may be taken over for registering."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise

from lienthong.directory.public import Agency, Official, remembers_agency
from lienthong.kernel.identifiers import uuid7
from lienthong.kernel.models import Blob
from lienthong.office.mail_states import MAIL_PROBLEMS, MAIL_STATE_LABELS, MailProblem, MailState


class Mailbox(models.Model):
    """How far an agency's mailbox was read; where it stands and how to get in is in the operator's file.

    Every UID up to `last_uid` of `uid_validity` (RFC 3501, 2.3.1.1) is in `ReceivedMail`: both are written
    in one transaction, with this row locked.
    """

    agency = models.OneToOneField(Agency, on_delete=models.PROTECT, related_name="+")
    uid_validity = models.BigIntegerField(default=0)
    last_uid = models.BigIntegerField(default=0)
    read_at = models.DateTimeField(null=True, help_text="when the server last answered")
    error = models.CharField(max_length=300, blank=True)
    failing_since = models.DateTimeField(null=True)


class ReceivedMail(models.Model):
    """A mail as it came; who sent it is not proven. Of a state but WAITING an official decided."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=10, default=MailState.WAITING)
    uid_validity = models.BigIntegerField()
    uid = models.BigIntegerField()
    message_id = models.CharField(max_length=300, blank=True)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of Message-ID, head and content")
    sender_address = models.CharField(max_length=254, blank=True)
    sender_name = models.CharField(max_length=250, blank=True)
    subject = models.CharField(max_length=500, blank=True)
    text = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True, help_text="as the sender says")
    received_at = models.DateTimeField()
    size = models.BigIntegerField()
    problem = models.CharField(max_length=15, blank=True)
    document = models.OneToOneField(
        "office.IncomingDocument", null=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(max_length=500, blank=True)
    decided_by = models.ForeignKey(
        Official, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency", "fingerprint"], name="received_mail_once"),
            models.UniqueConstraint(fields=["agency", "uid_validity", "uid"], name="received_mail_uid_once"),
            models.CheckConstraint(condition=Q(state__in=list(MailState)), name="received_mail_state_known"),
            models.CheckConstraint(condition=Q(problem__in=list(MailProblem)), name="received_mail_problem"),
            models.CheckConstraint(
                condition=Q(state=MailState.TAKEN, document__isnull=False)
                | (~Q(state=MailState.TAKEN) & Q(document=None)),
                name="received_mail_taken_has_document",
            ),
            models.CheckConstraint(
                condition=~Q(state=MailState.ASIDE) | ~Q(reason=""), name="received_mail_aside_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(state=MailState.WAITING) | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="received_mail_decided_by_someone",
            ),
        ]
        indexes = [models.Index(fields=["agency", "state", "-id"], name="received_mail_by_state")]

    def __str__(self) -> str:
        return self.subject[:60] or self.sender_address

    @property
    def state_label(self) -> Promise:
        """The state in the reader's language."""
        return MAIL_STATE_LABELS[self.state]

    @property
    def problem_label(self) -> Promise | str:
        """Why only its head is here; empty if it is whole."""
        return MAIL_PROBLEMS.get(self.problem, "")

    @property
    def waits(self) -> bool:
        """Whether the clerk has not decided yet."""
        return self.state == MailState.WAITING


class MailFile(models.Model):
    """An attachment: kept, with the verdict on a PDF's signatures, or refused by name and with the reason."""

    mail = models.ForeignKey(ReceivedMail, on_delete=models.CASCADE, related_name="files", db_index=False)
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    size = models.BigIntegerField()
    blob = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    verdict = models.JSONField(null=True, help_text="contracts.StoredVerdict, of PDFs only")
    refused = models.JSONField(null=True, help_text="the reason in both languages")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["mail", "position"], name="mail_file_position"),
            models.CheckConstraint(
                condition=Q(blob=None, refused__isnull=False) | Q(blob__isnull=False, refused__isnull=True),
                name="mail_file_kept_or_refused",
            ),
        ]


remembers_agency(Mailbox._meta.label, "agency")
remembers_agency(ReceivedMail._meta.label, "agency")

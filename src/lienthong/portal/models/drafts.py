"""An application that is being filled in, and the files sent for it. Personal data that expires."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from lienthong.dossiers.public import Dossier
from lienthong.identity.public import Party
from lienthong.kernel.identifiers import uuid7
from lienthong.kernel.models import Blob
from lienthong.ledger.public import Subject
from lienthong.procedures.public import ProcedureVersion, ServiceOffer


class Draft(models.Model):
    """What somebody has filled in so far for an offer, pinned to its version.

    It belongs to a signed-in party, or to whoever holds its secret (kept as a hash). `person` is what was
    said of applicant and representative, `papers` the files and held documents by key of the paper,
    `prefilled` the answers that were filled in beforehand, each with where they are from. `changes` says of
    each page at which `lock_version` and by which device (a hash) it was last saved: a page that another
    device saved meanwhile is not overwritten unseen.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    offer = models.ForeignKey(ServiceOffer, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(ProcedureVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    party = models.ForeignKey(Party, null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    on_behalf = models.ForeignKey(
        Party, null=True, on_delete=models.CASCADE, related_name="+", help_text="for whom, if for another"
    )
    secret_hash = models.CharField(max_length=64, blank=True)
    answers = models.JSONField(default=dict)
    person = models.JSONField(default=dict)
    papers = models.JSONField(default=dict)
    prefilled = models.JSONField(default=dict)
    changes = models.JSONField(default=dict)
    page = models.CharField(max_length=60, blank=True, help_text="the page that was last open")
    lock_version = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    warned_at = models.DateTimeField(null=True, help_text="when its expiry was announced")
    counter_code = models.CharField(max_length=64, blank=True, help_text="hash of the code for the counter")
    counter_until = models.DateTimeField(null=True)
    dossier = models.OneToOneField(Dossier, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(party__isnull=False, secret_hash="") | Q(Q(party=None), ~Q(secret_hash="")),
                name="draft_has_one_owner",
            ),
            models.UniqueConstraint(
                fields=["secret_hash"], condition=~Q(secret_hash=""), name="draft_secret_once"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("saved_at")), name="draft_expires_after_saving"
            ),
            models.CheckConstraint(
                condition=Q(counter_code="", counter_until=None)
                | Q(~Q(counter_code=""), counter_until__isnull=False),
                name="draft_counter_code_ends",
            ),
        ]
        indexes = [
            models.Index(fields=["party", "-id"], condition=Q(party__isnull=False), name="draft_of_party"),
            models.Index(fields=["expires_at"], name="draft_by_expiry"),
            models.Index(fields=["counter_code"], condition=~Q(counter_code=""), name="draft_at_counter"),
        ]

    @property
    def ledger_subject(self) -> Subject:
        """This draft as the ledger names it."""
        return Subject("portal.draft", str(self.pk))


class DraftFile(models.Model):
    """A file that was sent for a draft; whoever may open the draft may open it."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="files", db_index=False)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draft", "blob"], name="draft_file_once")]


class Signer(models.Model):
    """Somebody who has to confirm a draft before it is sent, by a link with a secret (kept as a hash).

    What is changed after that takes the confirmation back: they have not read it.
    """

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="signers")
    name = models.CharField(max_length=250)
    secret_hash = models.CharField(max_length=64, unique=True)
    party = models.ForeignKey(Party, null=True, on_delete=models.CASCADE, related_name="+")
    number = models.CharField(max_length=12, blank=True, help_text="as stated by who was not signed in")
    signed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_at=None) | Q(party__isnull=False) | ~Q(number=""),
                name="draft_signer_says_who",
            ),
        ]

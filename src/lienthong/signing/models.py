"""Certificates and who holds them, sealed keys, and verdicts reached before."""

from __future__ import annotations

from datetime import date, datetime

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lienthong.directory.public import Agency, Official, holds_agency
from lienthong.signing.contracts import Algorithm, Purpose, RevocationReason

HOLDERS = (Purpose.AGENCY, Purpose.OFFICIAL, Purpose.ENCRYPTION)
READING_ALGORITHMS = ("rsa3072", "rsa4096")
CURRENT = Q(replaced_at=None, revoked_at=None)


class SealedKey(models.Model):
    """A private key sealed under the master key, which is never kept here."""

    id = models.UUIDField(primary_key=True)
    sealed = models.BinaryField()


MOST_TRIES = 5


class KeyPin(models.Model):
    """A key that is used only with its holder's PIN, of which nothing is kept but a value sealed under it.

    `tries` are those since the last right one; a try is counted before the PIN is looked at, so that of many
    at once none is free, and from `MOST_TRIES` on it is not looked at any more.
    """

    key_id = models.UUIDField(primary_key=True)
    salt = models.BinaryField(help_text="of scrypt")
    check_value = models.BinaryField()
    tries = models.PositiveSmallIntegerField(default=0)
    set_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(tries__lte=MOST_TRIES), name="key_pin_tries")]


class CarriedPin(models.Model):
    """A random key for a PIN that was entered once for several signatures, until `expires_at`.

    The PIN is sealed under it in the signer's cookie alone: neither the row nor the cookie says anything
    without the other, and with the row gone the cookie is worth nothing.
    """

    id = models.UUIDField(primary_key=True)
    official = models.ForeignKey(Official, on_delete=models.CASCADE, related_name="+", db_index=False)
    about = models.CharField(max_length=100)
    secret = models.BinaryField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["official", "about"], name="carried_pin_once")]


class CertificateQuerySet(models.QuerySet["Certificate"]):
    """Questions that certificates answer in sets."""

    def current(self) -> CertificateQuerySet:
        """Those that new signatures are made with."""
        return self.filter(CURRENT).exclude(key_id=None)

    def valid(self, at: datetime) -> CertificateQuerySet:
        """Current ones that have begun and not ended at that time."""
        return self.current().filter(valid_from__lte=at, valid_to__gt=at)


class Certificate(models.Model):
    """A certificate of the platform's own authority, or a foreign one enrolled for an agency (`issuer` null).

    `key_id` is null where the key is not kept here: for foreign ones, and for those issued on a request.

    An agency, an official and each part of the authority has one current certificate at a time; a replaced
    one still proves what it signed, a revoked one proves nothing signed later than `revoked_at`. One for
    encryption is never one for signing; its key stays when it is replaced or revoked, to read old documents.
    `chain` is the PEM of the authorities above a foreign one, without the root.
    """

    purpose = models.CharField(max_length=10, choices=[(purpose, purpose) for purpose in Purpose])
    issuer = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="issued")
    agency = models.ForeignKey(Agency, null=True, on_delete=models.PROTECT, related_name="+")
    official = models.ForeignKey(Official, null=True, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=500)
    serial = models.CharField(max_length=40, help_text="hexadecimal")
    sha256 = models.CharField(max_length=64, unique=True, help_text="of the DER form")
    der = models.BinaryField()
    chain = models.BinaryField(default=b"", db_default=b"")
    algorithm = models.CharField(max_length=10, blank=True)
    store = models.CharField(max_length=20, blank=True, help_text="name of the key store")
    key_id = models.UUIDField(null=True, unique=True)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revocation_reason = models.CharField(max_length=30, blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = _("certificate")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    purpose__in=[Purpose.AGENCY, Purpose.ENCRYPTION], agency__isnull=False, official=None
                )
                | Q(purpose=Purpose.OFFICIAL, official__isnull=False)
                | (~Q(purpose__in=HOLDERS) & Q(agency=None, official=None)),
                name="certificate_holder_fits_purpose",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__gt=F("valid_from")), name="certificate_validity_ordered"
            ),
            models.CheckConstraint(
                condition=Q(key_id=None, store="") | Q(key_id__isnull=False, algorithm__in=list(Algorithm)),
                name="certificate_key_known",
            ),
            models.CheckConstraint(
                condition=Q(purpose=Purpose.ENCRYPTION, algorithm__in=READING_ALGORITHMS)
                | (~Q(purpose=Purpose.ENCRYPTION) & ~Q(algorithm=Algorithm.RSA3072, key_id__isnull=False)),
                name="certificate_key_fits_purpose",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revocation_reason="")
                | Q(revoked_at__isnull=False, revocation_reason__in=list(RevocationReason)),
                name="certificate_revoked_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="certificate_sha256_is_hex"
            ),
            models.UniqueConstraint(
                fields=["purpose"],
                condition=CURRENT & ~Q(purpose__in=HOLDERS),
                name="certificate_one_per_part",
            ),
            models.UniqueConstraint(
                fields=["agency"],
                condition=CURRENT & Q(purpose=Purpose.AGENCY, key_id__isnull=False),
                name="certificate_one_per_agency",
            ),
            models.UniqueConstraint(
                fields=["official"],
                condition=CURRENT & Q(purpose=Purpose.OFFICIAL, key_id__isnull=False),
                name="certificate_one_key_per_official",
            ),
            models.UniqueConstraint(
                fields=["official"],
                condition=CURRENT & Q(purpose=Purpose.OFFICIAL, key_id=None),
                name="certificate_one_per_token",
            ),
            models.UniqueConstraint(
                fields=["agency"],
                condition=CURRENT & Q(purpose=Purpose.ENCRYPTION),
                name="certificate_one_for_encryption",
            ),
            models.UniqueConstraint(
                fields=["issuer", "serial"], condition=~Q(issuer=None), name="certificate_serial_once"
            ),
        ]
        indexes = [
            models.Index(fields=["valid_to"], condition=CURRENT, name="certificate_expiring"),
            models.Index(
                fields=["issuer", "revoked_at"], condition=~Q(revoked_at=None), name="certificate_revoked"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} ({self.serial})"

    @property
    def is_ours(self) -> bool:
        """Whether our authority issued it, for a key kept here or (by request) elsewhere."""
        return self.key_id is not None or self.issuer_id is not None


class StoredVerdict(models.Model):
    """What was found out about a file, by its hash: good until the status of a certificate may have changed.

    `certificates` (SHA-256) are those it rests on: revoking one removes the row.
    """

    id = models.BigAutoField(primary_key=True)
    sha256 = models.CharField(max_length=64)
    kind = models.CharField(max_length=10)
    verdict = models.JSONField()
    certificates = ArrayField(models.CharField(max_length=64), default=list)
    reached_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sha256", "kind"], name="verdict_once_per_file")]
        indexes = [GinIndex(fields=["certificates"], name="verdict_certificates")]


def _can_sign(day: date) -> Q:
    return CURRENT & Q(valid_to__date__gt=day)


holds_agency(Certificate._meta.label, "agency", still=_can_sign)

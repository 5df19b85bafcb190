"""Finding certificates, and what a key holder signs with."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.db.models import Q

from lienthong.directory.public import Agency, Official
from lienthong.kernel.statements import Columns, fetch
from lienthong.signing.adapters.held_keys import hold
from lienthong.signing.certificates import Issuer
from lienthong.signing.contracts import CertificateInfo, ExpiringCertificate, Purpose, UnlockedKey
from lienthong.signing.errors import NoCertificate, PinNeeded, SigningUnavailable
from lienthong.signing.models import CURRENT, Certificate, CertificateQuerySet, KeyPin
from lienthong.signing.ports import KeyStoreError, KeyUnknown, PrivateKey
from lienthong.signing.stores import key_store

EXPIRING = timedelta(days=30)
OF_AGENCIES = (Purpose.AGENCY, Purpose.ENCRYPTION)


@dataclass(frozen=True)
class Identity:
    """Someone who signs: certificate, key object, and the authorities above (without the root)."""

    row: Certificate
    certificate: x509.Certificate
    key: PrivateKey
    chain: tuple[x509.Certificate, ...]

    @property
    def asn1(self) -> asn1.Certificate:
        """The certificate as pyHanko takes it."""
        return asn1.Certificate.load(bytes(self.row.der))


def agency_identity(agency_id: int, *, at: datetime) -> Identity:
    """What the agency signs with at the time.

    Raises:
        NoCertificate, SigningUnavailable
    """
    row = Certificate.objects.valid(at).filter(purpose=Purpose.AGENCY, agency_id=agency_id).first()
    if row is None:
        name = Agency.objects.filter(pk=agency_id).values_list("name", flat=True).first()
        raise NoCertificate(name=name or str(agency_id))
    return _identity(row)


def signing_agencies(agency_ids: Collection[int], *, at: datetime) -> set[int]:
    """Which of the agencies can sign here: they have a certificate, and its key is here. One query."""
    rows = Certificate.objects.valid(at).filter(purpose=Purpose.AGENCY, agency_id__in=agency_ids)
    return set(rows.values_list("agency_id", flat=True))


def official_identity(official_id: int, *, at: datetime, unlocked: UnlockedKey | None = None) -> Identity:
    """What the official signs with at the time; raises as for agencies.

    Raises:
        PinNeeded: a PIN protects the key, and `unlocked` is not that key.
    """
    row = Certificate.objects.valid(at).filter(purpose=Purpose.OFFICIAL, official_id=official_id).first()
    if row is None:
        name = Official.objects.filter(pk=official_id).values_list("full_name", flat=True).first()
        raise NoCertificate(name=name or str(official_id))
    assert row.key_id is not None  # `valid` leaves out what has no key here
    if not KeyPin.objects.filter(key_id=row.key_id).exists():
        return _identity(row)
    if unlocked is None or unlocked.key_id != row.key_id:
        raise PinNeeded(field="pin")
    return _identity(row, unlocked.key)


def token_identity(official_id: int, *, at: datetime) -> Identity:
    """What the official signs with where the key is on a token: it never signs here, only its public half is.

    Raises:
        NoCertificate
    """
    row = token_certificates(official_id).filter(valid_from__lte=at, valid_to__gt=at).first()
    if row is None:
        name = Official.objects.filter(pk=official_id).values_list("full_name", flat=True).first()
        raise NoCertificate(name=name or str(official_id))
    certificate, *chain = _path(row.sha256)
    return Identity(row, certificate, hold(certificate.public_key(), _on_the_token), tuple(chain))  # type: ignore[arg-type]


def token_certificates(official_id: int) -> CertificateQuerySet:
    """The current certificate for a token of the official: issued by us on a request, its key not here."""
    own = Q(purpose=Purpose.OFFICIAL, official_id=official_id, key_id=None, issuer__isnull=False)
    return Certificate.objects.filter(own & CURRENT)


def _on_the_token(_data: bytes) -> bytes:
    raise KeyUnknown("the key is on its holder's token")


def part_identity(purpose: Purpose) -> Identity:
    """A part of the authority: timestamp service, OCSP responder, hub; raises as for agencies."""
    for row in fetch(_PART, purpose.value):
        return _identity(_CERTIFICATE.read(iter(row)))
    raise NoCertificate(name=purpose.value)


_CERTIFICATE = Columns(Certificate)
# As `CertificateQuerySet.current`; at most one row (`certificate_one_per_part`).
_PART = f"""
SELECT {_CERTIFICATE.of("certificate")} FROM signing_certificate certificate
WHERE purpose = %s AND replaced_at IS NULL AND revoked_at IS NULL AND key_id IS NOT NULL
"""  # noqa: S608


def issuer_key(purpose: Purpose) -> tuple[Certificate, Issuer]:
    """The row, certificate and key of an authority."""
    identity = part_identity(purpose)
    return identity.row, Issuer(identity.certificate, identity.key)


def root_certificate() -> bytes:
    """The certificate (DER) of the platform's own root; raises `NoCertificate`."""
    row = Certificate.objects.current().filter(purpose=Purpose.ROOT).first()
    if row is None:
        raise NoCertificate(name=Purpose.ROOT.value)
    return bytes(row.der)


def certificate_for_agency(agency_id: int, *, at: datetime) -> CertificateInfo | None:
    """The agency's current certificate, if it has one."""
    row = Certificate.objects.current().filter(purpose=Purpose.AGENCY, agency_id=agency_id).first()
    return info_of(row, at=at) if row else None


def certificates_of(
    *, agency_id: int | None = None, official_id: int | None = None, at: datetime
) -> list[CertificateInfo]:
    """All certificates ever issued to the agency itself, or to the official, newest first."""
    rows = Certificate.objects.filter(purpose__in=OF_AGENCIES, agency=agency_id)
    if official_id is not None:
        rows = Certificate.objects.filter(purpose=Purpose.OFFICIAL, official=official_id)
    return [info_of(row, at=at) for row in rows.order_by("-valid_from", "-pk")]


def expiring_count(*, at: datetime) -> int:
    """How many current certificates end within 30 days, or have ended."""
    return Certificate.objects.current().filter(valid_to__lte=at + EXPIRING).count()


def expiring_certificates(*, at: datetime, agency_id: int | None = None) -> list[ExpiringCertificate]:
    """Agencies' certificates of our authority that end within 30 days and were not replaced, soonest first.

    Those that have ended are told of for 30 days more. At most 200; one query.
    """
    rows = Certificate.objects.filter(CURRENT, purpose__in=OF_AGENCIES, issuer__isnull=False)
    if agency_id is not None:
        rows = rows.filter(agency_id=agency_id)
    rows = rows.filter(valid_to__lte=at + EXPIRING, valid_to__gt=at - EXPIRING).select_related("agency")
    return [
        ExpiringCertificate(
            sha256=row.sha256,
            agency_code=row.agency.code if row.agency else "",
            agency_name=row.agency.name if row.agency else "",
            valid_to=row.valid_to,
            days=(row.valid_to - at).days,
            encrypts=row.purpose == Purpose.ENCRYPTION,
        )
        for row in rows.order_by("valid_to", "pk")[:200]
    ]


def chain_pem(sha256: str) -> bytes:
    """The certificate and the authorities above it without the root, in PEM, its own first."""
    return b"".join(found.public_bytes(Encoding.PEM) for found in _path(sha256))


def info_of(row: Certificate, *, at: datetime) -> CertificateInfo:
    """The row as a plain value, with its state at the time."""
    state = "valid"
    if row.revoked_at is not None and row.revoked_at <= at:
        state = "revoked"
    elif row.valid_to <= at:
        state = "expired"
    elif row.replaced_at is not None and row.replaced_at <= at:
        state = "replaced"
    return CertificateInfo(
        sha256=row.sha256,
        serial=row.serial,
        purpose=row.purpose,
        subject=row.subject,
        algorithm=row.algorithm,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        state=state,
        revoked_at=row.revoked_at,
        der=bytes(row.der),
        kept_here=row.key_id is not None,
    )


def _identity(row: Certificate, key: PrivateKey | None = None) -> Identity:
    try:
        key = key or key_store(row.store).private_key(row.key_id)  # type: ignore[arg-type]
    except KeyStoreError as error:
        raise SigningUnavailable(detail=type(error).__name__) from error
    certificate, *chain = _path(row.sha256)
    return Identity(row, certificate, key, tuple(chain))


@lru_cache(maxsize=4096)
def _path(sha256: str) -> tuple[x509.Certificate, ...]:
    """The certificate and the authorities above it without the root: what a hash names never changes."""
    rows: list[Certificate] = []
    row: Certificate | None = Certificate.objects.get(sha256=sha256)
    while row is not None and (not rows or row.purpose != Purpose.ROOT):
        rows.append(row)
        row = row.issuer
    return tuple(x509.load_der_x509_certificate(bytes(found.der)) for found in rows)

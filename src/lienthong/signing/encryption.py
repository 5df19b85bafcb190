"""Encryption certificates: which are given out, whom an envelope may name, whom to believe, and opening."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from django.utils.translation import gettext_lazy as _

from lienthong.directory.public import Agency
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.envelopes import (
    Reader,
    ReadingKey,
    may_encrypt_for,
    open_envelope,
    reader_of,
    readers_of,
)
from lienthong.kernel.errors import Refusal
from lienthong.signing.certificates import fingerprint
from lienthong.signing.contracts import Purpose
from lienthong.signing.errors import CertificateRevoked, SigningUnavailable
from lienthong.signing.models import CURRENT, Certificate
from lienthong.signing.outside import named_agencies
from lienthong.signing.ports import KeyStoreError
from lienthong.signing.stores import key_store
from lienthong.signing.trust import foreign_root_of

CHAIN_BYTES, CHAIN_MOST = 32 * 1024, 5
# A sender may have fetched the certificate just before it was replaced; the old key still reads.
OVERLAP = timedelta(days=1)


class CertificateUnreadable(Refusal):
    """No certificate in PEM, or too many."""

    code, status = "certificate-unreadable", 422
    sentence = _("The file holds no certificate (PEM), or more than %(most)s.")


class CertificateNotForEncryption(Refusal):
    """A certificate made for something else."""

    code, status = "certificate-not-for-encryption", 422
    sentence = _(
        "The certificate of %(name)s is not one to encrypt for: it must say keyEncipherment, must not be for "
        "signing, and have an RSA key of 3072 or 4096 bits."
    )


class EncryptionCertificateUntrusted(Refusal):
    """It does not lead to an authority that may name the agency, or is not valid now."""

    code, status = "encryption-certificate-untrusted", 422
    sentence = _(
        "The encryption certificate given for %(name)s is not believed: it is revoked or not valid now, "
        "names another agency, or comes from an authority that may not name it here. "
        "Nothing is encrypted for it."
    )


@dataclass(frozen=True)
class GivenOut:
    """A certificate to encrypt for, with the authorities above it without the root (PEM, its own first)."""

    sha256: str
    valid_to: datetime
    pem: bytes


@dataclass(frozen=True)
class KnownReader:
    """A certificate that an envelope may name; `state` is "usable", "revoked" or "ended"."""

    reader: Reader
    state: str


def encryption_certificates(agency_ids: Collection[int], *, at: datetime) -> Mapping[int, GivenOut]:
    """The current encryption certificate of each agency that has one, by agency. One query."""
    rows = Certificate.objects.filter(
        CURRENT, purpose=Purpose.ENCRYPTION, agency_id__in=agency_ids, valid_from__lte=at, valid_to__gt=at
    )
    return {
        row.agency_id or 0: GivenOut(row.sha256, row.valid_to, _pem(row))
        for row in rows.select_related("issuer")
    }


def known_readers(agency_ids: Collection[int], *, at: datetime) -> Mapping[int, tuple[KnownReader, ...]]:
    """All encryption certificates that the agencies ever had, by agency. One query."""
    rows = Certificate.objects.filter(purpose=Purpose.ENCRYPTION, agency_id__in=agency_ids)
    found: defaultdict[int, list[KnownReader]] = defaultdict(list)
    for row in rows.only("agency_id", "der", "valid_from", "valid_to", "replaced_at", "revoked_at"):
        found[row.agency_id or 0].append(KnownReader(reader_of(bytes(row.der)), _state(row, at)))
    return {agency_id: tuple(readers) for agency_id, readers in found.items()}


def trusted_readers(given: Iterable[tuple[Agency, bytes]], *, at: datetime) -> dict[int, x509.Certificate]:
    """The certificates (PEM with their chain) that a directory gave for agencies, each proven; by agency.

    The directory is not believed: a certificate must be one of our own authority's for that agency, or lead
    to an outside root that may name the agency (ADR 0023), and be for encryption, valid and not revoked.

    Raises:
        CertificateUnreadable, CertificateNotForEncryption, EncryptionCertificateUntrusted
    """
    read = [(agency, read_chain(pem)) for agency, pem in given]
    rows = _ours(_der(chain[0]) for _agency, chain in read)
    outside = []
    for agency, chain in read:
        if not may_encrypt_for(chain[0]):
            raise CertificateNotForEncryption(name=agency.name)
        row = rows.get(fingerprint(_der(chain[0])))
        if row is None:
            outside.append((agency, chain[0], _root_of(agency, chain, at)))
        elif row.purpose != Purpose.ENCRYPTION or row.agency_id != agency.pk or _state(row, at) != "usable":
            raise EncryptionCertificateUntrusted(name=agency.name)
    named = named_agencies(
        [(leaf, root) for _agency, leaf, root in outside], on=at.astimezone(VIETNAM).date()
    )
    for (agency, _leaf, _root), found in zip(outside, named, strict=True):
        if found is None or found.pk != agency.pk:
            raise EncryptionCertificateUntrusted(name=agency.name)
    return {agency.pk: chain[0] for agency, chain in read}


@dataclass(frozen=True)
class KeptKeys:
    """The keys for encryption that are kept here for these agencies, old ones too; read when first needed."""

    agency_ids: Collection[int]

    def open(self, content: bytes, *, name: str) -> bytes:
        """What an envelope holds. Two queries for the first envelope, none for those after.

        Raises:
            EnvelopeRefusal: why it cannot be opened (see `kernel.envelopes`).
            SigningUnavailable: the key is here and cannot be reached now; try again.
        """
        readers = readers_of(content, name=name)
        held = (row for reader, row in self._rows if reader in readers)
        return open_envelope(content, map(_reading_key, held), name=name)

    @cached_property
    def _rows(self) -> list[tuple[Reader, Certificate]]:
        rows = Certificate.objects.filter(purpose=Purpose.ENCRYPTION, agency_id__in=self.agency_ids)
        return [(reader_of(bytes(row.der)), row) for row in rows.exclude(key_id=None)]


def read_chain(pem: bytes) -> list[x509.Certificate]:
    """A certificate and those above it; raises `CertificateUnreadable`."""
    try:
        chain = x509.load_pem_x509_certificates(pem) if len(pem) <= CHAIN_BYTES else []
    except (ValueError, TypeError) as error:
        raise CertificateUnreadable(most=CHAIN_MOST) from error
    if not 0 < len(chain) <= CHAIN_MOST:
        raise CertificateUnreadable(most=CHAIN_MOST)
    return chain


def _reading_key(row: Certificate) -> ReadingKey:
    try:
        key = key_store(row.store).private_key(row.key_id)  # type: ignore[arg-type]
    except KeyStoreError as error:
        raise SigningUnavailable(detail=type(error).__name__) from error
    if not isinstance(key, RSAPrivateKey):
        raise SigningUnavailable(detail=row.algorithm)
    return ReadingKey(x509.load_der_x509_certificate(bytes(row.der)), key)


def _ours(ders: Iterable[bytes]) -> Mapping[str, Certificate]:
    """Those of the certificates that our own authority issued. One query."""
    rows = Certificate.objects.filter(sha256__in={fingerprint(der) for der in ders}, issuer__isnull=False)
    return {row.sha256: row for row in rows}


def _root_of(agency: Agency, chain: list[x509.Certificate], at: datetime) -> str:
    try:
        root = foreign_root_of(_der(chain[0]), at=at, others=[_der(one) for one in chain[1:]])
    except CertificateRevoked as error:
        raise EncryptionCertificateUntrusted(name=agency.name) from error
    if root is None:
        raise EncryptionCertificateUntrusted(name=agency.name)
    return root


def _state(row: Certificate, at: datetime) -> str:
    if row.revoked_at is not None and row.revoked_at <= at:
        return "revoked"
    replaced = row.replaced_at is not None and row.replaced_at + OVERLAP <= at
    return "ended" if replaced or not row.valid_from <= at < row.valid_to else "usable"


def _pem(row: Certificate) -> bytes:
    above = [row.issuer] if row.issuer else []
    own = b"".join(
        x509.load_der_x509_certificate(bytes(one.der)).public_bytes(Encoding.PEM) for one in (row, *above)
    )
    return own + bytes(row.chain)


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)

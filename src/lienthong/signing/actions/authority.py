"""The platform's own authority: its parts, made once, and what it issues, replaces and revokes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q

from lienthong.directory.public import Agency, Official, PostHolding
from lienthong.kernel.clock import VIETNAM
from lienthong.signing.adapters.held_keys import read_public_key
from lienthong.signing.adapters.software import SoftwareKeyStore
from lienthong.signing.certificates import Addresses, Holder, fingerprint, issue, serial_of
from lienthong.signing.contracts import Algorithm, CertificateInfo, Purpose, RevocationReason
from lienthong.signing.errors import (
    AlreadyRevoked,
    CertificateUnknown,
    CertificateUntrusted,
    NoCertificate,
    SigningUnavailable,
)
from lienthong.signing.models import CURRENT, HOLDERS, Certificate, KeyPin, StoredVerdict
from lienthong.signing.ports import KeyStoreError
from lienthong.signing.queries import info_of, issuer_key
from lienthong.signing.stores import key_store, new_key_store
from lienthong.signing.trust import foreign_path

LOCK = 0x51670001
PARTS = (
    (Purpose.ROOT, "Liên Thông Root CA (demonstration)", None),
    (Purpose.ISSUING, "Liên Thông Issuing CA (demonstration)", Purpose.ROOT),
    (Purpose.OCSP, "Liên Thông OCSP responder", Purpose.ISSUING),
    (Purpose.TIMESTAMP, "Liên Thông timestamp service", Purpose.ISSUING),
    (Purpose.HUB, "Liên Thông axis", Purpose.ISSUING),
)


@dataclass(frozen=True)
class _Order:
    """A certificate about to be issued, and whom its row belongs to."""

    holder: Holder
    agency_id: int | None = None
    official_id: int | None = None


def ensure_authority(*, at: datetime) -> None:
    """Make the root, issuing, OCSP, timestamp and hub certificates, unless they are there."""
    wanted = {purpose for purpose, _, _ in PARTS}
    if wanted <= _parts():
        return
    # Installations trust one another's authorities, so no two may bear one name.
    organization = f"{Holder.organization} ({urlsplit(settings.BASE_URL).netloc})"
    with transaction.atomic():
        _lock()
        present = _parts()
        for purpose, name, issuer in PARTS:
            if purpose not in present:
                holder = Holder(purpose, name, organization, code=purpose.value)
                _issue([_Order(holder)], by=issuer, at=at)


def ensure_agency_certificates(
    agency_ids: Sequence[int], *, at: datetime, algorithm: Algorithm = Algorithm.P256
) -> int:
    """Give each of the agencies a certificate valid at `at` unless it has one; answer how many were issued.

    Set-based: a handful of queries whatever the number. P-256 by default, about 3,000 a second; RSA-2048 is
    there for receivers that know nothing else, at about ten a second.
    """
    ensure_authority(at=at)
    with transaction.atomic():
        _lock()
        stale = _without_valid(Q(purpose=Purpose.AGENCY), "agency_id", agency_ids, at)
        orders = [
            _Order(_seal(agency), agency_id=agency.pk) for agency in Agency.objects.filter(pk__in=stale)
        ]
        return _replace_and_issue(orders, algorithm=algorithm, at=at)


def ensure_official_certificates(
    official_ids: Sequence[int], *, at: datetime, algorithm: Algorithm = Algorithm.P256
) -> int:
    """Give each of the officials a personal certificate valid at `at` unless they have one; as for agencies.

    The agency named in it is that of the post held longest at the time.
    """
    ensure_authority(at=at)
    with transaction.atomic():
        _lock()
        stale = _without_valid(Q(purpose=Purpose.OFFICIAL), "official_id", official_ids, at)
        orders = [
            _Order(holder, agency_id=agency_id, official_id=official_id)
            for official_id, (holder, agency_id) in official_holders(stale, at=at).items()
        ]
        return _replace_and_issue(orders, algorithm=algorithm, at=at)


def official_holders(official_ids: Iterable[int], *, at: datetime) -> dict[int, tuple[Holder, int | None]]:
    """What certificates say of the officials, and the agency that employs each. Two queries."""
    found, holders = Official.objects.filter(pk__in=list(official_ids)), {}
    employers = _employers([official.pk for official in found], at)
    for official in found:
        employer = employers.get(official.pk)
        holder = Holder(
            Purpose.OFFICIAL,
            official.full_name,
            employer.name if employer else Holder.organization,
            f"CB-{official.pk}",
            employer.code if employer else "",
        )
        holders[official.pk] = (holder, employer.pk if employer else None)
    return holders


def ensure_encryption_certificates(agency_ids: Sequence[int], *, at: datetime) -> int:
    """Give each of the agencies a key for encryption (RSA-3072, some 0.3 s) unless it has one; how many.

    The key is always sealed in the database, since tokens are not asked to decipher (ADR 0030).
    """
    ensure_authority(at=at)
    with transaction.atomic():
        _lock()
        held = Certificate.objects.filter(CURRENT, purpose=Purpose.ENCRYPTION, valid_to__gt=at)
        have = set(held.filter(agency_id__in=agency_ids).values_list("agency_id", flat=True))
        return _issue_for_encryption(set(agency_ids) - have, at=at)


def renew_encryption_certificate(agency_id: int, *, at: datetime) -> CertificateInfo:
    """Give the agency a new key for encryption; the old key stays, to read what was encrypted for it."""
    ensure_authority(at=at)
    with transaction.atomic():
        _lock()
        _issue_for_encryption({agency_id}, at=at)
        row = Certificate.objects.current().get(purpose=Purpose.ENCRYPTION, agency_id=agency_id)
        return info_of(row, at=at)


def _issue_for_encryption(agency_ids: Iterable[int], *, at: datetime) -> int:
    """Retire what the agencies have for encryption and issue anew."""
    found = Agency.objects.filter(pk__in=agency_ids)
    orders = [
        _Order(Holder(Purpose.ENCRYPTION, one.name, one.name, one.code, one.code), agency_id=one.pk)
        for one in found
    ]
    replace_encryption([one.pk for one in found], at=at)
    _issue(orders, by=Purpose.ISSUING, at=at, algorithm=Algorithm.RSA3072)
    return len(orders)


def replace_encryption(agency_ids: Iterable[int], *, at: datetime) -> None:
    """Have what the agencies have for encryption given out no more."""
    rows = Certificate.objects.filter(CURRENT, purpose=Purpose.ENCRYPTION, agency_id__in=agency_ids)
    rows.update(replaced_at=at)


def rotate_key(agency_id: int, *, at: datetime) -> CertificateInfo:
    """Give the agency a new key and certificate and destroy the old key; what it signed stays valid.

    Raises:
        NoCertificate: it has none to replace.
    """
    with transaction.atomic():
        _lock()
        old = Certificate.objects.current().filter(purpose=Purpose.AGENCY, agency_id=agency_id).first()
        if old is None:
            raise NoCertificate(name=_agency_name(agency_id))
        agency = Agency.objects.get(pk=agency_id)
        order = _Order(_seal(agency), agency_id=agency_id)
        _replace_and_issue([order], algorithm=Algorithm(old.algorithm), at=at)
        _destroy_key(old)
        return info_of(Certificate.objects.current().get(purpose=Purpose.AGENCY, agency_id=agency_id), at=at)


def renew_official_key(official_id: int, *, at: datetime) -> CertificateInfo:
    """Give the official a new key without PIN and destroy the old one; what it signed stays valid.

    For whoever forgot the PIN, or locked the key.

    Raises:
        NoCertificate: there is none to replace.
    """
    ensure_authority(at=at)
    with transaction.atomic():
        _lock()
        own = Certificate.objects.current().filter(purpose=Purpose.OFFICIAL, official_id=official_id)
        old = own.first()
        if old is None:
            raise NoCertificate(name=str(official_id))
        own.update(replaced_at=at)
        ensure_official_certificates([official_id], at=at, algorithm=Algorithm(old.algorithm))
        _destroy_key(old)
        return info_of(own.get(), at=at)


def revoke_certificate(sha256: str, *, reason: RevocationReason, at: datetime) -> CertificateInfo:
    """Withdraw the certificate from `at` on: lists, OCSP, verdicts say so at once; its key is destroyed.

    The key of one for encryption stays: nobody encrypts for it any more, but old documents are read with it.

    Raises:
        CertificateUnknown, AlreadyRevoked
    """
    with transaction.atomic():
        row = Certificate.objects.select_for_update().filter(sha256=sha256).first()
        if row is None:
            raise CertificateUnknown
        if row.revoked_at is not None:
            raise AlreadyRevoked(day=row.revoked_at.astimezone(VIETNAM).strftime("%d/%m/%Y"))
        row.revoked_at, row.revocation_reason = at, reason.value
        row.save(update_fields=["revoked_at", "revocation_reason"])
        StoredVerdict.objects.filter(certificates__contains=[sha256]).delete()
        if row.purpose in {Purpose.AGENCY, Purpose.OFFICIAL}:
            _destroy_key(row)
    return info_of(row, at=at)


def enrol_agency_certificate(der: bytes, *, agency_id: int, at: datetime) -> CertificateInfo:
    """Remember that a certificate of a trusted outside authority belongs to the agency.

    Raises:
        CertificateUntrusted: it leads to none of the configured roots.
    """
    certificate = x509.load_der_x509_certificate(der)
    if not foreign_path(der, at=at):
        raise CertificateUntrusted(
            name=certificate.subject.rfc4514_string(), issuer=certificate.issuer.rfc4514_string()
        )
    row, _ = Certificate.objects.get_or_create(
        sha256=fingerprint(der),
        defaults=certificate_columns(certificate) | {"purpose": Purpose.AGENCY, "agency_id": agency_id},
    )
    return info_of(row, at=at)


def _seal(agency: Agency) -> Holder:
    """The agency as the holder of its own certificate."""
    return Holder(Purpose.AGENCY, agency.name, agency.name, agency.code, agency.code)


def _parts() -> set[str]:
    rows = Certificate.objects.current().exclude(purpose__in=HOLDERS)
    return set(rows.values_list("purpose", flat=True))


def _lock() -> None:
    """One issuer at a time, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _without_valid(purpose: Q, column: str, ids: Iterable[int], at: datetime) -> set[int]:
    """Those of the ids that have no certificate valid at the time."""
    wanted = set(ids)
    held = Certificate.objects.valid(at).filter(purpose, **{f"{column}__in": wanted})
    return wanted - set(held.values_list(column, flat=True))


def _employers(official_ids: Iterable[int], at: datetime) -> Mapping[int, Agency]:
    on = at.astimezone(VIETNAM).date()
    holdings = (
        PostHolding.objects.filter(official_id__in=official_ids, valid_from__lte=on, valid_to__gt=on)
        .select_related("post__agency")
        .order_by("-valid_from", "-pk")
    )
    return {holding.official_id: holding.post.agency for holding in holdings}


def _replace_and_issue(orders: Sequence[_Order], *, algorithm: Algorithm, at: datetime) -> int:
    """Retire what the holders had and issue anew, by the issuing authority."""
    agencies = [order.agency_id for order in orders if order.official_id is None]
    officials = [order.official_id for order in orders if order.official_id is not None]
    held = Q(purpose=Purpose.AGENCY, agency_id__in=agencies) | Q(
        purpose=Purpose.OFFICIAL, official_id__in=officials
    )
    Certificate.objects.current().filter(held).update(replaced_at=at)
    _issue(orders, by=Purpose.ISSUING, at=at, algorithm=algorithm)
    return len(orders)


def _issue(
    orders: Sequence[_Order], *, by: Purpose | None, at: datetime, algorithm: Algorithm = Algorithm.P256
) -> None:
    if not orders:
        return
    keys: list[UUID] = [uuid4() for _ in orders]
    try:
        encrypts = algorithm is Algorithm.RSA3072
        store = key_store(SoftwareKeyStore.name) if encrypts else new_key_store()
        public_keys = store.generate(keys, algorithm)
        issuer_row, issuer = issuer_key(by) if by else (None, None)
        rows = []
        for order, key_id in zip(orders, keys, strict=True):
            certificate = issue(
                order.holder,
                read_public_key(public_keys[key_id]),
                issuer=issuer,
                key=issuer.key if issuer else store.private_key(key_id),
                addresses=Addresses(settings.BASE_URL, by.value if by else ""),
                at=at,
            )
            rows.append(
                Certificate(
                    purpose=order.holder.purpose,
                    issuer=issuer_row,
                    agency_id=order.agency_id,
                    official_id=order.official_id,
                    algorithm=algorithm,
                    store=store.name,
                    key_id=key_id,
                    **certificate_columns(certificate),
                )
            )
    except KeyStoreError as error:
        raise SigningUnavailable(detail=type(error).__name__) from error
    Certificate.objects.bulk_create(rows, batch_size=1000)


def certificate_columns(certificate: x509.Certificate) -> dict[str, object]:
    """What a row says of the certificate itself."""
    der = certificate.public_bytes(Encoding.DER)
    return {
        "subject": certificate.subject.rfc4514_string()[:500],
        "serial": serial_of(certificate),
        "sha256": fingerprint(der),
        "der": der,
        "valid_from": certificate.not_valid_before_utc,
        "valid_to": certificate.not_valid_after_utc,
    }


def _destroy_key(row: Certificate) -> None:
    if row.key_id is not None:
        KeyPin.objects.filter(key_id=row.key_id).delete()
        try:
            key_store(row.store).delete(row.key_id)
        except KeyStoreError as error:
            raise SigningUnavailable(detail=type(error).__name__) from error


def _agency_name(agency_id: int) -> str:
    return Agency.objects.filter(pk=agency_id).values_list("name", flat=True).first() or str(agency_id)

"""Certificates for keys that agencies and officials keep themselves: by a request (PKCS#10, RFC 2986)."""

from __future__ import annotations

from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lienthong.directory.public import Agency, Official
from lienthong.kernel.envelopes import RSA_BITS
from lienthong.kernel.errors import Refusal
from lienthong.signing.actions.authority import (
    certificate_columns,
    ensure_authority,
    official_holders,
    replace_encryption,
)
from lienthong.signing.certificates import Addresses, Holder, issue
from lienthong.signing.contracts import CertificateInfo, Purpose
from lienthong.signing.encryption import read_chain, trusted_readers
from lienthong.signing.errors import NoCertificate
from lienthong.signing.models import CURRENT, Certificate, CertificateQuerySet
from lienthong.signing.queries import info_of, issuer_key, token_certificates

REQUEST_MOST = 16 * 1024
RSA_LEAST, RSA_MOST = 2048, 4096
RSA_EXPONENT = 65537
CURVES = (ec.SECP256R1, ec.SECP384R1)


class RequestUnreadable(Refusal):
    """No PKCS#10 request in PEM."""

    code, status = "request-unreadable", 422
    sentence = _("The file is no certificate request (PKCS#10 in PEM). Make one with openssl req -new.")


class RequestSignatureWrong(Refusal):
    """The request is not signed with the key that it asks a certificate for."""

    code, status = "request-signature-wrong", 422
    sentence = _(
        "The request is not signed with its own key, so the key may belong to someone else. Make it anew."
    )


class RequestKeyRefused(Refusal):
    """The key is too weak or of a kind that packets are not signed with."""

    code, status = "request-key-refused", 422
    sentence = _(
        "A key of the kind %(kind)s is not accepted. "
        "Use RSA of 2048 to 4096 bits, or ECDSA on P-256 or P-384."
    )


class RequestKeyNotForEncryption(Refusal):
    """The key cannot be encrypted for by everyone."""

    code, status = "request-key-not-for-encryption", 422
    sentence = _("A key of the kind %(kind)s cannot be encrypted for. Use RSA of 3072 or 4096 bits.")


class KeyCertifiedBefore(Refusal):
    """The agency has had a certificate for this key, perhaps one that was revoked."""

    code, status = "request-key-used", 409
    sentence = _("This key has been certified before. Make a new key for every certificate.")


def issue_from_request(pem: bytes, *, agency_id: int, at: datetime, replaces: bool = True) -> CertificateInfo:
    """Certify the key of the request for the agency; subject, usage and validity are ours, not the request's.

    Earlier certificates that the agency asked for count as replaced, but verify until they end or are
    revoked; with `replaces` false they stay as they are.

    Raises:
        RequestUnreadable, RequestSignatureWrong, RequestKeyRefused, KeyCertifiedBefore
    """
    request = _read(pem)
    key, algorithm = _public_key(request)
    ensure_authority(at=at)
    with transaction.atomic():
        agency = Agency.objects.select_for_update(no_key=True).get(pk=agency_id)
        _require_new(request, agency_id)
        issuer_row, issuer = issuer_key(Purpose.ISSUING)
        certificate = issue(
            Holder(Purpose.AGENCY, agency.name, agency.name, agency.code),
            key,
            issuer=issuer,
            key=issuer.key,
            addresses=Addresses(settings.BASE_URL, Purpose.ISSUING.value),
            at=at,
        )
        if replaces:
            _asked_for(agency_id).update(replaced_at=at)
        row = Certificate.objects.create(
            purpose=Purpose.AGENCY,
            issuer=issuer_row,
            agency=agency,
            algorithm=algorithm,
            **certificate_columns(certificate),
        )
    return info_of(row, at=at)


def issue_token_from_request(pem: bytes, *, official_id: int, at: datetime) -> CertificateInfo:
    """Certify the key on an official's token; what the request says of its holder is not believed.

    An earlier certificate for a token of the official counts as replaced; the key kept here stays.

    Raises:
        NoCertificate: there is no such official; and those of `issue_from_request`.
    """
    request = _read(pem)
    key, algorithm = _public_key(request)
    ensure_authority(at=at)
    with transaction.atomic():
        if not Official.objects.select_for_update(no_key=True).filter(pk=official_id).exists():
            raise NoCertificate(name=f"CB-{official_id}")
        _require_unused(request, Certificate.objects.filter(official_id=official_id, key_id=None))
        holder, agency_id = official_holders([official_id], at=at)[official_id]
        issuer_row, issuer = issuer_key(Purpose.ISSUING)
        addresses = Addresses(settings.BASE_URL, Purpose.ISSUING.value)
        certificate = issue(holder, key, issuer=issuer, key=issuer.key, addresses=addresses, at=at)
        token_certificates(official_id).update(replaced_at=at)
        row = Certificate.objects.create(
            purpose=Purpose.OFFICIAL,
            issuer=issuer_row,
            agency_id=agency_id,
            official_id=official_id,
            algorithm=algorithm,
            **certificate_columns(certificate),
        )
    return info_of(row, at=at)


def issue_encryption_from_request(pem: bytes, *, agency_id: int, at: datetime) -> CertificateInfo:
    """As `issue_from_request`, for encryption: given out from now on in place of the one before.

    Raises:
        RequestKeyNotForEncryption, and those of `issue_from_request`.
    """
    request = _read(pem)
    key, algorithm = _public_key(request)
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size not in RSA_BITS:
        raise RequestKeyNotForEncryption(field="request", kind=algorithm)
    ensure_authority(at=at)
    with transaction.atomic():
        agency = Agency.objects.select_for_update(no_key=True).get(pk=agency_id)
        _require_new(request, agency_id)
        issuer_row, issuer = issuer_key(Purpose.ISSUING)
        certificate = issue(
            Holder(Purpose.ENCRYPTION, agency.name, agency.name, agency.code, agency.code),
            key,
            issuer=issuer,
            key=issuer.key,
            addresses=Addresses(settings.BASE_URL, Purpose.ISSUING.value),
            at=at,
        )
        replace_encryption([agency_id], at=at)
        row = Certificate.objects.create(
            purpose=Purpose.ENCRYPTION,
            issuer=issuer_row,
            agency=agency,
            algorithm=algorithm,
            **certificate_columns(certificate),
        )
    return info_of(row, at=at)


def enrol_encryption_certificate(pem: bytes, *, agency: Agency, at: datetime) -> CertificateInfo:
    """Give out a certificate of an outside authority that may name the agency, in place of the one before.

    Raises: as `trusted_readers`.
    """
    trusted_readers([(agency, pem)], at=at)
    leaf, *above = read_chain(pem)
    with transaction.atomic():
        Agency.objects.select_for_update(no_key=True).get(pk=agency.pk)
        columns = certificate_columns(leaf)
        row = Certificate.objects.filter(sha256=columns["sha256"]).first()
        if row is None:
            replace_encryption([agency.pk], at=at)
            row = Certificate.objects.create(
                purpose=Purpose.ENCRYPTION,
                agency=agency,
                algorithm=f"rsa{leaf.public_key().key_size}",  # type: ignore[union-attr]
                chain=b"".join(one.public_bytes(Encoding.PEM) for one in above),
                **columns,
            )
    return info_of(row, at=at)


def _read(pem: bytes) -> x509.CertificateSigningRequest:
    if len(pem) > REQUEST_MOST:
        raise RequestUnreadable(field="request")
    try:
        request = x509.load_pem_x509_csr(pem)
        signed = request.is_signature_valid
    except (ValueError, UnsupportedAlgorithm, TypeError) as error:
        raise RequestUnreadable(field="request") from error
    except InvalidSignature as error:
        raise RequestSignatureWrong(field="request") from error
    if not signed:
        raise RequestSignatureWrong(field="request")
    return request


def _public_key(
    request: x509.CertificateSigningRequest,
) -> tuple[rsa.RSAPublicKey | ec.EllipticCurvePublicKey, str]:
    """The key if it is strong enough, and its kind as `Certificate.algorithm` has it."""
    try:
        key = request.public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise RequestKeyRefused(field="request", kind="?") from error
    if isinstance(key, rsa.RSAPublicKey):
        sound = RSA_LEAST <= key.key_size <= RSA_MOST and key.public_numbers().e == RSA_EXPONENT
        kind = f"rsa{key.key_size}"
        if sound:
            return key, kind
        raise RequestKeyRefused(field="request", kind=kind)
    if isinstance(key, ec.EllipticCurvePublicKey):
        if isinstance(key.curve, CURVES):
            return key, f"p{key.curve.key_size}"
        raise RequestKeyRefused(field="request", kind=key.curve.name)
    raise RequestKeyRefused(field="request", kind=type(key).__name__.removesuffix("PublicKey"))


def _require_new(request: x509.CertificateSigningRequest, agency_id: int) -> None:
    """Refuse a key of the agency's own earlier certificates: a roll-over needs a new key."""
    _require_unused(request, Certificate.objects.filter(agency_id=agency_id, official=None, key_id=None))


def _require_unused(request: x509.CertificateSigningRequest, former: CertificateQuerySet) -> None:
    for der in former.values_list("der", flat=True):
        if x509.load_der_x509_certificate(bytes(der)).public_key() == request.public_key():
            raise KeyCertifiedBefore(field="request")


def _asked_for(agency_id: int) -> CertificateQuerySet:
    """The agency's certificates by request that are current."""
    own = Q(purpose=Purpose.AGENCY, agency_id=agency_id, key_id=None, issuer__isnull=False)
    return Certificate.objects.filter(own & CURRENT)

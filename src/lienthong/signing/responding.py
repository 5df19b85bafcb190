"""The authority's answers to those who check signatures: OCSP, lists, certificates, timestamps."""

from __future__ import annotations

from datetime import datetime
from hashlib import new as new_hash

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp

from lienthong.signing.certificates import (
    Revocation,
    Status,
    ocsp_answer,
    ocsp_refusal,
    revocation_list,
)
from lienthong.signing.cms import HeldSigner
from lienthong.signing.contracts import Purpose
from lienthong.signing.errors import NoCertificate, SigningUnavailable
from lienthong.signing.models import Certificate
from lienthong.signing.queries import issuer_key, part_identity
from lienthong.signing.timestamps import LocalTimestampService

AUTHORITIES = {"root": Purpose.ROOT, "issuing": Purpose.ISSUING}
_HASHES = {"sha1", "sha256"}


def answer_ocsp(request: bytes, *, at: datetime) -> bytes:
    """The answer (DER) about one certificate; unreadable, foreign or failing requests get the reason why."""
    try:
        asked = ocsp.load_der_ocsp_request(request)
        algorithm = asked.hash_algorithm.name
    # NotImplementedError: cryptography, of a hash algorithm it does not know.
    except (ValueError, NotImplementedError, TypeError):
        return ocsp_refusal(ocsp.OCSPResponseStatus.MALFORMED_REQUEST)
    try:
        responder = issuer_key(Purpose.OCSP)[1]
        issuer = _issuer_asked(asked, algorithm)
        if issuer is None:
            return ocsp_refusal(ocsp.OCSPResponseStatus.UNAUTHORIZED)
        return ocsp_answer(asked, _status(issuer, asked.serial_number), responder=responder, at=at)
    except NoCertificate:
        return ocsp_refusal(ocsp.OCSPResponseStatus.UNAUTHORIZED)
    except SigningUnavailable:
        return ocsp_refusal(ocsp.OCSPResponseStatus.TRY_LATER)


def answer_timestamp(request: bytes, *, at: datetime) -> bytes:
    """The TimeStampResp (DER) of our own service."""
    identity = part_identity(Purpose.TIMESTAMP)
    signer = HeldSigner(certificate=identity.asn1, key=identity.key, chain=identity.chain)
    return LocalTimestampService(signer, at).answer(request)


def authority_certificate(name: str) -> bytes | None:
    """The certificate (DER) of the root or the issuing authority, None for another name or none yet."""
    row = Certificate.objects.current().filter(purpose=AUTHORITIES.get(name, "")).first()
    return bytes(row.der) if row else None


def authority_list(name: str, *, at: datetime) -> bytes:
    """What the authority of that name has revoked (DER), signed now.

    Raises:
        NoCertificate: there is no such authority.
    """
    if name not in AUTHORITIES:
        raise NoCertificate(name=name)
    row, issuer = issuer_key(AUTHORITIES[name])
    revoked = Certificate.objects.filter(issuer=row, revoked_at__lte=at).order_by("revoked_at")
    rows = revoked.values_list("serial", "revoked_at", "revocation_reason")
    lines = [Revocation(int(serial, 16), when, why) for serial, when, why in rows if when is not None]
    return revocation_list(issuer, lines, at=at)


def _issuer_asked(asked: ocsp.OCSPRequest, algorithm: str) -> Certificate | None:
    """Which of our authorities the request means, by the hashes of its name and key."""
    if algorithm not in _HASHES:
        return None
    for row in Certificate.objects.filter(purpose__in=AUTHORITIES.values()).exclude(key_id=None):
        certificate = x509.load_der_x509_certificate(bytes(row.der))
        name = new_hash(algorithm, certificate.subject.public_bytes()).digest()
        if (name, _key_hash(certificate, algorithm)) == (asked.issuer_name_hash, asked.issuer_key_hash):
            return row
    return None


def _key_hash(certificate: x509.Certificate, algorithm: str) -> bytes:
    """Of the bare public key, without what says its kind (RFC 6960, 4.1.1)."""
    key = certificate.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return new_hash(algorithm, key).digest()


def _status(issuer: Certificate, serial: int) -> Status:
    row = Certificate.objects.filter(issuer=issuer, serial=f"{serial:x}").first()
    if row is None:
        return Status(known=False)
    if row.revoked_at is None:
        return Status(known=True)
    return Status(known=True, revoked=Revocation(serial, row.revoked_at, row.revocation_reason))

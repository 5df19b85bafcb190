"""Checking signatures and timestamps with nothing but given certificates: no database, no network."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from asn1crypto import cms
from asn1crypto import x509 as asn1
from cryptography import x509
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko.sign.validation.status import TimestampSignatureStatus
from pyhanko_certvalidator import CertificateValidator, ValidationContext

from lienthong.signing import errors
from lienthong.signing.certificates import common_name, is_seal, may_sign, organization_code
from lienthong.signing.contracts import Purpose
from lienthong.signing.running import run
from lienthong.signing.statements import brought_certificates, check_jws

_SIGNS = {"digital_signature"}


@dataclass(frozen=True)
class Certificates:
    """What is trusted (`roots`) and what may lead there (`others`), by SHA-256 of the DER form, in hex."""

    roots: Mapping[str, bytes]
    others: Mapping[str, bytes]
    _periods: dict[str, tuple[datetime, datetime]] = field(default_factory=dict, repr=False)

    def find(self, sha256: str) -> bytes | None:
        """The certificate, or None."""
        return self.others.get(sha256) or self.roots.get(sha256)

    def context(self, moment: datetime) -> ValidationContext:
        """How pyHanko is asked: these certificates only, at the moment; revocation is not known offline."""
        return ValidationContext(
            trust_roots=[asn1.Certificate.load(der) for der in self.roots.values()],
            other_certs=[asn1.Certificate.load(der) for der in self.others.values()],
            moment=moment,
            allow_fetching=False,
            revocation_mode="soft-fail",
        )

    def require_axis(self, der: bytes, *, moment: datetime) -> None:
        """Refuse a signer that is not an axis whose certificate led to a root at the moment.

        Raises:
            CertificateUnsuited: a good certificate, but of somebody else than an axis.
            CertificateUntrusted: it leads to none of the roots, or did not at that moment.
        """
        subject = asn1.Certificate.load(der).subject.native
        if _text(subject.get("serial_number")) != Purpose.HUB:
            raise errors.CertificateUnsuited(name=_text(subject.get("common_name")))
        self.require_path(der, moment=moment)

    def require_path(self, der: bytes, *, moment: datetime) -> None:
        """Refuse a certificate that did not lead to a root at the moment. Raises `CertificateUntrusted`."""
        sha256, certificate = hashlib.sha256(der).hexdigest(), asn1.Certificate.load(der)
        name = _text(certificate.subject.native.get("common_name"))
        untrusted = errors.CertificateUntrusted(
            name=name, issuer=_text(certificate.issuer.native.get("common_name"))
        )
        if sha256 not in self._periods:
            self._periods[sha256] = self._period(certificate, moment, untrusted)
        begin, end = self._periods[sha256]
        if not begin <= moment <= end:
            raise untrusted

    def _period(
        self, certificate: asn1.Certificate, moment: datetime, untrusted: errors.SignatureRefusal
    ) -> tuple[datetime, datetime]:
        """When every certificate of the path was valid."""
        validator = CertificateValidator(certificate, validation_context=self.context(moment))
        try:
            path = run(validator.async_validate_usage(_SIGNS))  # type: ignore[no-untyped-call]
        except Exception as error:  # certificates of a hostile file fail in every way there is
            raise untrusted from error
        links = list(path.iter_certs(include_root=True))
        return max(link.not_valid_before for link in links), min(link.not_valid_after for link in links)


def require_signed_by_axis(payload: bytes, signature: str, certificates: Certificates) -> datetime:
    """When an axis says to have signed the payload, once signature, certificate and path were checked.

    The signature must stand in its one canonical form, so that no byte of it can be changed unnoticed.

    Raises:
        SignatureUnreadable, SignatureWrong, CertificateMissing, CertificateUnsuited, CertificateUntrusted
    """
    if not _is_canonical(signature):
        raise errors.SignatureUnreadable
    der, signed_at = check_jws(payload, signature.encode("ascii"), find=certificates.find)
    if certificates.find(hashlib.sha256(der).hexdigest()) is None:
        raise errors.CertificateMissing
    certificates.require_axis(der, moment=signed_at)
    return signed_at


@dataclass(frozen=True)
class Sealed:
    """Whose seal stands over something, and when it says to have been set."""

    agency_code: str
    agency_name: str
    signed_at: datetime


def verify_seal(payload: bytes, signature: bytes, *, roots: Iterable[bytes]) -> Sealed:
    """Whose detached seal (`sign_statement` of an agency) fits the payload, judged by these roots (DER).

    Neither database nor network is asked, so revocation is not known, and the time is the signer's own word.

    Raises:
        SignatureUnreadable, SignatureWrong, CertificateUntrusted
        CertificateUnsuited: the signature is not an agency's own.
    """
    text = signature.decode("ascii", "replace")
    if not _is_canonical(text):
        raise errors.SignatureUnreadable
    der, signed_at = check_jws(payload, signature, find=lambda _sha256: None)
    try:
        certificate = x509.load_der_x509_certificate(der)
        above = brought_certificates(signature)[1:]
    except (ValueError, TypeError) as error:
        raise errors.SignatureUnreadable from error
    name = common_name(certificate.subject)
    if not is_seal(certificate.subject) or not may_sign(certificate):
        raise errors.CertificateUnsuited(name=name)
    Certificates(roots=by_sha256(roots), others=by_sha256(above)).require_path(der, moment=signed_at)
    return Sealed(organization_code(certificate.subject), name, signed_at)


def require_timestamp(token: bytes, digest: bytes, certificates: Certificates) -> datetime:
    """When a timestamp service whose certificate leads to a root says that the SHA-256 digest existed.

    Raises:
        TimestampWrong: it does not fit, is damaged, or its service is not trusted.
    """
    name = "?"
    try:
        content = cms.ContentInfo.load(token, strict=True)["content"]
        stamped: datetime = content["encap_content_info"]["content"].parsed["gen_time"].native
        imprint = {"sha256": digest}
        found = run(
            validate_tst_signed_data(
                content, certificates.context(stamped), lambda algorithm: imprint.get(algorithm, b"")
            )
        )
        status = TimestampSignatureStatus(**found)
        name = _text(status.signing_cert.subject.native.get("common_name"))
        holds = status.valid and status.intact and status.trusted
    except Exception as error:  # parsers of hostile files fail in every way there is
        raise errors.TimestampWrong(name=name) from error
    if not holds:
        raise errors.TimestampWrong(name=name)
    return stamped


def embedded_certificates(token: bytes) -> list[bytes]:
    """The certificates (DER) that a timestamp brings."""
    found = cms.ContentInfo.load(token, strict=True)["content"]["certificates"]
    return [choice.chosen.dump() for choice in found]


def is_self_issued(der: bytes) -> bool:
    """Whether the certificate names itself as its issuer, as roots do; False if it cannot be read."""
    try:
        certificate = asn1.Certificate.load(der, strict=True)
        return bool(certificate.subject == certificate.issuer)
    except (ValueError, TypeError, KeyError):
        return False


def by_sha256(ders: Iterable[bytes]) -> dict[str, bytes]:
    """The certificates by their SHA-256, in hex."""
    return {hashlib.sha256(der).hexdigest(): der for der in ders}


def _is_canonical(signature: str) -> bool:
    """Whether it is a detached JWS whose last part decodes to nothing else (its first is signed as text)."""
    header, _, last = signature.partition("..")
    if not signature.isascii():
        return False
    try:
        raw = base64.urlsafe_b64decode(last + "=" * (-len(last) % 4))
    except ValueError:
        return False
    return bool(header) and base64.urlsafe_b64encode(raw).rstrip(b"=").decode() == last


def _text(value: object) -> str:
    """A name out of a certificate, which may be missing or several."""
    return value if isinstance(value, str) else str(value or "?")

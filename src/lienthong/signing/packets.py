"""Signing packets in an agency's name, and saying what the signature of a packet is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography import x509
from django.conf import settings

from lienthong.directory.public import Agency
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.lifting import Content, Lifted, lifted
from lienthong.signing import errors
from lienthong.signing.certificates import fingerprint
from lienthong.signing.contracts import Verdict
from lienthong.signing.models import Certificate
from lienthong.signing.outside import named_agency
from lienthong.signing.queries import agency_identity
from lienthong.signing.trust import find_rows, foreign_path, foreign_root_of
from lienthong.signing.verdicts import accepted, problem_of, refused, signer_of, with_reason
from lienthong.signing.xml_scan import scan
from lienthong.signing.xmldsig import sign_enveloped, verify_enveloped


def sign_packet(xml: bytes, *, agency_id: int, at: datetime) -> bytes:
    """`sign_lifted_packet` of one that is small enough to be held in memory."""
    return sign_lifted_packet(lifted(xml), agency_id=agency_id, at=at).read()


def sign_lifted_packet(packet: Lifted, *, agency_id: int, at: datetime) -> Lifted:
    """Sign the whole packet with the agency's current key: in `edXMLHeader`, exclusive C14N, SHA-256.

    Raises:
        NoCertificate, SigningUnavailable: the agency cannot sign now.
        AlreadySigned, NoPlaceForSignature, and the refusals of `scan`: the XML is no packet to sign.
    """
    if scan(packet, max_bytes=settings.ENV.axis_max_packet_bytes).signatures:
        raise errors.AlreadySigned
    identity = agency_identity(agency_id, at=at)
    return sign_enveloped(packet, key=identity.key, chain=[identity.certificate, *identity.chain])


def verify_packet(packet: Content, *, at: datetime) -> Verdict:
    """`verify_packets` of one."""
    return verify_packets([packet], at=at)[0]


def verify_packets(packets: Sequence[Content], *, at: datetime) -> list[Verdict]:
    """Say what each packet's signature is worth at `at`; nothing is raised for what is wrong with it.

    A packet carries no proof of when it was signed, so the certificate must be valid when it is checked. A
    valid verdict means: the one signature covers the whole document, by a certificate trusted here. One query
    for all that is known of the signers, so that what was revoked a moment ago counts no more.
    """
    read = [_read(lifted(packet)) for packet in packets]
    rows = find_rows({signed.der for signed in read if isinstance(signed, _Signed)})
    return [_judge(signed, rows, at) for signed in read]


@dataclass(frozen=True)
class _Signed:
    """A packet whose signature fits: by which certificate, with which others beside it."""

    sha256: str
    certificate: x509.Certificate
    der: bytes
    others: tuple[bytes, ...]
    weak: str


def _read(packet: Lifted) -> _Signed | Verdict:
    """What the packet's bytes alone tell: who signed them, or why that cannot be accepted."""
    sha256 = packet.sha256
    try:
        found = scan(packet, max_bytes=settings.ENV.axis_max_packet_bytes)
        if not found.signatures:
            raise errors.Unsigned
        if found.signatures > 1:
            raise errors.SeveralSignatures(count=found.signatures)
        ders = found.certificate_ders()
        if not ders:
            raise errors.CertificateMissing
        certificate, der = _leaf(ders)
        verified = verify_enveloped(packet, found, certificate=certificate)
    except errors.SignatureRefusal as refusal:
        return refused(refusal, sha256=sha256)
    return _Signed(sha256, certificate, der, ders, verified.weak)


def _judge(signed: _Signed | Verdict, rows: Mapping[str, Certificate], at: datetime) -> Verdict:
    """The verdict by what is known of the signer at the time."""
    if isinstance(signed, Verdict):
        return signed
    try:
        return _judged(signed, rows.get(fingerprint(signed.der)), at)
    except errors.SignatureRefusal as refusal:
        return refused(refusal, sha256=signed.sha256)


def _judged(signed: _Signed, row: Certificate | None, at: datetime) -> Verdict:
    certificate = signed.certificate
    named = _named(certificate, signed.der, signed.others, at) if row is None else None
    signer = signer_of(row, certificate, signed_at=None, weak=signed.weak, named=named)
    problem = problem_of(row, certificate, signer.name, moment=at)
    is_ours = row is not None and row.is_ours
    if problem is None and named is None and not _is_trusted(is_ours, signed.der, signed.others, at):
        problem = errors.CertificateUntrusted(name=signer.name, issuer=signer.issuer)
    if problem is not None:
        return refused(problem, sha256=signed.sha256, signers=[with_reason(signer, problem)])
    return accepted([signer], sha256=signed.sha256)


@lru_cache(maxsize=256)
def _leaf(ders: tuple[bytes, ...]) -> tuple[x509.Certificate, bytes]:
    """The signer's certificate: the one that issued none of the others. What bytes say never changes."""
    try:
        certificates = [x509.load_der_x509_certificate(der) for der in ders]
    except ValueError as error:
        raise errors.SignatureUnreadable from error
    issuers = {certificate.issuer for certificate in certificates}
    for certificate, der in zip(certificates, ders, strict=True):
        if certificate.subject not in issuers:
            return certificate, der
    return certificates[0], ders[0]


def _named(certificate: x509.Certificate, der: bytes, others: Sequence[bytes], at: datetime) -> Agency | None:
    """The agency that an outside certificate names, if its authority may name it."""
    root = foreign_root_of(der, at=at, others=others)
    on = at.astimezone(VIETNAM).date()
    return named_agency(certificate, root_sha256=root, on=on) if root else None


def _is_trusted(is_ours: bool, der: bytes, others: Sequence[bytes], at: datetime) -> bool:
    """Ours are trusted by our table, which only our authority writes; others by a path to a trusted root."""
    return is_ours or foreign_path(der, at=at, others=others)

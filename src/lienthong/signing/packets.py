"""Signing packets in an agency's name, and saying what the signature of a packet is worth."""

from __future__ import annotations

import hashlib
from datetime import datetime

from cryptography import x509
from django.conf import settings

from lienthong.directory.public import Agency
from lienthong.kernel.clock import VIETNAM
from lienthong.signing import errors
from lienthong.signing.contracts import Verdict
from lienthong.signing.outside import named_agency
from lienthong.signing.queries import agency_identity
from lienthong.signing.trust import find_rows, foreign_path, foreign_root_of
from lienthong.signing.verdicts import accepted, problem_of, refused, signer_of, with_reason
from lienthong.signing.xml_scan import scan
from lienthong.signing.xmldsig import sign_enveloped, verify_enveloped


def sign_packet(xml: bytes, *, agency_id: int, at: datetime) -> bytes:
    """Sign the whole packet with the agency's current key: in `edXMLHeader`, exclusive C14N, SHA-256.

    Raises:
        NoCertificate, SigningUnavailable: the agency cannot sign now.
        AlreadySigned, NoPlaceForSignature, and the refusals of `scan`: the XML is no packet to sign.
    """
    if scan(xml, max_bytes=settings.ENV.axis_max_packet_bytes).signatures:
        raise errors.AlreadySigned
    identity = agency_identity(agency_id, at=at)
    return sign_enveloped(xml, key=identity.key, chain=[identity.certificate, *identity.chain])


def verify_packet(xml: bytes, *, at: datetime) -> Verdict:
    """Say what the packet's signature is worth at `at`; nothing is raised for what is wrong with it.

    A packet carries no proof of when it was signed, so the certificate must be valid when it is checked. A
    valid verdict means: the one signature covers the whole document, by a certificate trusted here.
    """
    sha256 = hashlib.sha256(xml).hexdigest()
    try:
        return _verify(xml, sha256, at)
    except errors.SignatureRefusal as refusal:
        return refused(refusal, sha256=sha256)


def _verify(xml: bytes, sha256: str, at: datetime) -> Verdict:
    found = scan(xml, max_bytes=settings.ENV.axis_max_packet_bytes)
    if not found.signatures:
        raise errors.Unsigned
    if found.signatures > 1:
        raise errors.SeveralSignatures(count=found.signatures)
    ders = found.certificate_ders()
    if not ders:
        raise errors.CertificateMissing
    certificate, der = _leaf(ders)
    verified = verify_enveloped(xml, certificate=certificate)
    row = find_rows([der]).get(hashlib.sha256(der).hexdigest())
    named = _named(certificate, der, ders, at) if row is None else None
    signer = signer_of(row, certificate, signed_at=None, weak=verified.weak, named=named)
    problem = problem_of(row, certificate, signer.name, moment=at)
    is_ours = row is not None and row.key_id is not None
    if problem is None and named is None and not _is_trusted(is_ours, der, ders, at):
        problem = errors.CertificateUntrusted(name=signer.name, issuer=signer.issuer)
    if problem is not None:
        return refused(problem, sha256=sha256, signers=[with_reason(signer, problem)])
    return accepted([signer], sha256=sha256)


def _leaf(ders: list[bytes]) -> tuple[x509.Certificate, bytes]:
    """The signer's certificate: the one that issued none of the others."""
    try:
        certificates = [x509.load_der_x509_certificate(der) for der in ders]
    except ValueError as error:
        raise errors.SignatureUnreadable from error
    issuers = {certificate.issuer for certificate in certificates}
    for certificate, der in zip(certificates, ders, strict=True):
        if certificate.subject not in issuers:
            return certificate, der
    return certificates[0], ders[0]


def _named(certificate: x509.Certificate, der: bytes, others: list[bytes], at: datetime) -> Agency | None:
    """The agency that an outside certificate names, if its authority may name it."""
    root = foreign_root_of(der, at=at, others=others)
    on = at.astimezone(VIETNAM).date()
    return named_agency(certificate, root_sha256=root, on=on) if root else None


def _is_trusted(is_ours: bool, der: bytes, others: list[bytes], at: datetime) -> bool:
    """Ours are trusted by our table, which only our authority writes; others by a path to a trusted root."""
    return is_ours or foreign_path(der, at=at, others=others)

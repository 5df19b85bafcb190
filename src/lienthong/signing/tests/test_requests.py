"""Certificates by request: which keys, whose name, and how one rolls over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from lienthong.kernel.lifting import lifted
from lienthong.signing.actions.authority import revoke_certificate
from lienthong.signing.actions.requests import (
    KeyCertifiedBefore,
    RequestKeyRefused,
    RequestSignatureWrong,
    RequestUnreadable,
    issue_from_request,
)
from lienthong.signing.contracts import RevocationReason
from lienthong.signing.packets import sign_packet, verify_packet
from lienthong.signing.queries import chain_pem, expiring_certificates
from lienthong.signing.tests.factories import AT, PACKET, make_agency
from lienthong.signing.xmldsig import sign_enveloped

pytestmark = pytest.mark.django_db


def request_for(key: object, name: str = "Thủ tướng Chính phủ") -> bytes:
    """A request with a subject that is not the agency's."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, algorithm)  # type: ignore[arg-type]
    return request.public_bytes(Encoding.PEM)


def signed_by(key: ec.EllipticCurvePrivateKey, sha256: str) -> bytes:
    [leaf, *_] = x509.load_pem_x509_certificates(chain_pem(sha256))
    return sign_enveloped(lifted(PACKET), key=key, chain=[leaf])


@pytest.mark.parametrize("key", [
    rsa.generate_private_key(public_exponent=65537, key_size=2048),
    ec.generate_private_key(ec.SECP256R1()),
    ec.generate_private_key(ec.SECP384R1()),
])  # fmt: skip
def test_the_subject_is_ours_and_not_the_requests(key: object) -> None:
    agency = make_agency(certificate=False)
    issued = issue_from_request(request_for(key), agency_id=agency.pk, at=AT)
    certificate = x509.load_der_x509_certificate(issued.der)
    assert agency.name in issued.subject
    assert "Thủ tướng" not in issued.subject
    assert certificate.public_key() == key.public_key()  # type: ignore[attr-defined]
    assert not issued.kept_here
    constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    assert not constraints.value.ca


@pytest.mark.parametrize("key", [
    rsa.generate_private_key(public_exponent=65537, key_size=1024),
    rsa.generate_private_key(public_exponent=3, key_size=2048),
    ec.generate_private_key(ec.SECP192R1()),
    ec.generate_private_key(ec.SECP256K1()),
    ed25519.Ed25519PrivateKey.generate(),
])  # fmt: skip
def test_weak_and_strange_keys_are_refused(key: object) -> None:
    with pytest.raises(RequestKeyRefused):
        issue_from_request(request_for(key), agency_id=make_agency(certificate=False).pk, at=AT)


def test_what_is_no_request_or_is_not_signed_with_its_key_is_refused() -> None:
    agency = make_agency(certificate=False)
    for pem in (
        b"",
        b"no request",
        b"-" * 20_000,
        request_for(ec.generate_private_key(ec.SECP256R1()))[:200],
    ):
        with pytest.raises(RequestUnreadable):
            issue_from_request(pem, agency_id=agency.pk, at=AT)
    request = x509.load_pem_x509_csr(request_for(ec.generate_private_key(ec.SECP256R1())))
    der = bytearray(request.public_bytes(Encoding.DER))
    place = der.index("Thủ tướng".encode())
    der[place] ^= 1
    altered = x509.load_der_x509_csr(bytes(der)).public_bytes(Encoding.PEM)
    with pytest.raises(RequestSignatureWrong):
        issue_from_request(altered, agency_id=agency.pk, at=AT)


def test_old_and_new_certificates_verify_side_by_side_until_one_is_revoked() -> None:
    agency = make_agency()
    old_key, new_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    old = issue_from_request(request_for(old_key), agency_id=agency.pk, at=AT)
    new = issue_from_request(request_for(new_key), agency_id=agency.pk, at=AT)
    packets = {
        "old": signed_by(old_key, old.sha256),
        "new": signed_by(new_key, new.sha256),
        "kept": sign_packet(PACKET, agency_id=agency.pk, at=AT),
    }
    for packet in packets.values():
        assert verify_packet(packet, at=AT).signed_by(agency.pk)
    revoke_certificate(old.sha256, reason=RevocationReason.SUPERSEDED, at=AT)
    after = {
        name: verify_packet(packet, at=AT + timedelta(seconds=1)).code for name, packet in packets.items()
    }
    assert after == {"old": "certificate-revoked", "new": "valid", "kept": "valid"}


def test_a_key_is_certified_once() -> None:
    agency, key = make_agency(certificate=False), ec.generate_private_key(ec.SECP256R1())
    issued = issue_from_request(request_for(key), agency_id=agency.pk, at=AT)
    revoke_certificate(issued.sha256, reason=RevocationReason.KEY_COMPROMISE, at=AT)
    with pytest.raises(KeyCertifiedBefore):
        issue_from_request(request_for(key), agency_id=agency.pk, at=AT)


def test_what_ends_within_30_days_is_told_of_unless_it_was_replaced() -> None:
    agency, key = make_agency(certificate=False), ec.generate_private_key(ec.SECP256R1())
    issued = issue_from_request(request_for(key), agency_id=agency.pk, at=AT)
    early, late = issued.valid_to - timedelta(days=31), issued.valid_to - timedelta(days=29)
    assert expiring_certificates(at=early, agency_id=agency.pk) == []
    [one] = expiring_certificates(at=late, agency_id=agency.pk)
    assert (one.days, one.agency_code) == (29, agency.code)
    issue_from_request(request_for(ec.generate_private_key(ec.SECP256R1())), agency_id=agency.pk, at=late)
    assert expiring_certificates(at=late, agency_id=agency.pk) == []

"""Kits and keys of nobody's, for tests of the conformance kit itself."""

from __future__ import annotations

from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from lienthong.axis import conformance
from lienthong.axis.conformance import Credentials, Kit
from lienthong.axis.conformance.contracts import KeyPair
from lienthong.kernel.clock import now


def pair() -> KeyPair:
    """A key with a certificate of itself."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2036, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return KeyPair(pem.decode(), certificate.public_bytes(Encoding.PEM).decode())


def kit() -> Kit:
    """A kit of nobody's."""
    one = pair()
    return Kit(
        made_at=now(),
        sender="H55",
        recipient="SBX.02",
        bystander="SBX.01",
        closed="SBX.99",
        partner=Credentials("partner", "a-secret-of-the-partner"),
        other=one,
        revoked=one,
        rotated_token="r",
        disabled_token="d",
    )


def seal() -> conformance.Seal:
    """A key and its certificate, ready to sign."""
    one = pair()
    return conformance.Seal.from_pem(one.key.encode(), one.certificate.encode())

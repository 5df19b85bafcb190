"""Statements that the hub signs, such as receipts: detached JWS (RFC 7515, appendix F; RFC 7797), ES256."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from lienthong.signing import errors
from lienthong.signing.contracts import Purpose, Verdict
from lienthong.signing.queries import Identity, agency_identity, part_identity
from lienthong.signing.trust import find_rows
from lienthong.signing.verdicts import accepted, problem_of, refused, signer_of, with_reason

MAX_SIGNATURE = 20_000
_ALGORITHMS = ["ES256", "RS256"]


def sign_statement(payload: bytes, *, at: datetime, agency_id: int | None = None) -> bytes:
    """`sign_statements` of one."""
    return sign_statements([payload], at=at, agency_id=agency_id)[0]


def sign_statements(payloads: Sequence[bytes], *, at: datetime, agency_id: int | None = None) -> list[bytes]:
    """The signature over each payload, which stays outside it: of the hub, or of the agency if one is named.

    Its header brings the certificates (`x5c`) and the time of signing (`iat`). One query for all.

    Raises:
        NoCertificate, SigningUnavailable
    """
    identity = agency_identity(agency_id, at=at) if agency_id else part_identity(Purpose.HUB)
    header = {"b64": False, "crit": ["b64"], "x5c": _chain(identity), "iat": int(at.timestamp())}
    algorithm = "ES256" if isinstance(identity.key, ec.EllipticCurvePrivateKey) else "RS256"
    jws = jwt.PyJWS()
    return [
        jws.encode(payload, identity.key, algorithm, headers=header, is_payload_detached=True).encode("ascii")
        for payload in payloads
    ]


def verify_statement(payload: bytes, signature: bytes, *, at: datetime) -> Verdict:
    """Say whether the signature fits the payload and is by the hub or an agency of this platform."""
    sha256 = hashlib.sha256(payload).hexdigest()
    try:
        der, signed_at = _check(payload, signature)
        row = find_rows([der]).get(hashlib.sha256(der).hexdigest())
        certificate = x509.load_der_x509_certificate(der)
        signer = signer_of(row, certificate, signed_at=signed_at)
        problem = problem_of(row, certificate, signer.name, moment=at)
        if problem is None and (row is None or row.key_id is None):
            problem = errors.CertificateUntrusted(name=signer.name, issuer=signer.issuer)
    except errors.SignatureRefusal as refusal:
        return refused(refusal, sha256=sha256)
    if problem is not None:
        return refused(problem, sha256=sha256, signers=[with_reason(signer, problem)])
    return accepted([signer], sha256=sha256)


def _chain(identity: Identity) -> list[str]:
    certificates = [identity.certificate, *identity.chain]
    return [base64.b64encode(found.public_bytes(Encoding.DER)).decode() for found in certificates]


def _check(payload: bytes, signature: bytes) -> tuple[bytes, datetime]:
    """The signer's certificate and claimed time, once the signature fits."""
    if len(signature) > MAX_SIGNATURE:
        raise errors.SignatureUnreadable
    try:
        token = signature.decode("ascii")
        header = jwt.get_unverified_header(token)
        der = base64.b64decode(header["x5c"][0], validate=True)
        key = x509.load_der_x509_certificate(der).public_key()
        signed_at = datetime.fromtimestamp(int(header["iat"]), tz=UTC)
    except (jwt.PyJWTError, KeyError, IndexError, TypeError, ValueError, OverflowError, OSError) as error:
        raise errors.SignatureUnreadable from error
    if not isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
        raise errors.SignatureUnreadable
    try:
        jwt.PyJWS().decode(token, key, algorithms=_ALGORITHMS, detached_payload=payload)
    except (jwt.PyJWTError, TypeError) as error:
        raise errors.SignatureWrong from error
    return der, signed_at

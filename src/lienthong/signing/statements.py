"""Statements that the hub signs, such as receipts: detached JWS (RFC 7515, appendix F; RFC 7797), ES256."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from lienthong.signing import errors
from lienthong.signing.contracts import Purpose, Verdict
from lienthong.signing.models import Certificate
from lienthong.signing.queries import agency_identity, part_identity
from lienthong.signing.trust import find_rows
from lienthong.signing.verdicts import accepted, problem_of, refused, signer_of, with_reason

MAX_SIGNATURE = 20_000
_ALGORITHMS = ["ES256", "RS256"]


def sign_statement(
    payload: bytes, *, at: datetime, agency_id: int | None = None, by_reference: bool = False
) -> bytes:
    """`sign_statements` of one."""
    return sign_statements([payload], at=at, agency_id=agency_id, by_reference=by_reference)[0]


def sign_statements(
    payloads: Sequence[bytes],
    *,
    at: datetime,
    agency_id: int | None = None,
    by_reference: bool | Sequence[bool] = False,
) -> list[bytes]:
    """The signature over each payload, which stays outside it: of the hub, or of the agency if one is named.

    Its header brings the certificates (`x5c`) and the time of signing (`iat`). `by_reference` names the
    certificate by its SHA-256 instead (`x5t#S256`), for what is kept beside the certificates: 1.5 kB less; of
    all or of each. One query for all.

    Raises:
        NoCertificate, SigningUnavailable
    """
    if not payloads:
        return []
    identity = agency_identity(agency_id, at=at) if agency_id else part_identity(Purpose.HUB)
    algorithm = "ES256" if isinstance(identity.key, ec.EllipticCurvePrivateKey) else "RS256"
    each = [by_reference] * len(payloads) if isinstance(by_reference, bool) else by_reference
    common: dict[str, object] = {"b64": False, "crit": ["b64"], "iat": int(at.timestamp())}
    named = {brief: _named(identity.certificate, identity.chain, brief) for brief in set(each)}
    headers = {brief: {**common, **words} for brief, words in named.items()}
    sign = partial(jwt.PyJWS().encode, key=identity.key, algorithm=algorithm, is_payload_detached=True)
    return [
        sign(payload, headers=headers[brief]).encode("ascii")
        for payload, brief in zip(payloads, each, strict=True)
    ]


def verify_statement(payload: bytes, signature: bytes, *, at: datetime) -> Verdict:
    """Say whether the signature fits the payload and is by the hub or an agency of this platform."""
    sha256 = hashlib.sha256(payload).hexdigest()
    try:
        der, signed_at = check_jws(payload, signature, find=_stored)
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


def check_jws(
    payload: bytes, signature: bytes, *, find: Callable[[str], bytes | None]
) -> tuple[bytes, datetime]:
    """The signer's certificate (DER) and claimed time, once the signature fits.

    `find` answers the certificate of a SHA-256 (hex), where the signature names it so.

    Raises:
        SignatureUnreadable, SignatureWrong, CertificateMissing
    """
    if len(signature) > MAX_SIGNATURE:
        raise errors.SignatureUnreadable
    try:
        token = signature.decode("ascii")
        header = jwt.get_unverified_header(token)
        der = _certificate_of(header, find)
        key = x509.load_der_x509_certificate(der).public_key()
        signed_at = datetime.fromtimestamp(int(header["iat"]), tz=UTC)
    except (jwt.PyJWTError, KeyError, IndexError, TypeError, ValueError, OverflowError, OSError) as error:
        raise errors.SignatureUnreadable from error
    # Without `b64: false` the library would check a payload inside the signature, and not the one given here.
    if not isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey) or header.get("b64") is not False:
        raise errors.SignatureUnreadable
    try:
        jwt.PyJWS().decode(token, key, algorithms=_ALGORITHMS, detached_payload=payload)
    except (jwt.PyJWTError, TypeError) as error:
        raise errors.SignatureWrong from error
    return der, signed_at


def certificate_named(signature: bytes) -> str:
    """The SHA-256 (hex) of the certificate that a signature of ours names or brings."""
    header = jwt.get_unverified_header(signature.decode("ascii"))
    if "x5c" not in header:
        return _name(header)
    return hashlib.sha256(base64.b64decode(header["x5c"][0], validate=True)).hexdigest()


def brought_certificates(signature: bytes) -> list[bytes]:
    """The certificates (DER) that the signature brings, the signer's first; raises ValueError, TypeError."""
    try:
        brought = jwt.get_unverified_header(signature.decode("ascii"))["x5c"]
    except (jwt.PyJWTError, KeyError) as error:
        raise ValueError("no certificates") from error
    return [base64.b64decode(each, validate=True) for each in brought]


@lru_cache(maxsize=64)
def _named(
    certificate: x509.Certificate, chain: tuple[x509.Certificate, ...], by_reference: bool
) -> Mapping[str, object]:
    """The header's words for who signs (RFC 7515, 4.1.6 and 4.1.8)."""
    if by_reference:
        digest = hashlib.sha256(certificate.public_bytes(Encoding.DER)).digest()
        return {"x5t#S256": base64.urlsafe_b64encode(digest).rstrip(b"=").decode()}
    ders = (found.public_bytes(Encoding.DER) for found in (certificate, *chain))
    return {"x5c": [base64.b64encode(der).decode() for der in ders]}


def _certificate_of(header: Mapping[str, Any], find: Callable[[str], bytes | None]) -> bytes:
    if "x5c" in header:
        return base64.b64decode(header["x5c"][0], validate=True)
    found = find(_name(header))
    if found is None:
        raise errors.CertificateMissing
    return found


def _name(header: Mapping[str, Any]) -> str:
    return base64.b64decode(header["x5t#S256"] + "=", altchars=b"-_", validate=True).hex()


def _stored(sha256: str) -> bytes | None:
    der = Certificate.objects.filter(sha256=sha256).values_list("der", flat=True).first()
    return None if der is None else bytes(der)

"""Key objects that look like those of `cryptography` but leave the signing to a key store.

The certificate, OCSP and CRL builders, signxml and PyJWT take them, so no library ever sees a private key.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from lienthong.signing.ports import PrivateKey, PublicKey

Sign = Callable[[bytes], bytes]


class KeyNeverLeaves(TypeError):
    """Someone asked a held key for its private numbers, or for something other than a SHA-256 signature."""


def read_public_key(der: bytes) -> PublicKey:
    """The public key of a SubjectPublicKeyInfo; raises `ValueError` for a kind we do not sign with."""
    key = load_der_public_key(der)
    if not isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
        raise ValueError(type(key).__name__)
    return key


def hold(public_key: PublicKey, sign: Sign) -> PrivateKey:
    """A key object whose signatures `sign` makes: over SHA-256, PKCS#1 v1.5 or ECDSA in DER."""
    if isinstance(public_key, ec.EllipticCurvePublicKey):
        return HeldEcKey(public_key, sign)
    return HeldRsaKey(public_key, sign)


def _require_sha256(algorithm: object) -> None:
    if not isinstance(algorithm, hashes.SHA256):
        raise KeyNeverLeaves(algorithm)


class HeldEcKey(ec.EllipticCurvePrivateKey):
    """An elliptic curve key in a key store."""

    def __init__(self, public_key: ec.EllipticCurvePublicKey, sign: Sign) -> None:
        self._public_key, self._sign = public_key, sign

    def sign(self, data: Any, signature_algorithm: ec.EllipticCurveSignatureAlgorithm) -> bytes:
        """ECDSA over SHA-256 of `data`, in DER."""
        _require_sha256(signature_algorithm.algorithm)
        return self._sign(bytes(data))

    def public_key(self) -> ec.EllipticCurvePublicKey:
        """Its public half."""
        return self._public_key

    @property
    def curve(self) -> ec.EllipticCurve:
        """The curve of both halves."""
        return self._public_key.curve

    @property
    def key_size(self) -> int:
        """In bits."""
        return self._public_key.key_size

    def exchange(self, *_: object) -> NoReturn:
        """Not for this key."""
        raise KeyNeverLeaves("exchange")

    def private_numbers(self) -> NoReturn:
        """Not for this key."""
        raise KeyNeverLeaves("private_numbers")

    def private_bytes(self, *_: object) -> NoReturn:
        """Not for this key."""
        raise KeyNeverLeaves("private_bytes")

    def __copy__(self) -> HeldEcKey:
        return self

    def __deepcopy__(self, memo: dict[Any, Any]) -> HeldEcKey:
        return self


class HeldRsaKey(rsa.RSAPrivateKey):
    """An RSA key in a key store."""

    def __init__(self, public_key: rsa.RSAPublicKey, sign: Sign) -> None:
        self._public_key, self._sign = public_key, sign

    def sign(self, data: Any, padding: Any, algorithm: Any) -> bytes:
        """PKCS#1 v1.5 over SHA-256 of `data`."""
        if not isinstance(padding, _PKCS1):
            raise KeyNeverLeaves(padding)
        _require_sha256(algorithm)
        return self._sign(bytes(data))

    def public_key(self) -> rsa.RSAPublicKey:
        """Its public half."""
        return self._public_key

    @property
    def key_size(self) -> int:
        """In bits."""
        return self._public_key.key_size

    def decrypt(self, *_: object) -> NoReturn:
        """Not for this key."""
        raise KeyNeverLeaves("decrypt")

    def private_numbers(self) -> NoReturn:
        """Not for this key."""
        raise KeyNeverLeaves("private_numbers")

    def private_bytes(self, *_: object) -> NoReturn:
        """Not for this key."""
        raise KeyNeverLeaves("private_bytes")

    def __copy__(self) -> HeldRsaKey:
        return self

    def __deepcopy__(self, memo: dict[Any, Any]) -> HeldRsaKey:
        return self


_PKCS1 = padding.PKCS1v15


def sign_with(key: PrivateKey, data: bytes) -> bytes:
    """Sign the SHA-256 of `data` as every key store does: PKCS#1 v1.5, or ECDSA in DER."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(data, ec.ECDSA(hashes.SHA256()))
    return key.sign(data, padding.PKCS1v15(), hashes.SHA256())

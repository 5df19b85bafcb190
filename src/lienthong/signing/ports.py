"""What signing needs from outside: a place for keys, a shelf for their sealed bytes, and a provable clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from lienthong.signing.contracts import Algorithm

PrivateKey = EllipticCurvePrivateKey | RSAPrivateKey
PublicKey = EllipticCurvePublicKey | RSAPublicKey


class KeyStoreError(Exception):
    """A key store did not do what it was asked."""


class KeyUnknown(KeyStoreError):
    """The store has no key of that id."""


class KeyStoreUnavailable(KeyStoreError):
    """The store cannot be reached, or refuses to let us in."""


class KeySealBroken(KeyStoreError):
    """A sealed key does not open: the master key is another one, or the row was altered or swapped."""


class LayerBroken(KeyStoreError):
    """The layer around a key does not open with this secret."""


class KeyStore(Protocol):
    """Makes and holds private keys, which never leave it. Every method may raise `KeyStoreUnavailable`."""

    name: str

    def generate(self, ids: Sequence[UUID], algorithm: Algorithm) -> Mapping[UUID, bytes]:
        """Make one key pair per id and answer the public keys (SubjectPublicKeyInfo, DER)."""

    def private_key(self, key_id: UUID) -> PrivateKey:
        """A key object to sign with; using it reads no database. Raises `KeyUnknown`."""

    def sign(self, key_id: UUID, data: bytes) -> bytes:
        """Sign the SHA-256 of `data`: PKCS#1 v1.5, or ECDSA in DER. Raises `KeyUnknown`."""

    def public_key(self, key_id: UUID) -> bytes:
        """The public key (SubjectPublicKeyInfo, DER). Raises `KeyUnknown`."""

    def delete(self, key_id: UUID) -> None:
        """Destroy the key. Raises `KeyUnknown`."""


class SignerToken(Protocol):
    """A key on a token in its holder's own machine. Every method may raise `TokenUnavailable`."""

    def public_key(self) -> bytes:
        """The public key (SubjectPublicKeyInfo, DER)."""

    def sign(self, data: bytes) -> bytes:
        """Sign the SHA-256 of `data`: PKCS#1 v1.5, or ECDSA in DER."""


class TokenUnavailable(Exception):
    """The token is not there, locked, refuses the PIN, or holds no key or several; its text says which."""


class LayeredKeyStore(KeyStore, Protocol):
    """A store that can keep a key so that nothing it holds itself opens it: a second layer needs a secret."""

    def wrap(self, key_id: UUID, secret: bytes, *, former: bytes | None = None) -> None:
        """Put the layer around the key, in place of the one that `former` opens. Raises as `unwrapped`."""

    def unwrapped(self, key_id: UUID, secret: bytes) -> PrivateKey:
        """The key, held nowhere afterwards. Raises `KeyUnknown`, `LayerBroken`."""


class Shelf(Protocol):
    """Keeps sealed bytes by id; knows nothing of keys."""

    def put(self, sealed: Mapping[UUID, bytes]) -> None:
        """Keep all of them."""

    def get(self, key_id: UUID) -> bytes | None:
        """The sealed bytes, or None."""

    def replace(self, key_id: UUID, sealed: bytes) -> None:
        """Keep these instead."""

    def remove(self, key_id: UUID) -> bool:
        """Forget them; false if there were none."""


class TimestampUnavailable(Exception):
    """The timestamp service did not answer, or not with a timestamp."""


class TimestampService(Protocol):
    """Proves when something existed (RFC 3161)."""

    @property
    def name(self) -> str:
        """Which service it is."""

    def answer(self, request: bytes) -> bytes:
        """The DER TimeStampResp to a DER TimeStampReq. Raises `TimestampUnavailable`."""

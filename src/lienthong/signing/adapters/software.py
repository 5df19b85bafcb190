"""Keys in the database, each sealed with AES-256-GCM under a key derived from the master key."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from threading import Lock
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from lienthong.signing.adapters.held_keys import sign_with
from lienthong.signing.contracts import Algorithm
from lienthong.signing.ports import (
    KeySealBroken,
    KeyStoreUnavailable,
    KeyUnknown,
    LayerBroken,
    PrivateKey,
    Shelf,
)
from lienthong.signing.sealing import Layer, MasterKeyInvalid, Seal, SealBroken

HELD_KEYS = 4096
_RSA_BITS = {Algorithm.RSA2048: 2048, Algorithm.RSA3072: 3072}
_PURPOSE = b"lienthong signing: sealing of private keys, version 1"


class SoftwareKeyStore:
    """Keys sealed on a shelf; opened ones are held in memory, at most `HELD_KEYS`.

    The key's id is authenticated with it (AAD), so rows cannot be swapped.
    """

    name = "software"

    def __init__(self, shelf: Shelf, *, master_key: str) -> None:
        """`master_key`: 32 bytes in hex. Raises `KeyStoreUnavailable` for anything else."""
        self._shelf = shelf
        try:
            self._cipher = Seal(master_key, purpose=_PURPOSE)
        except MasterKeyInvalid as error:
            raise KeyStoreUnavailable(str(error)) from error
        self._held: OrderedDict[UUID, PrivateKey] = OrderedDict()
        self._lock = Lock()

    def generate(self, ids: Sequence[UUID], algorithm: Algorithm) -> Mapping[UUID, bytes]:
        """Make the pairs and shelve them sealed, at once. P-256 takes microseconds, RSA some 0.1 s."""
        keys = {key_id: make_key(algorithm) for key_id in ids}
        self._shelf.put({key_id: self._seal(key_id, key) for key_id, key in keys.items()})
        return {key_id: public_of(key) for key_id, key in keys.items()}

    def private_key(self, key_id: UUID) -> PrivateKey:
        """The opened key, from memory if it was opened before."""
        with self._lock:
            if key_id in self._held:
                self._held.move_to_end(key_id)
                return self._held[key_id]
        key = self._open(key_id)
        with self._lock:
            self._held[key_id] = key
            while len(self._held) > HELD_KEYS:
                self._held.popitem(last=False)
        return key

    def sign(self, key_id: UUID, data: bytes) -> bytes:
        """Sign the SHA-256 of `data`."""
        return sign_with(self.private_key(key_id), data)

    def public_key(self, key_id: UUID) -> bytes:
        """The public half, from the sealed pair."""
        return public_of(self.private_key(key_id))

    def delete(self, key_id: UUID) -> None:
        """Forget the key, on the shelf and in this process; others may hold it until they end."""
        with self._lock:
            self._held.pop(key_id, None)
        if not self._shelf.remove(key_id):
            raise KeyUnknown(key_id)

    def wrap(self, key_id: UUID, secret: bytes, *, former: bytes | None = None) -> None:
        """Put a second layer around the key: AES-256-GCM under `secret` (32 bytes), inside the seal."""
        plain = self._plain(key_id)
        if former is not None:
            plain = _peel(key_id, plain, former)
        _key_of(key_id, plain)  # what is no key yet has a layer that was not taken off
        layer = Layer(secret).seal(plain, about=key_id.bytes)
        self._shelf.replace(key_id, self._cipher.seal(layer, about=key_id.bytes))
        with self._lock:
            self._held.pop(key_id, None)

    def unwrapped(self, key_id: UUID, secret: bytes) -> PrivateKey:
        """The key inside both layers; it is not held here."""
        return _key_of(key_id, _peel(key_id, self._plain(key_id), secret))

    def _seal(self, key_id: UUID, key: PrivateKey) -> bytes:
        plain = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        return self._cipher.seal(plain, about=key_id.bytes)

    def _open(self, key_id: UUID) -> PrivateKey:
        return _key_of(key_id, self._plain(key_id))

    def _plain(self, key_id: UUID) -> bytes:
        """What is inside the seal: the key, or the layer around it."""
        sealed = self._shelf.get(key_id)
        if sealed is None:
            raise KeyUnknown(key_id)
        try:
            return self._cipher.open(sealed, about=key_id.bytes)
        except SealBroken as error:
            raise KeySealBroken(key_id) from error


def _peel(key_id: UUID, layer: bytes, secret: bytes) -> bytes:
    try:
        return Layer(secret).open(layer, about=key_id.bytes)
    except SealBroken as error:
        raise LayerBroken(key_id) from error


def _key_of(key_id: UUID, plain: bytes) -> PrivateKey:
    try:
        key = load_der_private_key(plain, password=None)
    except ValueError as error:  # a layer is around it, or it is none
        raise KeySealBroken(key_id) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise KeySealBroken(key_id)
    return key


def make_key(algorithm: Algorithm) -> PrivateKey:
    """A new key."""
    if algorithm is Algorithm.P256:
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS[algorithm])


def public_of(key: PrivateKey) -> bytes:
    """Its public half (SubjectPublicKeyInfo, DER)."""
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

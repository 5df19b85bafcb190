"""Keys in the database, each sealed with AES-256-GCM under a key derived from the master key."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from threading import Lock
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
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
    PrivateKey,
    Shelf,
)

MASTER_BYTES = 32
NONCE_BYTES = 12
HELD_KEYS = 4096
_PURPOSE = b"lienthong signing: sealing of private keys, version 1"


class SoftwareKeyStore:
    """Keys sealed on a shelf; opened ones are held in memory, at most `HELD_KEYS`.

    The key's id is authenticated with it (AAD), so rows cannot be swapped.
    """

    name = "software"

    def __init__(self, shelf: Shelf, *, master_key: str) -> None:
        """`master_key`: 32 bytes in hex. Raises `KeyStoreUnavailable` for anything else."""
        self._shelf = shelf
        self._cipher = AESGCM(_derive(master_key))
        self._held: OrderedDict[UUID, PrivateKey] = OrderedDict()
        self._lock = Lock()

    def generate(self, ids: Sequence[UUID], algorithm: Algorithm) -> Mapping[UUID, bytes]:
        """Make the pairs and shelve them sealed, at once. P-256 takes microseconds, RSA-2048 some 0.1 s."""
        keys = {key_id: _generate(algorithm) for key_id in ids}
        self._shelf.put({key_id: self._seal(key_id, key) for key_id, key in keys.items()})
        return {key_id: _public(key) for key_id, key in keys.items()}

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
        return _public(self.private_key(key_id))

    def delete(self, key_id: UUID) -> None:
        """Forget the key, on the shelf and in this process; others may hold it until they end."""
        with self._lock:
            self._held.pop(key_id, None)
        if not self._shelf.remove(key_id):
            raise KeyUnknown(key_id)

    def _seal(self, key_id: UUID, key: PrivateKey) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        plain = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        return nonce + self._cipher.encrypt(nonce, plain, key_id.bytes)

    def _open(self, key_id: UUID) -> PrivateKey:
        sealed = self._shelf.get(key_id)
        if sealed is None:
            raise KeyUnknown(key_id)
        try:
            plain = self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], key_id.bytes)
        except (InvalidTag, ValueError) as error:
            raise KeySealBroken(key_id) from error
        key = load_der_private_key(plain, password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
            raise KeySealBroken(key_id)
        return key


def _derive(master_key: str) -> bytes:
    try:
        master = bytes.fromhex(master_key)
    except ValueError:
        master = b""
    if len(master) != MASTER_BYTES:
        raise KeyStoreUnavailable("LIENTHONG_MASTER_KEY must be 32 bytes in hex")
    return HKDF(algorithm=hashes.SHA256(), length=MASTER_BYTES, salt=None, info=_PURPOSE).derive(master)


def _generate(algorithm: Algorithm) -> PrivateKey:
    if algorithm is Algorithm.P256:
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _public(key: PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

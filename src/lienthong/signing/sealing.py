"""Sealing: AES-256-GCM under a key derived from the master key, one derived key per purpose."""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MASTER_BYTES = 32
NONCE_BYTES = 12


class MasterKeyInvalid(Exception):
    """LIENTHONG_MASTER_KEY must be 32 bytes in hex."""


class SealBroken(Exception):
    """Sealed bytes do not open: the master key is another one, or they were altered or swapped."""


class Layer:
    """Seals bytes under a key of 32 bytes. `about` is authenticated (AAD), so rows cannot be swapped."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, plain: bytes, *, about: bytes) -> bytes:
        """A random nonce of 12 bytes, then the ciphertext with its tag."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, about)

    def open(self, sealed: bytes, *, about: bytes) -> bytes:
        """The plain bytes; raises `SealBroken`."""
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], about)
        except (InvalidTag, ValueError) as error:
            raise SealBroken from error


class Seal(Layer):
    """Seals bytes for one purpose, under a key derived from the master key."""

    def __init__(self, master_key: str, *, purpose: bytes) -> None:
        """`master_key`: 32 bytes in hex. Raises `MasterKeyInvalid` for anything else."""
        super().__init__(_derive(master_key, purpose))


def _derive(master_key: str, purpose: bytes) -> bytes:
    try:
        master = bytes.fromhex(master_key)
    except ValueError:
        master = b""
    if len(master) != MASTER_BYTES:
        raise MasterKeyInvalid(MasterKeyInvalid.__doc__)
    return HKDF(algorithm=hashes.SHA256(), length=MASTER_BYTES, salt=None, info=purpose).derive(master)

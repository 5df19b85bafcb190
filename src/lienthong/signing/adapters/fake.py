"""Doubles that really work until they are told to fail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from lienthong.signing.adapters import software
from lienthong.signing.adapters.held_keys import hold, read_public_key, sign_with
from lienthong.signing.adapters.shelves import MemoryShelf
from lienthong.signing.adapters.software import SoftwareKeyStore
from lienthong.signing.contracts import Algorithm
from lienthong.signing.ports import (
    KeyStoreUnavailable,
    PrivateKey,
    TimestampService,
    TimestampUnavailable,
    TokenUnavailable,
)


class FakeKeyStore:
    """Keys in memory; while `failing`, all raises `KeyStoreUnavailable`, also keys handed out before."""

    name = "fake"

    def __init__(self) -> None:
        self.failing = False
        self._inner = SoftwareKeyStore(MemoryShelf(), master_key="00" * 32)

    def generate(self, ids: Sequence[UUID], algorithm: Algorithm) -> Mapping[UUID, bytes]:
        """Make the pairs."""
        self._check()
        return self._inner.generate(ids, algorithm)

    def private_key(self, key_id: UUID) -> PrivateKey:
        """A key object that asks this store each time."""
        return hold(read_public_key(self.public_key(key_id)), lambda data: self.sign(key_id, data))

    def sign(self, key_id: UUID, data: bytes) -> bytes:
        """Sign the SHA-256 of `data`."""
        self._check()
        return self._inner.sign(key_id, data)

    def public_key(self, key_id: UUID) -> bytes:
        """The public half."""
        self._check()
        return self._inner.public_key(key_id)

    def delete(self, key_id: UUID) -> None:
        """Forget the key."""
        self._check()
        self._inner.delete(key_id)

    def _check(self) -> None:
        if self.failing:
            raise KeyStoreUnavailable("told to fail")


class FakeToken:
    """A token with a key in memory; while `failing`, all raises `TokenUnavailable`."""

    def __init__(self, algorithm: Algorithm = Algorithm.P256) -> None:
        self.failing = False
        self.key = software.make_key(algorithm)

    def public_key(self) -> bytes:
        """The public half."""
        self._check()
        return software.public_of(self.key)

    def sign(self, data: bytes) -> bytes:
        """Sign the SHA-256 of `data`."""
        self._check()
        return sign_with(self.key, data)

    def _check(self) -> None:
        if self.failing:
            raise TokenUnavailable("told to fail")


class FakeTimestampService:
    """Passes requests on to another service until told to fail: not to answer, or to answer nonsense."""

    name = "fake"

    def __init__(self, inner: TimestampService) -> None:
        self.failing = False
        self.nonsense: bytes | None = None
        self.asked = 0
        self._inner = inner

    def answer(self, request: bytes) -> bytes:
        """What the other service says, or the failure asked for."""
        self.asked += 1
        if self.failing:
            raise TimestampUnavailable("told to fail")
        return self._inner.answer(request) if self.nonsense is None else self.nonsense

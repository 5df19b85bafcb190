"""Keys in a hardware module (or SoftHSM2) reached through PKCS#11; the private halves never come out."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from threading import RLock
from typing import Any
from uuid import UUID

import pkcs11
from asn1crypto.keys import PublicKeyInfo, RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters
from pkcs11.util.rsa import encode_rsa_public_key

from lienthong.signing.adapters.held_keys import hold, read_public_key
from lienthong.signing.contracts import Algorithm
from lienthong.signing.ports import KeyStoreUnavailable, KeyUnknown, PrivateKey

RSA_BITS = {Algorithm.RSA2048: 2048, Algorithm.RSA3072: 3072}


class Pkcs11KeyStore:
    """Keys by CKA_ID (the id's 16 bytes) on one token; one session per process, one call at a time."""

    name = "pkcs11"

    def __init__(self, *, module: str, token: str, pin: str) -> None:
        """`module`: the path of the driver; `token`: the label. Nothing is opened before it is needed."""
        self._module, self._token, self._pin = module, token, pin
        self._lock = RLock()
        self._session: Any = None
        self._process = 0
        self._handles: dict[UUID, Any] = {}

    def generate(self, ids: Sequence[UUID], algorithm: Algorithm) -> Mapping[UUID, bytes]:
        """Make the pairs on the token, one after the other."""
        return {key_id: self._generate(key_id, algorithm) for key_id in ids}

    def private_key(self, key_id: UUID) -> PrivateKey:
        """A key object that asks the token each time."""
        return hold(read_public_key(self.public_key(key_id)), lambda data: self.sign(key_id, data))

    def sign(self, key_id: UUID, data: bytes) -> bytes:
        """Sign the SHA-256 of `data`; the token sees the digest only for ECDSA."""
        with self._lock:
            key = self._private(key_id)
            try:
                if key.key_type == pkcs11.KeyType.RSA:
                    return bytes(key.sign(data, mechanism=pkcs11.Mechanism.SHA256_RSA_PKCS))
                raw = key.sign(hashlib.sha256(data).digest(), mechanism=pkcs11.Mechanism.ECDSA)
            except pkcs11.PKCS11Error as error:
                self._forget()
                raise KeyStoreUnavailable(type(error).__name__) from error
        half = len(raw) // 2
        return encode_dss_signature(int.from_bytes(raw[:half]), int.from_bytes(raw[half:]))

    def public_key(self, key_id: UUID) -> bytes:
        """The public half, as the token has it."""
        with self._lock:
            key = self._find(key_id, pkcs11.ObjectClass.PUBLIC_KEY)
            return encode_public(key)

    def delete(self, key_id: UUID) -> None:
        """Destroy both halves on the token."""
        with self._lock:
            for kind in (pkcs11.ObjectClass.PRIVATE_KEY, pkcs11.ObjectClass.PUBLIC_KEY):
                self._find(key_id, kind).destroy()
            self._handles.pop(key_id, None)

    def _generate(self, key_id: UUID, algorithm: Algorithm) -> bytes:
        with self._lock:
            named = {"id": key_id.bytes, "label": str(key_id), "store": True}
            session = self._open()
            try:
                if algorithm in RSA_BITS:
                    public, _ = session.generate_keypair(pkcs11.KeyType.RSA, RSA_BITS[algorithm], **named)
                else:
                    curve = {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
                    parameters = session.create_domain_parameters(pkcs11.KeyType.EC, curve, local=True)
                    public, _ = parameters.generate_keypair(**named)
            except pkcs11.PKCS11Error as error:
                self._forget()
                raise KeyStoreUnavailable(type(error).__name__) from error
            return encode_public(public)

    def _private(self, key_id: UUID) -> Any:
        self._open()
        if key_id not in self._handles:
            self._handles[key_id] = self._find(key_id, pkcs11.ObjectClass.PRIVATE_KEY)
        return self._handles[key_id]

    def _find(self, key_id: UUID, kind: pkcs11.ObjectClass) -> Any:
        session = self._open()
        try:
            return session.get_key(object_class=kind, id=key_id.bytes)
        except pkcs11.NoSuchKey as error:
            raise KeyUnknown(key_id) from error
        except pkcs11.PKCS11Error as error:
            self._forget()
            raise KeyStoreUnavailable(type(error).__name__) from error

    def _open(self) -> Any:
        """This process's session; a child made by fork opens its own."""
        if self._session is None or self._process != os.getpid():
            try:
                token = pkcs11.lib(self._module).get_token(token_label=self._token)
                self._session = self._log_in(token)
            except (pkcs11.PKCS11Error, RuntimeError, OSError) as error:
                raise KeyStoreUnavailable(f"{type(error).__name__}: {self._module}") from error
            self._process = os.getpid()
            self._handles = {}
        return self._session

    def _log_in(self, token: Any) -> Any:
        """A session; PKCS#11 logs in a whole process, so that only the first one needs the PIN."""
        try:
            return token.open(rw=True, user_pin=self._pin)
        except pkcs11.UserAlreadyLoggedIn:
            return token.open(rw=True)

    def _forget(self) -> None:
        """Close what may be broken, so that the next call starts anew."""
        session, self._session, self._handles = self._session, None, {}
        with suppress(Exception):
            session.close()


def encode_public(public: Any) -> bytes:
    """SubjectPublicKeyInfo of a key on the token; for RSA it has only the bare numbers (PKCS#1)."""
    if public.key_type == pkcs11.KeyType.RSA:
        numbers = RSAPublicKey.load(encode_rsa_public_key(public))
        return bytes(PublicKeyInfo.wrap(numbers, "rsa").dump())
    return bytes(encode_ec_public_key(public))

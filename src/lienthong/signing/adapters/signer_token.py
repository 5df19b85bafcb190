"""The signer's own token through its PKCS#11 driver, on the signer's machine."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

import pkcs11
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from lienthong.signing.adapters.pkcs11 import encode_public
from lienthong.signing.ports import TokenUnavailable

WRONG_PIN = (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange)
# An empty slot of some drivers is a token that was never prepared.
READY = pkcs11.TokenFlag.TOKEN_INITIALIZED


class Pkcs11Token:
    """One private key on one token; a session from `with` to its end. Some tokens want the PIN each time."""

    def __init__(self, *, module: str, pin: str, token: str = "", key: str = "") -> None:
        """`module`: the path of the driver; `token` and `key`: labels, where there are several."""
        self._module, self._pin, self._token, self._label = module, pin, token, key
        self._session: Any = None
        self._private: Any = None
        self._public: Any = None

    def __enter__(self) -> Self:
        try:
            found = pkcs11.lib(self._module).get_tokens(**_named("token_label", self._token))
            token = _only([one for one in found if READY in one.flags], "token", "--token")
            self._session = self._log_in(token)
            kinds = {"object_class": pkcs11.ObjectClass.PRIVATE_KEY} | _named("label", self._label)
            keys = list(self._session.get_objects(_attributes(kinds)))
            self._private = _only(keys, "private key", "--key")
            self._public = self._session.get_key(
                object_class=pkcs11.ObjectClass.PUBLIC_KEY, id=self._private.id
            )
        except WRONG_PIN as error:
            self._close()
            raise TokenUnavailable("the PIN is wrong; most tokens lock after a few tries") from error
        except pkcs11.PinLocked as error:
            self._close()
            raise TokenUnavailable("the token is locked") from error
        except (pkcs11.PKCS11Error, RuntimeError, OSError) as error:
            self._close()
            raise TokenUnavailable(f"{type(error).__name__} ({self._module})") from error
        except TokenUnavailable:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def public_key(self) -> bytes:
        """The public half, as the token has it."""
        return encode_public(self._public)

    def sign(self, data: bytes) -> bytes:
        """Sign on the token."""
        try:
            if self._private.key_type == pkcs11.KeyType.RSA:
                return bytes(self._private.sign(data, mechanism=pkcs11.Mechanism.SHA256_RSA_PKCS))
            raw = self._private.sign(hashlib.sha256(data).digest(), mechanism=pkcs11.Mechanism.ECDSA)
        except pkcs11.PKCS11Error as error:
            raise TokenUnavailable(f"the token did not sign: {type(error).__name__}") from error
        half = len(raw) // 2
        return encode_dss_signature(int.from_bytes(raw[:half]), int.from_bytes(raw[half:]))

    def _log_in(self, token: Any) -> Any:
        """A session; PKCS#11 logs in a whole process, so a second one in it needs no PIN."""
        try:
            return token.open(user_pin=self._pin)
        except pkcs11.UserAlreadyLoggedIn:
            return token.open()

    def _close(self) -> None:
        session, self._session = self._session, None
        with suppress(Exception):
            session.close()


def _named(name: str, label: str) -> dict[str, Any]:
    return {name: label} if label else {}


def _attributes(given: dict[str, Any]) -> dict[pkcs11.Attribute, Any]:
    names = {"object_class": pkcs11.Attribute.CLASS, "label": pkcs11.Attribute.LABEL}
    return {names[name]: value for name, value in given.items()}


def _only(found: list[Any], what: str, option: str) -> Any:
    if len(found) != 1:
        several = f"there are {len(found)} {what}s; name one with {option}"
        raise TokenUnavailable(several if found else f"there is no such {what}")
    return found[0]

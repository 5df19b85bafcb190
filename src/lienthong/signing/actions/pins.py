"""PINs of signing keys: setting, changing, unlocking for one act or for a list (ADR 0044)."""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from django.db import transaction

from lienthong.ledger.public import Actor, Subject, record
from lienthong.signing.contracts import Pin, PinState, Purpose, UnlockedKey
from lienthong.signing.errors import (
    KeyLocked,
    NoCertificate,
    PinNeeded,
    PinSetAlready,
    PinTooWeak,
    SigningUnavailable,
    WrongPin,
)
from lienthong.signing.models import MOST_TRIES, CarriedPin, Certificate, KeyPin
from lienthong.signing.ports import KeyStoreError
from lienthong.signing.sealed_secrets import SecretUnreadable, open_secret, seal_secret
from lienthong.signing.sealing import Layer, SealBroken
from lienthong.signing.stores import key_store, layered

LEAST, MOST = 6, 64
CARRIED = timedelta(minutes=10)
# 32 MiB and some 0.1 s for each guess (RFC 7914).
_SCRYPT = {"length": 32, "n": 2**15, "r": 8, "p": 1}
_CHECKED = b"lienthong signing: the PIN of a key, version 1"


def pin_state(*, official_id: int, at: datetime) -> PinState:
    """How the official's key is held: two queries."""
    row = _certificate(official_id, at)
    if row is None:
        return PinState(has_key=False)
    pin = _pin_of(row)
    return PinState(True, protected=pin is not None, tries_left=MOST_TRIES - pin.tries if pin else 0)


def set_pin(*, official_id: int, pin: Pin, actor: Actor, at: datetime) -> None:
    """Protect the official's key with a PIN; without it nobody signs with the key from now on.

    Raises:
        NoCertificate, PinSetAlready, PinTooWeak, SigningUnavailable.
    """
    _require_strong(pin)
    with transaction.atomic():
        row = _held(official_id, at)
        if _pin_of(row) is not None:
            raise PinSetAlready
        _protect(row, pin, former=None, at=at)
        _record(row, "set-pin", actor, at)


def change_pin(*, official_id: int, old: Pin, new: Pin, actor: Actor, at: datetime) -> None:
    """Put another PIN in place of the one there is. Must not run in a transaction: tries are counted.

    Raises:
        NoCertificate, PinTooWeak, PinNeeded, WrongPin, KeyLocked, SigningUnavailable.
    """
    _require_strong(new)
    if unlock_key(official_id=official_id, pin=old, at=at) is None:
        raise NoCertificate(name=str(official_id))
    with transaction.atomic():
        row = _held(official_id, at)
        pin = _pin_of(row)
        if pin is None:
            raise NoCertificate(name=str(official_id))
        former = _derived(old, bytes(pin.salt))
        if not _opens(pin, former):
            raise WrongPin(left=MOST_TRIES - pin.tries)
        pin.delete()
        CarriedPin.objects.filter(official_id=official_id).delete()
        _protect(row, new, former=former, at=at)
        _record(row, "change-pin", actor, at)


def unlock_key(*, official_id: int, pin: Pin | None, at: datetime) -> UnlockedKey | None:
    """The official's key for one act; None where it has no PIN, so that nothing is to be unlocked.

    Must not run in a transaction: the try is counted before the PIN is looked at, and stays counted.

    Raises:
        PinNeeded, WrongPin, KeyLocked, SigningUnavailable.
    """
    row = _certificate(official_id, at)
    found = _pin_of(row) if row else None
    if row is None or row.key_id is None or found is None:
        return None
    if pin is None or not pin.value:
        raise PinNeeded(field="pin")
    left = _count_try(found, at)
    secret = _derived(pin, bytes(found.salt))
    if not _opens(found, secret):
        raise WrongPin(field="pin", left=left) if left else KeyLocked(field="pin", most=MOST_TRIES)
    KeyPin.objects.filter(key_id=row.key_id, salt=found.salt).update(tries=0)
    try:
        store = layered(row.store)
        key = store.unwrapped(row.key_id, secret) if store else key_store(row.store).private_key(row.key_id)
    except KeyStoreError as error:
        raise SigningUnavailable(detail=type(error).__name__) from error
    return UnlockedKey(row.key_id, key)


def carry_pin(*, official_id: int, pin: Pin, about: str, at: datetime) -> str:
    """What the signer's browser keeps so that the PIN need not be typed again for `about`, `CARRIED` long.

    What was carried for it before is worth nothing any more.
    """
    CarriedPin.objects.filter(expires_at__lte=at).delete()
    drop_carried(official_id=official_id, about=about)
    key, carried = secrets.token_bytes(32), uuid4()
    CarriedPin.objects.create(
        id=carried,
        official_id=official_id,
        about=about,
        secret=seal_secret(key, about=_row(carried)),
        expires_at=at + CARRIED,
    )
    sealed = Layer(key).seal(pin.value.encode(), about=f"{official_id} {about}".encode())
    return urlsafe_b64encode(carried.bytes + sealed).decode()


def carried_pin(*, official_id: int, carried: str, about: str, at: datetime) -> Pin | None:
    """The PIN carried for `about`; None if there is none, its time is over, or it is another's."""
    try:
        given = urlsafe_b64decode(carried[:400])
        found = CarriedPin.objects.filter(
            id=UUID(bytes=given[:16]), official_id=official_id, about=about, expires_at__gt=at
        ).first()
        if found is None:
            return None
        key = open_secret(bytes(found.secret), about=_row(found.id))
        plain = Layer(key).open(given[16:], about=f"{official_id} {about}".encode())
    except (NotBase64, ValueError, SealBroken, SecretUnreadable):
        return None
    return Pin(plain.decode())


def drop_carried(*, official_id: int, about: str) -> None:
    """Make what is carried for `about` worthless, wherever a copy of it is."""
    CarriedPin.objects.filter(official_id=official_id, about=about).delete()


def _certificate(official_id: int, at: datetime) -> Certificate | None:
    rows = Certificate.objects.valid(at).filter(purpose=Purpose.OFFICIAL, official_id=official_id)
    return rows.first()


def _held(official_id: int, at: datetime) -> Certificate:
    """The official's certificate, held until the transaction ends."""
    rows = Certificate.objects.valid(at).filter(purpose=Purpose.OFFICIAL, official_id=official_id)
    row = rows.select_for_update(of=("self",)).select_related("official").first()
    if row is None:
        raise NoCertificate(name=str(official_id))
    return row


def _pin_of(row: Certificate) -> KeyPin | None:
    assert row.key_id is not None  # `valid` leaves out what has no key here
    return KeyPin.objects.filter(key_id=row.key_id).first()


def _count_try(pin: KeyPin, at: datetime) -> int:
    """Count a try, whatever becomes of it, and answer how many are left; raises `KeyLocked`."""
    with transaction.atomic(durable=True):
        row = KeyPin.objects.select_for_update().get(key_id=pin.key_id)
        if row.tries >= MOST_TRIES:
            raise KeyLocked(field="pin", most=MOST_TRIES)
        row.tries += 1
        row.save(update_fields=["tries"])
    return MOST_TRIES - row.tries


def _protect(row: Certificate, pin: Pin, *, former: bytes | None, at: datetime) -> None:
    assert row.key_id is not None
    salt = secrets.token_bytes(16)
    secret = _derived(pin, salt)
    check = Layer(secret).seal(_CHECKED, about=row.key_id.bytes)
    KeyPin.objects.create(key_id=row.key_id, salt=salt, check_value=check, set_at=at)
    try:
        if (store := layered(row.store)) is not None:
            store.wrap(row.key_id, secret, former=former)
    except KeyStoreError as error:
        raise SigningUnavailable(detail=type(error).__name__) from error


def _derived(pin: Pin, salt: bytes) -> bytes:
    return Scrypt(salt=salt, **_SCRYPT).derive(pin.value.encode())


def _opens(pin: KeyPin, secret: bytes) -> bool:
    try:
        return Layer(secret).open(bytes(pin.check_value), about=pin.key_id.bytes) == _CHECKED
    except SealBroken:
        return False


def _require_strong(pin: Pin) -> None:
    value = pin.value
    counted = "01234567890123456789"
    if not LEAST <= len(value) <= MOST or len(set(value)) == 1 or value in counted or value in counted[::-1]:
        raise PinTooWeak(field="pin", least=LEAST, most=MOST)


def _row(carried: UUID) -> str:
    return f"signing.carried {carried}"


def _record(row: Certificate, verb: str, actor: Actor, at: datetime) -> None:
    subject = Subject("signing.certificate", str(row.pk))
    record(actor=actor, verb=f"signing.{verb}", subject=subject, at=at)

"""Keys with a PIN: nobody signs without it, tries are counted, what is carried for a list is two halves."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta
from uuid import UUID

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from lienthong.directory.public import Official
from lienthong.ledger.public import Actor
from lienthong.signing.actions import pins
from lienthong.signing.actions.authority import renew_official_key
from lienthong.signing.adapters.software import SoftwareKeyStore
from lienthong.signing.contracts import PdfSignature, Pin, PinState, Purpose, UnlockedKey
from lienthong.signing.errors import KeyLocked, PinNeeded, PinSetAlready, PinTooWeak, WrongPin
from lienthong.signing.models import MOST_TRIES, CarriedPin, Certificate, KeyPin, SealedKey
from lienthong.signing.pdf_signing import sign_pdf
from lienthong.signing.pdf_verifying import verify_pdf
from lienthong.signing.ports import KeySealBroken
from lienthong.signing.stores import DatabaseShelf, key_store
from lienthong.signing.tests.factories import AT, make_agency, make_official
from lienthong.signing.tests.pdfs import plain_pdf

pytestmark = pytest.mark.django_db
RIGHT, WRONG, OTHER = Pin("27-thang-2"), Pin("không phải"), Pin("mật mã khác 9")
ACTOR = Actor(kind="official", id="1", name="Trịnh Việt Hùng")
LIST = "office.signing-list 1"


@pytest.fixture
def signer() -> Official:
    """A leader whose key has a PIN."""
    official = make_official(make_agency())
    pins.set_pin(official_id=official.pk, pin=RIGHT, actor=ACTOR, at=AT)
    return official


def unlocked(signer: Official, pin: Pin | None = RIGHT) -> UnlockedKey | None:
    return pins.unlock_key(official_id=signer.pk, pin=pin, at=AT)


def tries_left(signer: Official) -> int:
    return pins.pin_state(official_id=signer.pk, at=AT).tries_left


def signed(signer: Official, key: UnlockedKey | None) -> bytes:
    signature = PdfSignature(kind="personal", official_id=signer.pk, unlocked=key)
    return sign_pdf(plain_pdf(), signatures=[signature], at=AT)


def key_of(signer: Official) -> UUID:
    return Certificate.objects.get(purpose=Purpose.OFFICIAL, official=signer).key_id  # type: ignore[return-value]


def test_a_key_without_a_pin_signs_as_before() -> None:
    official = make_official(make_agency())
    assert pins.pin_state(official_id=official.pk, at=AT) == PinState(True)
    assert unlocked(official, None) is None
    assert unlocked(official, WRONG) is None
    assert verify_pdf(signed(official, None), at=AT).valid


def test_with_a_pin_only_the_unlocked_key_signs(signer: Official) -> None:
    with pytest.raises(PinNeeded):
        signed(signer, None)
    with pytest.raises(PinNeeded):
        unlocked(signer, Pin(""))
    assert verify_pdf(signed(signer, unlocked(signer)), at=AT).valid


def test_the_key_of_another_does_not_sign_for_one(signer: Official) -> None:
    other = make_official(make_agency())
    pins.set_pin(official_id=other.pk, pin=OTHER, actor=ACTOR, at=AT)
    with pytest.raises(PinNeeded):
        signed(signer, unlocked(other, OTHER))


def test_neither_database_nor_master_key_opens_it_without_the_pin(signer: Official) -> None:
    fresh = SoftwareKeyStore(DatabaseShelf(), master_key=settings.MASTER_KEY)
    for store in (fresh, key_store("software")):
        with pytest.raises(KeySealBroken):
            store.private_key(key_of(signer))
    kept = [bytes(row.sealed) for row in SealedKey.objects.all()]
    for row in KeyPin.objects.all():
        kept += [bytes(row.salt), bytes(row.check_value)]
    assert not any(RIGHT.value.encode() in value for value in kept)


def test_a_wrong_pin_says_how_many_tries_are_left_and_the_last_locks(signer: Official) -> None:
    for left in range(MOST_TRIES - 1, 0, -1):
        with pytest.raises(WrongPin) as refused:
            unlocked(signer, WRONG)
        assert refused.value.facts["left"] == left
        assert tries_left(signer) == left
    with pytest.raises(KeyLocked):
        unlocked(signer, WRONG)
    with pytest.raises(KeyLocked):
        unlocked(signer, RIGHT)
    assert pins.pin_state(official_id=signer.pk, at=AT).locked


def test_the_right_pin_gives_all_tries_back(signer: Official) -> None:
    with pytest.raises(WrongPin):
        unlocked(signer, WRONG)
    unlocked(signer)
    assert tries_left(signer) == MOST_TRIES


def test_the_database_counts_no_further(signer: Official) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        KeyPin.objects.filter(key_id=key_of(signer)).update(tries=MOST_TRIES + 1)


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_no_try_is_free() -> None:
    signer = make_official(make_agency())
    pins.set_pin(official_id=signer.pk, pin=RIGHT, actor=ACTOR, at=AT)
    KeyPin.objects.update(tries=MOST_TRIES - 1)
    ready, outcomes = threading.Barrier(2), []

    def guess() -> None:
        ready.wait()
        try:
            unlocked(signer, WRONG)
        except (WrongPin, KeyLocked) as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=guess) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == ["key-locked", "key-locked"]
    assert KeyPin.objects.get().tries == MOST_TRIES


@pytest.mark.django_db(transaction=True)
def test_a_wrong_try_stays_counted_whatever_is_rolled_back_later() -> None:
    signer = make_official(make_agency())
    pins.set_pin(official_id=signer.pk, pin=RIGHT, actor=ACTOR, at=AT)
    with pytest.raises(RuntimeError), transaction.atomic():
        unlocked(signer, WRONG)  # refuses to count inside a transaction, which might be rolled back
    with pytest.raises(WrongPin):
        unlocked(signer, WRONG)
    assert tries_left(signer) == MOST_TRIES - 1


@pytest.mark.parametrize("value", ["", "12345", "111111", "123456", "987654", "0123456789", "x" * 65])
def test_a_pin_that_would_be_guessed_is_refused(value: str) -> None:
    official = make_official(make_agency())
    with pytest.raises(PinTooWeak):
        pins.set_pin(official_id=official.pk, pin=Pin(value), actor=ACTOR, at=AT)
    assert not KeyPin.objects.exists()


def test_a_pin_is_set_once_and_changed_with_the_one_there_is(signer: Official) -> None:
    with pytest.raises(PinSetAlready):
        pins.set_pin(official_id=signer.pk, pin=OTHER, actor=ACTOR, at=AT)
    with pytest.raises(WrongPin):
        pins.change_pin(official_id=signer.pk, old=WRONG, new=OTHER, actor=ACTOR, at=AT)
    carried = pins.carry_pin(official_id=signer.pk, pin=RIGHT, about=LIST, at=AT)
    pins.change_pin(official_id=signer.pk, old=RIGHT, new=OTHER, actor=ACTOR, at=AT)
    assert pins.carried_pin(official_id=signer.pk, carried=carried, about=LIST, at=AT) is None
    with pytest.raises(WrongPin):
        unlocked(signer)
    assert verify_pdf(signed(signer, unlocked(signer, OTHER)), at=AT).valid


def test_a_new_key_replaces_one_that_is_locked_and_what_was_signed_stays_valid(signer: Official) -> None:
    before = signed(signer, unlocked(signer))
    KeyPin.objects.update(tries=MOST_TRIES)
    renew_official_key(signer.pk, at=AT)
    assert pins.pin_state(official_id=signer.pk, at=AT) == PinState(True)
    assert verify_pdf(signed(signer, None), at=AT).valid
    assert verify_pdf(before, at=AT).valid
    assert not KeyPin.objects.exists()


def test_what_is_carried_opens_for_its_list_its_signer_and_ten_minutes_only(signer: Official) -> None:
    other = make_official()
    carried = pins.carry_pin(official_id=signer.pk, pin=RIGHT, about=LIST, at=AT)
    asked = {"official_id": signer.pk, "carried": carried, "about": LIST, "at": AT}
    assert pins.carried_pin(**asked) == RIGHT  # type: ignore[arg-type]
    almost = AT + pins.CARRIED - timedelta(seconds=1)
    assert pins.carried_pin(**asked | {"at": almost}) == RIGHT  # type: ignore[arg-type]
    for changed in (
        {"at": AT + pins.CARRIED},
        {"official_id": other.pk},
        {"about": "office.signing-list 2"},
        {"carried": carried[:-4] + "AAAA"},
        {"carried": "không phải"},
        {"carried": ""},
    ):
        assert pins.carried_pin(**asked | changed) is None, changed  # type: ignore[arg-type]


def test_neither_half_says_anything_and_dropping_one_ends_the_other(signer: Official) -> None:
    carried = pins.carry_pin(official_id=signer.pk, pin=RIGHT, about=LIST, at=AT)
    again = pins.carry_pin(official_id=signer.pk, pin=RIGHT, about=LIST, at=AT)
    assert pins.carried_pin(official_id=signer.pk, carried=carried, about=LIST, at=AT) is None
    assert RIGHT.value not in carried
    assert RIGHT.value.encode() not in bytes(CarriedPin.objects.get().secret)
    pins.drop_carried(official_id=signer.pk, about=LIST)
    assert pins.carried_pin(official_id=signer.pk, carried=again, about=LIST, at=AT) is None
    assert not CarriedPin.objects.exists()


def test_no_log_and_no_value_shows_it(signer: Official, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        key = unlocked(signer)
        assert RIGHT.value not in repr((RIGHT, key, PdfSignature(kind="personal", unlocked=key)))
        with pytest.raises(WrongPin) as refused:
            unlocked(signer, WRONG)
    assert RIGHT.value not in caplog.text
    assert WRONG.value not in f"{refused.value!r} {refused.value.say()}"

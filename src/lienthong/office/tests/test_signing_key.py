"""A leader whose key has a PIN: entered once for a list, carried by the browser, and not for ever."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from lienthong.directory.public import Agency
from lienthong.identity.public import Role, Viewer
from lienthong.identity.tests.factories import agency, official_of, viewer_in
from lienthong.kernel.clock import now
from lienthong.office.actions import bulk
from lienthong.office.actions.outgoing import sign_and_send
from lienthong.office.adapters.fake import FakeAxis
from lienthong.office.drafting_models import SigningList
from lienthong.office.models import OutgoingDocument
from lienthong.office.signing_states import ItemState
from lienthong.office.states import OutState
from lienthong.office.tests.factories import NOON, draft
from lienthong.office.tests.pages import client_of, signer_in, text_of
from lienthong.signing.public import (
    CARRIED,
    Pin,
    PinNeeded,
    WrongPin,
    ensure_agency_certificates,
    ensure_official_certificates,
    pin_state,
    set_pin,
)

pytestmark = pytest.mark.django_db
RIGHT, WRONG = Pin("27-thang-2"), Pin("không phải")


class House:
    """A leader with a PIN, and drafts to citizens on paper, which need no axis."""

    def __init__(self) -> None:
        self.ours: Agency = agency()
        ensure_agency_certificates([self.ours.id], at=NOON)
        self.leader: Viewer = viewer_in(self.ours, Role.LEADER, at=NOON)
        ensure_official_certificates([self.leader.official_id or 0], at=NOON)
        set_pin(official_id=self.leader.official_id or 0, pin=RIGHT, actor=self.leader.actor(), at=NOON)

    def drafts(self, number: int) -> list[OutgoingDocument]:
        return [draft(self.ours, paper=(f"Ông Số {one}",)) for one in range(number)]

    def listed(self, number: int, pin: Pin | None = RIGHT) -> SigningList:
        keys = [row.id for row in self.drafts(number)]
        return bulk.make_signing_list(viewer=self.leader, documents=keys, at=NOON, pin=pin)


@pytest.fixture
def house() -> House:
    return House()


def test_one_document_is_signed_with_the_pin_and_not_without(house: House) -> None:
    (document,) = house.drafts(1)
    for pin, refusal in ((None, PinNeeded), (WRONG, WrongPin)):
        with pytest.raises(refusal):
            sign_and_send(outgoing_id=document.id, viewer=house.leader, at=NOON, pin=pin)
    assert OutgoingDocument.objects.get().state == OutState.DRAFT
    signed = sign_and_send(outgoing_id=document.id, viewer=house.leader, at=NOON, pin=RIGHT)
    assert signed.state == OutState.ISSUED


def test_a_list_needs_the_pin_once_and_a_wrong_one_makes_no_list(house: House) -> None:
    with pytest.raises(WrongPin):
        house.listed(2, WRONG)
    assert not SigningList.objects.exists()
    made = house.listed(2)
    cookie = bulk.carry(list_id=made.id, viewer=house.leader, pin=RIGHT, at=NOON)

    def carried(at: timedelta = timedelta(0)) -> Pin | None:
        return bulk.carried(list_id=made.id, viewer=house.leader, cookie=cookie, at=NOON + at)

    assert bulk.sign_next(list_id=made.id, viewer=house.leader, at=NOON, pin=carried(), port=FakeAxis())
    assert carried() == RIGHT
    assert carried(CARRIED) is None
    assert bulk.sign_next(list_id=made.id, viewer=house.leader, at=NOON, pin=carried(), port=FakeAxis())
    assert set(made.items.values_list("state", flat=True)) == {ItemState.SIGNED}
    assert carried() is None, "the list is signed, so nothing is carried any more"


def test_when_the_time_is_over_no_document_is_touched(house: House) -> None:
    made = house.listed(1)
    with pytest.raises(PinNeeded):
        bulk.sign_next(list_id=made.id, viewer=house.leader, at=NOON, pin=None, port=FakeAxis())
    assert made.items.get().state == ItemState.WAITING


def test_stopping_ends_what_is_carried_and_another_leader_carries_nothing(house: House) -> None:
    made = house.listed(1)
    cookie = bulk.carry(list_id=made.id, viewer=house.leader, pin=RIGHT, at=NOON)
    other = viewer_in(house.ours, Role.LEADER, at=NOON)
    assert bulk.carried(list_id=made.id, viewer=other, cookie=cookie, at=NOON) is None
    bulk.stop_signing(list_id=made.id, viewer=house.leader, at=NOON)
    assert bulk.carried(list_id=made.id, viewer=house.leader, cookie=cookie, at=NOON) is None


@pytest.fixture
def signer() -> tuple[Client, int, Callable[[int], list[str]]]:
    """A browser of a leader with a PIN, now."""
    ours = agency()
    ensure_agency_certificates([ours.id], at=now())
    account = signer_in(ours)
    client, official = client_of(account), official_of(account).id

    def drafts(number: int) -> list[str]:
        return [str(draft(ours, paper=(f"Ông Số {one}",)).id) for one in range(number)]

    page = client.get(reverse("office:signing_key"))
    assert "Protect the key with a PIN" in text_of(page)
    assert f"<dd>{official_of(account).full_name}, {ours.name}</dd>" in page.content.decode()
    differ = client.post(reverse("office:signing_key"), {"pin": RIGHT.value, "again": WRONG.value})
    assert differ.status_code == 422
    assert RIGHT.value not in text_of(differ)
    done = client.post(reverse("office:signing_key"), {"pin": RIGHT.value, "again": RIGHT.value}, follow=True)
    assert "Change the PIN" in text_of(done)
    return client, official, drafts


Signer = tuple[Client, int, Callable[[int], list[str]]]


def test_the_pages_ask_once_and_sign_the_whole_list(signer: Signer) -> None:
    client, _official, drafts = signer
    keys = drafts(2)
    wrong = client.post(reverse("office:to_sign"), {"documents": keys, "pin": WRONG.value})
    assert wrong.status_code == 422
    assert "Tries left: 4" in text_of(wrong)
    assert text_of(wrong).count(" checked>") == 2
    assert WRONG.value not in text_of(wrong)
    made = client.post(reverse("office:to_sign"), {"documents": keys, "pin": RIGHT.value})
    cookie = made.cookies["signing-list"]
    held = SigningList.objects.get()
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Strict")
    assert cookie["path"] == reverse("office:signing_list", args=[held.id])
    assert RIGHT.value not in cookie.value
    for _number in keys:
        client.post(reverse("office:sign_next", args=[held.id]))
    assert "All 2 done, 0 not signed" in text_of(client.get(reverse("office:signing_list", args=[held.id])))


def test_without_what_is_carried_the_list_asks_again(signer: Signer) -> None:
    client, _official, drafts = signer
    client.post(reverse("office:to_sign"), {"documents": drafts(1), "pin": RIGHT.value})
    held = SigningList.objects.get()
    del client.cookies["signing-list"]
    page = text_of(client.post(reverse("office:sign_next", args=[held.id]), follow=True))
    assert "Enter your PIN once" in page
    assert held.items.get().state == ItemState.WAITING
    refused = client.post(reverse("office:unlock_list", args=[held.id]), {"pin": WRONG.value})
    assert refused.status_code == 422
    client.post(reverse("office:unlock_list", args=[held.id]), {"pin": RIGHT.value})
    client.post(reverse("office:sign_next", args=[held.id]))
    assert held.items.get().state == ItemState.SIGNED


def test_one_document_is_signed_on_its_page_and_a_locked_key_says_so(signer: Signer) -> None:
    client, official, drafts = signer
    (key,) = drafts(1)
    assert "PIN of your signing key" in text_of(client.get(reverse("office:outgoing_detail", args=[key])))
    address = reverse("office:sign_and_send", args=[key])
    for _number in range(4):
        assert client.post(address, {"pin": WRONG.value}).status_code == 422
    locked = client.post(address, {"pin": WRONG.value})
    assert "locked" in text_of(locked)
    assert pin_state(official_id=official, at=now()).locked
    assert client.post(address, {"pin": RIGHT.value}).status_code == 422
    assert OutgoingDocument.objects.get().state == OutState.DRAFT
    assert "locked" in text_of(client.get(reverse("office:signing_key")))

"""Coming in: codes, accounts opened by oneself, the counter that confirms them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from threading import Thread
from time import sleep
from uuid import UUID

import pytest
from django.db import connection, transaction

from lienthong.identity.access import NotAllowed
from lienthong.identity.actions.citizens import (
    ContactTaken,
    NoAccountToConfirm,
    confirm_account,
    enter_code,
)
from lienthong.identity.actions.codes import (
    CodeOver,
    CodeWrong,
    TooManyCodes,
    ask_to_change,
    ask_to_open,
    ask_to_sign_in,
    code_to_send,
    forget_codes,
    note_code_sent,
)
from lienthong.identity.actions.parties import PartyNameDiffers
from lienthong.identity.adapters.codes import keyed_hash
from lienthong.identity.contact import ContactWrong, clean_contact
from lienthong.identity.contracts import Assurance, Opening, Role, SignInCodeMade
from lienthong.identity.models import Account, OneTimeCode, Party
from lienthong.identity.queries.visiting import visitor_for
from lienthong.identity.tests.factories import (
    a_citizen,
    a_representation,
    agency,
    at_noon,
    party_of,
    viewer_in,
)
from lienthong.kernel import events
from lienthong.ledger.public import search_events

NUMBER, MAIL, PHONE = "001099000001", "dan@example.vn", "0912345678"
FROM = {"source": "203.0.113.9", "language": "vi"}
AT = at_noon()


@pytest.fixture
def published() -> Iterator[list[SignInCodeMade]]:
    """What is published, without the apps above."""
    heard: list[SignInCodeMade] = []
    subscribers = events._subscribers[SignInCodeMade]
    subscribers.append(heard.append)
    yield heard
    subscribers.remove(heard.append)


def digits(code_id: UUID, at: datetime = AT) -> str:
    waiting = code_to_send(code_id, at=at)
    assert waiting is not None
    return waiting.code


def wrong(code_id: UUID) -> str:
    """Six other digits than those sent."""
    return f"{(int(digits(code_id)) + 1) % 1_000_000:06d}"


def opened(*, number: str = NUMBER, name: str = "Lê Thị Mới", contact: str = MAIL) -> Account:
    code = ask_to_open(opening=Opening(number, name, date(1990, 5, 1), contact), at=AT, **FROM)
    return enter_code(code_id=code, typed=digits(code), source="", at=AT)


def asked(number: str = NUMBER, contact: str = MAIL, at: datetime = AT, source: str = "") -> UUID:
    return ask_to_sign_in(
        number=number, contact=contact, at=at, **{**FROM, "source": source or FROM["source"]}
    )


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Dan@Example.VN ", MAIL),
        ("0912 345 678", PHONE),
        ("+84 912-345-678", PHONE),
        ("0084912345678", PHONE),
    ],
)
def test_a_contact_is_kept_in_one_spelling(typed: str, kept: str) -> None:
    assert clean_contact(typed) == kept


@pytest.mark.parametrize(
    "typed", ["", "dan", "@", "a@b", "12345", "0912 345 67x", "x" * 300 + "@example.vn", "٠٩١٢٣٤٥٦٧٨"]
)
def test_what_is_no_contact_is_refused(typed: str) -> None:
    with pytest.raises(ContactWrong):
        clean_contact(typed)


@pytest.mark.django_db
class TestCodes:
    def test_the_right_digits_sign_in_once(self) -> None:
        account = a_citizen(number=NUMBER, email=MAIL)[0]
        code = asked()
        typed = digits(code)
        assert enter_code(code_id=code, typed=typed, source="", at=AT) == account
        with pytest.raises(CodeOver):
            enter_code(code_id=code, typed=typed, source="", at=AT)

    def test_a_telephone_serves_as_well(self) -> None:
        account = a_citizen(number=NUMBER, telephone=PHONE)[0]
        code = asked(contact="+84912345678")
        assert enter_code(code_id=code, typed=digits(code), source="", at=AT) == account

    def test_neither_digits_nor_address_lie_open_and_what_is_personal_goes_with_use(self) -> None:
        a_citizen(number=NUMBER, email=MAIL)
        code = asked()
        row, typed = OneTimeCode.objects.get(pk=code), digits(code)
        assert typed not in f"{row.sealed} {bytes(row.code_hash)!r} {bytes(row.target)!r}"
        assert NUMBER not in repr(code_to_send(code, at=AT))
        assert typed not in repr(code_to_send(code, at=AT))
        enter_code(code_id=code, typed=typed, source="", at=AT)
        row.refresh_from_db()
        assert (row.number, row.address, row.sealed, row.name) == ("", "", "", "")

    def test_five_wrong_attempts_end_it_and_each_counts(self) -> None:
        a_citizen(number=NUMBER, email=MAIL)
        code = asked()
        bad, good = wrong(code), digits(code)
        for _ in range(4):
            with pytest.raises(CodeWrong):
                enter_code(code_id=code, typed=bad, source="", at=AT)
        with pytest.raises(CodeOver):
            enter_code(code_id=code, typed=bad, source="", at=AT)
        with pytest.raises(CodeOver):
            enter_code(code_id=code, typed=good, source="", at=AT)

    def test_it_serves_for_ten_minutes(self) -> None:
        a_citizen(number=NUMBER, email=MAIL)
        code = asked()
        typed, late = digits(code), AT + timedelta(minutes=10)
        assert code_to_send(code, at=late) is None
        with pytest.raises(CodeOver):
            enter_code(code_id=code, typed=typed, source="", at=late)

    def test_an_unknown_account_is_answered_with_the_same_work(
        self, published: list[SignInCodeMade], django_assert_num_queries: object
    ) -> None:
        a_citizen(number=NUMBER, email=MAIL)
        counts = []
        for number in (NUMBER, "001099000009"):
            before = len(connection.queries_log)
            connection.force_debug_cursor = True
            code = asked(number)
            counts.append(len(connection.queries_log) - before)
            connection.force_debug_cursor = False
        assert counts[0] == counts[1]
        assert len(published) == 2
        assert code_to_send(code, at=AT) is None

    def test_the_digits_of_a_code_for_nobody_let_nobody_in(self) -> None:
        code = asked()
        OneTimeCode.objects.filter(pk=code).update(code_hash=keyed_hash("code", str(code), "123456"))
        with pytest.raises(CodeWrong):
            enter_code(code_id=code, typed="123456", source="", at=AT)

    def test_a_closed_account_gets_none(self) -> None:
        a_citizen(number=NUMBER, email=MAIL)
        Account.objects.update(is_active=False)
        assert code_to_send(asked(), at=AT) is None

    def test_what_is_sent_is_forgotten(self) -> None:
        a_citizen(number=NUMBER, email=MAIL)
        code = asked()
        note_code_sent(code)
        assert code_to_send(code, at=AT) is None
        assert OneTimeCode.objects.get(pk=code).sealed == ""

    def test_they_are_throttled_for_one_account_whether_it_exists(self) -> None:
        for number in (NUMBER, "001099000009"):
            a_citizen(number=NUMBER, email=MAIL) if number == NUMBER else None
            for count in range(5):
                asked(number, source=f"198.51.100.{count}")
            with pytest.raises(TooManyCodes):
                asked(number, source="198.51.100.77")
        asked(NUMBER, at=AT + timedelta(minutes=16), source="198.51.100.78")

    def test_they_are_throttled_for_one_address(self) -> None:
        for count in range(20):
            asked(f"{2_000_000_000 + count:012d}")
        with pytest.raises(TooManyCodes):
            asked("001099000099")
        asked("001099000099", source="198.51.100.1")

    def test_what_is_over_is_emptied_then_removed(self) -> None:
        code = asked()
        assert forget_codes(at=AT + timedelta(minutes=11)) == 1
        assert (OneTimeCode.objects.get(pk=code).number, OneTimeCode.objects.get(pk=code).address) == ("", "")
        assert forget_codes(at=AT + timedelta(minutes=12)) == 0
        assert forget_codes(at=AT + timedelta(days=1, minutes=1)) == 1
        assert not OneTimeCode.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_enter_the_same_code_at_once_one_comes_in() -> None:
    account = a_citizen(number=NUMBER, email=MAIL)[0]
    code = asked()
    typed, came = digits(code), []

    def enter() -> None:
        try:
            came.append(str(enter_code(code_id=code, typed=typed, source="", at=AT).pk))
        except CodeOver as refusal:
            came.append(refusal.code)
        finally:
            connection.close()

    late, waiting = (
        Thread(target=enter),
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'",
    )
    with transaction.atomic(), connection.cursor() as cursor:
        assert enter_code(code_id=code, typed=typed, source="", at=AT) == account
        late.start()
        for _ in range(1000):  # until the other stands at the row
            cursor.execute(waiting)
            if cursor.fetchone()[0]:
                break
            sleep(0.01)
    late.join()
    assert came == ["code-over"]


@pytest.mark.django_db
class TestOpening:
    def test_an_account_of_ones_own_is_not_confirmed_and_its_party_has_no_number(self) -> None:
        account = opened()
        visitor = visitor_for(account)
        assert (visitor.signed_in, visitor.confirmed, visitor.number) == (True, False, NUMBER)
        party = party_of(account)
        assert (party.number, party.name, party.email, party.born_date) == (
            "",
            "Lê Thị Mới",
            MAIL,
            date(1990, 5, 1),
        )
        assert account.assurance == Assurance.SELF
        assert not account.has_usable_password()

    def test_a_known_number_is_not_taken_over_nor_told_of_nor_changed(self) -> None:
        theirs, known = a_citizen(number=NUMBER, name="Trần Văn Biết", email="biet@example.vn")
        account = opened(name="Kẻ Mạo Danh", contact="ke@example.vn")
        visitor = visitor_for(account)
        assert visitor.party_id != known.pk
        assert (visitor.party_name, visitor.confirmed) == ("Kẻ Mạo Danh", False)
        known.refresh_from_db()
        assert (known.name, known.email, known.account_id) == ("Trần Văn Biết", "", theirs.pk)
        assert opened(name="Trần Văn Biết", contact="ke2@example.vn").assurance == Assurance.SELF

    def test_opening_again_with_the_same_contact_signs_in(self) -> None:
        first = opened()
        assert opened(name="Tên Khác") == first
        assert Party.objects.count() == 1

    def test_it_is_in_the_ledger_without_number_and_contact(self) -> None:
        account = opened()
        found = search_events(agency_id=None, verb="account").rows
        [event] = [one for one in found if one.subject.id == str(account.pk)]
        assert (event.verb, event.actor.kind) == ("account.open", "party")
        assert NUMBER not in repr(event)
        assert MAIL not in repr(event)

    def test_a_new_contact_counts_once_its_code_came_back(self) -> None:
        account = opened()
        code = ask_to_change(account_id=account.pk, contact=PHONE, at=AT, **FROM)
        account.refresh_from_db()
        assert account.telephone == ""
        enter_code(code_id=code, typed=digits(code), source="", at=AT)
        account.refresh_from_db()
        assert (account.telephone, account.email, party_of(account).telephone) == (PHONE, MAIL, PHONE)

    def test_a_contact_of_another_account_of_the_number_is_refused(self) -> None:
        opened(contact=PHONE)
        account = opened()
        code = ask_to_change(account_id=account.pk, contact=PHONE, at=AT, **FROM)
        with pytest.raises(ContactTaken):
            enter_code(code_id=code, typed=digits(code), source="", at=AT)


@pytest.mark.django_db
class TestConfirming:
    def test_an_official_who_saw_the_card_gives_the_number(self) -> None:
        account, viewer = opened(), viewer_in(agency(), Role.RECEPTIONIST)
        confirm_account(viewer=viewer, number=NUMBER, contact=MAIL, name="Lê Thị Mới", at=AT)
        account.refresh_from_db()
        assert visitor_for(account).confirmed
        assert (account.assurance, party_of(account).number) == (Assurance.COUNTER, NUMBER)
        [event] = search_events(agency_id=viewer.agency_id, verb="citizen.confirm").rows
        assert event.actor.kind == "official"

    def test_what_was_sent_in_joins_what_was_known_and_the_earlier_account_is_closed(self) -> None:
        old, known = a_citizen(number=NUMBER, name="LÊ THỊ MỚI", email="cu@example.vn")
        account, viewer = opened(), viewer_in(agency(), Role.RECEPTIONIST)
        own = party_of(account)
        row = a_representation(account)
        confirm_account(viewer=viewer, number=NUMBER, contact=MAIL, name="Lê Thị Mới", at=AT)
        old.refresh_from_db()
        assert not old.is_active
        assert visitor_for(account).party_id == known.pk
        assert not Party.objects.filter(pk=own.pk).exists()
        row.refresh_from_db()
        assert row.person_id == known.pk

    def test_another_name_on_the_card_than_known_is_refused_and_nothing_is_changed(self) -> None:
        a_citizen(number=NUMBER, name="Trần Văn Biết")
        account = opened(contact="ke@example.vn")
        with pytest.raises(PartyNameDiffers):
            confirm_account(
                viewer=viewer_in(agency(), Role.RECEPTIONIST),
                number=NUMBER,
                contact="ke@example.vn",
                name="Lê Thị Mới",
                at=AT,
            )
        assert not visitor_for(account).confirmed

    def test_only_the_account_that_the_person_names_and_only_by_a_receptionist(self) -> None:
        opened()
        with pytest.raises(NoAccountToConfirm):
            confirm_account(
                viewer=viewer_in(agency(), Role.RECEPTIONIST), number=NUMBER, contact=PHONE, name="Lê", at=AT
            )
        with pytest.raises(NotAllowed):
            confirm_account(
                viewer=viewer_in(agency(), Role.CLERK), number=NUMBER, contact=MAIL, name="Lê", at=AT
            )

"""Parties are told in sets, by their choice, until they have read it."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from lienthong.identity.public import NotFound, Role, Visitor
from lienthong.identity.tests.factories import a_citizen, agency, viewer_in, visitor_as
from lienthong.kernel.clock import VIETNAM
from lienthong.ledger.public import Subject
from lienthong.notifications.actions import sending_parties, telling_parties
from lienthong.notifications.actions.contact import choose_contact
from lienthong.notifications.actions.telling import ToldOutsideTransaction
from lienthong.notifications.adapters.fake import FakeMail, FakeTexts
from lienthong.notifications.contracts import Letter, Settled, ShortText, Telling
from lienthong.notifications.models import ContactChoice, PartyMessage, PartyNotice
from lienthong.notifications.notices import UnknownNotice
from lienthong.notifications.party_queries import notices_of, told_about
from lienthong.notifications.ports import Failed
from lienthong.notifications.quiet import quiet_until
from lienthong.notifications.states import Channel, MailState
from lienthong.notifications.tests.factories import (
    ABOUT,
    CALLED_UP,
    MONDAY,
    TOLD_ONCE,
    a_party,
    gateways,
    tell_party,
    telling,
    told_party,
    zalo_template,
)

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
GONE = Failed("eSMS 99", permanent=True)


@pytest.fixture(autouse=True)
def on(settings: Any) -> None:
    gateways(settings, zalo_url="", party_escalate_hours=4)


class Out:
    """The gateways of all channels, and what was put into them."""

    def __init__(self) -> None:
        self.mail, self.sms, self.zalo = FakeMail(), FakeTexts(), FakeTexts()

    def send(self, at: datetime) -> None:
        """Send all that is due."""
        for channel, by in ((Channel.MAIL, self.mail), (Channel.SMS, self.sms), (Channel.ZALO, self.zalo)):
            while sending_parties.send_party_messages(channel, at=at, sender=by, jitter=lambda: 0.0):
                pass

    @property
    def sent(self) -> list[Letter | ShortText]:
        """All that went out."""
        return [*self.mail.sent, *self.sms.sent, *self.zalo.sent]


def test_many_parties_are_told_with_two_queries_and_one_where_nobody_can_be_reached() -> None:
    _account, signed_in = a_citizen()
    parties = [a_party(telephone="0912 345.678"), signed_in, a_party(), a_party(telephone="024 3822 1234")]
    with (
        transaction.atomic(),
        CaptureQueriesContext(
            connection,
        ) as asked,
    ):
        assert telling_parties.tell_parties(tellings=[telling(one) for one in parties], at=MONDAY) == 2
    assert len(asked) == 2
    assert {row.party_id for row in PartyNotice.objects.all()} == {parties[0].pk, signed_in.pk}
    assert list(PartyMessage.objects.values_list("notice__party", "channel")) == [(parties[0].pk, "sms")]
    nobody = [telling(a_party()) for _number in range(20)]
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        assert telling_parties.tell_parties(tellings=nobody, at=MONDAY) == 0
    assert len(asked) == 1


def test_the_same_is_told_once_and_another_key_again() -> None:
    party = a_party(telephone="0912345678")
    assert [tell_party(party), tell_party(party), tell_party(party, key="2")] == [1, 0, 1]
    assert PartyMessage.objects.count() == 2


def test_what_cannot_be_said_is_refused() -> None:
    party = a_party(telephone="0912345678")
    with pytest.raises(telling_parties.PlaceLeftEmpty):
        tell_party(party, values={"code": "H01-1"})
    with pytest.raises(UnknownNotice), transaction.atomic():
        telling_parties.tell_parties(tellings=[Telling(party.pk, "test.never", ABOUT)], at=MONDAY)
    with pytest.raises(IntegrityError):
        tell_party(party, link="//elsewhere.example/")
    assert not PartyNotice.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_nobody_is_told_outside_the_transaction() -> None:
    with pytest.raises(ToldOutsideTransaction):
        telling_parties.tell_parties(tellings=[telling(a_party())], at=MONDAY)


def test_an_sms_says_the_code_and_what_to_do_and_no_more() -> None:
    tell_party(a_party(telephone="+84 912 345 678"))
    out = Out()
    out.send(MONDAY)
    [text] = out.sms.sent
    assert (text.to, text.text) == ("84912345678", "Ho so H01-1: den quay")
    row = PartyMessage.objects.get()
    assert (row.state, row.segments, row.template_version) == (MailState.SENT, 1, 0)


def test_a_mail_says_all_and_leads_to_the_page_of_notices() -> None:
    tell_party(
        a_party(email="an@example.vn"),
        until=MONDAY + timedelta(days=3),
        values={"code": "1", "reason": "<b>"},
    )
    out = Out()
    out.send(MONDAY)
    [letter] = out.mail.sent
    assert "Hồ sơ 1: <b>" in letter.text
    assert "05/03/2026 09:00" in letter.text
    assert "/notices/" in letter.text
    assert "<b>" not in letter.html


def test_the_language_is_the_chosen_one_else_that_of_the_account() -> None:
    account, party = a_citizen()
    type(account).objects.filter(pk=account.pk).update(language="en")
    type(party).objects.filter(pk=party.pk).update(email="an@example.vn")
    out = Out()
    tell_party(party)
    out.send(MONDAY)
    choose(visitor_as(account), Channel.MAIL, language="vi")
    tell_party(party, key="2")
    out.send(MONDAY)
    # The word is one of another app's catalogue.
    assert [letter.subject for letter in out.mail.sent] == ["Urgent", "Khẩn"]


def choose(visitor: Visitor, *channels: Channel, quiet: tuple[int, int] = (0, 0), language: str = "") -> None:
    begins, ends = quiet
    choose_contact(
        visitor, channels=channels, quiet_from=begins, quiet_until=ends, language=language, at=MONDAY
    )


@pytest.mark.parametrize(
    ("hour", "until"),
    [(20, None), (21, 6), (23, 6), (0, 6), (5, 6), (6, None), (12, None)],
)
def test_quiet_hours_pass_over_midnight(hour: int, until: int | None) -> None:
    at = datetime(2026, 3, 2, hour, 30, tzinfo=VIETNAM)
    at = at.replace(minute=0) if hour in {21, 6} else at
    found = quiet_until(at, begins=21 * 60, ends=6 * 60)
    assert (found.hour if found else None) == until
    assert found is None or timedelta() < found - at <= timedelta(hours=9)
    assert quiet_until(at, begins=0, ends=0) is None


# For whom a notice is made, when it is read or settled, what fails; and the hours at which what goes out.
DAYTIME = MONDAY  # nine in the morning; nothing escalates in the night
CASES = {
    "urgent, never read": ({}, CALLED_UP, {0: "zalo", 4: "sms", 8: "mail"}),
    "not urgent": ({}, TOLD_ONCE, {0: "zalo"}),
    "read after five hours": ({"read": 5}, CALLED_UP, {0: "zalo", 4: "sms"}),
    "settled before the second": ({"settled": 2}, CALLED_UP, {0: "zalo"}),
    "read before anything went out": ({"begins": 13, "read": 5}, CALLED_UP, {}),
    "told in the night": ({"begins": 13}, CALLED_UP, {8: "zalo", 12: "sms", 16: "mail"}),
    "its first channel refuses it": ({"gone": "zalo"}, CALLED_UP, {0: "sms", 4: "mail"}),
    "its first channel refuses it, not urgent": ({"gone": "zalo"}, TOLD_ONCE, {0: "sms"}),
    "chosen order": ({"order": ("mail", "zalo")}, CALLED_UP, {0: "mail", 4: "zalo"}),
    "nothing chosen": ({"order": ()}, CALLED_UP, {}),
    "escalation falls into the night": ({"begins": 9}, CALLED_UP, {0: "zalo", 12: "sms", 16: "mail"}),
}


@pytest.mark.parametrize("name", CASES)
def test_told_until_read_never_twice_a_channel_and_never_in_the_night(name: str, settings: Any) -> None:
    said, kind, expected = CASES[name]
    gateways(settings, party_escalate_hours=4)
    account, party = a_citizen()
    type(party).objects.filter(pk=party.pk).update(telephone="0912345678", email="an@example.vn")
    official = viewer_in(agency(), Role.OPERATOR, at=MONDAY).official_id
    assert official
    zalo_template(kind, official)
    visitor = visitor_as(account)
    if "order" in said:
        choose(visitor, *map(Channel, said["order"]), quiet=(21 * 60, 6 * 60))
    out, begins = Out(), DAYTIME + said.get("begins", 0) * HOUR
    if said.get("gone"):
        out.zalo.failing["84912345678"] = GONE
    notice = told_party(party, kind=kind, at=begins)
    found: dict[int, str] = {}
    for hour in range(0, 40):
        at = begins + hour * HOUR
        if said.get("read") == hour:
            telling_parties.open_notice(visitor, notice.pk, at=at)
        if said.get("settled") == hour:
            with transaction.atomic():
                over = [Settled(ABOUT, (kind.code,))]
                telling_parties.tell_parties(tellings=[], settled=over, at=at)
        before = Counter(PartyMessage.objects.filter(state="sent").values_list("channel", flat=True))
        out.send(at)
        while telling_parties.escalate(at=at):
            out.send(at)
        after = Counter(PartyMessage.objects.filter(state="sent").values_list("channel", flat=True))
        for channel in (after - before).elements():
            assert hour not in found
            found[hour] = channel
            assert 6 <= at.astimezone(VIETNAM).hour < 21
    assert found == expected
    assert len(out.sent) == len(expected)


def test_what_fails_is_tried_again_and_what_nothing_helps_is_dead() -> None:
    tell_party(a_party(telephone="0912345678"), kind=TOLD_ONCE)
    out = Out()
    out.sms.down = True
    out.send(MONDAY)
    row = PartyMessage.objects.get()
    assert (row.state, row.attempts, row.next_attempt_at) == ("waiting", 1, MONDAY + timedelta(minutes=1))
    out.send(MONDAY + timedelta(seconds=30))
    assert out.sms.calls == 1
    for hour in range(1, 40):
        out.send(MONDAY + hour * HOUR)
    row.refresh_from_db()
    assert (row.state, row.problem) == ("dead", "no answer: ConnectError")


def test_an_answer_that_was_lost_brings_no_second_sms() -> None:
    tell_party(a_party(telephone="0912345678"))
    out = Out()
    out.sms.unanswered.add("84912345678")
    out.send(MONDAY)
    out.send(MONDAY + timedelta(minutes=1))
    assert (len(out.sms.sent), out.sms.calls) == (1, 2)
    assert PartyMessage.objects.get().state == "sent"


def test_an_address_that_is_gone_by_then_ends_in_the_next_channel() -> None:
    party = a_party(telephone="0912345678", email="an@example.vn")
    tell_party(party)
    type(party).objects.filter(pk=party.pk).update(telephone="")
    out = Out()
    out.send(MONDAY)
    telling_parties.escalate(at=MONDAY)
    out.send(MONDAY)
    assert [type(one) for one in out.sent] == [Letter]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_and_escalate_each_once(settings: Any) -> None:
    parties = [a_party(telephone=f"09123456{n:02}", email=f"{n}@example.vn") for n in range(30)]
    with transaction.atomic():
        telling_parties.tell_parties(tellings=[telling(one) for one in parties], at=MONDAY)
    out, together = Out(), Barrier(2)

    def work(_number: int) -> None:
        try:
            for at in (MONDAY, MONDAY + 4 * HOUR):
                together.wait(timeout=20)
                while telling_parties.escalate(at=at):
                    pass
                together.wait(timeout=20)
                out.send(at)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(work, range(2)))
    assert sorted(text.to[-2:] for text in out.sms.sent) == [f"{n:02}" for n in range(30)]
    assert sorted(letter.to for letter in out.mail.sent) == sorted(f"{n}@example.vn" for n in range(30))


def test_sending_a_set_asks_as_often_for_twenty_as_for_one() -> None:
    def count(number: int, key: str) -> int:
        parties = [a_party(telephone="0912345678") for _number in range(number)]
        with transaction.atomic():
            telling_parties.tell_parties(tellings=[telling(one, key=key) for one in parties], at=MONDAY)
        with CaptureQueriesContext(connection) as asked:
            assert sending_parties.send_party_messages(Channel.SMS, at=MONDAY, sender=FakeTexts()) == number
        return len(asked)

    assert count(1, "1") == count(20, "2")


def test_another_persons_notice_is_not_found_and_reading_marks_only_ones_own() -> None:
    account, party = a_citizen()
    other, neighbour = a_citizen()
    notice, theirs = told_party(party), told_party(neighbour)
    with pytest.raises(NotFound):
        telling_parties.open_notice(visitor_as(other), notice.pk, at=MONDAY)
    assert telling_parties.mark_notices_read(visitor_as(other), at=MONDAY, ids=[notice.pk]) == 0
    assert telling_parties.unread_of(visitor_as(account)) == 1
    assert telling_parties.read_about(visitor_as(account), ABOUT, at=MONDAY) == 1
    assert telling_parties.unread_of(visitor_as(account)) == 0
    theirs.refresh_from_db()
    assert theirs.read_at is None
    assert telling_parties.unread_of(Visitor()) == 0
    assert notices_of(Visitor()).empty


def test_the_list_has_the_unread_first_and_pages_what_was_read(django_assert_num_queries: Any) -> None:
    account, party = a_citizen()
    with transaction.atomic():
        told = [telling(party, key=str(number)) for number in range(25)]
        telling_parties.tell_parties(tellings=told, at=MONDAY)
    visitor = visitor_as(account)
    keys = sorted(PartyNotice.objects.values_list("pk", flat=True))
    telling_parties.mark_notices_read(visitor, at=MONDAY, until=keys[22])
    with django_assert_num_queries(3):
        first = notices_of(visitor)
    assert [one.id for one in first.unread] == [keys[24], keys[23]]
    assert first.newest == keys[24]
    second = notices_of(visitor, cursor=first.next)
    assert [one.id for one in [*first.read, *second.read]] == keys[22::-1]
    assert not second.unread


def test_others_learn_who_was_told_and_by_which_channel() -> None:
    tell_party(a_party(telephone="0912345678"))
    tell_party(a_party(telephone="0912345679"), subject=Subject("test.thing", "18"))
    out = Out()
    out.sms.failing["84912345679"] = GONE
    out.send(MONDAY)
    found = told_about([ABOUT, Subject("test.thing", "18")], kinds=[CALLED_UP.code])
    assert [(one.kind, one.channels) for one in found["17"]] == [(CALLED_UP.code, ("SMS",))]
    assert found["18"][0].channels == ()
    assert told_about([ABOUT], kinds=["test.other"]) == {}


def test_what_is_too_old_is_forgotten_with_its_messages() -> None:
    tell_party(a_party(telephone="0912345678"))
    assert telling_parties.forget_old_notices(at=MONDAY + timedelta(days=364)) == 0
    assert telling_parties.forget_old_notices(at=MONDAY + timedelta(days=366)) == 2
    assert not PartyMessage.objects.exists()


def test_choices_that_make_no_sense_never_reach_the_table() -> None:
    _account, party = a_citizen()
    for wrong in ({"channels": ["pigeon"]}, {"quiet_from": 1440}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ContactChoice.objects.create(party=party, changed_at=MONDAY, **wrong)

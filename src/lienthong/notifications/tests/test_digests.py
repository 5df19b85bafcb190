"""Who gets a digest, when, once, and what stands in it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from lienthong.directory.public import Agency, set_day
from lienthong.directory.tests.factories import TESTER
from lienthong.identity.public import Account, Role, Viewer
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.notifications.actions import choosing
from lienthong.notifications.actions.digests import enrol_officials, queue_digests
from lienthong.notifications.actions.mailing import send_mails
from lienthong.notifications.adapters.fake import FakeMail
from lienthong.notifications.contracts import Letter
from lienthong.notifications.models import Mail, Notification, Reminding
from lienthong.notifications.tests.factories import (
    MONDAY,
    due,
    due_row,
    mail_server,
    tell,
    with_address,
)

pytestmark = pytest.mark.django_db
HALF_PAST = MONDAY.replace(hour=7, minute=30)


@pytest.fixture
def office(settings: Any) -> Agency:
    mail_server(settings)
    return agency()


def reader(office: Agency, address: str = "an@example.vn", **fields: Any) -> Viewer:
    """An official with an address who was there yesterday."""
    viewer = viewer_in(office, Role.SPECIALIST, at=MONDAY)
    official = with_address(viewer, address)
    Reminding.objects.create(official_id=official, **fields)
    return viewer


def sent(at: datetime) -> list[Letter]:
    queue_digests(at=at)
    fake = FakeMail()
    send_mails(at=at, sender=fake)
    return fake.sent


def test_it_says_what_is_overdue_due_today_and_new_in_the_readers_language(office: Agency) -> None:
    viewer = reader(office)
    assert viewer.official_id
    Account.objects.filter(pk=viewer.account_id).update(language="en")
    tell(viewer.official_id, params={"title": "Mới"}, at=HALF_PAST - timedelta(hours=1))
    rows = [
        due_row(viewer.official_id, HALF_PAST - timedelta(days=2), title="Trễ", key="a/1"),
        due_row(viewer.official_id, MONDAY.replace(hour=17), title="Hôm nay", key="a/2"),
        due_row(viewer.official_id, MONDAY.replace(hour=23, minute=59), title="Tối nay", key="a/3"),
        due_row(viewer.official_id, MONDAY + timedelta(days=1), title="Ngày mai", key="a/4"),
    ]
    with due(*rows):
        [letter] = sent(HALF_PAST)
    assert letter.to == "an@example.vn"
    assert letter.subject == "Digest of 02/03/2026: 1 overdue, 2 due today"
    order = [
        letter.text.index(word)
        for word in ("OVERDUE", "Trễ", "DUE TODAY", "Hôm nay", "Tối nay", "NEW", "Mới")
    ]
    assert order == sorted(order)
    assert "Ngày mai" not in letter.text
    assert "02/03/2026 17:00" in letter.text
    assert "/notifications/choices/" in letter.text
    assert '<html lang="en">' in letter.html


def test_it_is_vietnamese_where_no_language_was_chosen(office: Agency) -> None:
    viewer = reader(office)
    assert viewer.official_id
    tell(viewer.official_id, at=HALF_PAST - timedelta(hours=1))
    [letter] = sent(HALF_PAST)
    assert '<html lang="vi">' in letter.html
    assert letter.subject != ""
    assert "Digest" not in letter.subject


def test_it_comes_once_a_day_and_what_was_new_is_not_news_again(office: Agency) -> None:
    viewer = reader(office)
    assert viewer.official_id
    tell(viewer.official_id, at=HALF_PAST - timedelta(hours=1))
    assert len(sent(HALF_PAST)) == 1
    assert Notification.objects.get().mailed_at == HALF_PAST
    assert sent(HALF_PAST + timedelta(minutes=5)) == []
    assert sent(HALF_PAST + timedelta(days=1)) == []


def test_what_was_read_meanwhile_is_no_news_and_an_empty_digest_is_not_sent(office: Agency) -> None:
    viewer = reader(office)
    assert viewer.official_id
    tell(viewer.official_id, at=HALF_PAST - timedelta(hours=1))
    Notification.objects.update(read_at=HALF_PAST - timedelta(minutes=10))
    assert sent(HALF_PAST) == []
    assert not Mail.objects.exists()


@pytest.mark.parametrize(("minute", "comes"), [(7 * 60 + 30, True), (7 * 60 + 31, False), (0, True)])
def test_it_comes_at_the_chosen_time_in_vietnam(office: Agency, minute: int, comes: bool) -> None:
    viewer = reader(office, digest_minute=minute)
    assert viewer.official_id
    tell(viewer.official_id, at=HALF_PAST - timedelta(hours=1))
    at = datetime.fromisoformat("2026-03-02T00:30:00+00:00")  # 07:30 at +07:00
    assert bool(sent(at)) is comes


def test_the_day_is_vietnams_also_late_in_the_evening_of_universal_time(office: Agency) -> None:
    reader(office)
    queue_digests(at=datetime.fromisoformat("2026-03-02T23:30:00+00:00"))  # Tuesday 06:30: too early
    assert not Mail.objects.exists()
    queue_digests(at=datetime.fromisoformat("2026-03-03T00:30:00+00:00"))
    assert str(Mail.objects.get().day) == "2026-03-03"


@pytest.mark.parametrize(
    "day",
    ["2026-02-28", "2026-03-01", "2026-04-30", "2026-09-02"],
    ids=["Saturday", "Sunday", "Reunification", "National"],
)
def test_none_comes_on_a_day_off_and_the_day_is_decided(office: Agency, day: str) -> None:
    reader(office)
    at = datetime.fromisoformat(f"{day}T08:00:00+07:00")
    assert queue_digests(at=at) == 1
    assert not Mail.objects.exists()
    assert queue_digests(at=at) == 0


def test_the_agencys_own_calendar_decides(office: Agency) -> None:
    other = agency()
    set_day(agency=office, day=MONDAY.date(), works_as=None, name="Nghỉ bù", actor=TESTER, at=MONDAY)
    resting, working = reader(office), reader(other, "b@example.vn")
    queue_digests(at=HALF_PAST)
    assert [mail.official_id for mail in Mail.objects.all()] == [working.official_id]
    assert resting.official_id != working.official_id


def test_whoever_does_not_want_it_or_has_left_gets_none(office: Agency) -> None:
    reader(office, digest=False)
    closed = reader(office)
    Account.objects.filter(pk=closed.account_id).update(is_active=False)
    assert sent(HALF_PAST) == []


def test_whoever_has_no_address_gets_none_and_nothing_is_left_waiting(office: Agency) -> None:
    viewer = reader(office, "")
    assert viewer.official_id
    tell(viewer.official_id, at=HALF_PAST - timedelta(hours=1))
    assert sent(HALF_PAST) == []
    assert not Mail.objects.exists()


def test_new_officials_are_enrolled_and_get_their_first_the_next_day(office: Agency) -> None:
    viewer_in(office, Role.SPECIALIST, at=MONDAY)
    assert enrol_officials(at=HALF_PAST) == 1
    assert enrol_officials(at=HALF_PAST) == 0
    assert queue_digests(at=HALF_PAST + timedelta(hours=1)) == 0
    assert queue_digests(at=HALF_PAST + timedelta(days=1)) == 1


def test_choosing_a_time_makes_no_second_digest_today(office: Agency) -> None:
    viewer = reader(office)
    queue_digests(at=HALF_PAST)
    choosing.choose_ways(viewer, {}, digest=True, digest_minute=10 * 60)
    assert queue_digests(at=MONDAY.replace(hour=11)) == 0


def test_without_a_mail_server_no_digest_is_decided(office: Agency, settings: Any) -> None:
    reader(office)
    mail_server(settings, mail_host="")
    assert queue_digests(at=HALF_PAST) == 0


@pytest.mark.parametrize("number", [1, 40])
def test_any_number_is_decided_and_written_in_as_many_queries(
    office: Agency, number: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    viewers = [reader(office, f"{n}@example.vn") for n in range(number)]
    keys = [viewer.official_id for viewer in viewers if viewer.official_id]
    tell(*keys, at=HALF_PAST - timedelta(hours=1))
    with django_assert_max_num_queries(12):  # two of them the savepoint
        assert queue_digests(at=HALF_PAST) == number
    with due(*[due_row(key, MONDAY.replace(hour=17)) for key in keys]) as asked:
        with django_assert_max_num_queries(17):
            send_mails(at=HALF_PAST, sender=FakeMail())
        assert len(asked) == 1

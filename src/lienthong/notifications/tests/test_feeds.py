"""The calendar feed: read by a second parser, secret, revocable, the same bytes for the same deadlines."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from ical.calendar_stream import IcsCalendarStream
from icalendar import Calendar
from pytest_django import DjangoAssertNumQueries

from lienthong.identity.public import Account, Role, Viewer
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.kernel.clock import VIETNAM, now
from lienthong.notifications import feeds, web
from lienthong.notifications.actions.choosing import make_feed, revoke_feed
from lienthong.notifications.models import Reminding
from lienthong.notifications.tests.factories import MONDAY, due, due_row

pytestmark = pytest.mark.django_db
DUE = MONDAY + timedelta(days=3, hours=8)  # Thursday 17:00
AWKWARD = "Báo cáo; quý I, “gấp”\\n\nEND:VEVENT " + "dài " * 60


@pytest.fixture
def viewer() -> Viewer:
    cache.clear()
    return viewer_in(agency(), Role.SPECIALIST, at=MONDAY)


def fetch(token: str, **headers: str) -> Any:
    return Client().get(reverse("notifications:feed", args=[token]), headers=headers)


def test_another_parser_reads_the_same_deadlines(viewer: Viewer) -> None:
    assert viewer.official_id
    token = make_feed(viewer, at=MONDAY)
    rows = [
        due_row(viewer.official_id, DUE, title=AWKWARD),
        due_row(viewer.official_id, DUE + timedelta(days=1), key="test.thing/18"),
    ]
    with due(*rows):
        body = feeds.calendar_feed(token, at=MONDAY)
    assert body is not None
    read = IcsCalendarStream.calendar_from_ics(body.decode())
    first, second = sorted(read.events, key=lambda event: event.uid or "")
    assert (first.uid, second.uid) == ("test.thing/17@127.0.0.1", "test.thing/18@127.0.0.1")
    assert first.dtend == DUE
    assert first.dtstart == DUE - timedelta(minutes=30)
    assert first.summary is not None
    assert first.summary.endswith(" ".join(AWKWARD.split()))
    assert str(first.url) == "http://127.0.0.1:8000/office/incoming/17/"
    assert first.dtstamp.astimezone(UTC) == (MONDAY - timedelta(days=3)).astimezone(UTC)
    [alarm] = first.alarm
    assert (alarm.action, alarm.trigger) == ("DISPLAY", timedelta(days=-1))


def test_the_form_is_that_of_the_standard(viewer: Viewer) -> None:
    assert viewer.official_id
    token = make_feed(viewer, at=MONDAY)
    with due(due_row(viewer.official_id, DUE, title=AWKWARD)):
        body = feeds.calendar_feed(token, at=MONDAY) or b""
    lines = body.split(b"\r\n")
    assert lines[-1] == b""
    assert all(b"\n" not in line and len(line) <= 75 for line in lines)
    assert b"DTEND;TZID=Asia/Ho_Chi_Minh:20260305T170000" in lines
    read = Calendar.from_ical(body)
    assert len(read.walk("VEVENT")) == 1
    [zone] = read.walk("VTIMEZONE")
    assert zone["TZID"] == "Asia/Ho_Chi_Minh"
    offsets = {part["TZOFFSETTO"].td for part in zone.subcomponents}
    assert offsets == {timedelta(hours=7)}


def test_days_are_vietnams_and_never_shift_with_summer(viewer: Viewer) -> None:
    assert viewer.official_id
    summer = DUE.replace(month=7)
    for zone in ("UTC", "Europe/Berlin", "America/New_York"):
        body = feeds.write_calendar([due_row(viewer.official_id, summer.astimezone(ZoneInfo(zone)))])
        assert b"DTEND;TZID=Asia/Ho_Chi_Minh:20260705T170000" in body
    [event] = IcsCalendarStream.calendar_from_ics(body.decode()).events
    assert event.dtend == summer.astimezone(VIETNAM)


def test_the_language_is_the_officials(viewer: Viewer) -> None:
    assert viewer.official_id
    token = make_feed(viewer, at=MONDAY)
    with due(due_row(viewer.official_id, DUE)):
        assert "SUMMARY:Hạn: Báo cáo quý".encode() in (feeds.calendar_feed(token, at=MONDAY) or b"")
        Account.objects.filter(pk=viewer.account_id).update(language="en")
        assert "SUMMARY:Due: Báo cáo quý".encode() in (feeds.calendar_feed(token, at=MONDAY) or b"")


def test_only_the_newest_secret_works_and_only_its_hash_is_kept(viewer: Viewer) -> None:
    old = make_feed(viewer, at=MONDAY)
    new = make_feed(viewer, at=MONDAY)
    assert fetch(old).status_code == 404
    assert fetch(new).status_code == 200
    assert new.encode() not in bytes(Reminding.objects.get().feed_hash or b"")
    revoke_feed(viewer)
    assert fetch(new).status_code == 404


def test_a_closed_account_has_no_feed(viewer: Viewer) -> None:
    token = make_feed(viewer, at=MONDAY)
    Account.objects.filter(pk=viewer.account_id).update(is_active=False)
    assert fetch(token).status_code == 404


@pytest.mark.parametrize("token", ["", "x", "x" * 42, "x" * 44, "é" * 43, "%00" * 43])
def test_what_is_no_secret_is_not_found_and_asks_no_table(
    token: str, viewer: Viewer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0 if len(token) != 43 else 1):
        assert feeds.calendar_feed(token, at=MONDAY) is None


def test_the_address_names_nobody(viewer: Viewer) -> None:
    token = make_feed(viewer, at=MONDAY)
    address = reverse("notifications:feed", args=[token])
    assert address == f"/calendar/{token}.ics"
    assert len(token) == feeds.TOKEN_LENGTH


def test_an_unchanged_feed_is_not_sent_again(viewer: Viewer) -> None:
    assert viewer.official_id
    token = make_feed(viewer, at=MONDAY)
    row = due_row(viewer.official_id, now() + timedelta(days=3))
    with due(row):
        first = fetch(token)
        again = fetch(token, if_none_match=first["ETag"])
    assert first["Content-Type"] == "text/calendar; charset=utf-8"
    assert "private" in first["Cache-Control"]
    assert (again.status_code, again.content) == (304, b"")
    with due(due_row(viewer.official_id, row.due_at + timedelta(hours=1))):
        assert fetch(token, if_none_match=first["ETag"]).status_code == 200


def test_one_feed_is_limited_and_guessing_too(viewer: Viewer) -> None:
    token = make_feed(viewer, at=MONDAY)
    cache.clear()
    codes = [fetch(token).status_code for _n in range(web.FEED_PER_HOUR + 1)]
    assert codes == [200] * web.FEED_PER_HOUR + [429]
    cache.clear()
    wrong = [fetch(f"{n:043}").status_code for n in range(web.MISSED_PER_HOUR + 1)]
    assert wrong == [404] * web.MISSED_PER_HOUR + [429]


def test_a_feed_costs_its_own_queries_and_those_of_the_providers(
    viewer: Viewer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    assert viewer.official_id
    token = make_feed(viewer, at=MONDAY)
    rows = [due_row(viewer.official_id, DUE, key=f"test.thing/{n}") for n in range(300)]
    with due(*rows), django_assert_num_queries(8):  # its own, tasks of three sorts, clerks, leaders, feedback
        body = feeds.calendar_feed(token, at=MONDAY) or b""
    assert body.count(b"BEGIN:VEVENT") == 300

"""Who is told, once, in sets, and by which way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.utils.translation import override
from pytest_django import DjangoAssertNumQueries

from lienthong.directory.public import Official
from lienthong.identity.public import NotFound, Role, Viewer
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.ledger.public import Subject
from lienthong.notifications import queries
from lienthong.notifications.actions import choosing, telling
from lienthong.notifications.kinds import UnknownKind
from lienthong.notifications.models import Mail, Notification
from lienthong.notifications.states import Way
from lienthong.notifications.tests.factories import ABOUT, CALLED, GIVEN, MONDAY, mail_server, tell, told

pytestmark = pytest.mark.django_db


def officials(number: int) -> list[int]:
    made = Official.objects.bulk_create([Official(full_name=f"Trần Thị {n}") for n in range(number)])
    return [row.pk for row in made]


@pytest.fixture
def viewer() -> Viewer:
    return viewer_in(agency(), Role.SPECIALIST, at=MONDAY)


@pytest.mark.parametrize("number", [1, 200])
def test_any_number_of_officials_is_told_in_one_query(
    number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    recipients = officials(number)
    with django_assert_num_queries(3):  # with the savepoint around it
        assert tell(*recipients) == number
    assert Notification.objects.count() == number


@pytest.mark.parametrize("number", [1, 200])
def test_mails_at_once_are_queued_in_the_same_query_and_one_job_for_all(
    number: int, settings: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    mail_server(settings)
    recipients = officials(number)
    with django_assert_num_queries(4):
        tell(*recipients, kind=CALLED.code)
    assert Mail.objects.filter(notification__official_id__in=recipients).count() == number
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'notifications.send_mails'")
        assert cursor.fetchone()[0] == 1


def test_nobody_is_told_twice_of_one_event_and_anew_of_another(settings: Any) -> None:
    mail_server(settings)
    first, second, third = officials(3)
    assert tell(first, second, second, kind=CALLED.code, key="a") == 2
    assert tell(first, second, third, kind=CALLED.code, key="a") == 1
    assert Mail.objects.count() == 3
    assert tell(first, kind=CALLED.code, key="b") == 1
    assert tell(first, kind=CALLED.code, key="a", subject=Subject("test.thing", "18")) == 1


@pytest.mark.django_db(transaction=True)
def test_two_actors_at_the_same_moment_tell_each_official_once() -> None:
    recipients, together = officials(30), Barrier(2)

    def act(order: list[int]) -> int:
        together.wait(timeout=10)
        try:
            return tell(*order)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        numbers = list(threads.map(act, [recipients, recipients[::-1]]))
    assert sum(numbers) == 30
    assert Notification.objects.count() == 30


@pytest.mark.django_db(transaction=True)
def test_telling_outside_a_transaction_is_an_error() -> None:
    with pytest.raises(telling.ToldOutsideTransaction):
        telling.notify(recipients=[1], kind=GIVEN.code, subject=ABOUT, link="/", at=MONDAY)


def test_a_kind_must_be_known_and_its_sentence_filled() -> None:
    with pytest.raises(UnknownKind):
        tell(*officials(1), kind="test.nothing")
    with pytest.raises(KeyError):
        tell(*officials(1), params={})


@pytest.mark.parametrize("link", ["//evil.example/", "https://evil.example/", "/\\evil.example", "office/"])
def test_the_database_refuses_a_link_that_leads_out_of_here(link: str) -> None:
    with pytest.raises(IntegrityError):
        tell(*officials(1), link=link)


def test_what_was_told_is_put_into_words_in_the_readers_language(viewer: Viewer) -> None:
    assert viewer.official_id
    found = told(viewer.official_id)
    with override("vi"):
        vietnamese = found.title
    with override("en"):
        assert found.title == "Due: Báo cáo quý"
    assert vietnamese != "Due: Báo cáo quý"
    assert vietnamese.endswith("Báo cáo quý")


def test_a_kind_whose_app_was_taken_out_is_still_shown(viewer: Viewer) -> None:
    assert viewer.official_id
    found = told(viewer.official_id)
    found.kind = "gone.kind"
    assert found.title


@pytest.mark.parametrize(
    ("chosen", "urgent", "way", "mails"),
    [
        (None, False, Way.DIGEST, 0),
        (None, True, Way.MAIL, 1),
        (Way.MAIL, False, Way.MAIL, 1),
        (Way.APP, True, Way.APP, 0),
        (Way.NONE, True, None, 0),
    ],
)
def test_the_officials_own_choice_holds_and_urgent_only_where_there_is_none(
    chosen: Way | None, urgent: bool, way: Way | None, mails: int, viewer: Viewer, settings: Any
) -> None:
    mail_server(settings)
    if chosen is not None:
        choosing.choose_ways(viewer, {GIVEN.code: chosen}, digest=True, digest_minute=450)
    assert viewer.official_id
    tell(viewer.official_id, urgent=urgent)
    assert [Way(row.way) for row in Notification.objects.all()] == ([way] if way else [])
    assert Mail.objects.count() == mails


def test_without_a_mail_server_no_mail_waits(viewer: Viewer) -> None:
    assert viewer.official_id
    tell(viewer.official_id, kind=CALLED.code)
    assert Notification.objects.count() == 1
    assert not Mail.objects.exists()


def test_a_choice_is_changed_and_the_other_choices_stay(viewer: Viewer) -> None:
    choosing.choose_ways(viewer, {GIVEN.code: Way.NONE}, digest=False, digest_minute=480)
    choosing.choose_ways(viewer, {CALLED.code: Way.APP}, digest=True, digest_minute=500)
    chosen = queries.choices_of(viewer)
    ways = {kind.code: way for kind, way in chosen.ways}
    assert (ways[GIVEN.code], ways[CALLED.code]) == (Way.NONE, Way.APP)
    assert (chosen.digest, chosen.digest_minute) == (True, 500)


def test_nobody_reads_opens_or_marks_what_is_anothers(viewer: Viewer) -> None:
    other = viewer_in(agency(), Role.SPECIALIST, at=MONDAY)
    assert viewer.official_id
    row = told(viewer.official_id)
    assert queries.notifications_of(other).rows == []
    assert queries.unread_count(other) == 0
    assert telling.mark_read(other, at=MONDAY, ids=[row.pk]) == 0
    assert telling.mark_read(other, at=MONDAY, until=row.pk) == 0
    with pytest.raises(NotFound):
        telling.open_notification(other, row.pk, at=MONDAY)
    assert queries.unread_count(viewer) == 1


def test_marking_all_leaves_out_what_came_later_and_undoing_takes_back_just_that(viewer: Viewer) -> None:
    assert viewer.official_id
    rows = [told(viewer.official_id, key=str(n)) for n in range(4)]
    telling.open_notification(viewer, rows[0].pk, at=MONDAY)
    later = MONDAY + timedelta(minutes=1)
    assert telling.mark_read(viewer, at=later, until=rows[2].pk) == 2
    assert queries.unread_count(viewer) == 1
    assert telling.mark_unread(viewer, read_at=later) == 2
    assert [row.pk for row in queries.notifications_of(viewer, unread=True).rows] == [
        rows[3].pk,
        rows[2].pk,
        rows[1].pk,
    ]


def test_opening_again_keeps_the_first_time(viewer: Viewer) -> None:
    assert viewer.official_id
    row = told(viewer.official_id)
    for hours in (1, 2):
        telling.open_notification(viewer, row.pk, at=MONDAY + timedelta(hours=hours))
    row.refresh_from_db()
    assert row.read_at == MONDAY + timedelta(hours=1)


def test_what_is_older_than_is_kept_is_removed_with_its_mails(viewer: Viewer, settings: Any) -> None:
    mail_server(settings, notification_days=30)
    assert viewer.official_id
    tell(viewer.official_id, kind=CALLED.code, key="old", at=MONDAY - timedelta(days=31))
    tell(viewer.official_id, kind=CALLED.code, key="new", at=MONDAY - timedelta(days=29))
    while telling.forget_old(at=MONDAY):
        pass
    assert [row.key for row in Notification.objects.all()] == ["new"]
    assert Mail.objects.count() == 1

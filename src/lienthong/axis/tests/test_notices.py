"""What nobody collects is announced to both sides, once per stage, and never expires."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lienthong.axis.actions.notices import announce_uncollected
from lienthong.axis.actions.statuses import report_status
from lienthong.axis.contracts import DeliveryUncollected, StatusReport
from lienthong.axis.models import Delivery, DeliveryNotice, Packet
from lienthong.axis.queries.deliveries import inbox_of
from lienthong.axis.queries.notices import notices_of
from lienthong.axis.queries.packets import recipients_of
from lienthong.axis.tests.factories import AT, World, agency, bearer, stored_packet, system_for
from lienthong.kernel import events
from lienthong.kernel.paging import BadCursor

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def packet(world: World) -> Packet:
    return stored_packet(world.office, *world.recipients[:2], system=world.system)


@pytest.fixture
def heard() -> Iterator[list[DeliveryUncollected]]:
    heard: list[DeliveryUncollected] = []
    events.subscribe(DeliveryUncollected)(heard.append)
    yield heard
    events._subscribers[DeliveryUncollected].remove(heard.append)


def stages() -> list[int]:
    return list(DeliveryNotice.objects.order_by("id").values_list("stage", flat=True))


def test_both_sides_read_of_it_after_the_set_hours_and_nobody_else(
    world: World, packet: Packet, heard: list[DeliveryUncollected]
) -> None:
    assert announce_uncollected(at=AT + 4 * HOUR - timedelta(seconds=1)) == 0
    assert announce_uncollected(at=AT + 4 * HOUR) == 2
    sent, received = notices_of(world.system), notices_of(world.receiver)
    assert [notice.recipient.code for notice in sent.items] == ["H55", "H26"]
    [notice] = received.items
    assert (notice.packet_id, notice.stage, notice.uncollected_since) == (packet.pk, 0, AT)
    assert packet.code in notice.sentences.vi
    assert "has not collected" in notice.sentences.en
    assert notices_of(system_for(agency("T01"))).items == ()
    [event] = heard
    assert {each.delivery_id for each in event.deliveries} == set(
        packet.deliveries.values_list("pk", flat=True)
    )


def test_each_stage_is_announced_once_and_then_daily_for_ever(packet: Packet) -> None:
    for hours in (4, 4, 10, 23, 24, 25, 47, 48, 49):
        announce_uncollected(at=AT + hours * HOUR)
    assert stages() == [0, 0, 1, 1, 2, 2]
    announce_uncollected(at=AT + 400 * DAY)
    assert stages()[-1] == 400
    assert Delivery.objects.count() == 2


def test_after_an_outage_only_the_latest_stage_is_announced(packet: Packet) -> None:
    announce_uncollected(at=AT + 3 * DAY)
    announce_uncollected(at=AT + 3 * DAY + HOUR)
    assert stages() == [3, 3]


def test_what_was_collected_is_announced_no_more_and_the_sender_sees_that(
    world: World, packet: Packet
) -> None:
    announce_uncollected(at=AT + 5 * HOUR)
    assert {state.uncollected_since for state in recipients_of(packet)} == {AT}
    [item] = inbox_of(world.receiver).items
    report_status(world.receiver, item.delivery_id, StatusReport(code="01", at=AT), at=AT)
    packet.deliveries.exclude(pk=item.delivery_id).update(collected_at=AT)
    assert announce_uncollected(at=AT + 9 * DAY) == 0
    assert {state.uncollected_since for state in recipients_of(packet)} == {None}


def test_announcing_takes_the_same_few_queries_however_many_there_are(world: World) -> None:
    counts = []
    for many in (1, 6):
        for _number in range(many):
            stored_packet(world.office, world.recipients[0], system=world.system)
        with CaptureQueriesContext(connection) as queries:
            assert announce_uncollected(at=AT + many * DAY) >= many
        counts.append(sum("SAVEPOINT" not in query["sql"] for query in queries))
    assert counts[0] == counts[1]


def test_the_feed_goes_on_where_it_was_left(world: World, packet: Packet) -> None:
    announce_uncollected(at=AT + 5 * HOUR)
    first = notices_of(world.system, limit=1)
    second = notices_of(world.system, after=first.next, limit=1)
    end = notices_of(world.system, after=second.next)
    assert (first.more, second.more, end.more) == (True, False, False)
    assert (end.items, end.next) == ((), second.next)
    announce_uncollected(at=AT + DAY)
    assert [notice.stage for notice in notices_of(world.system, after=end.next).items] == [1, 1]
    assert notices_of(world.receiver, after="").next


def test_a_cursor_of_another_making_is_refused(world: World, client: Client) -> None:
    with pytest.raises(BadCursor):
        notices_of(world.system, after="x")
    for query, status in (("cursor=x", 400), ("limit=0", 422), ("limit=201", 422)):
        answer = client.get(f"/axis/v1/notices?{query}", headers=bearer(world.system))
        assert answer.status_code == status


def test_over_http_a_notice_has_both_languages(world: World, packet: Packet, client: Client) -> None:
    announce_uncollected(at=AT + 5 * HOUR)
    page = client.get("/axis/v1/notices", headers=bearer(world.receiver)).json()
    assert page["items"][0]["sentences"].keys() == {"vi", "en"}
    assert page["items"][0]["uncollected_since"].endswith("+07:00")
    assert (page["more"], bool(page["next"])) == (False, True)


def test_a_stage_twice_is_refused_by_the_database(world: World, packet: Packet) -> None:
    announce_uncollected(at=AT + 5 * HOUR)
    notice = DeliveryNotice.objects.first()
    assert notice is not None
    notice.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        notice.save()

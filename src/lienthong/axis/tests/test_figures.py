"""The kept counts agree with the tables, however often they are counted; refusals are bounded."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from lienthong.axis.actions.figures import count_everything, count_refusals, note_seen
from lienthong.axis.actions.playing import ensure_sandbox
from lienthong.axis.models import ConnectedSystem, Delivery, StatusEvent
from lienthong.axis.models.tallies import Backlog, CountedUntil, Kind, Refused, Span, Tally
from lienthong.axis.queries.console import figures
from lienthong.axis.sandbox import ANSWERING
from lienthong.axis.tests.factories import AT, World, bearer, edxml_packet, signed, stored_packet
from lienthong.identity.public import Role, Viewer

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def counted(span: Span, kind: Kind) -> dict[tuple[object, object], int]:
    rows = Tally.objects.filter(span=span, kind=kind)
    return {(row.start, row.agency_id): row.count for row in rows}


def test_packets_collections_and_statuses_are_counted_per_hour_and_agency(world: World) -> None:
    nine = AT.replace(minute=0)
    first = stored_packet(world.office, *world.recipients, at=nine)
    stored_packet(world.ministry, world.recipients[0], at=AT)
    stored_packet(world.office, world.recipients[0], at=AT - HOUR)
    delivery = first.deliveries.get(recipient=world.recipients[1])
    Delivery.objects.filter(pk=delivery.pk).update(collected_at=AT, state="01")
    StatusEvent.objects.create(delivery=delivery, system=world.system, code="01", at=AT, received_at=AT)
    count_everything(at=AT + timedelta(minutes=1))
    assert counted(Span.HOUR, Kind.SENT) == {
        (nine, world.office.pk): 1,
        (nine, world.ministry.pk): 1,
        (nine, None): 2,
        (nine - HOUR, world.office.pk): 1,
        (nine - HOUR, None): 1,
    }
    expected = {(nine, world.recipients[1].pk): 1, (nine, None): 1}
    assert counted(Span.HOUR, Kind.COLLECTED) == expected
    assert counted(Span.HOUR, Kind.REPORTED) == expected
    assert counted(Span.MINUTE, Kind.SENT) == {(nine, None): 1, (AT, None): 1, (AT - HOUR, None): 1}
    backlog = {
        row.agency_id: (row.uncollected, row.unregistered, row.oldest_at) for row in Backlog.objects.all()
    }
    assert backlog == {
        world.recipients[0].pk: (3, 0, AT - HOUR),
        world.recipients[1].pk: (0, 1, None),
        world.recipients[2].pk: (1, 0, nine),
    }


def test_the_sandbox_is_counted_for_its_agencies_and_in_no_total(world: World) -> None:
    peer = ensure_sandbox(at=AT)[ANSWERING]
    practice = stored_packet(world.office, peer, sandbox=True)
    event = {"delivery": practice.deliveries.get(), "system": world.system, "code": "01"}
    StatusEvent.objects.create(**event, at=AT, received_at=AT)
    ConnectedSystem.objects.filter(pk=world.system.pk).update(sandbox=True)
    count_refusals(["edxml-malformed"], system=world.system, at=AT)
    assert _totals() == (0, 0, 0, 0, 0, 0), "before it is counted"
    count_everything(at=AT + timedelta(minutes=1))
    assert _totals() == (0, 0, 0, 0, 0, 0)
    hour = AT.replace(minute=0)
    assert counted(Span.HOUR, Kind.SENT) == {(hour, world.office.pk): 1, (hour, None): 0}
    assert counted(Span.HOUR, Kind.REPORTED) == {(hour, peer.pk): 1, (hour, None): 0}
    stored_packet(world.office, world.recipients[0])
    count_everything(at=AT + timedelta(minutes=1))
    assert _totals() == (1, 0, 1, 1, 1, 0)


def _totals() -> tuple[int, ...]:
    """Packets and statuses of the hour, what waits in all, the oldest, the longest waits, refusals."""
    found = figures(Viewer(roles=frozenset({Role.OPERATOR})), at=AT + timedelta(minutes=1))
    point = found.throughput.hours[-1]
    waiting = (found.uncollected, len(found.oldest), len(found.waits))
    return point.packets, point.statuses, *waiting, found.refusals


def test_counting_twice_changes_nothing(world: World) -> None:
    stored_packet(world.office, *world.recipients)
    for _time in range(3):
        count_everything(at=AT + timedelta(minutes=1))
    assert set(counted(Span.HOUR, Kind.SENT).values()) == {1}
    assert Backlog.objects.count() == 3


def test_what_was_committed_late_is_counted_the_next_time(world: World) -> None:
    count_everything(at=AT)
    stored_packet(world.office, world.recipients[0], at=AT - timedelta(minutes=2))
    count_everything(at=AT + timedelta(minutes=1))
    assert counted(Span.HOUR, Kind.SENT)[AT.replace(minute=0), None] == 1


def test_after_a_stop_of_days_everything_is_caught_up_by_the_day(world: World) -> None:
    count_everything(at=AT)
    for days in range(5):
        stored_packet(world.office, world.recipients[0], at=AT + days * DAY)
    count_everything(at=AT + 5 * DAY)
    assert sum(counted(Span.HOUR, Kind.SENT).values()) == 2 * 5, "once for the agency, once for all"
    assert CountedUntil.objects.get().at == AT + 5 * DAY


def test_only_the_totals_per_hour_are_kept_for_ever(world: World) -> None:
    stored_packet(world.office, world.recipients[0])
    count_refusals(["x"], system=None, at=AT)
    count_everything(at=AT + timedelta(minutes=1))
    count_everything(at=AT + timedelta(days=40))
    assert list(counted(Span.HOUR, Kind.SENT)) == [(AT.replace(minute=0), None)]
    assert not Tally.objects.filter(span=Span.MINUTE).exists()
    assert not Refused.objects.exists()


def test_refusals_are_counted_by_code_system_and_hour(world: World) -> None:
    count_refusals(["a", "b", "a"], system=world.system, at=AT)
    count_refusals(["a"], system=world.system, at=AT + timedelta(minutes=20))
    count_refusals(["a"], system=None, at=AT)
    count_refusals(["a"], system=None, at=AT + HOUR)
    count_refusals([], system=None, at=AT)
    rows = Refused.objects.order_by("hour", "system", "code").values_list("code", "system", "count")
    assert list(rows) == [
        ("a", world.system.pk, 3),
        ("b", world.system.pk, 1),
        ("a", None, 1),
        ("a", None, 1),
    ]


def test_unknown_callers_are_one_bucket_however_many_there_are(client: Client, world: World) -> None:
    for number in range(20):
        client.get("/axis/v1/inbox", headers={"Authorization": f"Bearer invented-{number}"})
        client.get(f"/axis/v1/packets/018f0000-0000-7000-8000-{number:012}")
    [row] = Refused.objects.all()
    assert (row.code, row.system, row.count) == ("token-invalid", None, 40)


def test_a_refused_packet_and_a_refused_status_are_counted_though_nothing_is_stored(
    client: Client, world: World
) -> None:
    headers = bearer(world.system)
    client.post("/axis/v1/packets", b"<not-a-packet/>", content_type="application/xml", headers=headers)
    client.post(
        "/axis/v1/deliveries/018f0000-0000-7000-8000-000000000000/status",
        {"code": "01", "at": AT.isoformat()},
        content_type="application/json",
        headers=headers,
    )
    assert {row.code for row in Refused.objects.filter(system=world.system)} >= {"not-found"}
    assert Refused.objects.filter(system=world.system).count() == 2


def test_a_system_is_seen_at_most_once_a_minute(world: World) -> None:
    def seen() -> object:
        return ConnectedSystem.objects.get(pk=world.system.pk).last_seen_at

    note_seen(world.system, at=AT)
    assert seen() == AT
    note_seen(ConnectedSystem.objects.get(pk=world.system.pk), at=AT + timedelta(seconds=59))
    assert seen() == AT
    note_seen(ConnectedSystem.objects.get(pk=world.system.pk), at=AT + timedelta(seconds=60))
    assert seen() == AT + timedelta(seconds=60)


@pytest.mark.django_db(transaction=True)
def test_each_refused_packet_of_a_bulk_call_is_counted(client: Client, world: World) -> None:
    good = signed(edxml_packet(), world.office)
    body = b""
    for xml in (b"<x/>", good, b"<y/>"):
        body += (
            b'--b\r\nContent-Disposition: form-data; name="packet"; filename="p"\r\n'
            b"Content-Type: application/xml\r\n\r\n" + xml + b"\r\n"
        )
    answer = client.post(
        "/axis/v1/packets/bulk",
        body + b"--b--\r\n",
        content_type="multipart/form-data; boundary=b",
        headers=bearer(world.system),
    )
    refused = sum(one["status"] >= 400 for one in answer.json()["answers"])
    assert refused >= 2
    assert sum(Refused.objects.filter(system=world.system).values_list("count", flat=True)) == refused

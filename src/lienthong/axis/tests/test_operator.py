"""What operators see: search with and without marks, filters, what is stuck; and who may look."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lienthong.axis.actions.systems import connect_system, forget_expired, issue_token
from lienthong.axis.models import AccessToken, ConnectedSystem, Delivery, Serves, TokenFailure
from lienthong.axis.queries.operator import PacketFilter, packet_view, search_packets, stuck_deliveries
from lienthong.axis.queries.systems import list_systems, system_of
from lienthong.axis.states import DeliveryState
from lienthong.axis.tests.factories import AT, TODAY, World, stored_packet, system_for
from lienthong.identity.public import NotAllowed, NotFound, Role, Viewer
from lienthong.kernel.identifiers import uuid7
from lienthong.ledger.public import Actor, Subject, timeline

OPERATOR = Viewer(roles=frozenset({Role.OPERATOR}))
AUDITOR = Viewer(roles=frozenset({Role.AUDITOR}))


def found(world: World, **wanted: object) -> list[str]:
    return [packet.subject for packet in search_packets(OPERATOR, PacketFilter(**wanted)).rows]  # type: ignore[arg-type]


@pytest.fixture
def packets(world: World) -> None:
    stored_packet(
        world.office,
        *world.recipients,
        number="7816",
        notation="VPCP-TTĐT",
        subject="Đẩy mạnh văn bản điện tử",
        urgency=3,
    )
    stored_packet(
        world.ministry,
        world.recipients[0],
        number="15/2024",
        notation="QĐ-UBND",
        subject="Phê duyệt kế hoạch",
    )
    stored_packet(
        world.office,
        world.recipients[1],
        number="78",
        notation="QĐ-TTg",
        subject="Điện, đường",
        at=AT - timedelta(9),
    )


@pytest.mark.usefixtures("packets")
@pytest.mark.parametrize(
    ("text", "subjects"),
    [
        ("7816", ["Đẩy mạnh văn bản điện tử"]),
        ("78", ["Đẩy mạnh văn bản điện tử", "Điện, đường"]),
        ("78/QĐ", ["Điện, đường"]),
        ("7816/vpcp-ttdt", ["Đẩy mạnh văn bản điện tử"]),
        ("ttđt", ["Đẩy mạnh văn bản điện tử"]),
        ("15/2024/QĐ-UBND", ["Phê duyệt kế hoạch"]),
        ("816", []),
        ("van ban dien tu", ["Đẩy mạnh văn bản điện tử"]),
        ("VĂN BẢN", ["Đẩy mạnh văn bản điện tử"]),
        ("dien", ["Đẩy mạnh văn bản điện tử", "Điện, đường"]),
        ("  ", ["Phê duyệt kế hoạch", "Đẩy mạnh văn bản điện tử", "Điện, đường"]),
        ("%", ["Phê duyệt kế hoạch", "Đẩy mạnh văn bản điện tử", "Điện, đường"]),
        ("a\0b ' OR 1=1 --", []),
    ],
)
def test_a_packet_is_found_by_number_notation_or_summary(
    world: World, text: str, subjects: list[str]
) -> None:
    assert found(world, text=text) == subjects


@pytest.mark.usefixtures("packets")
def test_filters_narrow_the_list(world: World) -> None:
    Delivery.objects.filter(recipient=world.recipients[1]).update(state=DeliveryState.FINISHED)
    assert found(world, urgency=3) == ["Đẩy mạnh văn bản điện tử"]
    assert found(world, since=TODAY) == ["Phê duyệt kế hoạch", "Đẩy mạnh văn bản điện tử"]
    assert found(world, until=TODAY - timedelta(1)) == ["Điện, đường"]
    assert found(world, since=TODAY, until=TODAY) == ["Phê duyệt kế hoạch", "Đẩy mạnh văn bản điện tử"]
    assert found(world, agency=world.ministry) == ["Phê duyệt kế hoạch"]
    assert found(world, agency=world.recipients[1]) == ["Đẩy mạnh văn bản điện tử", "Điện, đường"]
    assert found(world, state="06") == ["Đẩy mạnh văn bản điện tử", "Điện, đường"]
    assert found(world, state="06", agency=world.recipients[0]) == []


def test_the_list_goes_page_by_page_in_one_query_each(world: World) -> None:
    made = [stored_packet(world.office, world.recipients[0]).pk for _number in range(53)]
    with CaptureQueriesContext(connection) as queries:
        first = search_packets(OPERATOR, PacketFilter())
        rest = search_packets(OPERATOR, PacketFilter(), cursor=first.next)
        assert all(packet.sender.name for packet in first.rows)
    assert len(queries) == 2
    assert [packet.pk for packet in [*first.rows, *rest.rows]] == made[::-1]
    assert rest.next == ""


def test_stuck_is_what_was_not_collected_or_not_registered_in_time(world: World) -> None:
    packet = stored_packet(world.office, *world.recipients, at=AT - timedelta(hours=5))
    by_code = {
        delivery.recipient.code: delivery for delivery in packet.deliveries.select_related("recipient")
    }
    Delivery.objects.filter(pk=by_code["H26"].pk).update(state=DeliveryState.ARRIVED)
    Delivery.objects.filter(pk=by_code["H01"].pk).update(state=DeliveryState.ACCEPTED)

    def stuck(at: datetime) -> set[str]:
        page = stuck_deliveries(
            OPERATOR, at=at, uncollected=timedelta(hours=4), unregistered=timedelta(hours=24)
        )
        return {delivery.recipient.code for delivery in page.rows}

    assert stuck(AT - timedelta(hours=2)) == set()
    assert stuck(AT) == {"H55"}
    assert stuck(AT + timedelta(hours=20)) == {"H55", "H26"}


def test_the_packet_shows_counts_and_one_state(world: World) -> None:
    packet = stored_packet(world.office, *world.recipients)
    packet.deliveries.filter(recipient=world.recipients[0]).update(state=DeliveryState.ARRIVED)
    view = packet_view(AUDITOR, packet.pk, state="01")
    assert view.counts == [(DeliveryState.SENT, 2), (DeliveryState.ARRIVED, 1)]
    assert [delivery.recipient for delivery in view.page.rows] == [world.recipients[0]]
    with pytest.raises(NotFound):
        packet_view(OPERATOR, uuid7())


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.OPERATOR, Role.AUDITOR}))
def test_others_may_not_look(world: World, role: Role) -> None:
    viewer = replace(OPERATOR, roles=frozenset({role}))
    with pytest.raises(NotAllowed):
        search_packets(viewer, PacketFilter())
    with pytest.raises(NotAllowed):
        list_systems(viewer)
    with pytest.raises(NotAllowed):
        packet_view(viewer, uuid7())
    with pytest.raises(NotAllowed):
        stuck_deliveries(viewer, at=AT, uncollected=timedelta(), unregistered=timedelta())


def test_a_connected_system_is_recorded_and_its_secret_is_nowhere(world: World) -> None:
    system, credentials = connect_system(
        name="Trục tỉnh", agency=world.office, serves=Serves.ALL, actor=Actor("official", "1", "A"), at=AT
    )
    assert system_of(credentials.client_id) == system
    [event] = timeline(Subject("axis.connectedsystem", system.client_id))
    assert (event.verb, event.data["serves"]) == ("system.connect", "all")
    assert credentials.client_secret not in str(list(ConnectedSystem.objects.values()))
    assert credentials.client_secret not in repr(credentials)


def test_a_disabled_system_is_not_found(world: World) -> None:
    ConnectedSystem.objects.filter(pk=world.system.pk).update(disabled_at=AT)
    with pytest.raises(NotFound):
        system_of(world.system.client_id)


def test_expired_tokens_and_old_failures_are_forgotten(world: World) -> None:
    issue_token(world.system, at=AT - timedelta(hours=1))
    issue_token(world.system, at=AT)
    TokenFailure.objects.create(key="x", at=AT - timedelta(hours=1))
    assert forget_expired(at=AT) == 2
    assert AccessToken.objects.count() == 1


def test_a_system_whose_agency_has_no_path_serves_that_agency_only(world: World) -> None:
    system = system_for(world.office)
    system.agency.path = ""
    assert system.speaks_for(world.office)
    assert not system.speaks_for(world.ministry)

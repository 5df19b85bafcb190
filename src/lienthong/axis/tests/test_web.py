"""The operator's pages, as they come out."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from lienthong.axis.actions.evidence import keep_evidence
from lienthong.axis.actions.submission import submit_packet
from lienthong.axis.edxml import Business
from lienthong.axis.models import ConnectedSystem, StatusEvent
from lienthong.axis.tests.factories import AT, World, edxml_packet, signed, stored_packet
from lienthong.axis.tests.sent import Sent
from lienthong.identity.public import Role
from lienthong.identity.tests.factories import official_in
from lienthong.signing.public import verify_evidence


@pytest.fixture
def operator(world: World) -> Client:
    return signed_in(world, Role.OPERATOR)


def signed_in(world: World, role: Role) -> Client:
    client = Client()
    client.force_login(official_in(world.ministry, role))
    return client


def test_the_list_shows_packets_and_says_when_nothing_matches(operator: Client, world: World) -> None:
    packet = stored_packet(world.office, *world.recipients, subject="Phê duyệt kế hoạch")
    page = operator.get("/axis/packets/").content.decode()
    assert "Phê duyệt kế hoạch" in page
    assert str(packet.pk) in page
    assert "Phê duyệt kế hoạch" not in operator.get("/axis/packets/", {"text": "khong co"}).content.decode()


@pytest.mark.parametrize(
    "query",
    [
        {"agency": "X77"}, {"since": "yesterday"}, {"urgency": "9"}, {"state": "99"}, {"text": "a" * 201},
        {"text": "\0"}, {"agency": "\0" * 50},
    ],
)  # fmt: skip
def test_a_filter_that_makes_no_sense_is_explained_and_nothing_breaks(
    operator: Client, world: World, query: dict[str, str]
) -> None:
    answer = operator.get("/axis/packets/", query)
    assert answer.status_code == 200
    assert "ds-validation-message" in answer.content.decode()


def test_a_packets_page_refreshes_until_all_have_finished(operator: Client, world: World) -> None:
    packet = stored_packet(world.office, *world.recipients)
    address = f"/axis/packets/{packet.pk}/"
    assert "hx-get" in operator.get(address).content.decode()
    delivery = packet.deliveries.first()
    StatusEvent.objects.create(
        delivery=delivery,
        system=world.system,
        code="06",
        at=AT,
        received_at=AT,
        staff="Trần Thị B",
        description="Xong",
    )
    packet.deliveries.update(state="06")
    part = operator.get(f"{address}progress/").content.decode()
    assert "hx-get" not in part
    assert "<html" not in part
    assert "Trần Thị B" in part


def test_a_packets_page_shows_the_changes_asked_for(operator: Client, sent: Sent) -> None:
    sent.report("03")
    asking = sent.change(Business.REVOKE, recipients=("H55",)).packet_id
    sent.take_back("H26")
    page = operator.get(f"/axis/packets/{sent.packet.pk}/").content.decode()
    for words in ("Sai số", "Gửi nhầm", f"/axis/packets/{asking}/", "Chờ nơi nhận trả lời", "Đã thu hồi"):
        assert words in page
    page = operator.get(f"/axis/packets/{asking}/").content.decode()
    assert f"/axis/packets/{sent.packet.pk}/" in page
    sent.report("16", description="Đã thực hiện")
    assert "Đã thực hiện" in operator.get(f"/axis/packets/{sent.packet.pk}/").content.decode()


def test_stuck_deliveries_are_listed(operator: Client, world: World) -> None:
    stored_packet(world.office, world.recipients[0])
    assert "Tỉnh H55" in operator.get("/axis/stuck/").content.decode()


def test_a_new_systems_secret_is_shown_once(operator: Client, world: World) -> None:
    form = {"name": "Hệ thống tỉnh", "agency": "000.00.00.H55", "serves": "subtree"}
    answer = operator.post("/axis/systems/connect/", form)
    system = ConnectedSystem.objects.get(name="Hệ thống tỉnh")
    assert (system.agency, system.client_id.startswith("h55-")) == (world.recipients[0], True)
    page = answer.content.decode()
    assert system.client_id in page
    [secret] = re.findall(r"<dd class=\"mono\">([\w-]{43})</dd>", page)
    assert "no-store" in answer["Cache-Control"]
    later = operator.get("/axis/systems/").content.decode()
    assert system.client_id in later
    assert secret not in later


def test_a_system_without_name_or_agency_is_not_connected(operator: Client, world: World) -> None:
    before = ConnectedSystem.objects.count()
    answer = operator.post("/axis/systems/connect/", {"name": "", "agency": "X77", "serves": "everything"})
    assert (answer.status_code, ConnectedSystem.objects.count()) == (422, before)
    assert answer.content.decode().count("ds-validation-message") == 3


def test_a_disabled_system_stays_in_the_list(operator: Client, world: World) -> None:
    answer = operator.post(f"/axis/systems/{world.system.pk}/disable/", follow=True)
    assert world.system.name in answer.content.decode()
    world.system.refresh_from_db()
    assert world.system.disabled_at


def test_an_auditor_reads_and_changes_nothing(world: World) -> None:
    auditor = signed_in(world, Role.AUDITOR)
    page = auditor.get("/axis/systems/").content.decode()
    assert "/axis/systems/connect/" not in page
    assert "/disable/" not in page
    assert auditor.post("/axis/systems/connect/", {}).status_code == 403
    assert auditor.post(f"/axis/systems/{world.system.pk}/disable/").status_code == 403


def test_the_evidence_of_a_packet_can_be_downloaded(operator: Client, world: World) -> None:
    xml = signed(edxml_packet(), world.office)
    receipt = submit_packet(xml, system=world.system, at=AT)
    page = operator.get(f"/axis/packets/{receipt.packet_id}/").content.decode()
    address = f"/axis/packets/{receipt.packet_id}/evidence/"
    assert address in page
    answer = operator.get(address)
    assert answer["Content-Disposition"] == f'attachment; filename="{receipt.packet_id}.evidence.json"'
    assert verify_evidence(answer.content).valid
    assert operator.get("/axis/packets/018f0000-0000-7000-8000-000000000000/evidence/").status_code == 404


def test_the_page_of_what_is_stuck_tells_of_late_timestamps(operator: Client, world: World) -> None:
    assert "ds-alert" not in operator.get("/axis/stuck/").content.decode()
    submit_packet(signed(edxml_packet(), world.office), system=world.system, at=AT)
    page = operator.get("/axis/stuck/").content.decode()
    assert "ds-alert" in page
    assert "09:30" in page, "the oldest is named with its time"
    keep_evidence(most=10, seconds=60, tick=0, at=AT)
    assert "ds-alert" not in operator.get("/axis/stuck/").content.decode()

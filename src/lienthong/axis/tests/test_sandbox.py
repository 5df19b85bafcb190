"""The border of the sandbox: nothing crosses it, the peer answers, and the kit is made of real things."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from lienthong.axis.actions.playing import answer_packet, ensure_sandbox, make_kit
from lienthong.axis.actions.submission import submit_packet
from lienthong.axis.actions.systems import authenticate_system, connect_system
from lienthong.axis.models import ConnectedSystem, Delivery, Packet, Serves
from lienthong.axis.policies import RealRecipient, SandboxRecipient
from lienthong.axis.queries.deliveries import inbox_of
from lienthong.axis.queries.packets import packet_state
from lienthong.axis.queries.systems import system_of_token
from lienthong.axis.sandbox import ANSWERING, CLOSED, NAMES, PLAYED, answers_to, is_sandbox
from lienthong.axis.states import SystemState
from lienthong.axis.tests.factories import AT, World, edxml_packet, signed, stored_packet, system_for
from lienthong.directory.public import Agency
from lienthong.identity.public import NotFound
from lienthong.ledger.public import Actor
from lienthong.signing.public import certificates_of

ADMINISTRATOR = Actor(kind="job", id="test", name="test")


@pytest.fixture
def sandbox(world: World) -> dict[str, Agency]:
    return ensure_sandbox(at=AT)


@pytest.fixture
def newcomer(world: World, sandbox: dict[str, Agency]) -> ConnectedSystem:
    """A system of the first ministry that is still in the sandbox."""
    return system_for(world.office, sandbox=True)


def test_the_sandboxs_agencies_are_made_once(sandbox: dict[str, Agency]) -> None:
    assert sandbox.keys() == NAMES.keys()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert ensure_sandbox(at=AT) == sandbox
    assert len(queries) == 1
    assert sandbox[CLOSED].valid_to < AT.date()
    assert not is_sandbox("H55")
    assert not is_sandbox("SB.01")


def test_a_system_in_the_sandbox_reaches_no_real_agency(world: World, newcomer: ConnectedSystem) -> None:
    for recipients in (("H55",), (PLAYED, "H55")):
        with pytest.raises(RealRecipient) as refused:
            submit_packet(signed(edxml_packet(recipients=recipients), world.office), system=newcomer, at=AT)
        assert "H55" in refused.value.say("vi")
    assert Packet.objects.count() == 0


def test_a_live_system_reaches_no_agency_of_the_sandbox(world: World, sandbox: object) -> None:
    with pytest.raises(SandboxRecipient):
        submit_packet(
            signed(edxml_packet(recipients=("H55", PLAYED)), world.office), system=world.system, at=AT
        )


def test_the_database_itself_refuses_what_would_cross_the_border(
    world: World, sandbox: dict[str, Agency]
) -> None:
    real, test = (
        stored_packet(world.office, world.recipients[0]),
        stored_packet(world.office, sandbox=True, recipient_count=1),
    )
    for packet, recipient in ((test, world.recipients[0]), (real, sandbox[PLAYED])):
        with pytest.raises(IntegrityError, match="border of the sandbox"), transaction.atomic():
            Delivery.objects.create(packet=packet, recipient=recipient, sent_at=AT)
    with pytest.raises(IntegrityError, match="border of the sandbox"), transaction.atomic():
        Delivery.objects.filter(packet=real).update(recipient=sandbox[PLAYED])
    Delivery.objects.create(packet=test, recipient=sandbox[PLAYED], sent_at=AT)


def test_a_hub_that_speaks_for_everyone_sees_nothing_of_the_sandbox(
    world: World, newcomer: ConnectedSystem
) -> None:
    submit_packet(signed(edxml_packet(recipients=(PLAYED,)), world.office), system=newcomer, at=AT)
    everyone = system_for(world.office, Serves.ALL)
    assert inbox_of(everyone).items == ()


def test_a_system_in_the_sandbox_sees_no_real_document_of_its_agency(
    world: World, newcomer: ConnectedSystem
) -> None:
    incoming = stored_packet(world.ministry, world.office)
    outgoing = stored_packet(world.office, world.recipients[0])
    assert inbox_of(newcomer).items == ()
    assert [item.packet_id for item in inbox_of(system_for(world.office)).items] == [incoming.pk]
    with pytest.raises(NotFound):
        packet_state(newcomer, outgoing.pk)


def test_the_peer_answers_all_the_way_and_refuses_when_the_subject_asks(
    world: World, newcomer: ConnectedSystem
) -> None:
    whole, refused = ["01", "03", "04", "05", "06"], ["01", "02"]
    for subject, codes in (("Về việc thử", whole), ("Đề nghị từ chối", refused)):
        packet = edxml_packet(recipients=(ANSWERING,), subject=subject)
        receipt = submit_packet(signed(packet, world.office), system=newcomer, at=AT)
        assert answer_packet(receipt.packet_id, at=AT) == len(codes)
        assert answer_packet(receipt.packet_id, at=AT) == 0
        timeline = packet_state(newcomer, receipt.packet_id).timeline
        assert [entry.code for entry in timeline] == codes
    assert answers_to("Please REFUSE this") == ("01", "02")


def test_a_packet_in_the_sandbox_enqueues_the_peers_answer(world: World, newcomer: ConnectedSystem) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    receipt = submit_packet(
        signed(edxml_packet(recipients=(ANSWERING,)), world.office), system=newcomer, at=AT
    )
    jobs = ProcrastinateJob.objects.filter(task_name="axis.answer_sandbox")
    assert [job.args for job in jobs] == [{"packet_id": str(receipt.packet_id)}]


def test_a_kit_holds_what_its_cases_need(world: World, newcomer: ConnectedSystem) -> None:
    first = make_kit(newcomer, actor=ADMINISTRATOR, at=AT)
    kit = make_kit(newcomer, actor=ADMINISTRATOR, at=AT + timedelta(seconds=1))
    [partner] = ConnectedSystem.objects.filter(partner_of=newcomer, disabled_at=None)
    assert (kit.partner.client_id, kit.sender, partner.agency.code) == (partner.client_id, "G22", PLAYED)
    assert authenticate_system(kit.partner.client_id, kit.partner.client_secret, address="a", at=AT)
    assert not authenticate_system(first.partner.client_id, first.partner.client_secret, address="a", at=AT)
    for token in (kit.rotated_token, kit.disabled_token):
        assert system_of_token(token, at=AT) is None
    states = [row.state for row in certificates_of(agency_id=world.office.pk, at=AT + timedelta(minutes=1))]
    assert sorted(states) == ["revoked", "revoked", "valid"]


def test_a_partner_sees_only_what_its_own_system_sent(world: World, newcomer: ConnectedSystem) -> None:
    other = system_for(world.ministry, sandbox=True)
    played = ensure_sandbox(at=AT)[PLAYED]
    partner, _ = connect_system(
        name="P", agency=played, serves=Serves.AGENCY, actor=ADMINISTRATOR, at=AT, sandbox=True,
        partner_of=newcomer,
    )  # fmt: skip
    mine = submit_packet(signed(edxml_packet(recipients=(PLAYED,)), world.office), system=newcomer, at=AT)
    submit_packet(
        signed(edxml_packet(sender="G12", recipients=(PLAYED,)), world.ministry), system=other, at=AT
    )
    assert [item.packet_id for item in inbox_of(partner).items] == [mine.packet_id]


def test_states_follow_the_columns(world: World, newcomer: ConnectedSystem) -> None:
    assert newcomer.state is SystemState.SANDBOX
    assert world.system.state is SystemState.LIVE
    world.system.disabled_at = AT
    assert world.system.state is SystemState.DISABLED

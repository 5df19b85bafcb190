"""The facade and what the axis has beside it: withdrawal, the console's counts, secrets that are replaced."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from lienthong.axis.actions.changes import take_back
from lienthong.axis.actions.submission import submit_packet
from lienthong.axis.actions.systems import hash_secret
from lienthong.axis.models import Delivery, Refused
from lienthong.axis.tests.factories import AT, SECRET, World, bearer, edxml_packet, signed
from lienthong.kernel.clock import now

API = "/lgsp/v1"


@pytest.fixture
def delivery(world: World) -> Delivery:
    """One that waits for the receiver."""
    submit_packet(signed(edxml_packet(), world.office), system=world.system, at=AT)
    return Delivery.objects.get()


def test_a_withdrawn_document_is_gone_here_too(client: Client, world: World, delivery: Delivery) -> None:
    take_back(world.system, delivery.packet_id, reason="Gửi nhầm", at=now())
    answer = client.get(f"{API}/getEdoc?docId={delivery.pk}", headers=bearer(world.receiver))
    assert (answer.status_code, answer.json()["problem"]) == (410, "withdrawn")


def test_who_comes_this_way_is_seen_and_what_is_refused_is_counted(client: Client, world: World) -> None:
    client.get(f"{API}/getEdoc?docId={uuid4()}", headers=bearer(world.receiver))
    world.receiver.refresh_from_db()
    assert world.receiver.last_seen_at is not None
    assert Refused.objects.get().system == world.receiver


def test_the_secret_before_the_last_is_good_for_its_time(client: Client, world: World) -> None:
    given = bearer(world.receiver) | {"X-SystemId": world.receiver.client_id, "X-SecretKey": SECRET}
    before, world.receiver.secret_hash = world.receiver.secret_hash, hash_secret("new")
    world.receiver.previous_secret_hash = before
    for until, status in ((now() + timedelta(hours=1), 200), (now() - timedelta(hours=1), 401)):
        world.receiver.previous_secret_until = until
        world.receiver.save()
        assert client.get(f"{API}/syncReceivedEdocList", headers=given).status_code == status

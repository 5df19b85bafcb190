"""Webhooks between real processes: a receiver over loopback HTTP, and a sender that is killed."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo
from pytest_django import Settings

from lienthong.axis.actions.submission import submit_packet
from lienthong.axis.actions.webhook_sending import LEASE, send_webhooks
from lienthong.axis.client import verify_webhook
from lienthong.axis.models import Webhook, WebhookMessage
from lienthong.axis.standard_webhooks import write_secret
from lienthong.axis.states import MessageState
from lienthong.axis.tests.factories import HOOK_SECRET, World, edxml_packet, signed, webhook_for
from lienthong.axis.tests.receivers import Received, Receiver, receiver
from lienthong.kernel.clock import now

__all__ = ["receiver"]
pytestmark = pytest.mark.django_db(transaction=True)
LOOPBACK = '["127.0.0.0/8"]'
SENDER = """
import django
django.setup()
from lienthong.axis.actions.webhook_sending import send_webhooks
from lienthong.kernel.clock import now
send_webhooks(at=now())
"""


@pytest.fixture
def waiting(world: World, receiver: Receiver, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Webhook:
    """A packet has just been stored for a system whose webhook is the receiver's."""
    monkeypatch.setenv("LIENTHONG_AXIS_WEBHOOK_NETWORKS", LOOPBACK)
    settings.ENV = type(settings.ENV)()  # read anew
    webhook = webhook_for(world.receiver, address=receiver.address("ok"))
    submit_packet(signed(edxml_packet(), world.office), system=world.system, at=now())
    return webhook


def trusted(received: Received) -> str:
    """The id of a message whose signature the receiver verifies with its own copy of the secret."""
    message = verify_webhook(received.headers, received.body, write_secret(HOOK_SECRET), now())
    assert message.item is not None
    assert str(message.item.delivery_id) == message.id
    return message.id


def test_a_packet_that_is_stored_reaches_the_receiver_signed(waiting: Webhook, receiver: Receiver) -> None:
    assert send_webhooks(at=now()) == 1
    message = WebhookMessage.objects.get()
    assert message.state == MessageState.SENT
    assert trusted(receiver.next()) == str(message.delivery_id)


@pytest.mark.parametrize(("path", "detail"), [("500", "HTTP 500"), ("redirect", "HTTP 302")])
def test_a_receiver_that_fails_gets_the_same_message_when_it_works_again(
    waiting: Webhook, receiver: Receiver, path: str, detail: str
) -> None:
    Webhook.objects.update(address=receiver.address(path))
    at = now()
    send_webhooks(at=at)
    assert WebhookMessage.objects.get().detail == detail
    Webhook.objects.update(address=receiver.address("ok"))
    assert send_webhooks(at=at + timedelta(minutes=1)) == 1
    assert trusted(receiver.next()) == trusted(receiver.next())
    assert WebhookMessage.objects.get().state == MessageState.SENT


def test_a_sender_killed_between_sending_and_writing_down_sends_the_same_id_again(
    waiting: Webhook, receiver: Receiver
) -> None:
    Webhook.objects.update(address=receiver.address("hang"))
    facts = connection.settings_dict
    keys = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    database = make_conninfo(**{libpq: facts[key] for key, libpq in keys.items() if facts[key]})
    environment = {**os.environ, "LIENTHONG_DATABASE_URL": database, "LIENTHONG_DATABASE_POOL": "0"}
    sender = subprocess.Popen([sys.executable, "-c", SENDER], env=environment)
    try:
        first = receiver.next()
    finally:
        sender.kill()
        sender.wait()
    message = WebhookMessage.objects.get()
    assert (message.state, message.attempts) == (MessageState.WAITING, 0)
    assert message.leased_until is not None
    Webhook.objects.update(address=receiver.address("ok"))
    assert send_webhooks(at=now()) == 0, "the lease of the dead sender still holds"
    assert send_webhooks(at=message.leased_until + LEASE / 100) == 1
    assert first.headers["webhook-id"] == receiver.next().headers["webhook-id"] == str(message.delivery_id)

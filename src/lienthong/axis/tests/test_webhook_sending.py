"""The outbox: who is told, how often, with which signatures; and who hears of it when nobody answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from lienthong.axis.actions.dead_letters import NoDeadLetter, ReasonMissing, give_up, send_again
from lienthong.axis.actions.statuses import report_status
from lienthong.axis.actions.submission import submit_packet
from lienthong.axis.actions.systems import disable_system
from lienthong.axis.actions.webhook_sending import LEASE, pause_after, queue_webhooks, send_webhooks
from lienthong.axis.actions.webhooks import remove_webhook, rotate_secret, send_test, set_webhook
from lienthong.axis.adapters.fake import FakeWebhooks
from lienthong.axis.client import verify_webhook
from lienthong.axis.contracts import DeliveryProblem, StatusReport
from lienthong.axis.models import Delivery, Packet, Serves, Webhook, WebhookMessage
from lienthong.axis.ports import Failed, Taken
from lienthong.axis.queries.deliveries import inbox_of
from lienthong.axis.queries.packets import recipients_of
from lienthong.axis.queries.webhooks import NoWebhook, dead_letters
from lienthong.axis.standard_webhooks import WebhookInvalid, write_secret
from lienthong.axis.states import MessageState
from lienthong.axis.tests.factories import (
    AT,
    HOOK_SECRET,
    World,
    agency,
    dead_letter,
    edxml_packet,
    message_for,
    signed,
    stored_packet,
    system_for,
    webhook_for,
)
from lienthong.identity.public import NotAllowed, Role, Viewer
from lienthong.kernel import events
from lienthong.ledger.public import Actor, timeline

OPERATOR = Viewer(name="Vận hành", roles=frozenset({Role.OPERATOR}))
ACTOR = Actor(kind="job", id="test", name="test")
TIMED_OUT = Failed("webhook-timed-out", "ReadTimeout")
REFUSED = Failed("webhook-refused", "HTTP 500")
SECRET = write_secret(HOOK_SECRET)


def none() -> float:
    """No jitter: the longest pause."""
    return 0.0


def send(port: FakeWebhooks, at: Any = AT) -> int:
    return send_webhooks(at=at, port=port, jitter=none)


@pytest.fixture
def message(world: World) -> WebhookMessage:
    """A message to the receiver's webhook that is due."""
    [delivery] = stored_packet(world.office, world.recipients[0], system=world.system).deliveries.all()
    return message_for(webhook_for(world.receiver), delivery)


@pytest.fixture
def problems() -> Iterator[list[DeliveryProblem]]:
    heard: list[DeliveryProblem] = []
    events.subscribe(DeliveryProblem)(heard.append)
    yield heard
    events._subscribers[DeliveryProblem].remove(heard.append)


def test_a_stored_packet_is_told_to_the_webhooks_of_those_who_serve_its_recipients(world: World) -> None:
    below = agency("H55.01", parent=world.recipients[0])
    ours = webhook_for(world.receiver)
    hub = webhook_for(system_for(agency("T01"), Serves.ALL))
    webhook_for(system_for(world.recipients[2]))
    alone = webhook_for(system_for(below, Serves.AGENCY))
    off = system_for(world.recipients[0])
    webhook_for(off)
    disable_system(off, actor=ACTOR, at=AT)
    submit_packet(
        signed(edxml_packet(recipients=("H55", "H26", "H55.01")), world.office), system=world.system, at=AT
    )
    told = {
        (message.webhook_id, message.delivery.recipient.code)
        for message in WebhookMessage.objects.select_related("delivery__recipient")
    }
    assert told == {
        (ours.pk, "H55"), (ours.pk, "H55.01"), (alone.pk, "H55.01"),
        (hub.pk, "H55"), (hub.pk, "H26"), (hub.pk, "H55.01"),
    }  # fmt: skip


def test_queueing_is_one_query_and_again_changes_nothing(world: World) -> None:
    packet = stored_packet(world.office, *world.recipients)
    with transaction.atomic():
        assert queue_webhooks([packet.pk]) == 0
        webhook_for(system_for(agency("T01"), Serves.ALL))
        with CaptureQueriesContext(connection) as queries:
            assert queue_webhooks([packet.pk]) == 3
        assert sum("axis_webhookmessage" in query["sql"] for query in queries) == 1
        assert queue_webhooks([packet.pk]) == 0


def test_a_message_carries_the_inbox_item_signed_under_the_delivery_id(
    world: World, message: WebhookMessage
) -> None:
    port = FakeWebhooks()
    assert (send(port), send(port)) == (1, 0)
    [posted] = port.posted
    assert posted.address == "https://office.example/hook"
    received = verify_webhook(posted.headers, posted.body, SECRET, AT)
    assert (received.id, received.type) == (str(message.delivery_id), "delivery.waiting")
    assert received.item == inbox_of(world.receiver).items[0]
    assert b"+07:00" in posted.body
    message.refresh_from_db()
    assert (message.state, message.attempts, message.leased_until) == (MessageState.SENT, 1, None)


def test_sending_takes_the_same_few_queries_however_many_there_are(world: World) -> None:
    counts, webhook = [], webhook_for(world.receiver)
    for many in (1, 8):
        for _number in range(many):
            packet = stored_packet(world.office, world.recipients[0], system=world.system)
            message_for(webhook, packet.deliveries.get())
        with CaptureQueriesContext(connection) as queries:
            assert send(FakeWebhooks(failing=TIMED_OUT), AT + timedelta(days=2)) == many
        counts.append(sum("SAVEPOINT" not in query["sql"] for query in queries))
        Webhook.objects.update(resting_until=None)
    assert counts[0] == counts[1]


def test_what_fails_is_tried_again_later_and_later_under_the_same_id(message: WebhookMessage) -> None:
    port, at, pauses = FakeWebhooks(failing=REFUSED), AT, []
    for _attempt in range(8):
        assert send(port, at) == 1
        message.refresh_from_db()
        pauses.append((message.next_attempt_at - at) // timedelta(minutes=1))
        assert send(port, message.next_attempt_at - timedelta(seconds=1)) == 0
        at = message.next_attempt_at
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    assert {posted.headers["webhook-id"] for posted in port.posted} == {str(message.delivery_id)}
    assert len({posted.body for posted in port.posted}) == 1
    port.failing = None
    assert send(port, at) == 1
    message.refresh_from_db()
    assert (message.state, message.attempts, message.problem) == (MessageState.SENT, 9, "")


@pytest.mark.parametrize(
    ("attempts", "least", "most"), [(1, 30, 60), (3, 120, 240), (9, 1800, 3600), (500, 1800, 3600)]
)
def test_a_pause_is_shortened_by_up_to_half(attempts: int, least: int, most: int) -> None:
    assert pause_after(attempts, lambda: 1.0) == timedelta(seconds=least)
    assert pause_after(attempts, none) == timedelta(seconds=most)


def test_after_the_set_time_the_sender_is_told_and_the_delivery_still_waits(
    world: World, message: WebhookMessage, problems: list[DeliveryProblem]
) -> None:
    port, at, tries = FakeWebhooks(failing=TIMED_OUT), AT, 0
    while message.state == MessageState.WAITING:
        tries += send(port, at)
        message.refresh_from_db()
        at = message.next_attempt_at
    assert (message.state, message.attempts) == (MessageState.DEAD, tries)
    assert timedelta(hours=23) < message.last_attempt_at - AT <= timedelta(hours=24)  # type: ignore[operator]
    assert send(FakeWebhooks(), at + timedelta(days=9)) == 0
    packet = Packet.objects.get()
    [state] = recipients_of(packet)
    trouble = state.delivery_problem
    assert trouble is not None
    assert (trouble.code, trouble.since, trouble.attempts) == ("webhook-timed-out", AT, tries)
    assert str(tries) in trouble.sentences.vi
    assert "did not answer in time" in trouble.sentences.en
    [told] = problems
    assert (told.packet_id, told.delivery_id, told.code) == (packet.pk, message.delivery_id, trouble.code)
    assert [event.verb for event in timeline(message.as_subject())] == ["webhook_message.die"]
    assert [item.delivery_id for item in inbox_of(world.receiver).items] == [message.delivery_id]


@pytest.mark.parametrize("way", ["status", "fetched"])
def test_what_was_collected_some_other_way_is_no_trouble_any_more(
    world: World, message: WebhookMessage, way: str
) -> None:
    WebhookMessage.objects.update(state=MessageState.DEAD, problem="webhook-refused")
    if way == "status":
        report_status(world.receiver, message.delivery_id, StatusReport(code="01", at=AT), at=AT)
    else:
        Delivery.objects.update(collected_at=AT)
    assert recipients_of(Packet.objects.get())[0].delivery_problem is None
    assert dead_letters(OPERATOR).rows == []
    send(FakeWebhooks())
    message.refresh_from_db()
    assert message.state == MessageState.SETTLED


def test_nobody_is_told_of_what_was_collected_before(world: World, message: WebhookMessage) -> None:
    report_status(world.receiver, message.delivery_id, StatusReport(code="01", at=AT), at=AT)
    port = FakeWebhooks()
    assert send(port) == 0
    assert port.posted == []


def test_a_webhook_that_another_system_of_the_recipient_has_is_enough(
    world: World, message: WebhookMessage
) -> None:
    hub = webhook_for(system_for(agency("T01"), Serves.ALL))
    message_for(hub, message.delivery, state=MessageState.SENT)
    WebhookMessage.objects.filter(pk=message.pk).update(state=MessageState.DEAD, problem="webhook-refused")
    assert recipients_of(Packet.objects.get())[0].delivery_problem is None


def test_a_receiver_that_does_not_answer_rests_and_holds_up_nobody_else(
    world: World, message: WebhookMessage
) -> None:
    send(FakeWebhooks(failing=TIMED_OUT))
    [second] = stored_packet(world.office, world.recipients[0], system=world.system).deliveries.all()
    message_for(message.webhook, second)
    other = webhook_for(system_for(world.recipients[0]), address="https://other.example/")
    message_for(other, second)
    port = FakeWebhooks()
    assert send(port) == 1
    assert [posted.address for posted in port.posted] == ["https://other.example/"]
    assert send(port, AT + timedelta(seconds=59)) == 0
    assert send(port, AT + timedelta(minutes=1)) == 2


def test_a_sender_that_dies_between_sending_and_writing_down_sends_the_same_id_again(
    message: WebhookMessage,
) -> None:
    class Dying(FakeWebhooks):
        def post(self, address: str, **sent: Any) -> Taken | Failed:
            super().post(address, **sent)
            raise SystemExit

    port = Dying()
    with pytest.raises(SystemExit):
        send(port)
    alive = FakeWebhooks()
    assert send(alive, AT + LEASE - timedelta(seconds=1)) == 0
    assert send(alive, AT + LEASE) == 1
    ids = [posted.headers["webhook-id"] for posted in (*port.posted, *alive.posted)]
    assert ids == [str(message.delivery_id)] * 2


def test_both_secrets_sign_until_the_overlap_is_over(world: World, message: WebhookMessage) -> None:
    new = rotate_secret(world.receiver, actor=ACTOR, at=AT).secret
    port = FakeWebhooks(failing=REFUSED)
    send(port)
    overlap = timedelta(hours=24)
    WebhookMessage.objects.update(since=AT + overlap, next_attempt_at=AT)
    send(port, AT + overlap)
    during, after = port.posted
    for secret in (SECRET, new):
        assert verify_webhook(during.headers, during.body, secret, AT)
    assert verify_webhook(after.headers, after.body, new, AT + overlap)
    with pytest.raises(WebhookInvalid, match="signature-wrong"):
        verify_webhook(after.headers, after.body, SECRET, AT + overlap)


def test_secrets_are_sealed_for_their_row_and_one_that_does_not_open_is_a_problem_of_its_own(
    world: World, message: WebhookMessage
) -> None:
    webhook = message.webhook
    assert HOOK_SECRET not in bytes(webhook.secret)
    other = webhook_for(system_for(world.recipients[1]))
    Webhook.objects.filter(pk=webhook.pk).update(secret=other.secret)
    send(FakeWebhooks())
    message.refresh_from_db()
    assert (message.state, message.problem) == (MessageState.WAITING, "webhook-secret-unreadable")


def test_a_new_address_keeps_the_secret_and_a_removed_webhook_is_gone(world: World) -> None:
    system, address = world.receiver, "https://a.example/"
    made = set_webhook(system, address=f" {address}", actor=ACTOR, at=AT)
    assert made is not None
    assert made.address == address
    assert made.secret.startswith("whsec_")
    assert made.secret not in repr(made)
    assert set_webhook(system, address="https://b.example/", actor=ACTOR, at=AT) is None
    webhook = Webhook.objects.get()
    assert write_secret(webhook.secrets(at=AT)[0]) == made.secret
    remove_webhook(system, actor=ACTOR, at=AT)
    for act in (remove_webhook, rotate_secret, send_test):
        with pytest.raises(NoWebhook):
            act(system, actor=ACTOR, at=AT)


def test_a_test_message_is_signed_and_its_answer_told(world: World, message: WebhookMessage) -> None:
    port = FakeWebhooks()
    assert send_test(world.receiver, actor=ACTOR, at=AT, port=port) == Taken(204)
    [posted] = port.posted
    assert verify_webhook(posted.headers, posted.body, SECRET, AT).type == "webhook.test"
    port.failing = REFUSED
    assert send_test(world.receiver, actor=ACTOR, at=AT, port=port) == REFUSED


def test_an_operator_sends_a_dead_letter_again_with_a_reason(world: World) -> None:
    letter = dead_letter(world.office, world.recipients[0])
    later = AT + timedelta(days=3)
    assert [row.pk for row in dead_letters(OPERATOR).rows] == [letter.pk]
    send_again(letter.pk, viewer=OPERATOR, reason=" Máy chủ đã sửa xong ", at=later)
    [event] = timeline(letter.as_subject())
    assert (event.verb, event.data["reason"]) == ("webhook_message.send_again", "Máy chủ đã sửa xong")
    assert dead_letters(OPERATOR).rows == []
    assert send(FakeWebhooks(), later) == 1


def test_an_operator_gives_a_dead_letter_up_with_a_reason_and_the_sender_still_sees_it(world: World) -> None:
    letter = dead_letter(world.office, world.recipients[0])
    give_up(letter.pk, viewer=OPERATOR, reason="Đơn vị đã giải thể", at=AT)
    assert timeline(letter.as_subject())[0].verb == "webhook_message.give_up"
    assert send(FakeWebhooks(), AT + timedelta(days=9)) == 0
    assert recipients_of(letter.delivery.packet)[0].delivery_problem is not None
    for act in (give_up, send_again):
        with pytest.raises(NoDeadLetter):
            act(letter.pk, viewer=OPERATOR, reason="again", at=AT)


@pytest.mark.parametrize("act", [send_again, give_up])
def test_nobody_decides_without_a_reason_or_the_right(world: World, act: Any) -> None:
    letter = dead_letter(world.office, world.recipients[0])
    with pytest.raises(ReasonMissing):
        act(letter.pk, viewer=OPERATOR, reason=" \n", at=AT)
    with pytest.raises(NotAllowed):
        act(letter.pk, viewer=Viewer(roles=frozenset({Role.AUDITOR})), reason="x", at=AT)
    letter.refresh_from_db()
    assert letter.state == MessageState.DEAD


@pytest.mark.parametrize("values", [{"state": "lost"}, {"state": "dead"}, {"state": "given_up"}])
def test_what_makes_no_sense_is_refused_by_the_database(
    message: WebhookMessage, values: dict[str, str]
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        WebhookMessage.objects.filter(pk=message.pk).update(**values)

"""Telling webhooks of deliveries: from an outbox, at least once, under leases, until a set time is over."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from pydantic import TypeAdapter

from lienthong.axis import standard_webhooks
from lienthong.axis.actions.claiming import claim_rows
from lienthong.axis.adapters.webhook_http import connect_webhooks
from lienthong.axis.contracts import DeliveryProblem, InboxItem
from lienthong.axis.models import Delivery, Webhook, WebhookMessage
from lienthong.axis.models.systems import RECEIVES
from lienthong.axis.ports import Failed, Taken, WebhookPort
from lienthong.axis.queries.deliveries import inbox_item
from lienthong.axis.states import UNCOLLECTED, MessageState
from lienthong.axis.webhook_problems import OF_THE_RECEIVER, UNSEALED
from lienthong.kernel import events
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.jobs import enqueue
from lienthong.kernel.statements import fetch
from lienthong.ledger.public import Actor, Entry, record_many
from lienthong.signing.public import SecretUnreadable

WAITING = "delivery.waiting"
BATCH = 16  # sent at once, so that a batch ends long before its lease
LEASE = timedelta(minutes=2)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
LONGEST_REST = timedelta(minutes=10)
SENDER = Actor(kind="job", id="axis.send_webhooks", name="axis.send_webhooks", source="axis.send_webhooks")
Jitter = Callable[[], float]
_items = TypeAdapter(InboxItem)
_OUTCOME = ["state", "attempts", "last_attempt_at", "leased_until", "next_attempt_at", "problem", "detail"]

# One row per delivery of the packets and webhook of a connected system that serves its recipient.
_QUEUE = f"""
INSERT INTO axis_webhookmessage
    (delivery_id, webhook_id, state, since, next_attempt_at, attempts, problem, detail, reason)
SELECT delivery.id, webhook.id, 'waiting', delivery.sent_at, delivery.sent_at,
    0, '', '', ''
FROM axis_webhook webhook
JOIN axis_connectedsystem system ON system.id = webhook.system_id AND system.disabled_at IS NULL
JOIN directory_agency served ON served.id = system.agency_id
CROSS JOIN axis_delivery delivery
JOIN axis_packet packet ON packet.id = delivery.packet_id
JOIN directory_agency recipient ON recipient.id = delivery.recipient_id
WHERE delivery.packet_id = ANY(%s) AND {RECEIVES}
ON CONFLICT (delivery_id, webhook_id) DO NOTHING
"""  # noqa: S608


_ANY = "SELECT EXISTS (SELECT FROM axis_webhook)"


def queue_webhooks(packet_ids: Collection[UUID]) -> int:
    """Put the packets' deliveries into the outbox, in the caller's transaction; how many. Two queries."""
    if not fetch(_ANY)[0][0]:  # planning the join would cost more than all the rest of a submission
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_QUEUE, [list(packet_ids)])
        queued: int = cursor.rowcount
    if queued:
        enqueue("axis.send_webhooks")
    return queued


def send_webhooks(*, at: datetime, port: WebhookPort | None = None, jitter: Jitter = random.random) -> int:
    """Send one batch of what is due, and answer how many messages were tried. Five queries at most.

    The batch is leased, sent outside any transaction, and written down. If this process dies in between, the
    lease ends and the same message is sent again under the same id. What fails is tried again after 1 min,
    2 min, 4 min … up to an hour, each time shortened by up to half at random; after the set time it becomes a
    dead letter. A receiver that cannot be reached rests as a whole, so that it holds up nobody else. Must not
    be called inside a transaction.
    """
    _settle()
    ids = claim_rows(
        WebhookMessage.objects.due(at).order_by("next_attempt_at"), limit=BATCH, leased_until=at + LEASE
    )
    if not ids:
        return 0
    related = ("webhook", "delivery__packet__sender", "delivery__packet__blob", "delivery__recipient")
    messages = list(WebhookMessage.objects.filter(pk__in=ids).select_related(*related))
    answers = _send(messages, port or connect_webhooks(), at)
    with transaction.atomic():
        _write_down(zip(messages, answers, strict=True), at, jitter)
    return len(messages)


def _settle() -> None:
    """Make no attempt for a delivery that was collected some other way."""
    collected = ~Q(delivery__state__in=UNCOLLECTED) | Q(delivery__collected_at__isnull=False)
    open_ones = WebhookMessage.objects.filter(state__in=[MessageState.WAITING, MessageState.DEAD])
    open_ones.filter(collected).update(state=MessageState.SETTLED, leased_until=None)


def _send(messages: list[WebhookMessage], port: WebhookPort, at: datetime) -> list[Taken | Failed]:
    """Post all at once; the threads touch no database."""
    signed = [_signed(message, at) for message in messages]

    def post(prepared: tuple[str, dict[str, str], bytes] | Failed) -> Taken | Failed:
        if isinstance(prepared, Failed):
            return prepared
        address, headers, body = prepared
        return port.post(address, headers=headers, body=body)

    with ThreadPoolExecutor(BATCH, thread_name_prefix="webhook") as threads:
        return list(threads.map(post, signed))


def _signed(message: WebhookMessage, at: datetime) -> tuple[str, dict[str, str], bytes] | Failed:
    """Address, headers and body of a message; the body is the same at each attempt."""
    body = body_of(message.delivery)
    try:
        secrets = message.webhook.secrets(at=at)
    except SecretUnreadable as error:
        return Failed(UNSEALED, str(error))
    headers = standard_webhooks.sign(secrets, message_id=str(message.delivery_id), body=body, at=at)
    return message.webhook.address, headers, body


def body_of(delivery: Delivery) -> bytes:
    """What a webhook is told of a delivery: `{"type", "timestamp", "data"}`, `data` an item of the inbox."""
    item = inbox_item(delivery)
    item = replace(item, sent_at=item.sent_at.astimezone(VIETNAM))
    return b'{"type":"%s","timestamp":"%s","data":%s}' % (
        WAITING.encode(),
        item.sent_at.isoformat().encode(),
        _items.dump_json(item),
    )


def _write_down(sent: Iterable[tuple[WebhookMessage, Taken | Failed]], at: datetime, jitter: Jitter) -> None:
    """Write the outcomes with one update, and say of those that died."""
    messages, dead, resting = [], [], {}
    for message, answer in sent:
        message.attempts += 1
        message.last_attempt_at, message.leased_until = at, None
        if isinstance(answer, Taken):
            message.state, message.problem, message.detail = MessageState.SENT, "", f"HTTP {answer.status}"
        else:
            message.problem, message.detail = answer.problem, answer.detail[:200]
            pause = pause_after(message.attempts, jitter)
            message.next_attempt_at = at + pause
            if answer.problem in OF_THE_RECEIVER:
                message.webhook.resting_until = at + min(pause, LONGEST_REST)
                resting[message.webhook_id] = message.webhook
            if message.next_attempt_at > message.since + timedelta(hours=settings.ENV.axis_webhook_hours):
                message.state = MessageState.DEAD
                dead.append(message)
        messages.append(message)
    # Webhooks before messages, as their removal locks them.
    Webhook.objects.bulk_update(resting.values(), ["resting_until"])
    WebhookMessage.objects.bulk_update(messages, _OUTCOME)
    _announce(dead, at)


def pause_after(attempts: int, jitter: Jitter) -> timedelta:
    """How long to wait after so many failed attempts, shortened by up to half."""
    whole: timedelta = min(FIRST_PAUSE * 2 ** min(attempts - 1, 10), LONGEST_PAUSE)
    return whole * (1 - jitter() / 2)


def _announce(dead: list[WebhookMessage], at: datetime) -> None:
    """Record the deaths and publish them, so that the sender is told."""
    record_many(
        [
            Entry(
                SENDER,
                "webhook_message.die",
                message.as_subject(),
                at,
                {
                    "delivery": str(message.delivery_id),
                    "recipient": message.delivery.recipient.code,
                    "problem": message.problem,
                    "attempts": message.attempts,
                },
            )
            for message in dead
        ]
    )
    for message in dead:
        events.publish(
            DeliveryProblem(
                packet_id=message.delivery.packet_id,
                delivery_id=message.delivery_id,
                recipient_id=message.delivery.recipient_id,
                code=message.problem,
                since=message.since,
                attempts=message.attempts,
            )
        )

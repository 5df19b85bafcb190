"""Many pollers and many workers at once: everything goes to one of them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TypeVar
from uuid import UUID

import pytest
from django.db import connection

from lienthong.axis.actions.leases import claim_deliveries
from lienthong.axis.actions.notices import announce_uncollected
from lienthong.axis.actions.statuses import report_status
from lienthong.axis.actions.webhook_sending import send_webhooks
from lienthong.axis.adapters.fake import FakeWebhooks
from lienthong.axis.contracts import StatusReport
from lienthong.axis.models import Delivery, DeliveryNotice, WebhookMessage
from lienthong.axis.tests.factories import (
    AT,
    World,
    message_for,
    stored_packet,
    webhook_for,
)

pytestmark = pytest.mark.django_db(transaction=True)
POLLERS = 20
DELIVERIES = 300
T = TypeVar("T")


def at_once(work: Callable[[int], T], *, many: int = POLLERS) -> list[T]:
    """The results of so many threads that begin together, each on a connection of its own."""
    start = Barrier(many, timeout=30)
    connection.close()  # a process holds twenty at most

    def one(number: int) -> T:
        connection.ensure_connection()
        start.wait()
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(many) as threads:
        return list(threads.map(one, range(many)))


@pytest.fixture
def waiting(world: World) -> set[UUID]:
    for _number in range(DELIVERIES):
        stored_packet(world.office, world.recipients[0], system=world.system)
    return set(Delivery.objects.values_list("pk", flat=True))


def poll(world: World, at: object, *, size: int = 7) -> list[UUID]:
    """Claim until nothing is left."""
    got: list[UUID] = []
    while leases := claim_deliveries(world.receiver, limit=size, seconds=600, at=at).leases:  # type: ignore[arg-type]
        assert len(leases) <= size
        got += [lease.item.delivery_id for lease in leases]
    return got


def test_twenty_pollers_get_every_delivery_exactly_once_and_after_the_lease_again(
    world: World, waiting: set[UUID]
) -> None:
    for at in (AT, AT + timedelta(seconds=600)):
        got = [delivery for part in at_once(lambda _number, at=at: poll(world, at)) for delivery in part]
        assert len(got) == DELIVERIES
        assert set(got) == waiting


def test_what_pollers_report_while_others_claim_is_never_handed_out_twice(
    world: World, waiting: set[UUID]
) -> None:
    def collect(number: int) -> list[UUID]:
        got = []
        while leases := claim_deliveries(world.receiver, limit=5, seconds=600, at=AT).leases:
            for lease in leases:
                report_status(world.receiver, lease.item.delivery_id, StatusReport(code="01", at=AT), at=AT)
                got.append(lease.item.delivery_id)
        return got

    got = [delivery for part in at_once(collect) for delivery in part]
    assert len(got) == DELIVERIES
    assert set(got) == waiting
    assert set(Delivery.objects.values_list("state", "lease_token")) == {("01", None)}


def test_workers_at_once_send_each_message_once(world: World, waiting: set[UUID]) -> None:
    webhook, port = webhook_for(world.receiver), FakeWebhooks()
    for delivery in Delivery.objects.all():
        message_for(webhook, delivery)

    def work(number: int) -> int:
        sent = 0
        while tried := send_webhooks(at=AT, port=port):
            sent += tried
        return sent

    assert sum(at_once(work, many=6)) == DELIVERIES
    sent = [posted.headers["webhook-id"] for posted in port.posted]
    assert len(sent) == DELIVERIES
    assert set(sent) == {str(delivery) for delivery in waiting}
    assert set(WebhookMessage.objects.values_list("state", flat=True)) == {"sent"}


def test_announcers_at_once_write_each_notice_once(world: World, waiting: set[UUID]) -> None:
    written = at_once(lambda _number: announce_uncollected(at=AT + timedelta(hours=5)), many=6)
    assert sum(written) == DeliveryNotice.objects.count() == DELIVERIES

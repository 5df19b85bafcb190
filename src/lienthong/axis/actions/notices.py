"""What nobody collects is announced to both sides: after the set hours, then once a day, for ever."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from lienthong.axis.contracts import DeliveryUncollected, Uncollected
from lienthong.axis.models import Delivery
from lienthong.axis.states import DeliveryState
from lienthong.kernel import events
from lienthong.ledger.public import Actor, Entry, record_many

BATCH = 1000
ANNOUNCER = Actor(
    kind="job",
    id="axis.announce_uncollected",
    name="axis.announce_uncollected",
    source="axis.announce_uncollected",
)

# Stage 0 until a whole day has passed, then the number of days. What was announced is passed over before the
# limit, so that each round makes progress. The key of a notice grows in the order of commits: the lock lets
# one announcer write at a time.
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('axis.announce_uncollected'))"
_ANNOUNCE = """
INSERT INTO axis_deliverynotice (delivery_id, stage, at, sender_id, recipient_id)
SELECT waiting.id, waiting.stage, %(at)s, packet.sender_id, waiting.recipient_id
FROM (
    SELECT id, packet_id, recipient_id,
           floor(extract(epoch FROM %(at)s::timestamptz - sent_at) / 86400)::int AS stage
    FROM axis_delivery
    WHERE state = %(sent)s AND collected_at IS NULL AND sent_at <= %(before)s
) waiting
JOIN axis_packet packet ON packet.id = waiting.packet_id
WHERE NOT EXISTS (
    SELECT FROM axis_deliverynotice notice
    WHERE notice.delivery_id = waiting.id AND notice.stage >= waiting.stage
)
ORDER BY waiting.id LIMIT %(limit)s
ON CONFLICT (delivery_id, stage) DO NOTHING
RETURNING delivery_id, stage
"""


def announce_uncollected(*, at: datetime) -> int:
    """Write one batch of notices, record and publish them; how many. Four queries however many they are.

    A delivery gets each stage once, whoever asks how often. After an outage only the latest stage is written.
    """
    before = at - timedelta(hours=settings.ENV.axis_uncollected_hours)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_LOCK)
            cursor.execute(
                _ANNOUNCE, {"at": at, "before": before, "sent": DeliveryState.SENT.value, "limit": BATCH}
            )
            stages: dict[UUID, int] = dict(cursor.fetchall())
        if stages:
            deliveries = Delivery.objects.filter(pk__in=stages).select_related("packet", "recipient")
            _tell(list(deliveries.order_by("pk")), stages, at)
    return len(stages)


def _tell(deliveries: list[Delivery], stages: dict[UUID, int], at: datetime) -> None:
    record_many(
        [
            Entry(
                ANNOUNCER,
                "delivery.announce_uncollected",
                delivery.packet.as_subject(),
                at,
                {"recipient": delivery.recipient.code, "stage": stages[delivery.pk]},
            )
            for delivery in deliveries
        ]
    )
    found = tuple(
        Uncollected(
            packet_id=delivery.packet_id,
            delivery_id=delivery.pk,
            recipient_id=delivery.recipient_id,
            stage=stages[delivery.pk],
            since=delivery.sent_at,
        )
        for delivery in deliveries
    )
    events.publish(DeliveryUncollected(found, at))

"""Packets that a receiver could not fetch: counted, and tried again ever more rarely."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from lienthong.axis.models import FailedFetch

FIRST_REST, LONGEST_REST = timedelta(minutes=1), timedelta(hours=1)


def note_failed_fetch(
    delivery_id: UUID, *, sender: str, recipient: str, document: str, problem: str, at: datetime
) -> FailedFetch:
    """Count one more failure; the next attempt comes after twice as long, at most an hour."""
    with transaction.atomic():
        known = FailedFetch.objects.select_for_update().filter(pk=delivery_id).first()
        attempts = known.attempts + 1 if known else 1
        rest = min(LONGEST_REST, FIRST_REST * 2 ** min(attempts - 1, 10))
        facts = {
            "sender_name": sender[:255],
            "recipient_name": recipient[:255],
            "document": document[:500],
            "last_attempt_at": at,
            "next_attempt_at": at + rest,
            "attempts": attempts,
            "problem": problem[:200],
        }
        found, _new = FailedFetch.objects.update_or_create(
            pk=delivery_id, defaults=facts, create_defaults={**facts, "since": at}
        )
        return found


def resting_fetches(delivery_ids: Collection[UUID], *, at: datetime) -> set[UUID]:
    """Those of the deliveries whose next attempt is not due yet. One query."""
    rows = FailedFetch.objects.filter(pk__in=delivery_ids).resting(at)
    return set(rows.values_list("pk", flat=True))


def keep_failed_fetches(delivery_ids: Collection[UUID]) -> None:
    """Forget all others: they were fetched, or wait no more. One query."""
    FailedFetch.objects.exclude(pk__in=delivery_ids).delete()

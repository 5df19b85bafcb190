"""What both outboxes do alike: rows under leases, again with back-off, until a set time is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from lienthong.notifications.models import Mail, PartyMessage
from lienthong.notifications.ports import Accepted, Failed
from lienthong.notifications.states import MailState

BATCH = 20  # at 15 seconds each, still within the lease
LEASE = timedelta(minutes=10)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
Jitter = Callable[[], float]
OUTCOME = ["state", "attempts", "next_attempt_at", "leased_until", "problem", "sent_at"]
R = TypeVar("R", Mail, PartyMessage)


def due(rows: QuerySet[R], *, at: datetime) -> QuerySet[R]:
    """Those whose turn has come and that nobody is sending."""
    free = Q(leased_until=None) | Q(leased_until__lte=at)
    return rows.filter(free, state=MailState.WAITING, next_attempt_at__lte=at)


def lease(rows: QuerySet[R], *, at: datetime) -> list[int]:
    """The keys of the next rows that are due, which nobody else sends until the lease is over."""
    with transaction.atomic():
        next_ones = due(rows, at=at).order_by("next_attempt_at").select_for_update(skip_locked=True)
        ids = list(next_ones.values_list("pk", flat=True)[:BATCH])
        rows.filter(pk__in=ids).update(leased_until=at + LEASE)
    return ids


def note(row: Mail | PartyMessage, answer: Accepted | Failed, *, at: datetime, jitter: Jitter) -> None:
    """Note on the row, which is not written yet, what came of an attempt."""
    row.attempts, row.leased_until = row.attempts + 1, None
    if isinstance(answer, Accepted):
        row.state, row.sent_at, row.problem = MailState.SENT, at, ""
        return
    row.problem = answer.detail or "?"
    row.next_attempt_at = at + pause_after(row.attempts, jitter)
    last = row.created_at + timedelta(hours=settings.ENV.mail_hours)
    if answer.permanent or row.next_attempt_at > last:
        row.state = MailState.DEAD


def revive(row: Mail | PartyMessage, *, at: datetime) -> None:
    """Let a dead row be tried anew for the whole set time."""
    row.state, row.attempts, row.problem = MailState.WAITING, 0, ""
    row.created_at = row.next_attempt_at = at
    row.save(update_fields=["state", "attempts", "problem", "created_at", "next_attempt_at"])


def pause_after(attempts: int, jitter: Jitter) -> timedelta:
    """How long to wait after so many failed attempts, shortened by up to half."""
    whole: timedelta = min(FIRST_PAUSE * 2 ** min(attempts - 1, 10), LONGEST_PAUSE)
    return whole * (1 - jitter() / 2)

"""Keeping the console's figures: counts per minute and hour, the backlog, refusals. Always in sets."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import DatabaseError, connection, transaction

from lienthong.axis.models import ConnectedSystem, Packet
from lienthong.axis.models.tallies import Backlog, CountedUntil, Kind, Refused, Span, Tally
from lienthong.kernel.clock import VIETNAM

logger = logging.getLogger(__name__)
AGAIN = timedelta(minutes=10)  # counted anew each time: a transaction may commit later than its time says
STEP = timedelta(days=1)
MEMORY = timedelta(days=32)  # how far back the first count goes, and how long counts per agency are kept
MINUTES_KEPT = timedelta(hours=2)
SEEN_EVERY = timedelta(minutes=1)


def count_everything(*, at: datetime) -> datetime:
    """Bring all counts up to `at`, from where they stood; answers from when they were counted anew.

    A day per transaction, so that after a long stop it catches up without a long one. The hours counted anew
    are replaced, not added to: run twice, or by two workers one after the other, it changes nothing.
    """
    begun = start = _start(at)
    while start < at:
        until = min(start + STEP, at)
        with transaction.atomic():
            CountedUntil.objects.select_for_update().filter(pk=1).first()
            _count(start, until)
            CountedUntil.objects.update_or_create(pk=1, defaults={"at": until})
        start = until
    with transaction.atomic():
        _replace_backlog()
        _forget(at)
    return begun


def count_refusals(codes: Iterable[str], *, system: ConnectedSystem | None, at: datetime) -> None:
    """Add refusals to their hour's counts; without a system they go to the one bucket of unknown callers.

    To be called after the refused transaction ended. A count that cannot be written is logged and left: the
    caller's answer matters more.
    """
    found = Counter(codes)
    if not found:
        return
    alone = not connection.in_atomic_block
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            if alone:  # a count lost in a crash harms nobody; a caller's own transaction stays durable
                cursor.execute("SET LOCAL synchronous_commit = off")
            cursor.executemany(
                _ADD_REFUSED,
                [
                    (_hour(at), code[:60], system.pk if system else None, number)
                    for code, number in sorted(found.items())
                ],
            )
    except DatabaseError:
        logger.exception("refusals could not be counted")


def note_seen(system: ConnectedSystem, *, at: datetime) -> None:
    """Remember that the system spoke to the axis; written at most once a minute."""
    if system.last_seen_at is None or at - system.last_seen_at >= SEEN_EVERY:
        ConnectedSystem.objects.filter(pk=system.pk).update(last_seen_at=at)


def _start(at: datetime) -> datetime:
    """The beginning of the hour from which to count: where it stood, or a month's first packet."""
    mark = CountedUntil.objects.filter(pk=1).first()
    if mark:
        return _hour(max(min(mark.at, at) - AGAIN, at - MEMORY))
    oldest = Packet.objects.filter(received_at__gte=at - MEMORY).order_by("received_at").first()
    return _hour(oldest.received_at) if oldest else _hour(at)


def _hour(at: datetime) -> datetime:
    return at.astimezone(VIETNAM).replace(minute=0, second=0, microsecond=0)


def _count(start: datetime, until: datetime) -> None:
    """Replace the counts of the hours from `start`, which begins one, to `until`."""
    Tally.objects.filter(start__gte=start, start__lt=until, span__in=Span.values).delete()
    with connection.cursor() as cursor:
        for kind, (time, agency, source) in _SOURCES.items():
            statement = _COUNT.format(time=time, agency=agency, source=source)
            cursor.execute(statement, {"kind": kind.value, "start": start, "until": until})


def _replace_backlog() -> None:
    """Count what waits now, by recipient, from the partial indexes over what is under way."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE axis_backlog IN EXCLUSIVE MODE")  # readers go on; another counter waits
        Backlog.objects.all().delete()
        cursor.execute(_BACKLOG)


def _forget(at: datetime) -> None:
    """Remove counts that no page shows any more; hours of all agencies together stay."""
    Tally.objects.filter(span=Span.MINUTE, start__lt=at - MINUTES_KEPT).delete()
    Tally.objects.filter(span=Span.HOUR, start__lt=at - MEMORY, agency__isnull=False).delete()
    Refused.objects.filter(hour__lt=at - MEMORY).delete()


_DELIVERY_OF_PACKET = "axis_delivery AS delivery JOIN axis_packet AS packet ON packet.id = delivery.packet_id"
_SOURCES = {
    Kind.SENT: ("packet.received_at", "packet.sender_id", "axis_packet AS packet"),
    Kind.COLLECTED: ("delivery.collected_at", "delivery.recipient_id", _DELIVERY_OF_PACKET),
    Kind.REPORTED: (
        "event.received_at",
        "delivery.recipient_id",
        f"{_DELIVERY_OF_PACKET} JOIN axis_statusevent AS event ON event.delivery_id = delivery.id",
    ),
}

# Per hour and agency, per hour, and per minute, in one pass. Vietnam's hours and minutes begin with UTC's.
# What happens in the sandbox is shown of its agencies, and is in no total.
_COUNT = """
INSERT INTO axis_tally (span, kind, start, agency_id, count)
SELECT CASE WHEN GROUPING(minute) = 0 THEN 'm' ELSE 'h' END, %(kind)s,
       CASE WHEN GROUPING(minute) = 0 THEN minute ELSE hour END, agency,
       CASE WHEN GROUPING(agency) = 0 THEN count(*) ELSE count(*) FILTER (WHERE NOT sandbox) END
FROM (SELECT date_trunc('hour', {time}) AS hour, date_trunc('minute', {time}) AS minute, {agency} AS agency,
             packet.sandbox
      FROM {source} WHERE {time} >= %(start)s AND {time} < %(until)s) AS found
GROUP BY GROUPING SETS ((hour, agency), (hour), (minute))
"""

_BACKLOG = """
INSERT INTO axis_backlog (agency_id, uncollected, unregistered, oldest_at)
SELECT recipient_id, count(*) FILTER (WHERE state = '00'), count(*) FILTER (WHERE state = '01'),
       min(sent_at) FILTER (WHERE state = '00')
FROM axis_delivery WHERE state IN ('00', '01') GROUP BY recipient_id
"""

_ADD_REFUSED = """
INSERT INTO axis_refused (hour, code, system_id, count) VALUES (%s, %s, %s, %s)
ON CONFLICT (hour, code, system_id) DO UPDATE SET count = axis_refused.count + excluded.count
"""

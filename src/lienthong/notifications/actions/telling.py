"""Telling officials, in sets; and what they do with what they were told."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from lienthong.identity.public import NotFound, Viewer
from lienthong.kernel.jobs import enqueue
from lienthong.ledger.public import Subject
from lienthong.notifications.kinds import kind_of
from lienthong.notifications.models import Mail, Notification
from lienthong.notifications.states import Way

PARAM_LENGTH = 300
REMOVED_AT_ONCE = 1000
Params = Mapping[str, str | int]

# One statement for all: who wants to be told, who has not been yet, and a mail for whom it is wanted at once.
_TELL = """
WITH told AS (
    INSERT INTO notifications_notification
        (official_id, kind, subject_kind, subject_id, key, params, link, way, urgent, due_at, created_at)
    SELECT who.id, %(kind)s, %(subject_kind)s, %(subject_id)s, %(key)s, %(params)s::jsonb, %(link)s,
        coalesce(chosen.way, %(way)s), %(urgent)s, %(due_at)s::timestamptz, %(at)s::timestamptz
    FROM (SELECT DISTINCT unnest(%(recipients)s::bigint[]) AS id) who
    LEFT JOIN notifications_preference chosen ON chosen.official_id = who.id AND chosen.kind = %(kind)s
    WHERE coalesce(chosen.way, %(way)s) <> 'none'
    ORDER BY who.id
    ON CONFLICT (official_id, kind, subject_kind, subject_id, key) DO NOTHING
    RETURNING id, official_id, way
), mailed AS (
    INSERT INTO notifications_mail (official_id, notification_id, state, created_at, next_attempt_at)
    SELECT official_id, id, 'waiting', %(at)s::timestamptz, %(at)s::timestamptz
    FROM told WHERE way = 'mail' AND %(mailing)s
    RETURNING id
)
SELECT (SELECT count(*) FROM told), (SELECT count(*) FROM mailed)
"""


class ToldOutsideTransaction(RuntimeError):
    """Someone was told outside the transaction of what happened, so one could exist without the other."""


def notify(
    *,
    recipients: Collection[int],
    kind: str,
    subject: Subject,
    link: str,
    at: datetime,
    params: Params | None = None,
    key: str = "",
    due_at: datetime | None = None,
    urgent: bool = False,
) -> int:
    """Tell the officials of what happened, in the caller's transaction; how many were told anew.

    One query, and one more if mails are wanted at once. `params` fill the kind's sentence; `link` is a path
    of this installation. Who was told of the same kind, subject and `key` before is not told again. What is
    `urgent` goes by mail at once to all who have not chosen a way for this kind themselves.

    Raises:
        UnknownKind, KeyError (the sentence has a place that `params` leaves empty), ToldOutsideTransaction.
    """
    if not connection.in_atomic_block:
        raise ToldOutsideTransaction(kind)
    known, filled = kind_of(kind), _short(params or {})
    known.say(filled)
    if not recipients:
        return 0
    values: dict[str, Any] = {
        "kind": kind,
        "subject_kind": subject.kind,
        "subject_id": subject.id,
        "key": key,
        "params": json.dumps(filled),
        "link": link,
        "way": str(Way.MAIL if urgent else known.way),
        "urgent": urgent,
        "due_at": due_at,
        "at": at,
        "recipients": sorted(recipients),
        "mailing": bool(settings.ENV.mail_host),
    }
    with connection.cursor() as cursor:
        cursor.execute(_TELL, values)
        told, mails = cast("tuple[int, int]", cursor.fetchone())
    if mails:
        enqueue("notifications.send_mails")
    return told


def open_notification(viewer: Viewer, notification_id: int, *, at: datetime) -> Notification:
    """The viewer's own notification, read from now on; raises `NotFound`. Two queries."""
    found = _own(viewer).filter(pk=notification_id).first()
    if found is None:
        raise NotFound
    _own(viewer).filter(pk=notification_id, read_at=None).update(read_at=at)
    return found


def mark_read(viewer: Viewer, *, at: datetime, ids: Collection[int] | None = None, until: int = 0) -> int:
    """Mark the viewer's own as read: those of `ids`, or without `ids` all up to the key `until`; how many.

    What arrived after the page was drawn is not among those up to `until`, and so is not lost.
    """
    wanted = _own(viewer).filter(read_at=None)
    wanted = wanted.filter(pk__lte=until) if ids is None else wanted.filter(pk__in=ids)
    return wanted.update(read_at=at)


def mark_unread(viewer: Viewer, *, read_at: datetime) -> int:
    """Take back one marking: the viewer's own that were read at just that instant; how many."""
    return _own(viewer).filter(read_at=read_at).update(read_at=None)


def forget_old(*, at: datetime) -> int:
    """Remove one batch of what was told longer ago than is kept, read or not; how many rows."""
    before = at - timedelta(days=settings.ENV.notification_days)
    removed = 0
    for model in (Mail, Notification):
        old = list(
            model.objects.filter(created_at__lt=before)
            .order_by("created_at")
            .values_list("pk", flat=True)[:REMOVED_AT_ONCE]
        )
        removed += model.objects.filter(pk__in=old).delete()[0]
    return removed


def _own(viewer: Viewer) -> QuerySet[Notification]:
    return Notification.objects.filter(official_id=viewer.official_id or 0)


def _short(params: Params) -> dict[str, str | int]:
    return {
        name: value if isinstance(value, int) else str(value)[:PARAM_LENGTH] for name, value in params.items()
    }

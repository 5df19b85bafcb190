"""Telling parties, in sets; and what they do with what they were told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import cast

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet

from lienthong.identity.public import NotFound, Visitor
from lienthong.kernel.jobs import enqueue
from lienthong.kernel.statements import as_json, fetch
from lienthong.ledger.public import Subject
from lienthong.notifications.actions.telling import PARAM_LENGTH, REMOVED_AT_ONCE, ToldOutsideTransaction
from lienthong.notifications.channels import channels_on
from lienthong.notifications.contracts import Settled, Telling
from lienthong.notifications.models import DemoText, PartyNotice
from lienthong.notifications.notices import notice_kind
from lienthong.notifications.states import USUAL_ORDER
from lienthong.notifications.telephones import BETWEEN, MOBILE


class PlaceLeftEmpty(LookupError):
    """A notice has a place that the app which tells it did not fill."""


# The first of a party's channels that is set up, leads to the party, and has not been used for the notice.
# It needs `p` (the party), `c` (their choice), `kind`, and `notice_id`, which is NULL for a new one.
_NEXT = f"""
    LEFT JOIN LATERAL (
        SELECT wish.channel
        FROM unnest(coalesce(c.channels::text[], %s::text[])) WITH ORDINALITY AS wish(channel, place)
        WHERE wish.channel = ANY (%s::text[])
          AND CASE wish.channel WHEN 'mail' THEN p.email <> ''
              ELSE regexp_replace(p.telephone, '{BETWEEN}', '', 'g') ~ '{MOBILE}' END
          AND (wish.channel <> 'zalo' OR EXISTS (
              SELECT FROM notifications_noticetemplate t WHERE t.kind = g.kind AND t.wording = 'zalo'
              AND t.published_at IS NOT NULL AND t.registered <> ''))
          AND NOT EXISTS (SELECT FROM notifications_partymessage used
                          WHERE used.notice_id = g.notice_id AND used.channel = wish.channel)
        ORDER BY wish.place LIMIT 1
    ) way ON true
"""  # noqa: S608
# One statement for all: what is settled, who can be told at all, the notices, and the first message of each.
_TELL = f"""
WITH settled AS (
    UPDATE notifications_partynotice n SET settled_at = %s, escalate_at = NULL
    FROM (
        SELECT held.id FROM notifications_partynotice held
        JOIN json_to_recordset(%s) AS s(subject_kind text, subject_id text, kind text)
            USING (subject_kind, subject_id, kind)
        WHERE held.settled_at IS NULL ORDER BY held.id FOR UPDATE OF held
    ) over WHERE n.id = over.id
), reached AS (
    SELECT g.*, way.channel
    FROM json_to_recordset(%s) AS g(party_id uuid, kind text, urgent boolean, subject_kind text,
        subject_id text, key text, "values" jsonb, link text, until timestamptz, notice_id bigint)
    JOIN identity_party p ON p.id = g.party_id
    LEFT JOIN notifications_contactchoice c ON c.party_id = p.id
    {_NEXT}
    WHERE way.channel IS NOT NULL OR p.account_id IS NOT NULL OR p.kind = 'business'
), told AS (
    INSERT INTO notifications_partynotice
        (party_id, kind, subject_kind, subject_id, key, "values", link, urgent, until, created_at)
    SELECT party_id, kind, subject_kind, subject_id, key, "values", link, urgent, until, %s
    FROM reached ORDER BY party_id, kind, subject_kind, subject_id, key
    ON CONFLICT (party_id, kind, subject_kind, subject_id, key) DO NOTHING
    RETURNING id, party_id, kind, subject_kind, subject_id, key
), queued AS (
    INSERT INTO notifications_partymessage (notice_id, channel, state, created_at, next_attempt_at)
    SELECT told.id, r.channel, 'waiting', %s, %s
    FROM told JOIN reached r USING (party_id, kind, subject_kind, subject_id, key)
    WHERE r.channel IS NOT NULL
    ON CONFLICT (notice_id, channel) DO NOTHING
    RETURNING id
)
SELECT (SELECT count(*) FROM told), (SELECT count(*) FROM queued)
"""  # noqa: S608
# One statement: what is due for its next channel is held, and gets a message there if there is one.
_ESCALATE = f"""
WITH g AS (
    SELECT id AS notice_id, party_id, kind FROM notifications_partynotice
    WHERE escalate_at <= %s ORDER BY escalate_at LIMIT %s FOR UPDATE SKIP LOCKED
), done AS (
    UPDATE notifications_partynotice n SET escalate_at = NULL FROM g WHERE n.id = g.notice_id
), queued AS (
    INSERT INTO notifications_partymessage (notice_id, channel, state, created_at, next_attempt_at)
    SELECT g.notice_id, way.channel, 'waiting', %s, %s
    FROM g JOIN identity_party p ON p.id = g.party_id
    LEFT JOIN notifications_contactchoice c ON c.party_id = p.id
    {_NEXT}
    WHERE way.channel IS NOT NULL
    ON CONFLICT (notice_id, channel) DO NOTHING
    RETURNING id
)
SELECT (SELECT count(*) FROM g), (SELECT count(*) FROM queued)
"""  # noqa: S608
_UNREAD = """
    SELECT count(*) FROM (SELECT 1 FROM notifications_partynotice
        WHERE party_id = %s AND read_at IS NULL ORDER BY id DESC LIMIT %s) unread
"""
COUNTED_MOST, ESCALATED_AT_ONCE = 100, 200


def tell_parties(*, tellings: Sequence[Telling], settled: Sequence[Settled] = (), at: datetime) -> int:
    """Tell parties what happened to what is theirs, in the caller's transaction; how many were told anew.

    One query whatever their number, and one more if messages are to go out. A party who has neither an
    account nor an address that a channel of this installation reaches is left out. Who was told of the same
    kind, subject and `key` before is not told again. `settled`: of those matters nobody is told any more.

    Raises:
        UnknownNotice, PlaceLeftEmpty (the kind has a place that a telling leaves empty),
        ToldOutsideTransaction.
    """
    if not connection.in_atomic_block:
        raise ToldOutsideTransaction([telling.kind for telling in tellings])
    rows = [_row(telling) for telling in tellings]
    over = [
        {"subject_kind": one.subject.kind, "subject_id": one.subject.id, "kind": kind}
        for one in settled
        for kind in one.kinds
    ]
    if not rows and not over:
        return 0
    given = (at, as_json(over), as_json(rows), *_order(), at, at, at)
    told, queued = cast("tuple[int, int]", fetch(_TELL, *given)[0])
    if queued:
        enqueue("notifications.send_party_messages")
    return told


def escalate(*, at: datetime) -> int:
    """Put a message of the next channel into the outbox for one batch of what was not read; how many were
    looked at. One query, and rows that another worker looks at are passed over.
    """
    held, queued = cast("tuple[int, int]", fetch(_ESCALATE, at, ESCALATED_AT_ONCE, at, at, *_order())[0])
    if queued:
        enqueue("notifications.send_party_messages")
    return held


def unread_of(visitor: Visitor) -> int:
    """How many the party acted for has not read, counted up to a hundred. One query, or none for nobody."""
    if visitor.for_id is None:
        return 0
    return int(fetch(_UNREAD, visitor.for_id, COUNTED_MOST)[0][0])


def open_notice(visitor: Visitor, notice_id: int, *, at: datetime) -> PartyNotice:
    """The notice of the party acted for, read from now on; raises `NotFound`. Two queries."""
    found = _own(visitor).filter(pk=notice_id).first()
    if found is None:
        raise NotFound
    _read(_own(visitor).filter(pk=notice_id), at)
    return found


def mark_notices_read(
    visitor: Visitor, *, at: datetime, ids: Collection[int] | None = None, until: int = 0
) -> int:
    """Mark notices of the party acted for as read: those of `ids`, or all up to the key `until`; how many."""
    rows = _own(visitor)
    return _read(rows.filter(pk__lte=until) if ids is None else rows.filter(pk__in=ids), at)


def read_about(visitor: Visitor, subject: Subject, *, at: datetime) -> int:
    """Mark all that the party acted for was told of the subject as read: they have its page before them."""
    return _read(_own(visitor).filter(subject_kind=subject.kind, subject_id=subject.id), at)


def forget_old_notices(*, at: datetime) -> int:
    """Remove one batch of what parties were told longer ago than is kept, read or not; how many rows."""
    before = at - timedelta(days=settings.ENV.party_notice_days)
    old = PartyNotice.objects.filter(created_at__lt=before).order_by("created_at")
    keys = list(old.values_list("pk", flat=True)[:REMOVED_AT_ONCE])
    shown = DemoText.objects.filter(at__lt=at - timedelta(days=1)).delete()[0]
    return shown + PartyNotice.objects.filter(pk__in=keys).delete()[0]


def _row(telling: Telling) -> dict[str, object]:
    kind = notice_kind(telling.kind)
    empty = {place.name for place in kind.places} - set(telling.values)
    if empty:
        raise PlaceLeftEmpty(telling.kind, sorted(empty))
    return {
        "party_id": telling.party_id,
        "kind": kind.code,
        "urgent": kind.urgent,
        "subject_kind": telling.subject.kind,
        "subject_id": telling.subject.id,
        "key": telling.key[:100],
        "values": _short(telling.values),
        "link": telling.link,
        "until": telling.until,
    }


def _short(values: Mapping[str, str | int]) -> dict[str, str | int]:
    return {
        name: value if isinstance(value, int) else str(value)[:PARAM_LENGTH] for name, value in values.items()
    }


def _order() -> tuple[list[str], list[str]]:
    """The usual order of channels, and those that are set up."""
    return [str(one) for one in USUAL_ORDER], [str(one) for one in channels_on()]


def _read(rows: QuerySet[PartyNotice], at: datetime) -> int:
    """Locked in the order of their keys, as an act that settles them does."""
    with transaction.atomic():
        held = rows.filter(read_at=None).order_by("pk").select_for_update()
        keys = list(held.values_list("pk", flat=True))
        return PartyNotice.objects.filter(pk__in=keys).update(read_at=at, escalate_at=None)


def _own(visitor: Visitor) -> QuerySet[PartyNotice]:
    """What the party acted for was told; of nobody nothing."""
    if visitor.for_id is None:
        return PartyNotice.objects.none()
    return PartyNotice.objects.filter(party_id=visitor.for_id)

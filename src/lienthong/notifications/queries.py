"""What a viewer may see of notifications, choices, mails and comments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, QuerySet

from lienthong.identity.public import Account, Viewer
from lienthong.kernel.paging import Page, page_of
from lienthong.kernel.remembered import Remembered
from lienthong.kernel.statements import fetch
from lienthong.ledger.public import Subject
from lienthong.notifications.contracts import Remark
from lienthong.notifications.kinds import Kind, all_kinds
from lienthong.notifications.models import Comment, Mail, Mention, Notification, Preference, Reminding
from lienthong.notifications.policies import may_change, require_can_watch
from lienthong.notifications.states import Way

_UNREAD = """
    SELECT count(*) FROM (SELECT 1 FROM notifications_notification
        WHERE official_id = %s AND read_at IS NULL ORDER BY id DESC LIMIT %s) unread
"""
COUNTED_MOST = 100
SHOWN_MOST = 500


@dataclass(frozen=True)
class Choices:
    """What an official has chosen, or what holds without: the way for each kind, the digest, the feed."""

    ways: tuple[tuple[Kind, Way], ...]
    digest: bool
    digest_minute: int
    feed_made_at: datetime | None
    address: str


def unread_count(viewer: Viewer) -> int:
    """How many the viewer has not read, counted up to a hundred. One query, on an index of the unread.

    Asked for on every page, so it is a fixed statement (ADR 0029).
    """
    if viewer.official_id is None:
        return 0
    return int(fetch(_UNREAD, viewer.official_id, COUNTED_MOST)[0][0])


def notifications_of(viewer: Viewer, *, unread: bool = False, cursor: str = "") -> Page[Notification]:
    """The viewer's own, newest first. One query. Raises `BadCursor`."""
    rows = Notification.objects.filter(official_id=viewer.official_id or 0)
    return page_of(rows.filter(read_at=None) if unread else rows, key="id", cursor=cursor)


def choices_of(viewer: Viewer) -> Choices:
    """The viewer's own choices. Three queries."""
    own = {"official_id": viewer.official_id or 0}
    chosen = dict(Preference.objects.filter(**own).values_list("kind", "way"))
    row = Reminding.objects.filter(**own).first() or Reminding()
    account = Account.objects.filter(**own).select_related("official").first()
    official = account.official if account else None
    return Choices(
        ways=tuple((kind, Way(chosen.get(kind.code, kind.way))) for kind in all_kinds()),
        digest=row.digest,
        digest_minute=row.digest_minute,
        feed_made_at=row.feed_made_at,
        address=(official.email if official else "") or (account.email if account else ""),
    )


def dead_mails(viewer: Viewer, *, cursor: str = "") -> Page[Mail]:
    """Mails no attempt is made for any more, newest first. One query. Raises `NotAllowed`, `BadCursor`."""
    require_can_watch(viewer)
    rows = Mail.objects.dead().select_related("official", "notification")
    return page_of(rows, key="id", cursor=cursor)


def dead_mail_count() -> int:
    """How many mails are dead, for the operator's check. One query, on an index of the dead."""
    return Mail.objects.dead().count()


def remarks_on(subject: Subject, viewer: Viewer) -> list[Remark]:
    """The last comments on the subject, the oldest first. Two queries.

    The caller has checked that the viewer may see the subject.
    """
    return [_remark(row, viewer) for row in reversed(_COMMENTS(subject=subject))]


def _comments(subject: Subject) -> QuerySet[Comment]:
    mentions = Prefetch("mentions", Mention.objects.select_related("official"))
    rows = Comment.objects.filter(subject_kind=subject.kind, subject_id=subject.id)
    return rows.select_related("author").prefetch_related(mentions).order_by("-id")[:SHOWN_MOST]


_COMMENTS = Remembered(_comments)  # of every document's page


def _remark(row: Comment, viewer: Viewer) -> Remark:
    gone = row.withdrawn_at is not None
    return Remark(
        id=row.pk,
        author=row.author.full_name,
        author_title=row.author_title,
        text="" if gone else row.text,
        created_at=row.created_at,
        edited_at=row.edited_at,
        withdrawn_at=row.withdrawn_at,
        mentioned=() if gone else tuple(each.official.full_name for each in row.mentions.all()),
        own=may_change(viewer, row),
    )

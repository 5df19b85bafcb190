"""Officials write the words of notices: a draft, published, put back to an earlier version."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from lienthong.identity.public import NotAllowed, NotFound, Viewer
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import record
from lienthong.notifications.models import NoticeTemplate
from lienthong.notifications.notices import NoticeKind, UnknownNotice, notice_kind
from lienthong.notifications.party_letters import Words, shipped_words, words_of
from lienthong.notifications.policies import require_can_operate
from lienthong.notifications.states import Wording
from lienthong.notifications.template_queries import WordingKey, version_of
from lienthong.notifications.wording import require_places, segments, without_marks

MOST_SEGMENTS = 3


class DraftChanged(Refusal):
    """The draft is another one than was read."""

    code, status = "draft-changed", 409
    sentence = _("Someone has changed or published these words meanwhile. Read them again, then decide.")


class SmsTooLong(Refusal):
    """An SMS that costs more than the agency should pay for one notice."""

    code, status = "sms-too-long", 422
    sentence = _(
        "This counts as %(number)s SMS, and at most %(most)s are sent for one notice. Shorten it, or "
        "leave out the marks: with marks one SMS holds 70 characters, without 160."
    )


def save_draft(viewer: Viewer, key: WordingKey, words: Words, *, at: datetime) -> NoticeTemplate:
    """Keep the words as the draft of the next version; what is in force stays so.

    Raises:
        NotAllowed, NotFound; UnknownPlace, BrokenPlace; SmsTooLong
    """
    kind = _kind(viewer, key)
    _require_sayable(kind, key, words)
    with transaction.atomic():
        _hold(key)
        row = _rows(key).filter(published_at=None).first()
        row = row or NoticeTemplate(**key.columns(), version=_next_version(key))
        row.title, row.text, row.todo = words.title, words.text, words.todo
        row.marks, row.registered = words.marks, words.registered
        row.written_at, row.written_by_id = at, _official(viewer)
        row.save()
        record(actor=viewer.actor(), verb="notice-words.save", subject=row.as_subject(), at=at)
    return row


def publish_draft(viewer: Viewer, key: WordingKey, *, written_at: datetime, at: datetime) -> NoticeTemplate:
    """Put the draft in force as it was written then; it never changes again.

    Raises:
        NotAllowed, NotFound; DraftChanged
    """
    _kind(viewer, key)
    with transaction.atomic():
        _hold(key)
        row = _draft(key, written_at)
        row.published_at, row.published_by_id = at, _official(viewer)
        row.save(update_fields=["published_at", "published_by"])
        said = {"version": row.version}
        record(actor=viewer.actor(), verb="notice-words.publish", subject=row.as_subject(), at=at, data=said)
    return row


def discard_draft(viewer: Viewer, key: WordingKey, *, written_at: datetime, at: datetime) -> None:
    """Throw the draft away. Raises as `publish_draft`."""
    _kind(viewer, key)
    with transaction.atomic():
        _hold(key)
        row = _draft(key, written_at)
        subject = row.as_subject()
        row.delete()
        record(actor=viewer.actor(), verb="notice-words.discard", subject=subject, at=at)


def restore_version(viewer: Viewer, key: WordingKey, version: int, *, at: datetime) -> NoticeTemplate:
    """Put the words of an earlier version (0: those shipped) in force again, as a new version.

    A draft that somebody writes stays, with the next number.

    Raises:
        NotAllowed, NotFound
    """
    kind = _kind(viewer, key)
    with transaction.atomic():
        _hold(key)
        words = shipped_words(kind, key.language, key.wording)
        if version:
            words = words_of(version_of(key, version))
        number = _next_version(key, published=True)
        _rows(key).filter(published_at=None).update(version=number + 1)
        row = NoticeTemplate.objects.create(
            **key.columns(),
            version=number,
            title=words.title,
            text=words.text,
            todo=words.todo,
            marks=words.marks,
            registered=words.registered,
            written_at=at,
            written_by_id=_official(viewer),
            published_at=at,
            published_by_id=_official(viewer),
            restores=version,
        )
        said = {"version": row.version, "restores": version}
        record(actor=viewer.actor(), verb="notice-words.restore", subject=row.as_subject(), at=at, data=said)
    return row


def _kind(viewer: Viewer, key: WordingKey) -> NoticeKind:
    require_can_operate(viewer)
    try:
        return notice_kind(key.kind)
    except UnknownNotice:
        raise NotFound from None


def _require_sayable(kind: NoticeKind, key: WordingKey, words: Words) -> None:
    for field in ("title", "text", "todo"):
        require_places(getattr(words, field), kind.known(key.wording), field=field)
    if key.wording == Wording.SMS:
        filled = words.filled(kind.samples)
        number = segments(filled.text if words.marks else without_marks(filled.text))
        if number > MOST_SEGMENTS:
            raise SmsTooLong(field="text", number=number, most=MOST_SEGMENTS)


def _hold(key: WordingKey) -> None:
    """One writer of the same words at a time, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"notice-words {key.path}"])


def _rows(key: WordingKey) -> QuerySet[NoticeTemplate]:
    return NoticeTemplate.objects.filter(**key.columns())


def _draft(key: WordingKey, written_at: datetime) -> NoticeTemplate:
    row = _rows(key).filter(published_at=None).first()
    if row is None or row.written_at != written_at:
        raise DraftChanged
    return row


def _next_version(key: WordingKey, *, published: bool = False) -> int:
    rows = _rows(key).filter(published_at__isnull=False) if published else _rows(key)
    last = rows.order_by("-version").values_list("version", flat=True).first()
    return (last or 0) + 1


def _official(viewer: Viewer) -> int:
    if viewer.official_id is None:
        raise NotAllowed
    return viewer.official_id

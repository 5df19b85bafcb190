"""Commenting on a subject that the caller has shown the viewer; who is mentioned is told."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lienthong.identity.public import NotAllowed, NotFound, Viewer
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import record
from lienthong.notifications.actions.telling import notify
from lienthong.notifications.contracts import Thread
from lienthong.notifications.kinds import MENTIONED
from lienthong.notifications.mentions import mentions_in
from lienthong.notifications.models import COMMENT_LENGTH, TITLE_LENGTH, Comment, FormerText, Mention
from lienthong.notifications.policies import may_change


class BadComment(Refusal):
    """The comment is empty or too long."""

    code, status = "bad-comment", 422
    sentence = _(
        "A comment has 1 to %(most)s characters; this one has %(length)s. Write it shorter, or something."
    )


class AmbiguousMention(Refusal):
    """Two officials who may see the subject bear the name that is mentioned."""

    code, status = "ambiguous-mention", 422
    sentence = _(
        "More than one person here is called %(name)s, so it is not clear who is meant. "
        "Tick the one you mean under the text."
    )


class NoSuchCandidate(Refusal):
    """Someone is to be told who may not see the subject."""

    code, status = "no-such-candidate", 422
    sentence = _("You can mention only people who may see this. Reload the page and choose again.")


class ThreadClosed(Refusal):
    """Nothing more may be said here."""

    code, status = "comments-closed", 409
    sentence = _("Comments are closed here. Reload the page to see what happened.")


def write_comment(
    thread: Thread, *, viewer: Viewer, text: str, tell: Collection[int] = (), at: datetime
) -> Comment:
    """Say something; who is named with "@" or stands in `tell` is told. Eight queries, however many.

    Raises:
        ThreadClosed, BadComment, AmbiguousMention, NoSuchCandidate, NotAllowed.
    """
    author_id = _author(thread, viewer)
    said = _clean(text)
    mentioned = _mentioned(thread, said, tell)
    with transaction.atomic():
        comment = Comment.objects.create(
            subject_kind=thread.subject.kind,
            subject_id=thread.subject.id,
            author_id=author_id,
            author_title=viewer.post_title[:TITLE_LENGTH],
            text=said,
            created_at=at,
        )
        _mention(comment, mentioned, thread, viewer, at)
        record(
            actor=viewer.actor(),
            verb="comment.write",
            subject=comment.as_subject(),
            at=at,
            data=_about(thread),
        )
    return comment


def edit_comment(
    thread: Thread, comment_id: UUID, *, viewer: Viewer, text: str, tell: Collection[int] = (), at: datetime
) -> Comment:
    """Change what the viewer said; the former text is kept, and only who is newly named is told.

    Raises:
        ThreadClosed, BadComment, AmbiguousMention, NoSuchCandidate, NotAllowed, NotFound.
    """
    _author(thread, viewer)
    said = _clean(text)
    mentioned = _mentioned(thread, said, tell)
    with transaction.atomic():
        comment = _own(thread, comment_id, viewer)
        if comment.text != said:
            FormerText.objects.create(comment=comment, text=comment.text, until=at)
            comment.text, comment.edited_at = said, at
            comment.save(update_fields=["text", "edited_at"])
        _mention(comment, mentioned, thread, viewer, at)
        record(
            actor=viewer.actor(),
            verb="comment.edit",
            subject=comment.as_subject(),
            at=at,
            data=_about(thread),
        )
    return comment


def withdraw_comment(thread: Thread, comment_id: UUID, *, viewer: Viewer, at: datetime) -> None:
    """Show no more what the viewer said; that something was said and taken back stays to be seen.

    Raises:
        ThreadClosed, NotAllowed, NotFound.
    """
    _author(thread, viewer)
    with transaction.atomic():
        comment = _own(thread, comment_id, viewer)
        comment.withdrawn_at = at
        comment.save(update_fields=["withdrawn_at"])
        record(
            actor=viewer.actor(),
            verb="comment.withdraw",
            subject=comment.as_subject(),
            at=at,
            data=_about(thread),
        )


def _author(thread: Thread, viewer: Viewer) -> int:
    if viewer.official_id is None:
        raise NotAllowed
    if not thread.open:
        raise ThreadClosed
    return viewer.official_id


def _clean(text: str) -> str:
    said = unicodedata.normalize("NFC", text).replace("\0", "").replace("\r\n", "\n").strip()
    if not 1 <= len(said) <= COMMENT_LENGTH:
        raise BadComment(field="text", most=COMMENT_LENGTH, length=len(said))
    return said


def _mentioned(thread: Thread, text: str, tell: Collection[int]) -> frozenset[int]:
    """Who is named or ticked; a name that two bear is clear once one of them is ticked."""
    known = {candidate.official_id: candidate for candidate in thread.candidates}
    if not known.keys() >= set(tell):
        raise NoSuchCandidate(field="tell")
    found = mentions_in(text, thread.candidates)
    ticked = {known[key].name.casefold() for key in tell}
    unclear = [name for name in found.ambiguous if name.casefold() not in ticked]
    if unclear:
        raise AmbiguousMention(field="tell", name=unclear[0])
    return found.officials | frozenset(tell)


def _mention(
    comment: Comment, mentioned: Collection[int], thread: Thread, viewer: Viewer, at: datetime
) -> None:
    """Keep the mentions, and tell those named of this comment for the first time."""
    rows = [Mention(comment=comment, official_id=key) for key in sorted(mentioned)]
    Mention.objects.bulk_create(rows, ignore_conflicts=True)
    notify(
        recipients=[key for key in mentioned if key != viewer.official_id],
        kind=MENTIONED.code,
        subject=thread.subject,
        key=str(comment.pk),
        params={"author": viewer.name, "about": thread.about},
        link=thread.link,
        at=at,
    )


def _own(thread: Thread, comment_id: UUID, viewer: Viewer) -> Comment:
    rows = Comment.objects.filter(subject_kind=thread.subject.kind, subject_id=thread.subject.id)
    comment = rows.select_for_update().filter(pk=comment_id).first()
    if comment is None:
        raise NotFound
    if not may_change(viewer, comment):
        raise NotAllowed
    return comment


def _about(thread: Thread) -> dict[str, str]:
    return {"kind": thread.subject.kind, "id": thread.subject.id}

"""Feedback is written page by page: what was said so far is kept for two days, for whoever has its key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import IO
from uuid import UUID

from django.db import transaction

from lienthong.identity.public import STRANGER, Visitor
from lienthong.participation import floods
from lienthong.participation.actions.sending import send_feedback
from lienthong.participation.contracts import NewFeedback, Place, Point, Sender
from lienthong.participation.models import Draft, Feedback, Photo
from lienthong.participation.photos import MOST_PHOTOS, store_photo
from lienthong.participation.refusals import DraftGone, TooManyPhotos
from lienthong.participation.states import Kind


def save_draft(
    *, draft_id: UUID | None, said: Mapping[str, object], at: datetime, visitor: Visitor = STRANGER
) -> Draft:
    """Keep what was said on a page beside the rest; without a key that is there, begin anew.

    Raises:
        TooOften: the visitor, or somebody at their address, began too many.
    """
    with transaction.atomic():
        draft = Draft.objects.select_for_update().filter(pk=draft_id).first() if draft_id else None
        if draft is None:
            by = floods.who(visitor.actor())
            floods.require_calm(floods.WRITING, by, at=at)
            floods.mark(floods.WRITING, by, at=at)
            draft = Draft(said={})
        draft.said, draft.saved_at = {**draft.said, **said}, at
        draft.save()
    return draft


def find_draft(draft_id: UUID | None) -> Draft:
    """The draft of that key; raises `DraftGone`."""
    draft = Draft.objects.filter(pk=draft_id).first() if draft_id else None
    if draft is None:
        raise DraftGone
    return draft


def add_photos(
    *, draft_id: UUID, files: Sequence[tuple[str, IO[bytes]]], visitor: Visitor, at: datetime
) -> None:
    """Keep the photos (name, content) with the draft.

    Raises:
        DraftGone, TooManyPhotos, TooOften; and what `store_photo` refuses: then none is kept.
    """
    by = floods.who(visitor.actor())
    floods.require_calm(floods.PHOTO, by, at=at)
    if len(files) > MOST_PHOTOS:
        raise TooManyPhotos(field="photos", limit=MOST_PHOTOS)
    for _one in files:
        floods.mark(floods.PHOTO, by, at=at)
    stored = [store_photo(content, name=name, at=at) for name, content in files]
    with transaction.atomic():
        draft = Draft.objects.select_for_update().filter(pk=draft_id).first()
        if draft is None:
            raise DraftGone
        if draft.photos.count() + len(stored) > MOST_PHOTOS:
            raise TooManyPhotos(field="photos", limit=MOST_PHOTOS)
        Photo.objects.bulk_create(
            Photo(draft=draft, blob=blob, width=width, height=height) for blob, width, height in stored
        )


def remove_photo(*, draft_id: UUID, photo_id: UUID) -> None:
    """Take a photo out of the draft; one that is not there is not missed."""
    Photo.objects.filter(pk=photo_id, draft=draft_id).delete()


def send_draft(*, draft_id: UUID | None, visitor: Visitor, at: datetime) -> Feedback:
    """Send what was written, for the party that a signed-in visitor acts for; the draft is gone then.

    Raises:
        DraftGone: or sent already; and what `send_feedback` refuses.
    """
    with transaction.atomic():
        draft = Draft.objects.select_for_update().filter(pk=draft_id).first() if draft_id else None
        if draft is None:
            raise DraftGone
        feedback = send_feedback(new=_new(draft, visitor), actor=visitor.actor(), at=at)
        draft.delete()
    return feedback


def point_of(draft: Draft) -> Point | None:
    """The place marked on the map."""
    marked = draft.said.get("point")
    return Point(float(marked[0]), float(marked[1])) if marked else None


def _new(draft: Draft, visitor: Visitor) -> NewFeedback:
    """What was said, whole. Raises `DraftGone` where a page was skipped."""
    said = draft.said
    try:
        kind, category, text = Kind(said["kind"]), str(said["category"]), str(said["text"])
        place = Place(int(said["unit"]), str(said.get("words", "")), point_of(draft))
        public = bool(said["wants_public"])
    except KeyError as error:
        raise DraftGone from error
    contact = {field: str(said.get(field, "")) for field in ("name", "telephone", "email")}
    sender = Sender(visitor.for_id) if visitor.signed_in else Sender(None, **contact)
    photos = tuple(draft.photos.values_list("pk", flat=True))
    return NewFeedback(kind, category, text, place, sender, public, photos)

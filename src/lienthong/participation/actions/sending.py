"""Feedback is sent: checked, kept with a secret code, and given to the body that is competent."""

from __future__ import annotations

import re
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from lienthong.directory.public import AdministrativeUnit
from lienthong.kernel.clock import VIETNAM
from lienthong.ledger.public import Actor
from lienthong.participation import floods, places, routing
from lienthong.participation.actions.moving import make, optional_words, write
from lienthong.participation.codes import new_code
from lienthong.participation.contracts import NewFeedback, Sender
from lienthong.participation.models import TEXT_LIMIT, WORDS_LIMIT, Category, Feedback, Photo
from lienthong.participation.photos import MOST_PHOTOS
from lienthong.participation.queries import find_category
from lienthong.participation.refusals import BadContact, TextMissing, TooManyPhotos
from lienthong.participation.states import ROUTE, SEND

_TELEPHONE = re.compile(r"\+?[0-9][0-9 .()-]{6,20}")
_ADDRESS = re.compile(r"https?://[^\s<>\"']{1,490}")


def send_feedback(
    *, new: NewFeedback, actor: Actor, at: datetime, limit: floods.Limit | None = floods.SENDING
) -> Feedback:
    """Take in what somebody says, and give it to the competent body with a deadline.

    Its `code` is the sender's own way back to it. `limit` slows down a party or an address that sends again
    and again.

    Raises:
        TooOften; TextMissing, WordsTooLong, UnknownCategory, UnknownPlace, OutsideVietnam, NoCompetentBody,
        BadContact, TooManyPhotos.
    """
    if limit is not None:
        floods.require_calm(limit, floods.who(actor), at=at)
    category, unit = _looked_up(new, at=at)
    feedback = _made(new, category, unit, at)
    with transaction.atomic():
        feedback.save(force_insert=True)
        _take_photos(feedback, new.photos)
        write(feedback, SEND, actor=actor, at=at, data={"category": category.code, "source": new.source})
        give_to_body(feedback, actor=actor, at=at)
        if limit is not None:
            floods.mark(limit, floods.who(actor), at=at)
    return feedback


def give_to_body(feedback: Feedback, *, actor: Actor, at: datetime) -> None:
    """Route new feedback, in the caller's transaction. Raises `NoCompetentBody`."""
    on = at.astimezone(VIETNAM).date()
    feedback.agency = routing.competent_body(feedback.unit, feedback.category, on=on)
    feedback.due_at = routing.due_for(feedback.agency, feedback.category.days, at=at)
    make(feedback, ROUTE, actor=actor, at=at, data={"agency": feedback.agency.code})


def _looked_up(new: NewFeedback, *, at: datetime) -> tuple[Category, AdministrativeUnit]:
    on = at.astimezone(VIETNAM).date()
    if new.place.point is not None:
        places.require_in_vietnam(new.place.point, on=on)
    return find_category(new.category), places.find_unit(new.place.unit_id, on=on)


def _made(new: NewFeedback, category: Category, unit: AdministrativeUnit, at: datetime) -> Feedback:
    text = optional_words(new.text, field="text", limit=TEXT_LIMIT)
    if not text:
        raise TextMissing(field="text", limit=TEXT_LIMIT)
    sender, point = checked_sender(new.sender), new.place.point
    return Feedback(
        code=new_code(),
        kind=new.kind,
        category=category,
        text=text,
        unit=unit,
        place=optional_words(new.place.words, field="words", limit=WORDS_LIMIT),
        # Some ten metres: enough to find a hole in the road, and no more than that.
        latitude=round(point.latitude, 4) if point else None,
        longitude=round(point.longitude, 4) if point else None,
        source=new.source,
        client_id=new.client_id,
        media_url=new.media_url if _ADDRESS.fullmatch(new.media_url) else "",
        party_id=sender.party_id,
        sender_name=sender.name,
        telephone=sender.telephone,
        email=sender.email,
        wants_public=new.wants_public,
        sent_at=at,
    )


def checked_sender(sender: Sender) -> Sender:
    """The sender as kept; raises `BadContact`, `WordsTooLong`."""
    telephone, email = sender.telephone.strip(), sender.email.strip()
    if telephone and not _TELEPHONE.fullmatch(telephone):
        raise BadContact(field="telephone", said=telephone[:50])
    if email:
        try:
            validate_email(email)
        except ValidationError as error:
            raise BadContact(field="email", said=email[:100]) from error
    name = optional_words(sender.name, field="name", limit=250)
    return Sender(sender.party_id, name, telephone, email)


def _take_photos(feedback: Feedback, keys: tuple[UUID, ...]) -> None:
    """What was kept with the draft goes over to the feedback."""
    if len(keys) > MOST_PHOTOS:
        raise TooManyPhotos(field="photos", limit=MOST_PHOTOS)
    if keys:
        Photo.objects.filter(pk__in=keys, draft__isnull=False).update(feedback=feedback, draft=None)

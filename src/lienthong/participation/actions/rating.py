"""Parties rate each step of the service they got; a body answers the low ones."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from lienthong.dossiers.public import Dossier
from lienthong.identity.public import NotAllowed, NotFound, Viewer, Visitor
from lienthong.ledger.public import JSON, record
from lienthong.participation import routing
from lienthong.participation.actions.moving import optional_words, words
from lienthong.participation.models import Rating
from lienthong.participation.refusals import BadScore, NothingOwed, NothingToRate, RatedBefore
from lienthong.participation.states import LOW, SCORE_LABELS, WORKERS, Stage
from lienthong.participation.telling import tell_rating
from lienthong.participation.telling_parties import tell_rater

ANSWER_DAYS = 5


def find_rated(visitor: Visitor, dossier_id: UUID) -> Dossier:
    """The dossier, if the visitor acts for one of its parties. One query; raises `NotFound`."""
    rows = Dossier.objects.filter(pk=dossier_id, parties__party=visitor.for_id) if visitor.for_id else None
    dossier = rows.select_related("agency").first() if rows is not None else None
    if dossier is None:
        raise NotFound
    return dossier


def rateable(dossier: Dossier) -> list[Stage]:
    """The steps of the dossier that have been done."""
    ended = dossier.finished_at is not None
    done = {
        Stage.ACCEPTING: dossier.accepted_at is not None or ended,
        Stage.PROCESSING: ended,
        Stage.RESULT: dossier.closed_at is not None,
    }
    return [stage for stage, there in done.items() if there]


def rate(*, dossier_id: UUID, stage: Stage, score: int, text: str, visitor: Visitor, at: datetime) -> Rating:
    """Rate a step, once. A low rating is owed an answer within five working days of the body.

    Raises:
        NotFound: no party of the dossier. NothingToRate, RatedBefore, BadScore, WordsTooLong.
    """
    dossier = find_rated(visitor, dossier_id)
    if stage not in rateable(dossier):
        raise NothingToRate
    if score not in SCORE_LABELS:
        raise BadScore(field="score")
    if visitor.for_id is None:
        raise NotFound
    rating = Rating(
        dossier=dossier,
        stage=stage,
        agency_id=dossier.agency_id,
        party_id=visitor.for_id,
        score=score,
        words=optional_words(text, field="words", limit=1_000),
        rated_at=at,
        due_at=routing.due_for(dossier.agency, ANSWER_DAYS, at=at) if score <= LOW else None,
    )
    try:
        with transaction.atomic():
            rating.save(force_insert=True)
            data: dict[str, JSON] = {"stage": stage, "score": score}
            record(actor=visitor.actor(), verb="rating.give", subject=rating.ledger_subject, at=at, data=data)
            if rating.due_at is not None:
                tell_rating(rating, at=at)
    except IntegrityError as error:
        raise RatedBefore from error
    return rating


def ratings_of(dossier: Dossier) -> dict[str, Rating]:
    """What was given for the dossier, by its step. One query."""
    return {rating.stage: rating for rating in Rating.objects.filter(dossier=dossier)}


def answer_rating(*, rating_id: UUID, text: str, viewer: Viewer, at: datetime) -> Rating:
    """Answer a low rating; the party reads it where it rated.

    Raises:
        NotFound, NotAllowed, NothingOwed, WordsMissing, WordsTooLong.
    """
    said = words(text, field="answer")
    held = Rating.objects.select_for_update(of=("self",)).select_related("dossier", "agency")
    with transaction.atomic():
        rating = held.filter(pk=rating_id, agency=viewer.agency_id).first()
        if rating is None or viewer.agency_id is None:
            raise NotFound
        if not viewer.has(*WORKERS):
            raise NotAllowed
        if rating.due_at is None or rating.answered_at is not None:
            raise NothingOwed
        rating.answer, rating.answered_by_id, rating.answered_at = said, viewer.official_id, at
        rating.save()
        record(actor=viewer.actor(), verb="rating.answer", subject=rating.ledger_subject, at=at)
        tell_rater(rating, at=at)
    return rating


def rated(dossier_ids: Collection[UUID]) -> dict[UUID, set[str]]:
    """The steps that were rated, by dossier. One query."""
    found: dict[UUID, set[str]] = {}
    for dossier_id, stage in Rating.objects.filter(dossier__in=dossier_ids).values_list(
        "dossier_id", "stage"
    ):
        found.setdefault(dossier_id, set()).add(stage)
    return found

"""What officials of a body do with feedback: take, pass on, answer, decide, refuse."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from lienthong.directory.public import Agency, ClosedAgency
from lienthong.identity.public import NotAllowed, NotFound, Viewer
from lienthong.kernel.clock import VIETNAM
from lienthong.participation import policies, routing
from lienthong.participation.actions.moving import make, optional_words, words
from lienthong.participation.contracts import Answer
from lienthong.participation.models import ANSWER_LIMIT, TEXT_LIMIT, Feedback
from lienthong.participation.queries import find_feedback
from lienthong.participation.refusals import ForwardMissing, NotAgreed, PublicTextMissing, SameBody
from lienthong.participation.states import (
    APPROVE,
    DRAFT,
    REFUSE,
    REROUTE,
    SEND_BACK,
    TAKE,
    UNPUBLISH,
    Move,
    Reason,
)


def take(*, feedback_id: UUID, viewer: Viewer, at: datetime) -> Feedback:
    """Begin to work on it. Raises NotFound, NotAllowed, NotNow: somebody else has taken it."""
    with transaction.atomic():
        feedback = _held(viewer, feedback_id, TAKE)
        feedback.handler_id = viewer.official_id
        make(feedback, TAKE, actor=viewer.actor(), at=at)
    return feedback


def reroute(*, feedback_id: UUID, agency_id: int, reason: str, viewer: Viewer, at: datetime) -> Feedback:
    """Pass it on to the body that is competent, with a reason that its sender reads too.

    The deadline begins anew there, because that body could not begin before. Two queries for the body.

    Raises:
        NotFound, NotAllowed, NotNow; SameBody, ClosedAgency, WordsMissing, WordsTooLong.
    """
    said, on = words(reason, field="reason"), at.astimezone(VIETNAM).date()
    with transaction.atomic():
        feedback = _held(viewer, feedback_id, REROUTE)
        agency = Agency.objects.filter(pk=agency_id).first()
        if agency is None:
            raise NotFound
        if agency.pk == feedback.agency_id:
            raise SameBody(field="agency")
        if not agency.valid_from <= on < agency.valid_to:
            raise ClosedAgency.of(agency, on=on, field="agency")
        former = feedback.agency.code if feedback.agency else ""
        feedback.agency, feedback.handler, feedback.warned_at = agency, None, None
        feedback.due_at = routing.due_for(agency, feedback.category.days, at=at)
        data = {"from": former, "to": agency.code}
        make(feedback, REROUTE, actor=viewer.actor(), at=at, text=said, data=data)
    return feedback


def draft_answer(*, feedback_id: UUID, answer: Answer, viewer: Viewer, at: datetime) -> Feedback:
    """Submit an answer to the body's leader.

    Raises:
        NotFound, NotAllowed, NotNow; WordsMissing, WordsTooLong; NotAgreed: its sender wants nothing shown;
        PublicTextMissing.
    """
    text = words(answer.text, field="text", limit=ANSWER_LIMIT)
    public_text = optional_words(answer.public_text, field="public_text", limit=TEXT_LIMIT)
    with transaction.atomic():
        feedback = _held(viewer, feedback_id, DRAFT)
        if answer.publish and not feedback.wants_public:
            raise NotAgreed(field="publish")
        if answer.publish and not public_text:
            raise PublicTextMissing(field="public_text")
        feedback.answer, feedback.publish = text, answer.publish
        feedback.public_text = public_text if answer.publish else ""
        feedback.shows_place = answer.publish and answer.shows_place
        feedback.photos.update(public=False)
        if answer.publish and answer.photos:
            feedback.photos.filter(pk__in=answer.photos).update(public=True)
        make(feedback, DRAFT, actor=viewer.actor(), at=at)
    return feedback


def send_back(*, feedback_id: UUID, reason: str, viewer: Viewer, at: datetime) -> Feedback:
    """Want the answer better. Raises NotFound, NotAllowed, NotNow, WordsMissing, WordsTooLong."""
    said = words(reason, field="reason")
    with transaction.atomic():
        feedback = _held(viewer, feedback_id, SEND_BACK)
        make(feedback, SEND_BACK, actor=viewer.actor(), at=at, text=said)
    return feedback


def approve(*, feedback_id: UUID, viewer: Viewer, at: datetime) -> Feedback:
    """Send the answer, and show it in public where that was asked and agreed.

    Raises:
        NotFound, NotAllowed, NotNow.
    """
    with transaction.atomic():
        feedback = _held(viewer, feedback_id, APPROVE)
        _first_word(feedback, at)
        feedback.answered_at = at
        if feedback.publish and feedback.wants_public:
            feedback.published_at = at
        make(feedback, APPROVE, actor=viewer.actor(), at=at, data={"published": feedback.publish})
    return feedback


def refuse(
    *,
    feedback_id: UUID,
    why: Reason,
    reason: str,
    viewer: Viewer,
    at: datetime,
    forwarded_to: str = "",
) -> Feedback:
    """Refuse it, with words that its sender reads; who is not competent names who is.

    Raises:
        NotFound, NotAllowed, NotNow; WordsMissing, WordsTooLong, ForwardMissing.
    """
    said = words(reason, field="reason")
    forward = optional_words(forwarded_to, field="forwarded_to", limit=250)
    if why is Reason.NOT_COMPETENT and not forward:
        raise ForwardMissing(field="forwarded_to")
    with transaction.atomic():
        feedback = _held(viewer, feedback_id, REFUSE)
        _first_word(feedback, at)
        feedback.refusal, feedback.forwarded_to, feedback.published_at = why, forward, None
        make(feedback, REFUSE, actor=viewer.actor(), at=at, text=said, data={"why": why})
    return feedback


def unpublish(*, feedback_id: UUID, reason: str, viewer: Viewer, at: datetime) -> Feedback:
    """Show it to the public no more. Raises NotFound, NotAllowed, NotNow, WordsMissing, WordsTooLong."""
    said = words(reason, field="reason")
    with transaction.atomic():
        feedback = _held(viewer, feedback_id, UNPUBLISH)
        feedback.published_at, feedback.publish = None, False
        make(feedback, UNPUBLISH, actor=viewer.actor(), at=at, text=said)
    return feedback


def _held(viewer: Viewer, feedback_id: UUID, move: Move) -> Feedback:
    feedback = find_feedback(viewer, feedback_id, lock=True)
    policies.require(viewer, feedback, move)
    if viewer.official_id is None:
        raise NotAllowed
    return feedback


def _first_word(feedback: Feedback, at: datetime) -> None:
    """Whether the body kept its time is settled by its first word; one reopened adds nothing to it."""
    if feedback.in_time is None and feedback.due_at is not None:
        feedback.in_time = at <= feedback.due_at

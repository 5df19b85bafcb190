"""What its sender does with an answer: takes it, or reopens it once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from lienthong.identity.public import Visitor
from lienthong.participation import floods, policies, routing
from lienthong.participation.actions.moving import make, words
from lienthong.participation.models import Feedback
from lienthong.participation.queries import find_by_code, find_own
from lienthong.participation.refusals import WrongCode
from lienthong.participation.states import ACCEPT, REOPEN, Move


def open_by_code(*, code: str, visitor: Visitor, at: datetime) -> Feedback:
    """The feedback that the code opens; wrong ones are counted by address, and soon not looked at.

    Raises:
        TooOften, WrongCode.
    """
    floods.require_calm(floods.WRONG_CODE, visitor.source, at=at)
    try:
        return find_by_code(code)
    except WrongCode:
        floods.mark(floods.WRONG_CODE, visitor.source, at=at)
        raise


def reopen(
    *, feedback_id: UUID, reason: str, visitor: Visitor, known: Collection[UUID], at: datetime
) -> Feedback:
    """Say that the answer answers nothing; the body gets it back with a new deadline, once.

    Raises:
        NotFound, NotNow, ReopenedBefore, ReopenTooLate, WordsMissing, WordsTooLong.
    """
    said = words(reason, field="reason")
    with transaction.atomic():
        feedback = _held(feedback_id, REOPEN, visitor, known, at)
        feedback.reopened_at, feedback.published_at, feedback.warned_at = at, None, None
        if feedback.agency is not None:
            feedback.due_at = routing.due_for(feedback.agency, feedback.category.days, at=at)
        make(feedback, REOPEN, actor=visitor.actor(), at=at, text=said)
    return feedback


def accept(*, feedback_id: UUID, visitor: Visitor, known: Collection[UUID], at: datetime) -> Feedback:
    """Close it, content. Raises NotFound, NotNow."""
    with transaction.atomic():
        feedback = _held(feedback_id, ACCEPT, visitor, known, at)
        feedback.closed_at = at
        make(feedback, ACCEPT, actor=visitor.actor(), at=at)
    return feedback


def _held(feedback_id: UUID, move: Move, visitor: Visitor, known: Collection[UUID], at: datetime) -> Feedback:
    feedback = find_own(visitor, known, feedback_id, lock=True)
    refusal = policies.sender_refusal(feedback, move, at=at)
    if refusal is not None:
        raise refusal
    return feedback

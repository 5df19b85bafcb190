"""Who may do what with feedback; the buttons are drawn from `allowed_actions`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from lienthong.identity.public import NotAllowed, NotFound, Viewer, Visitor
from lienthong.kernel.errors import Refusal
from lienthong.participation.models import Feedback
from lienthong.participation.refusals import NotNow, ReopenedBefore, ReopenTooLate
from lienthong.participation.states import (
    MOVES,
    READERS,
    REOPEN,
    REOPEN_WITHIN,
    STATE_LABELS,
    UNPUBLISH,
    WORKERS,
    Move,
    Who,
)


def reads(viewer: Viewer, feedback: Feedback) -> bool:
    """Whether the official reads it: of the body it lies with, in a post that works with feedback."""
    return viewer.agency_id is not None and viewer.agency_id == feedback.agency_id and viewer.has(*READERS)


def allowed_actions(viewer: Viewer, feedback: Feedback) -> list[Move]:
    """What the official may do now, in the order of the table."""
    return [
        move
        for move in MOVES.values()
        if move.who is Who.OFFICIAL and refusal_of(viewer, feedback, move) is None
    ]


def require(viewer: Viewer, feedback: Feedback, move: Move) -> None:
    """Raise what stands against the official's move: `NotFound`, `NotAllowed`, `NotNow`."""
    refusal = refusal_of(viewer, feedback, move)
    if refusal is not None:
        raise refusal


def refusal_of(viewer: Viewer, feedback: Feedback, move: Move) -> Refusal | None:
    """What stands against the move; the person is looked at before the state, so that nothing leaks."""
    if not reads(viewer, feedback):
        return NotFound()
    if move.who is not Who.OFFICIAL or not viewer.has(*move.roles):
        return NotAllowed()
    if move is UNPUBLISH and feedback.published_at is None:
        return NotNow(state=STATE_LABELS[feedback.state])
    return wrong_state(feedback, move)


def wrong_state(feedback: Feedback, move: Move) -> Refusal | None:
    """What the state says against the move, whoever makes it."""
    return None if feedback.state in move.sources else NotNow(state=STATE_LABELS[feedback.state])


def is_sender(visitor: Visitor, known: Collection[UUID], feedback: Feedback) -> bool:
    """Whether it is the visitor's own: sent for the party they act for, or opened by its code before."""
    own = visitor.for_id is not None and visitor.for_id == feedback.party_id
    return own or feedback.pk in known


def sender_refusal(feedback: Feedback, move: Move, *, at: datetime) -> Refusal | None:
    """What stands against the move of its sender; that it is their own was looked at before."""
    refusal = wrong_state(feedback, move)
    if refusal is not None or move is not REOPEN or feedback.answered_at is None:
        return refusal
    if feedback.reopened_at is not None:
        return ReopenedBefore()
    if at > feedback.answered_at + REOPEN_WITHIN:
        return ReopenTooLate(days=REOPEN_WITHIN.days)
    return None


def sender_actions(feedback: Feedback, *, at: datetime) -> list[Move]:
    """What its sender may do now."""
    moves = (move for move in MOVES.values() if move.who is Who.SENDER)
    return [move for move in moves if sender_refusal(feedback, move, at=at) is None]


def works(viewer: Viewer) -> bool:
    """Whether the post takes and answers feedback."""
    return viewer.agency_id is not None and viewer.has(*WORKERS)

"""Every move of feedback goes through here: the state, the history, the ledger, who is told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from lienthong.ledger.public import JSON, Actor, record
from lienthong.participation.models import Feedback, Step
from lienthong.participation.refusals import WordsMissing, WordsTooLong
from lienthong.participation.states import Move
from lienthong.participation.telling import tell
from lienthong.participation.telling_parties import tell_sender

REASON_LIMIT = 2_000


def make(
    feedback: Feedback,
    move: Move,
    *,
    actor: Actor,
    at: datetime,
    text: str = "",
    data: Mapping[str, JSON] | None = None,
) -> None:
    """Make the move of locked feedback, save it whole and tell all of it, in the caller's transaction."""
    if move.target is not None:
        feedback.state = move.target
    feedback.save()
    write(feedback, move.verb, actor=actor, at=at, text=text, data=data)
    tell(feedback, move.verb, actor=actor.name, at=at)
    tell_sender(feedback, move.verb, at=at)


def write(
    feedback: Feedback,
    verb: str,
    *,
    actor: Actor,
    at: datetime,
    text: str = "",
    data: Mapping[str, JSON] | None = None,
) -> None:
    """Add a step to the history and an event to the ledger, which never says what the sender wrote."""
    official = actor.name if actor.kind == "official" else ""
    Step.objects.create(
        feedback=feedback, verb=verb, text=text, agency_id=feedback.agency_id, official_name=official, at=at
    )
    record(actor=actor, verb=f"feedback.{verb}", subject=feedback.ledger_subject, at=at, data=data)


def words(said: str, *, field: str, limit: int = REASON_LIMIT) -> str:
    """The words, trimmed; raises `WordsMissing`, `WordsTooLong`."""
    found = optional_words(said, field=field, limit=limit)
    if not found:
        raise WordsMissing(field=field, limit=limit)
    return found


def optional_words(said: str, *, field: str, limit: int) -> str:
    """The words, trimmed, or none; raises `WordsTooLong`."""
    found = said.replace("\0", "").replace("\r\n", "\n").strip()
    if len(found) > limit:
        raise WordsTooLong(field=field, limit=limit)
    return found

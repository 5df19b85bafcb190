"""The life of feedback: its states and the one table of what may be done in each, by whom, on what basis."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lienthong.identity.public import Role


class Kind(StrEnum):
    """What somebody says: that something is so, how it could be better, that they were served badly."""

    REFLECTION = "reflection"
    PROPOSAL = "proposal"
    COMPLAINT = "complaint"


class Source(StrEnum):
    """The way it came."""

    PORTAL = "portal"
    OPEN311 = "open311"


class State(StrEnum):
    """Where feedback stands; DRAFTED: an answer waits for a leader."""

    SENT = "sent"
    ROUTED = "routed"
    IN_PROGRESS = "in-progress"
    DRAFTED = "drafted"
    ANSWERED = "answered"
    REOPENED = "reopened"
    CLOSED = "closed"
    REFUSED = "refused"


class Reason(StrEnum):
    """Why feedback is refused."""

    NOT_COMPETENT = "not-competent"
    SPAM = "spam"
    REPEATED = "repeated"
    OTHER_WAY = "other-way"


class Who(StrEnum):
    """Who makes a move: the platform, an official of the body, its sender."""

    PLATFORM = "platform"
    OFFICIAL = "official"
    SENDER = "sender"


@dataclass(frozen=True)
class Move:
    """One thing that may be done; without `target` the state stays.

    `roles`: which of the body's posts may; `reason`: not without words.

    `law` is its basis. Luật Tiếp công dân 42/2013/QH13 is named by article; NĐ 20/2008/NĐ-CP (amended by NĐ
    48/2013 and NĐ 92/2017) only as a whole, because its articles could not be looked up here (ADR 0079).
    """

    verb: str
    sources: frozenset[State]
    target: State | None
    who: Who
    label: Promise
    law: str
    roles: frozenset[Role] = frozenset()
    reason: bool = False


_ROUTED, _WORKED, _DRAFTED, _AGAIN = State.ROUTED, State.IN_PROGRESS, State.DRAFTED, State.REOPENED
WAITING = frozenset({_ROUTED, _AGAIN})  # nobody has taken it
OPEN = WAITING | {_WORKED, _DRAFTED}  # the body owes an answer
ENDED = frozenset({State.CLOSED, State.REFUSED})
SHOWN = frozenset({State.ANSWERED, State.CLOSED})  # what may be public
REOPEN_WITHIN = timedelta(days=15)
LEAST_SHOWN = 5  # figures of fewer could tell of a person

READERS = (Role.SPECIALIST, Role.CLERK, Role.RECEPTIONIST, Role.LEADER, Role.AUDITOR)
WORKERS = frozenset({Role.SPECIALIST, Role.CLERK, Role.RECEPTIONIST, Role.LEADER})
_LEADER = frozenset({Role.LEADER})
_PEOPLE, _DECREE, _OURS = "Luật 42/2013/QH13, Đ.28", "NĐ 20/2008/NĐ-CP", "ADR 0079"

ROUTE = Move(
    "route", frozenset({State.SENT}), _ROUTED, Who.PLATFORM, _("Sent to the competent body"), _DECREE
)
TAKE = Move("take", WAITING, _WORKED, Who.OFFICIAL, _("Take"), _DECREE, WORKERS)
REROUTE = Move(
    "reroute",
    WAITING | {_WORKED},
    _ROUTED,
    Who.OFFICIAL,
    _("Pass on to another body"),
    _DECREE,
    WORKERS,
    reason=True,
)
DRAFT = Move("draft", frozenset({_WORKED}), _DRAFTED, Who.OFFICIAL, _("Submit the answer"), _PEOPLE, WORKERS)
SEND_BACK = Move(
    "send-back",
    frozenset({_DRAFTED}),
    _WORKED,
    Who.OFFICIAL,
    _("Send back for rework"),
    _OURS,
    _LEADER,
    reason=True,
)
APPROVE = Move(
    "approve",
    frozenset({_DRAFTED}),
    State.ANSWERED,
    Who.OFFICIAL,
    _("Approve and send the answer"),
    _PEOPLE,
    _LEADER,
)
REFUSE = Move(
    "refuse",
    WAITING | {_WORKED},
    State.REFUSED,
    Who.OFFICIAL,
    _("Refuse"),
    _DECREE,
    _LEADER,
    reason=True,
)
UNPUBLISH = Move(
    "unpublish",
    SHOWN,
    None,
    Who.OFFICIAL,
    _("Show it to the public no more"),
    _OURS,
    _LEADER,
    reason=True,
)
REOPEN = Move(
    "reopen",
    frozenset({State.ANSWERED}),
    _AGAIN,
    Who.SENDER,
    _("This does not answer it"),
    _OURS,
    reason=True,
)
ACCEPT = Move("accept", frozenset({State.ANSWERED}), State.CLOSED, Who.SENDER, _("I am content"), _OURS)
LAPSE = Move(
    "lapse", frozenset({State.ANSWERED}), State.CLOSED, Who.PLATFORM, _("Closed after 15 days"), _OURS
)

MOVES: dict[str, Move] = {
    move.verb: move
    for move in (
        ROUTE,
        TAKE,
        DRAFT,
        APPROVE,
        SEND_BACK,
        REROUTE,
        REFUSE,
        UNPUBLISH,
        REOPEN,
        ACCEPT,
        LAPSE,
    )
}
SEND = "send"  # the verb of the first step, which is no move

STATE_LABELS: dict[str, Promise] = {
    State.SENT: _("It has come in"),
    State.ROUTED: _("With the competent body"),
    State.IN_PROGRESS: _("In progress"),
    State.DRAFTED: _("Answer waits for approval"),
    State.ANSWERED: _("Answered"),
    State.REOPENED: _("Reopened by the sender"),
    State.CLOSED: _("Closed"),
    State.REFUSED: _("Refused"),
}
STATE_COLORS: dict[str, str] = {
    State.SENT: "info",
    State.ROUTED: "info",
    State.IN_PROGRESS: "accent",
    State.DRAFTED: "warning",
    State.ANSWERED: "success",
    State.REOPENED: "danger",
    State.CLOSED: "neutral",
    State.REFUSED: "neutral",
}
# What an answer that a leader has not approved looks like from outside.
SAID_OUTSIDE: dict[str, str] = {State.DRAFTED: State.IN_PROGRESS}
KIND_LABELS: dict[str, Promise] = {
    Kind.REFLECTION: _("Something is wrong or broken"),
    Kind.PROPOSAL: _("A proposal to do something better"),
    Kind.COMPLAINT: _("I was served badly"),
}
REASON_LABELS: dict[str, Promise] = {
    Reason.NOT_COMPETENT: _("Not for this body to decide"),
    Reason.SPAM: _("Abuse or advertising"),
    Reason.REPEATED: _("Answered before, and nothing new is said"),
    Reason.OTHER_WAY: _("A complaint or denunciation, for which the law has a way of its own"),
}
VERB_LABELS: dict[str, Promise] = {
    SEND: _("It has come in"),
    "route": _("Sent to the competent body"),
    "take": _("An official has taken it"),
    "draft": _("An answer was submitted"),
    "send-back": _("The answer was sent back for rework"),
    "approve": _("Answered"),
    "reroute": _("Passed on to another body"),
    "refuse": _("Refused"),
    "unpublish": _("No longer shown to the public"),
    "reopen": _("Reopened by the sender"),
    "accept": _("The sender is content"),
    "lapse": _("Closed after 15 days"),
}
# What happens inside the body is not the sender's to read.
INSIDE = frozenset({"draft", "send-back", "unpublish"})


class Stage(StrEnum):
    """A step of the one-stop that a party rates."""

    ACCEPTING = "accepting"
    PROCESSING = "processing"
    RESULT = "result"


LOW = 2  # the body owes an answer to a rating of so many points or fewer
STAGE_LABELS: dict[str, Promise] = {
    Stage.ACCEPTING: _("Handing in the dossier"),
    Stage.PROCESSING: _("Settling it"),
    Stage.RESULT: _("Getting the result"),
}
SCORE_LABELS: dict[int, Promise] = {
    5: _("Very content"),
    4: _("Content"),
    3: _("In between"),
    2: _("Not content"),
    1: _("Not content at all"),
}

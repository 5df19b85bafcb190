"""The life of a task: its states and the one table of what may be done in each, by whom, under which rule."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class TaskState(StrEnum):
    """Where a task stands: given, worked on, sent back by its lead, reported done, accepted, called off."""

    GIVEN = "given"
    IN_PROGRESS = "in-progress"
    RETURNED = "returned"
    REPORTED = "reported"
    ACCEPTED = "accepted"
    CANCELLED = "cancelled"


class Part(StrEnum):
    """A party's part in a task (chủ trì, phối hợp, để biết)."""

    LEAD = "lead"
    COOPERATING = "co-operating"
    INFORMED = "informed"


class Who(StrEnum):
    """Who may make a move; OUTSIDE is another agency, heard through the axis."""

    GIVER = "giver"
    LEAD = "lead"
    WORKER = "worker"
    OUTSIDE = "outside"


class ExtensionState(StrEnum):
    """What became of a request for more time; LAPSED if the task moved on before anyone decided."""

    PENDING = "pending"
    GRANTED = "granted"
    REFUSED = "refused"
    LAPSED = "lapsed"


@dataclass(frozen=True)
class Move:
    """One thing that may be done with a task. Without `target` the state stays.

    `article` is the rule of NĐ 30/2020/NĐ-CP it follows; `reason`: it is not done without words.
    `outside`: it may also be done with a task that another agency leads.
    """

    verb: str
    sources: frozenset[TaskState]
    target: TaskState | None
    who: Who
    article: str
    label: Promise
    reason: bool = False
    outside: bool = False


_GIVEN, _WORKED, _BACK, _DONE = (
    TaskState.GIVEN,
    TaskState.IN_PROGRESS,
    TaskState.RETURNED,
    TaskState.REPORTED,
)
UNDER_WAY = frozenset({_GIVEN, _WORKED})
OPEN = UNDER_WAY | {_BACK, _DONE}
CLOSED = frozenset({TaskState.ACCEPTED, TaskState.CANCELLED})

START = Move("start", frozenset({_GIVEN}), _WORKED, Who.LEAD, "Đ.24", _("Start work"))
HAND_ON = Move("hand-on", UNDER_WAY, _GIVEN, Who.LEAD, "Đ.23", _("Hand on"))
RETURN = Move("return", UNDER_WAY, _BACK, Who.LEAD, "Đ.24", _("Send back to the giver"), reason=True)
SPLIT = Move("split", UNDER_WAY, None, Who.LEAD, "Đ.23", _("Give a sub-task"), reason=True)
PROGRESS = Move("report-progress", UNDER_WAY, None, Who.WORKER, "Đ.24", _("Report progress"), reason=True)
ASK_TIME = Move("ask-extension", UNDER_WAY, None, Who.LEAD, "Đ.24", _("Ask for more time"), reason=True)
FINISH = Move("finish", frozenset({_WORKED}), _DONE, Who.LEAD, "Đ.24", _("Report as done"))
COMPLETE = Move("complete", frozenset({_WORKED}), TaskState.ACCEPTED, Who.LEAD, "Đ.24", _("Finish"))
DIRECT_AGAIN = Move("direct-again", UNDER_WAY | {_BACK}, _GIVEN, Who.GIVER, "Đ.23", _("Direct again"))
OPINE = Move("opine", UNDER_WAY, None, Who.GIVER, "Đ.23", _("Add an opinion"), reason=True)
GRANT_TIME = Move("grant-extension", UNDER_WAY, None, Who.GIVER, "Đ.24", _("Grant the time"))
REFUSE_TIME = Move("refuse-extension", UNDER_WAY, None, Who.GIVER, "Đ.24", _("Refuse the time"), reason=True)
ACCEPT = Move(
    "accept", frozenset({_DONE}), TaskState.ACCEPTED, Who.GIVER, "Đ.24", _("Accept the result"), outside=True
)
REWORK = Move(
    "rework", frozenset({_DONE}), _WORKED, Who.GIVER, "Đ.24", _("Send back for rework"), reason=True
)
CANCEL = Move(
    "cancel", OPEN, TaskState.CANCELLED, Who.GIVER, "Đ.23", _("Call off"), reason=True, outside=True
)
# What another agency reports of a sub-task that went to it as a document (QCVN 102:2016).
TAKE_UP = Move("take-up", frozenset({_GIVEN}), _WORKED, Who.OUTSIDE, "Đ.24", _("Taken up there"))
REPORT = Move("report", UNDER_WAY | {_BACK}, _DONE, Who.OUTSIDE, "Đ.24", _("Reported as done from there"))
DECLINE = Move("decline", UNDER_WAY, _BACK, Who.OUTSIDE, "Đ.21 k.2", _("Returned from there"), reason=True)
LOSE = Move(
    "lose", OPEN, TaskState.CANCELLED, Who.OUTSIDE, "Đ.18", _("The document was withdrawn"), reason=True
)

MOVES: dict[str, Move] = {
    move.verb: move
    for move in (
        START,
        FINISH,
        COMPLETE,
        ACCEPT,
        REWORK,
        GRANT_TIME,
        REFUSE_TIME,
        HAND_ON,
        SPLIT,
        PROGRESS,
        ASK_TIME,
        RETURN,
        DIRECT_AGAIN,
        OPINE,
        CANCEL,
        TAKE_UP,
        REPORT,
        DECLINE,
        LOSE,
    )
}

# Verbs of the history that are no moves.
GIVE, CHILDREN_DONE, REPLY, SENT = "give", "children-done", "reply", "sent"
DOCUMENT_CHANGED = "document-changed"
VIRUS_FOUND = "virus-found"  # told only: the history is what people did

STATE_LABELS: dict[str, Promise] = {
    TaskState.GIVEN: _("Given"),
    TaskState.IN_PROGRESS: _("In progress"),
    TaskState.RETURNED: _("Sent back"),
    TaskState.REPORTED: _("Reported as done"),
    TaskState.ACCEPTED: _("Done"),
    TaskState.CANCELLED: _("Called off"),
}
STATE_COLORS: dict[str, str] = {
    TaskState.GIVEN: "info",
    TaskState.IN_PROGRESS: "accent",
    TaskState.RETURNED: "danger",
    TaskState.REPORTED: "warning",
    TaskState.ACCEPTED: "success",
    TaskState.CANCELLED: "neutral",
}
PART_LABELS: dict[str, Promise] = {
    Part.LEAD: _("Lead"),
    Part.COOPERATING: _("Co-operating"),
    Part.INFORMED: _("For information"),
}
EXTENSION_LABELS: dict[str, Promise] = {
    ExtensionState.PENDING: _("waits for a decision"),
    ExtensionState.GRANTED: _("granted"),
    ExtensionState.REFUSED: _("refused"),
    ExtensionState.LAPSED: _("lapsed"),
}
VERB_LABELS: dict[str, Promise] = {
    GIVE: _("Task given"),
    CHILDREN_DONE: _("All sub-tasks are closed"),
    REPLY: _("A reply arrived"),
    SENT: _("A report went out"),
    DOCUMENT_CHANGED: _("Its document was withdrawn, replaced or corrected"),
    "start": _("Work started"),
    "hand-on": _("Handed on"),
    "return": _("Sent back to the giver"),
    "split": _("Sub-task given"),
    "report-progress": _("Progress"),
    "ask-extension": _("More time asked for"),
    "finish": _("Reported as done"),
    "complete": _("Finished"),
    "direct-again": _("Directed again"),
    "opine": _("Opinion added"),
    "grant-extension": _("More time granted"),
    "refuse-extension": _("More time refused"),
    "accept": _("Result accepted"),
    "rework": _("Sent back for rework"),
    "cancel": _("Called off"),
    "take-up": _("Taken up by the agency"),
    "report": _("Reported as done by the agency"),
    "decline": _("Returned by the agency"),
    "lose": _("The document was withdrawn"),
}
VERB_COLORS: dict[str, str] = {
    "return": "danger",
    "decline": "danger",
    "rework": "danger",
    "refuse-extension": "danger",
    "cancel": "danger",
    "lose": "danger",
    "ask-extension": "warning",
    "accept": "success",
    "complete": "success",
    "grant-extension": "success",
}

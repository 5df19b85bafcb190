"""The lives of incoming and outgoing documents: states, the one table of moves, and what the axis is told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lienthong.identity.public import Role


class State(StrEnum):
    """Where an incoming document stands in its agency."""

    ARRIVED = "arrived"
    REGISTERED = "registered"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in-progress"
    FINISHED = "finished"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    DESTROYED = "destroyed"


class Source(StrEnum):
    """How a document reached the agency: over the axis, on paper, or by electronic mail."""

    AXIS = "axis"
    PAPER = "paper"
    MAIL = "mail"


class SenderKind(StrEnum):
    """Who sent a document that came on paper."""

    AGENCY = "agency"
    BUSINESS = "business"
    CITIZEN = "citizen"


class CameBy(StrEnum):
    """How a document that did not come over the axis was brought."""

    POST = "post"
    HAND = "hand"
    MAIL = "mail"


class Reading(StrEnum):
    """How far the text of a document has been read for the search."""

    WAITING = "waiting"
    DONE = "done"
    NOTHING = "nothing"
    ABSENT = "absent"
    FAILED = "failed"
    MARKED = "secret"


class ChangeState(StrEnum):
    """What became of a change that the sender asks for; `LAPSED` if a later one took its place."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    LAPSED = "lapsed"


class OutState(StrEnum):
    """Where an outgoing document stands: a draft, issued and waiting to be sent, or held by the axis.

    `ISSUED` is what goes to nobody over the axis: only inside the agency, or on paper.
    """

    DRAFT = "draft"
    WAITING = "waiting"
    SENT = "sent"
    ISSUED = "issued"


class Way(StrEnum):
    """How a document on paper went to its recipient (NĐ 30/2020, Đ.18)."""

    POST = "post"
    HAND = "hand"
    FAX = "fax"


class ReviewState(StrEnum):
    """Where a round of review of a draft stands; `LAPSED` once the draft was changed."""

    RUNNING = "running"
    AGREED = "agreed"
    RETURNED = "returned"
    LAPSED = "lapsed"


class TurnState(StrEnum):
    """Where one reviewer's part in a round stands: ahead, waiting for the opinion, or what it was."""

    AHEAD = "ahead"
    WAITING = "waiting"
    AGREED = "agreed"
    REMARKED = "remarked"
    RETURNED = "returned"
    LAPSED = "lapsed"


@dataclass(frozen=True)
class Transition:
    """One move of an incoming document.

    `status` is the edXML code reported to the sender (QCVN 102:2016); `article` the rule of NĐ 30/2020/NĐ-CP
    the move follows. `roles` may make it; a move without roles follows the document's task.
    """

    verb: str
    sources: frozenset[State]
    target: State
    status: str
    article: str
    roles: frozenset[Role]
    label: Promise


REGISTER = Transition(
    verb="register",
    sources=frozenset({State.ARRIVED}),
    target=State.REGISTERED,
    status="03",
    article="Đ.22",
    roles=frozenset({Role.CLERK}),
    label=_("Register"),
)
REFUSE = Transition(
    verb="refuse",
    sources=frozenset({State.ARRIVED}),
    target=State.REFUSED,
    status="02",
    article="Đ.21 k.2",
    roles=frozenset({Role.CLERK}),
    label=_("Return to the sender"),
)
ASSIGN = Transition(
    verb="assign",
    sources=frozenset({State.REGISTERED}),
    target=State.ASSIGNED,
    status="04",
    article="Đ.23",
    roles=frozenset({Role.LEADER}),
    label=_("Assign"),
)
START = Transition(
    verb="start",
    sources=frozenset({State.ASSIGNED}),
    target=State.IN_PROGRESS,
    status="05",
    article="Đ.24",
    roles=frozenset(),
    label=_("Start work"),
)
FINISH = Transition(
    verb="finish",
    sources=frozenset({State.IN_PROGRESS}),
    target=State.FINISHED,
    status="06",
    article="Đ.24",
    roles=frozenset(),
    label=_("Finish"),
)

# Only while the sender asks for it; the document is then destroyed here and the sender told.
WITHDRAW = Transition(
    verb="withdraw",
    sources=frozenset({State.ARRIVED, State.REGISTERED, State.ASSIGNED, State.IN_PROGRESS, State.FINISHED}),
    target=State.WITHDRAWN,
    status="15",
    article="Đ.18",
    roles=frozenset({Role.CLERK}),
    label=_("Accept the withdrawal"),
)

# Only where a secrecy mark was found before it had a number: what is secret is not registered here, and its
# sender over the axis is told that it was not kept. With a number it stays where it is, without content.
DESTROY_UNREGISTERED = Transition(
    verb="secret-unregistered",
    sources=frozenset({State.ARRIVED}),
    target=State.DESTROYED,
    status="02",
    article="Đ.21 k.2",
    roles=frozenset({Role.CLERK}),
    label=_("Destroy as secret"),
)

TRANSITIONS: dict[str, Transition] = {
    move.verb: move for move in (REGISTER, REFUSE, ASSIGN, START, FINISH, WITHDRAW, DESTROY_UNREGISTERED)
}

# Nothing is to be done with these any more; of those without FINISHED nothing is kept.
GONE = frozenset({State.REFUSED, State.WITHDRAWN, State.DESTROYED})
OVER = GONE | {State.FINISHED}
UNREGISTERED = GONE | {State.ARRIVED}

ARRIVED_CODE = "01"
REFUSED_CODE = "02"
CONSENT_CODE, DECLINE_CODE = "15", "16"
# The axis' state of a withdrawn delivery, which no code of the standard says.
WITHDRAWN_CODE = "WD"
FINAL_CODES = frozenset({"02", "06", WITHDRAWN_CODE})
UNRECEIVED_CODES = frozenset({"", WITHDRAWN_CODE})

STATE_LABELS: dict[str, Promise] = {
    State.ARRIVED: _("Arrived"),
    State.REGISTERED: _("Registered"),
    State.ASSIGNED: _("Assigned"),
    State.IN_PROGRESS: _("In progress"),
    State.FINISHED: _("Finished"),
    State.REFUSED: _("Returned"),
    State.WITHDRAWN: _("Withdrawn"),
    State.DESTROYED: _("Destroyed as secret"),
}

STATE_COLORS: dict[str, str] = {
    State.ARRIVED: "info",
    State.FINISHED: "success",
    State.WITHDRAWN: "warning",
    State.DESTROYED: "warning",
    State.REFUSED: "danger",
}

SOURCE_LABELS: dict[str, Promise] = {
    Source.AXIS: _("Over the axis"),
    Source.PAPER: _("On paper"),
    Source.MAIL: _("By electronic mail"),
}

CAME_BY_LABELS: dict[str, Promise] = {
    CameBy.POST: _("By post"),
    CameBy.HAND: _("By hand"),
    CameBy.MAIL: _("By electronic mail"),
}

READING_LABELS: dict[str, Promise] = {
    Reading.WAITING: _("The text is still being read; it can be searched in a few minutes."),
    Reading.DONE: _("The text can be searched."),
    Reading.NOTHING: _("No text was found in the file."),
    Reading.ABSENT: _(
        "The scan is not read: OCR is not installed here. Only number, sender and summary can be searched."
    ),
    Reading.FAILED: _("The scan could not be read. Only number, sender and summary can be searched."),
    Reading.MARKED: _(
        "A secrecy mark was found on the scan, so its text is not kept and its files are closed until "
        "a clerk has decided."
    ),
}

SENDER_LABELS: dict[str, Promise] = {
    SenderKind.AGENCY: _("An agency"),
    SenderKind.BUSINESS: _("A business or organisation"),
    SenderKind.CITIZEN: _("A citizen"),
}

# What a sender may ask for a document, as the axis names it; an update leaves the document here.
CHANGE_LABELS: dict[str, Promise] = {
    "take-back": _("Take-back"),
    "revoke": _("Revocation"),
    "update": _("Update"),
    "replace": _("Replacement"),
}
WITHDRAWALS = frozenset({"take-back", "revoke", "replace"})
# Declared by issuing another document that points to this one (NĐ 30/2020, Đ.18: a correction by a công văn).
SUCCESSIONS = frozenset({"replace", "update"})

DECLARED_LABELS: dict[str, Promise] = {
    "take-back": _("Taken back"),
    "revoke": _("Revoked"),
    "replace": _("Replaced by another"),
    "update": _("Corrected"),
}

CHANGE_STATE_LABELS: dict[str, Promise] = {
    ChangeState.PENDING: _("requested"),
    ChangeState.ACCEPTED: _("accepted"),
    ChangeState.REFUSED: _("refused"),
    ChangeState.LAPSED: _("lapsed"),
}

OUT_STATE_LABELS: dict[str, Promise] = {
    OutState.DRAFT: _("Draft"),
    OutState.WAITING: _("Issued, waiting to be sent"),
    OutState.SENT: _("Sent"),
    OutState.ISSUED: _("Issued"),
}

WAY_LABELS: dict[str, Promise] = {
    Way.POST: _("By post"),
    Way.HAND: _("By hand"),
    Way.FAX: _("By fax"),
}

# The codes of QCVN 102:2016; an empty one is a recipient whose system has not answered.
STATUS_LABELS: dict[str, Promise] = {
    "": _("Not yet collected"),
    "01": _("Arrived"),
    "02": _("Returned"),
    "03": _("Registered"),
    "04": _("Assigned"),
    "05": _("In progress"),
    "06": _("Finished"),
    "13": _("Take-back requested"),
    "15": _("Revocation accepted"),
    "16": _("Revocation refused"),
    WITHDRAWN_CODE: _("Withdrawn"),
}

URGENCIES: dict[int, Promise] = {
    0: _("Ordinary"),
    1: _("Urgent"),
    2: _("Very urgent"),
    3: _("Express"),
    4: _("Timed express"),
}

# The same as `documents` marks them (box 10b of NĐ 30/2020, annex I).
DOCUMENT_URGENCIES: dict[int, str] = {0: "", 1: "KHAN", 2: "THUONG_KHAN", 3: "HOA_TOC"}

STEERING_TYPES: dict[int, Promise] = {
    0: _("None"),
    1: _("Directive"),
    2: _("Report on a directive"),
}

# Working minutes given by urgency when neither the sender nor the leader names a deadline; a day has 480.
DEFAULT_WORKING_MINUTES: dict[int, int] = {0: 5 * 480, 1: 2 * 480, 2: 480, 3: 240, 4: 120}

VERB_LABELS: dict[str, Promise] = {
    "incoming.collect": _("Received from the axis"),
    "incoming.enter": _("Entered from paper"),
    "incoming.mail": _("Taken over from a mail"),
    "incoming.return": _("Returned automatically: authenticity not established"),
    "incoming.register": _("Registered"),
    "incoming.refuse": _("Returned to the sender"),
    "incoming.assign": _("Assigned"),
    "incoming.reply": _("Belongs to a task given to its sender"),
    "incoming.start": _("Work started"),
    "incoming.finish": _("Work finished"),
    "incoming.change": _("The sender asks for a change"),
    "incoming.secret-found": _("A secrecy mark was found; the files are closed"),
    "incoming.secret-destroyed": _("It was secret: the files were destroyed"),
    "incoming.secret-unregistered": _("It had no number yet: it is not registered here any more"),
    "incoming.secret-released": _("It is not secret: the files are open again"),
    "incoming.withdraw": _("Withdrawn; the files were destroyed"),
    "incoming.accept-change": _("The update was accepted"),
    "incoming.refuse-change": _("The change was refused"),
    "outgoing.compose": _("Draft prepared"),
    "outgoing.revise": _("Draft changed"),
    "outgoing.submit": _("Submitted for review"),
    "outgoing.opinion": _("Opinion given"),
    "outgoing.issue": _("Signed and issued"),
    "outgoing.send": _("Accepted by the axis"),
    "outgoing.discard": _("Draft discarded"),
    "outgoing.annex": _("Annex added"),
    "outgoing.annex-removed": _("Annex taken off"),
    "outgoing.copy": _("Electronic copy made"),
    "incoming.copy": _("Electronic copy made"),
    "outgoing.dispatch": _("More recipients, inside or on paper"),
    "outgoing.read": _("Read inside the agency"),
    "outgoing.paper": _("Dispatch on paper recorded"),
    "outgoing.take-back": _("Taken back"),
    "outgoing.revoke": _("Revoked"),
    "outgoing.replace": _("Replaced by another"),
    "outgoing.update": _("Corrected"),
}

OPINIONS_GIVEN = frozenset({TurnState.AGREED, TurnState.REMARKED, TurnState.RETURNED})
REVIEWS_OPEN = frozenset({ReviewState.RUNNING, ReviewState.AGREED})

REVIEW_STATE_LABELS: dict[str, Promise] = {
    ReviewState.RUNNING: _("Under review"),
    ReviewState.AGREED: _("Review complete"),
    ReviewState.RETURNED: _("Returned to the drafter"),
    ReviewState.LAPSED: _("Ended: the draft was changed"),
}

TURN_STATE_LABELS: dict[str, Promise] = {
    TurnState.AHEAD: _("Not yet asked"),
    TurnState.WAITING: _("Waits for the opinion"),
    TurnState.AGREED: _("Agrees"),
    TurnState.REMARKED: _("Agrees, with remarks"),
    TurnState.RETURNED: _("Returns it"),
    TurnState.LAPSED: _("No longer asked"),
}

"""The life of a dossier: its states as the national portal numbers them, and the one table of moves."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DossierState(IntEnum):
    """Where a dossier stands, with the codes that the national portal is told (TT 03/2025/TT-VPCP)."""

    SUBMITTED = 1
    ACCEPTED = 2
    NOT_ACCEPTED = 3
    IN_PROGRESS = 4
    SUPPLEMENT_REQUESTED = 5
    PAYMENT_REQUESTED = 6
    WITHDRAWN = 7
    STOPPED = 8
    FINISHED = 9
    HANDED_OUT = 10


class Outcome(StrEnum):
    """How a dossier that is finished was decided."""

    GRANTED = "granted"
    REFUSED = "refused"


class Timing(StrEnum):
    """Whether a dossier was finished on an earlier day than it was due, in time, or late."""

    EARLY = "early"
    ON_TIME = "on-time"
    LATE = "late"


class TaskKind(StrEnum):
    """What an open step is: an official's work, a choice still to be made, something waited for, a pause of
    set length, an opinion asked for besides.
    """

    WORK = "work"
    CHOICE = "choice"
    WAIT = "wait"
    TIMER = "timer"
    OPINION = "opinion"


class TaskState(StrEnum):
    """Where an open step stands."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class TicketState(StrEnum):
    """Where a queue ticket stands."""

    WAITING = "waiting"
    CALLED = "called"
    SERVED = "served"
    ABSENT = "absent"


class ReminderKind(StrEnum):
    """What an applicant is reminded of."""

    APPOINTMENT = "appointment"
    SUPPLEMENT = "supplement"


class Verdict(StrEnum):
    """What a body that was asked for its opinion says."""

    AGREES = "agrees"
    DISAGREES = "disagrees"
    CONDITIONAL = "conditional"


class PartyRole(StrEnum):
    """A party's part in a dossier."""

    APPLICANT = "applicant"
    REPRESENTATIVE = "representative"
    CO_SIGNER = "co-signer"


class SlipKind(StrEnum):
    """The slips of TT 03/2025/TT-VPCP (before: TT 01/2018), by number; 06 and 07 are drawn, not kept."""

    ACCEPTANCE = "01"
    SUPPLEMENT = "02"
    REFUSAL = "03"
    APOLOGY = "04"
    STOP = "05"


class HandOutWay(models.TextChoices):
    """How a result goes out of the house (NĐ 61/2018, Đ.20)."""

    COUNTER = "counter", _("At the counter")
    POST = "post", _("By post")
    ELECTRONIC = "electronic", _("Electronically")


class National(StrEnum):
    """What the national portal is told: the dossier itself (`DongBoHoSoMC`), or that something was done."""

    RECORD = "record"
    PROGRESS = "progress"


class Who(StrEnum):
    """Who may make a move. DESK receives dossiers, WORKER has a step of it, LEADER leads the owner agency;
    DRAFTER and SIGNER write and lead where the result is made: at the owner, or where a step is open.
    """

    DESK = "desk"
    WORKER = "worker"
    LEADER = "leader"
    DRAFTER = "drafter"
    SIGNER = "signer"
    PLATFORM = "platform"


@dataclass(frozen=True)
class Move:
    """One thing that may be done with a dossier. Without `target` the state stays.

    `article` is the rule it follows, `slip` what the applicant gets; `reason`: it is not done without words.
    `party`: the applicant, or who acts for them, may make it too.
    """

    verb: str
    sources: frozenset[DossierState]
    target: DossierState | None
    who: Who
    article: str
    label: Promise
    slip: SlipKind | None = None
    reason: bool = False
    party: bool = False


_S = DossierState
_NEW, _WORKED = frozenset({_S.SUBMITTED}), frozenset({_S.ACCEPTED, _S.IN_PROGRESS})
WAITING = frozenset({_S.SUPPLEMENT_REQUESTED, _S.PAYMENT_REQUESTED})
UNDER_WAY = _WORKED | WAITING
OPEN = UNDER_WAY | _NEW
# A result may still be made once it is decided: the refusal that goes out, the paper that was forgotten.
RESULT_MADE = _WORKED | {_S.FINISHED}
DECIDED = frozenset({_S.FINISHED, _S.HANDED_OUT})
CLOSED = frozenset({_S.NOT_ACCEPTED, _S.WITHDRAWN, _S.STOPPED, _S.HANDED_OUT})

ACCEPT = Move(
    "accept", _NEW, _S.ACCEPTED, Who.DESK, "NĐ 61/2018, Đ.17", _("Accept"), slip=SlipKind.ACCEPTANCE
)
DECLINE = Move(
    "decline",
    _NEW,
    _S.NOT_ACCEPTED,
    Who.DESK,
    "NĐ 61/2018, Đ.17 k.1",
    _("Do not accept"),
    slip=SlipKind.REFUSAL,
    reason=True,
)
WORK = Move("work", UNDER_WAY, _S.IN_PROGRESS, Who.WORKER, "NĐ 61/2018, Đ.19", _("Finish the step"))
ASK_SUPPLEMENT = Move(
    "ask-supplement",
    _WORKED | {_S.SUBMITTED},
    _S.SUPPLEMENT_REQUESTED,
    Who.WORKER,
    "NĐ 61/2018, Đ.19 k.4",
    _("Ask for a supplement"),
    slip=SlipKind.SUPPLEMENT,
    reason=True,
)
SUPPLY = Move(
    "supply",
    frozenset({_S.SUPPLEMENT_REQUESTED}),
    _S.IN_PROGRESS,
    Who.DESK,
    "NĐ 61/2018, Đ.19 k.4",
    _("Receive the supplement"),
    party=True,
)
ASK_PAYMENT = Move(
    "ask-payment",
    _WORKED,
    _S.PAYMENT_REQUESTED,
    Who.PLATFORM,
    "NĐ 45/2020, Đ.12",
    _("Ask for the payment"),
)
PAY = Move(
    "pay",
    frozenset({_S.PAYMENT_REQUESTED}),
    _S.IN_PROGRESS,
    Who.PLATFORM,
    "NĐ 45/2020, Đ.12",
    _("Note the payment"),
)
APOLOGISE = Move(
    "apologise",
    UNDER_WAY,
    None,
    Who.LEADER,
    "NĐ 61/2018, Đ.19 k.9",
    _("Apologise and give a new date"),
    slip=SlipKind.APOLOGY,
    reason=True,
)
STOP = Move(
    "stop",
    UNDER_WAY,
    _S.STOPPED,
    Who.LEADER,
    "TT 03/2025/TT-VPCP",
    _("Stop settling it"),
    slip=SlipKind.STOP,
    reason=True,
)
WITHDRAW = Move(
    "withdraw",
    OPEN,
    _S.WITHDRAWN,
    Who.DESK,
    "NĐ 45/2020, Đ.17",
    _("Withdraw it for the applicant"),
    reason=True,
    party=True,
)
FINISH = Move("finish", UNDER_WAY, _S.FINISHED, Who.PLATFORM, "NĐ 61/2018, Đ.19", _("Finish"))
DRAFT_RESULT = Move("draft-result", RESULT_MADE, None, Who.DRAFTER, "NĐ 61/2018, Đ.19", _("Draft the result"))
SIGN_RESULT = Move("sign-result", RESULT_MADE, None, Who.SIGNER, "NĐ 61/2018, Đ.19", _("Sign the result"))
# In any state: the draft of a dossier that was withdrawn would otherwise hold its agency for ever.
DROP_RESULT = Move(
    "drop-result",
    frozenset(_S),
    None,
    Who.DRAFTER,
    "NĐ 61/2018, Đ.19",
    _("Discard the draft of the result"),
)
HAND_OUT = Move(
    "hand-out",
    frozenset({_S.FINISHED}),
    _S.HANDED_OUT,
    Who.DESK,
    "NĐ 61/2018, Đ.20",
    _("Hand out the result"),
)

SUBMIT = "submit"  # a dossier is handed in: the beginning, and so no move
# What happens to the clock of a main dossier with its parts, and to a deadline with the calendar: no move.
STANDS, GOES_ON, RECOUNT = "stand", "go-on", "recount"
# That a party opened a result, no move either.
READ_RESULT = "read-result"

MOVES: dict[str, Move] = {
    move.verb: move
    for move in (
        ACCEPT,
        DECLINE,
        WORK,
        ASK_SUPPLEMENT,
        SUPPLY,
        ASK_PAYMENT,
        PAY,
        APOLOGISE,
        STOP,
        WITHDRAW,
        FINISH,
        DRAFT_RESULT,
        SIGN_RESULT,
        DROP_RESULT,
        HAND_OUT,
    )
}

STATE_LABELS: dict[int, Promise] = {
    _S.SUBMITTED: _("Newly submitted"),
    _S.ACCEPTED: _("Taken in"),
    _S.NOT_ACCEPTED: _("Not accepted"),
    _S.IN_PROGRESS: _("In progress"),
    _S.SUPPLEMENT_REQUESTED: _("Supplement requested"),
    _S.PAYMENT_REQUESTED: _("Payment requested"),
    _S.WITHDRAWN: _("Withdrawn by the applicant"),
    _S.STOPPED: _("Stopped"),
    _S.FINISHED: _("Finished"),
    _S.HANDED_OUT: _("Result handed out"),
}
STATE_COLORS: dict[int, str] = {
    _S.SUBMITTED: "info",
    _S.ACCEPTED: "accent",
    _S.NOT_ACCEPTED: "danger",
    _S.IN_PROGRESS: "accent",
    _S.SUPPLEMENT_REQUESTED: "warning",
    _S.PAYMENT_REQUESTED: "warning",
    _S.WITHDRAWN: "neutral",
    _S.STOPPED: "danger",
    _S.FINISHED: "success",
    _S.HANDED_OUT: "success",
}
OUTCOME_LABELS: dict[str, Promise] = {Outcome.GRANTED: _("Granted"), Outcome.REFUSED: _("Refused")}
VERDICT_LABELS: dict[str, Promise] = {
    Verdict.AGREES: _("Agrees"),
    Verdict.DISAGREES: _("Does not agree"),
    Verdict.CONDITIONAL: _("Agrees with conditions"),
}
TIMING_LABELS: dict[str, Promise] = {
    Timing.EARLY: _("Early"),
    Timing.ON_TIME: _("On time"),
    Timing.LATE: _("Late"),
}
SLIP_LABELS: dict[str, Promise] = {
    SlipKind.ACCEPTANCE: _("Receipt of the dossier and date of the result"),
    SlipKind.SUPPLEMENT: _("Request to supplement the dossier"),
    SlipKind.REFUSAL: _("Refusal to receive or settle the dossier"),
    SlipKind.APOLOGY: _("Apology and new date of the result"),
    SlipKind.STOP: _("Notice that the dossier is no longer settled"),
}
TICKET_LABELS: dict[str, Promise] = {
    TicketState.WAITING: _("In the queue"),
    TicketState.CALLED: _("Called"),
    TicketState.SERVED: _("Served"),
    TicketState.ABSENT: _("Did not come"),
}
REMINDER_LABELS: dict[str, Promise] = {
    ReminderKind.APPOINTMENT: _("Appointment"),
    ReminderKind.SUPPLEMENT: _("Supplement that is still missing"),
}
TICKET_COLORS: dict[str, str] = {
    TicketState.WAITING: "info",
    TicketState.CALLED: "warning",
    TicketState.SERVED: "success",
    TicketState.ABSENT: "neutral",
}
# What is done with a ticket: the states it is done in, and the state it has then.
TICKET_MOVES: dict[str, tuple[frozenset[TicketState], TicketState]] = {
    "recall": (frozenset({TicketState.CALLED, TicketState.ABSENT}), TicketState.CALLED),
    "skip": (frozenset({TicketState.CALLED}), TicketState.ABSENT),
    "transfer": (frozenset({TicketState.CALLED}), TicketState.WAITING),
    "finish": (frozenset({TicketState.CALLED}), TicketState.SERVED),
}

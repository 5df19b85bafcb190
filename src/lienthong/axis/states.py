"""How far a recipient has come with a packet: states, status codes and the one table of transitions.

Codes are those of QCVN 102:2016 (amendment 1:2022); the articles are of NĐ 30/2020/NĐ-CP.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class DeliveryState(TextChoices):
    """The value is the status code that led there; `SENT` and `WITHDRAWN` have none on the wire.

    `WITHDRAWN` is a state of its own because no code says it: 15 is the receiver's consent, which an update
    gets as well, and a document that nobody has collected is withdrawn without anyone's consent.
    `CONSENTED` and `DECLINED` end the delivery of a packet that only asks (revocation, update).
    """

    SENT = "00", _("Not yet collected")
    ARRIVED = "01", _("Arrived")
    REFUSED = "02", _("Returned")
    ACCEPTED = "03", _("Registered")
    ASSIGNED = "04", _("Assigned")
    IN_PROGRESS = "05", _("In progress")
    FINISHED = "06", _("Finished")
    CONSENTED = "15", _("Request accepted")
    DECLINED = "16", _("Request refused")
    WITHDRAWN = "WD", _("Withdrawn")


class ChangeKind(TextChoices):
    """What a sender asks for a document that is on its way or has arrived."""

    TAKE_BACK = "take-back", _("Take-back")
    REVOKE = "revoke", _("Revocation")
    UPDATE = "update", _("Update")
    REPLACE = "replace", _("Replacement")


# By the number of `BussinessDocType`; 0 is a new document, and a take-back travels without a packet.
KINDS = {1: ChangeKind.REVOKE, 2: ChangeKind.UPDATE, 3: ChangeKind.REPLACE}


class ChangeState(TextChoices):
    """What became of the request: `LAPSED` if a later one took its place, or the document went back first."""

    PENDING = "pending", _("Waits for the receiver's answer")
    ACCEPTED = "accepted", _("Accepted")
    REFUSED = "refused", _("Refused")
    LAPSED = "lapsed", _("Lapsed")


_S, _K = DeliveryState, ChangeKind
# Kinds that take the document away from the receiver; an update leaves it there.
WITHDRAWALS = frozenset({_K.TAKE_BACK, _K.REVOKE, _K.REPLACE})


class Stage(StrEnum):
    """What the axis attests of a packet, each as a signed statement (see docs/evidence.md).

    The labels stand with the reader of evidence files, in `signing.evidence`.
    """

    SUBMITTED = "submitted"
    RELAYED = "relayed"
    DELIVERED = "delivered"
    ARRIVED = "arrived"
    ACCEPTED = "accepted"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in-progress"
    FINISHED = "finished"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    UPDATED = "updated"
    REPLACED = "replaced"


# The stage that a status code of a recipient leads to.
STAGES = {
    "01": Stage.ARRIVED,
    "02": Stage.REFUSED,
    "03": Stage.ACCEPTED,
    "04": Stage.ASSIGNED,
    "05": Stage.IN_PROGRESS,
    "06": Stage.FINISHED,
}


# The stage that a change leads to once it holds.
EFFECTS = {
    _K.TAKE_BACK: Stage.WITHDRAWN,
    _K.REVOKE: Stage.WITHDRAWN,
    _K.UPDATE: Stage.UPDATED,
    _K.REPLACE: Stage.REPLACED,
}


class MessageState(TextChoices):
    """What became of a webhook message; `SETTLED`: its delivery was collected some other way."""

    WAITING = "waiting", _("Waiting to be sent")
    SENT = "sent", _("Taken by the receiver")
    SETTLED = "settled", _("Collected without it")
    DEAD = "dead", _("Dead letter")
    GIVEN_UP = "given_up", _("Given up")


class SystemState(TextChoices):
    """Where a connected system stands: it begins in the sandbox, goes live once, and ends disabled."""

    SANDBOX = "sandbox", _("Sandbox")
    LIVE = "live", _("Live")
    DISABLED = "disabled", _("Disabled")


@dataclass(frozen=True)
class Transition:
    """What one status code may do: from which states, to which, and under which article.

    `target` None leaves the state. `answers` are the kinds of the pending request that the code answers; it
    may come only while there is one. `of_request`: the delivery is of a packet that only asks.
    """

    code: str
    sources: frozenset[DeliveryState]
    target: DeliveryState | None
    article: str
    answers: frozenset[ChangeKind] = frozenset()
    of_request: bool = False

    def fits(self, state: str, code: str, *, of_request: bool, pending: str) -> bool:
        """Whether this row is the one for the code in that situation."""
        return (
            code == self.code
            and of_request == self.of_request
            and state in self.sources
            and (not self.answers or pending in self.answers)
        )


_ANY = frozenset(ChangeKind)
_NEW, _WAITING = frozenset({_S.SENT}), frozenset({_S.SENT, _S.ARRIVED})
_WORKING = frozenset({_S.ACCEPTED, _S.ASSIGNED, _S.IN_PROGRESS})
_HELD = _WAITING | _WORKING | {_S.FINISHED}

# 02 and 03 may come without 01: some systems collect and register in one step. Work may be assigned anew.
# A document with a request pending is worked on as before: the receiver decides when to answer.
TRANSITIONS = (
    Transition("01", _NEW, _S.ARRIVED, "Đ.21"),
    Transition("02", _WAITING, _S.REFUSED, "Đ.21"),
    Transition("03", _WAITING, _S.ACCEPTED, "Đ.22"),
    Transition("04", _WORKING, _S.ASSIGNED, "Đ.23"),
    Transition("05", frozenset({_S.ACCEPTED, _S.ASSIGNED}), _S.IN_PROGRESS, "Đ.24"),
    Transition("06", _WORKING, _S.FINISHED, "Đ.24"),
    Transition("15", _HELD, _S.WITHDRAWN, "Đ.18", answers=WITHDRAWALS),
    Transition("15", _HELD, None, "Đ.18", answers=_ANY - WITHDRAWALS),
    Transition("16", _HELD, None, "Đ.18", answers=_ANY),
    Transition("01", _NEW, _S.ARRIVED, "Đ.18", of_request=True),
    Transition("15", _WAITING, _S.CONSENTED, "Đ.18", of_request=True),
    Transition("16", _WAITING, _S.DECLINED, "Đ.18", of_request=True),
)

CONSENT, DECLINE, TAKE_BACK_ASKED = "15", "16", "13"
# What a receiver may report; 13 is written by the axis when the sender takes a document back.
REPORTED_CODES = ("01", "02", "03", "04", "05", "06", CONSENT, DECLINE)
NEED_REASON = frozenset({"02", DECLINE})

CODE_LABELS = {
    "01": _("Arrived at the receiving system"),
    "02": _("Returned to the sender"),
    "03": _("Accepted and registered"),
    "04": _("Assigned"),
    "05": _("Work started"),
    "06": _("Finished"),
    TAKE_BACK_ASKED: _("Take-back requested"),
    CONSENT: _("Revocation or update accepted"),
    DECLINE: _("Revocation or update refused"),
}

# What an operator may do to a delivery by hand; each demands a reason and stands in the ledger. What was
# collected but got lost before it was registered (Đ.22) is put back into the inbox.
MANUAL_ACTS = {"replay": Transition("00", frozenset({_S.ARRIVED}), _S.SENT, "Đ.22")}

URGENCIES = {
    0: _("Ordinary"),
    1: _("Urgent"),
    2: _("Very urgent"),
    3: _("Express"),
    4: _("Timed express"),
}

# States in which the recipient still has to do something before the document counts as received.
UNCOLLECTED = (DeliveryState.SENT,)
UNREGISTERED = (DeliveryState.SENT, DeliveryState.ARRIVED)
# States after which the receiver holds nothing that could be withdrawn or changed.
OVER = (DeliveryState.REFUSED, DeliveryState.WITHDRAWN)
ENDS = (*OVER, DeliveryState.FINISHED, DeliveryState.CONSENTED, DeliveryState.DECLINED)


def transition(state: str, code: str, *, of_request: bool = False, pending: str = "") -> Transition | None:
    """The row for `code` in `state`, with a pending request of kind `pending` or ""; None forbids it."""
    for row in TRANSITIONS:
        if row.fits(state, code, of_request=of_request, pending=pending):
            return row
    return None

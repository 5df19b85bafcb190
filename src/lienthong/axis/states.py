"""How far a recipient has come with a packet: states, status codes and the one table of transitions.

Codes are those of QCVN 102:2016 (amendment 1:2022); the articles are of NĐ 30/2020/NĐ-CP.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DeliveryState(TextChoices):
    """The value is the status code that led there; `SENT` has none on the wire."""

    SENT = "00", _("Not yet collected")
    ARRIVED = "01", _("Arrived")
    REFUSED = "02", _("Returned")
    ACCEPTED = "03", _("Registered")
    ASSIGNED = "04", _("Assigned")
    IN_PROGRESS = "05", _("In progress")
    FINISHED = "06", _("Finished")


class SystemState(TextChoices):
    """Where a connected system stands: it begins in the sandbox, goes live once, and ends disabled."""

    SANDBOX = "sandbox", _("Sandbox")
    LIVE = "live", _("Live")
    DISABLED = "disabled", _("Disabled")


@dataclass(frozen=True)
class Transition:
    """What one status code may do: from which states, and under which article."""

    code: str
    sources: frozenset[DeliveryState]
    label: str | Promise
    article: str

    @property
    def target(self) -> DeliveryState:
        """The state it leads to."""
        return DeliveryState(self.code)


_S = DeliveryState
_WORKING = frozenset({_S.ACCEPTED, _S.ASSIGNED, _S.IN_PROGRESS})

# 02 and 03 may come without 01: some systems collect and register in one step. Work may be assigned anew.
TRANSITIONS = {
    transition.code: transition
    for transition in (
        Transition("01", frozenset({_S.SENT}), _("Arrived at the receiving system"), "Đ.21"),
        Transition("02", frozenset({_S.SENT, _S.ARRIVED}), _("Returned to the sender"), "Đ.21"),
        Transition("03", frozenset({_S.SENT, _S.ARRIVED}), _("Accepted and registered"), "Đ.22"),
        Transition("04", _WORKING, _("Assigned"), "Đ.23"),
        Transition("05", frozenset({_S.ACCEPTED, _S.ASSIGNED}), _("Work started"), "Đ.24"),
        Transition("06", _WORKING, _("Finished"), "Đ.24"),
    )
}

# Taking back, revoking and updating a sent document (Đ.18) are known codes without a transition yet.
RESERVED_CODES = {
    "13": _("Take-back requested"),
    "15": _("Revocation or update accepted"),
    "16": _("Revocation or update refused"),
}

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


def allows(state: str, code: str) -> bool:
    """Whether a delivery in `state` may take the status `code`."""
    transition = TRANSITIONS.get(code)
    return transition is not None and state in transition.sources

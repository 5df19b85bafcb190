"""Statuses of systems that tell only some of the steps: what the national order requires is filled in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from lienthong.axis.actions.statuses import StatusOutOfOrder, report_status
from lienthong.axis.contracts import StatusReport
from lienthong.axis.models import ConnectedSystem
from lienthong.axis.queries.deliveries import delivery_of
from lienthong.axis.states import DeliveryState, transition

# Work on a document is reported only after it was registered (NĐ 30/2020, Đ.22).
FILLED = ("03",)


def steps_to(code: str, *, state: str) -> Sequence[str]:
    """The codes to report so that `code` may follow `state`; `code` alone where nothing would help."""
    if transition(state, code):
        return [code]
    for between in FILLED:
        step = transition(state, between)
        if step is not None and step.target is not None and transition(step.target, code):
            return [between, code]
    return [code]


def report_reached(
    system: ConnectedSystem, delivery_id: UUID, report: StatusReport, *, filled_in: str, at: datetime
) -> DeliveryState:
    """Report what a recipient has reached, and before it what it left out, described by `filled_in`.

    What is reached already is answered, not recorded again: such systems do not name the time of an act, so
    nothing else tells a repetition. Each step is a commit of its own; a repetition goes on from there.

    Raises:
        NotFound, StatusOutOfOrder, and the other refusals of `report_status`.
    """
    state = delivery_of(system, delivery_id).state
    for code in steps_to(report.code, state=state):
        if state == report.code:
            break
        step = report if code == report.code else StatusReport(code=code, at=report.at, description=filled_in)
        try:
            state = report_status(system, delivery_id, step, at=at)
        except StatusOutOfOrder:
            # Another call may have reached it meanwhile.
            if delivery_of(system, delivery_id).state != report.code:
                raise
            state = DeliveryState(report.code)
    return DeliveryState(state)

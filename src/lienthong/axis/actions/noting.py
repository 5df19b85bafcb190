"""Writing down what recipients report: its checks, the table's row, event, ledger, evidence. In sets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from lienthong.axis.actions.evidence import Attestation
from lienthong.axis.actions.leases import end_lease
from lienthong.axis.contracts import StatusesReported, StatusReport, StatusReported
from lienthong.axis.edxml.errors import FieldMissing, InvalidValue
from lienthong.axis.edxml.limits import NAME, REASON
from lienthong.axis.edxml.values import check_text, clean
from lienthong.axis.models import ConnectedSystem, Delivery, StatusEvent
from lienthong.axis.states import (
    NEED_REASON,
    REPORTED_CODES,
    DeliveryState,
    Stage,
    Transition,
    transition,
)
from lienthong.kernel import events
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal
from lienthong.kernel.statements import as_json, execute, insert_rows
from lienthong.ledger.public import JSON, Entry, record_many


class StatusOutOfOrder(Refusal):
    """The delivery's state does not allow this status."""

    code, status = "status-out-of-order", 409
    sentence = _(
        "The status %(code)s cannot follow the state %(state)s (%(label)s) of this delivery. "
        "Report the steps in order."
    )


class StatusInFuture(Refusal):
    """A status that is said to happen later than now."""

    code, status = "status-in-future", 422
    sentence = _(
        "The status is dated %(ahead)s minutes after the axis' time; at most %(most)s are allowed. "
        "Set your system's clock and report again."
    )


# Clocks differ by seconds; more than this far ahead, a clock is wrong and would spoil every deadline.
AHEAD_MOST = timedelta(minutes=5)


@dataclass(frozen=True)
class Noted:
    """A report that is taken, with its delivery, which the caller holds locked, and who reported it."""

    system: ConnectedSystem
    delivery: Delivery
    report: StatusReport


def check_report(report: StatusReport, *, at: datetime) -> StatusReport:
    """The report with clean texts, or the refusal of the first rule it breaks."""
    if report.code not in REPORTED_CODES:
        raise InvalidValue(field="code", allowed=", ".join(REPORTED_CODES))
    texts = {name: clean(getattr(report, name)) for name in _LIMITS}
    for name, text in texts.items():
        check_text(text, field=name, limit=_LIMITS[name])
    if report.code in NEED_REASON and not texts["description"]:
        raise FieldMissing(field="description")
    if report.at > at + AHEAD_MOST:
        ahead = -((at - report.at) // timedelta(minutes=1))
        raise StatusInFuture(field="at", ahead=ahead, most=AHEAD_MOST // timedelta(minutes=1))
    return StatusReport(code=report.code, at=report.at, **texts)


_LIMITS = {"description": REASON, "department": NAME, "staff": NAME, "mobile": NAME, "email": NAME}


def step_for(
    delivery: Delivery, report: StatusReport, *, of_request: bool = False, pending: str = ""
) -> Transition:
    """The row of the table for the report, or the refusal."""
    step = transition(delivery.state, report.code, of_request=of_request, pending=pending)
    if step is None:
        raise StatusOutOfOrder(
            field="code",
            code=report.code,
            state=delivery.state,
            label=DeliveryState(delivery.state).label,
        )
    return step


def write_events(noted: Sequence[Noted], *, at: datetime) -> None:
    """Append the events in their order, record and publish. Two queries."""
    insert_rows(
        StatusEvent(
            delivery=one.delivery,
            system=one.system,
            code=one.report.code,
            at=one.report.at,
            received_at=at,
            **{name: getattr(one.report, name) for name in _LIMITS},
        )
        for one in noted
    )
    record_many([_entry(one, at) for one in noted])
    events.publish(StatusesReported(tuple(map(_told, noted))))


def move(delivery: Delivery, step: Transition, at: datetime, *, collected: bool = True) -> None:
    """Bring the delivery to the state of the table; whoever reports has it, so it counts as collected.

    To be written with `save_moves`.
    """
    delivery.state = step.target or delivery.state
    delivery.last_status_at = at
    delivery.collected_at = delivery.collected_at or (at if collected else None)
    end_lease(delivery)


# The keys are named twice, so that they are looked up however small the table was at the time of planning.
_MOVE = """
UPDATE axis_delivery AS delivery
SET state = moved.state, last_status_at = moved.last_status_at, collected_at = moved.collected_at,
    leased_until = NULL, lease_token = NULL, leased_by_id = NULL
FROM json_to_recordset(%s)
    AS moved (id uuid, state text, last_status_at timestamptz, collected_at timestamptz)
WHERE delivery.id = moved.id AND delivery.id = ANY(%s::uuid[])
"""


def save_moves(deliveries: Iterable[Delivery]) -> None:
    """Write the deliveries that were moved, each once. One query."""
    columns = ("id", "state", "last_status_at", "collected_at")
    moved = [{name: getattr(delivery, name) for name in columns} for delivery in deliveries]
    if moved:
        execute(_MOVE, as_json(moved), [one["id"] for one in moved])


def attestation_of(
    delivery: Delivery, stage: Stage, report: StatusReport, facts: Mapping[str, JSON] | None = None
) -> Attestation:
    """The status as evidence: what the recipient said, and when; names and addresses of people stay out."""
    said: dict[str, JSON] = {
        **(facts or {}),
        "code": report.code,
        "reported_at": report.at.astimezone(VIETNAM).isoformat(),
        "description": report.description,
    }
    return Attestation(delivery.packet, stage, delivery.recipient.code, delivery, said)


def _told(one: Noted) -> StatusReported:
    return StatusReported(
        packet_id=one.delivery.packet_id,
        delivery_id=one.delivery.pk,
        recipient_id=one.delivery.recipient_id,
        code=one.report.code,
        at=one.report.at,
        description=one.report.description,
        staff=one.report.staff,
    )


def _entry(one: Noted, at: datetime) -> Entry:
    report = one.report
    return Entry(
        actor=one.system.actor(),
        verb="delivery.report",
        subject=one.delivery.packet.as_subject(),
        at=at,
        data={
            "code": report.code,
            "recipient": one.delivery.recipient.code,
            "description": report.description,
        },
    )

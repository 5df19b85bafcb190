"""What recipients report of their deliveries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lienthong.axis.actions.changes import withdraw_asking
from lienthong.axis.actions.evidence import attest
from lienthong.axis.actions.leases import LEASE_FIELDS, end_lease
from lienthong.axis.contracts import ChangeAnswered, DeliveriesWithdrawn, StatusReport, StatusReported
from lienthong.axis.edxml.errors import FieldMissing, InvalidValue
from lienthong.axis.edxml.limits import NAME, REASON
from lienthong.axis.edxml.values import check_text, clean
from lienthong.axis.models import ChangeRequest, ConnectedSystem, Delivery, StatusEvent
from lienthong.axis.queries.deliveries import delivery_of
from lienthong.axis.states import (
    CONSENT,
    DECLINE,
    EFFECTS,
    NEED_REASON,
    REPORTED_CODES,
    STAGES,
    WITHDRAWALS,
    ChangeKind,
    ChangeState,
    DeliveryState,
    Stage,
    Transition,
    transition,
)
from lienthong.kernel import events
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import JSON, record


class StatusOutOfOrder(Refusal):
    """The delivery's state does not allow this status."""

    code, status = "status-out-of-order", 409
    sentence = _(
        "The status %(code)s cannot follow the state %(state)s (%(label)s) of this delivery. "
        "Report the steps in order."
    )


class NothingAsked(Refusal):
    """An answer to a request that is not there, or no longer."""

    code, status = "nothing-asked", 409
    sentence = _(
        "The status %(code)s answers a revocation, update or take-back, but none waits for an answer here."
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


def report_status(
    system: ConnectedSystem, delivery_id: UUID, report: StatusReport, *, at: datetime
) -> DeliveryState:
    """Record a status of a delivery that the system serves, and answer the delivery's state.

    The same report again (code and time) changes nothing. `at` is when the axis got it; `report.at` is what
    the recipient says. 15 and 16 answer the request that waits, and may be reported on the delivery of the
    document or of the packet that asks; 02 on a document answers its withdrawal too. `report.at` may be any
    time ago, but at most 5 minutes ahead.

    Raises:
        NotFound: there is no such delivery for this system.
        StatusInFuture, StatusOutOfOrder, NothingAsked, InvalidValue, FieldMissing, FieldTooLong: nothing was
            recorded.
    """
    report = _checked(report)
    if report.at > at + AHEAD_MOST:
        ahead = -((at - report.at) // timedelta(minutes=1))
        raise StatusInFuture(field="at", ahead=ahead, most=AHEAD_MOST // timedelta(minutes=1))
    with transaction.atomic():
        if report.code in (CONSENT, DECLINE):
            return _answer(system, delivery_id, report, at)
        delivery = delivery_of(system, delivery_id, lock=True)
        if _is_known(delivery, report):
            return DeliveryState(delivery.state)
        step = _step(delivery, report, of_request=delivery.packet.only_asks)
        _write(system, delivery, report, at)
        _move(delivery, step, at)
        _attest(delivery, STAGES[report.code], report, at)
        if delivery.state == DeliveryState.REFUSED:
            _settle_returned(delivery, report, at)
    return DeliveryState(delivery.state)


def _answer(system: ConnectedSystem, delivery_id: UUID, report: StatusReport, at: datetime) -> DeliveryState:
    """Take 15 or 16: the request ends, and with it the document's delivery and that of the asking packet."""
    reported = delivery_of(system, delivery_id)
    request = _request_at(reported)
    document = reported if request is None else request.delivery
    locked = delivery_of(system, document.pk, lock=True)
    reported = locked if reported.pk == document.pk else delivery_of(system, reported.pk, lock=True)
    if _is_known(reported, report):
        return DeliveryState(reported.state)
    request = _request_at(reported)
    if request is None or request.delivery_id != locked.pk:
        raise NothingAsked(field="code", code=report.code)
    step = _step(locked, report, pending=request.kind)
    _write(system, reported, report, at)
    _move(locked, step, at)
    _end(request, locked, accepted=report.code == CONSENT, report=report, at=at)
    reported.refresh_from_db(fields=["state"])
    return DeliveryState(reported.state)


def _request_at(delivery: Delivery) -> ChangeRequest | None:
    """The pending request about this delivery's document, or else the one its packet makes. One query."""
    pending = ChangeRequest.objects.filter(
        Q(delivery=delivery.pk) | Q(asking=delivery.pk), state=ChangeState.PENDING
    )
    found = list(pending.select_related("delivery"))
    return min(found, key=lambda request: request.delivery_id != delivery.pk, default=None)


def _settle_returned(delivery: Delivery, report: StatusReport, at: datetime) -> None:
    """A document that went back is withdrawn as asked (Đ.18), and is not updated any more."""
    request = ChangeRequest.objects.filter(delivery=delivery, state=ChangeState.PENDING).first()
    if request is None:
        return
    if request.kind in WITHDRAWALS:
        _end(request, delivery, accepted=True, report=report, at=at)
        return
    request.state, request.answered_at = ChangeState.LAPSED, at
    request.save(update_fields=["state", "answered_at"])
    withdraw_asking([request.asking_id] if request.asking_id else [], at)


def _end(
    request: ChangeRequest, document: Delivery, *, accepted: bool, report: StatusReport, at: datetime
) -> None:
    """Write the answer of the request, move the asking delivery along, and publish."""
    request.state = ChangeState.ACCEPTED if accepted else ChangeState.REFUSED
    request.answer, request.answered_at = report.description, at
    request.save(update_fields=["state", "answer", "answered_at"])
    if request.asking_id is not None:
        asking = Delivery.objects.select_for_update(of=("self",)).select_related("packet")
        found = asking.get(pk=request.asking_id)
        step = transition(found.state, CONSENT if accepted else DECLINE, of_request=True)
        if found.packet.only_asks and step is not None:
            _move(found, step, at, collected=False)
    kind = ChangeKind(request.kind)
    facts: dict[str, JSON] = {"kind": kind.value, "number": request.sequence}
    _attest(document, EFFECTS[kind] if accepted else Stage.REFUSED, report, at, facts)
    who = (document.packet_id, document.pk, document.recipient_id)
    what = (request.kind, request.sequence)
    events.publish(ChangeAnswered(*who, *what, accepted, report.description, at))
    if document.state == DeliveryState.WITHDRAWN:
        events.publish(
            DeliveriesWithdrawn(document.packet_id, (document.pk,), (document.recipient_id,), *what, at)
        )


def _is_known(delivery: Delivery, report: StatusReport) -> bool:
    return StatusEvent.objects.filter(delivery=delivery, code=report.code, at=report.at).exists()


def _step(
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


def _checked(report: StatusReport) -> StatusReport:
    """The report with clean texts, or the refusal of the first rule it breaks."""
    if report.code not in REPORTED_CODES:
        raise InvalidValue(field="code", allowed=", ".join(REPORTED_CODES))
    texts = {name: clean(getattr(report, name)) for name in _LIMITS}
    for name, text in texts.items():
        check_text(text, field=name, limit=_LIMITS[name])
    if report.code in NEED_REASON and not texts["description"]:
        raise FieldMissing(field="description")
    return StatusReport(code=report.code, at=report.at, **texts)


_LIMITS = {"description": REASON, "department": NAME, "staff": NAME, "mobile": NAME, "email": NAME}


def _move(delivery: Delivery, step: Transition, at: datetime, *, collected: bool = True) -> None:
    """Bring the delivery to the state of the table; whoever reports has it, so it counts as collected."""
    delivery.state = step.target or delivery.state
    delivery.last_status_at = at
    delivery.collected_at = delivery.collected_at or (at if collected else None)
    end_lease(delivery)
    delivery.save(update_fields=["state", "last_status_at", "collected_at", *LEASE_FIELDS])


def _write(system: ConnectedSystem, delivery: Delivery, report: StatusReport, at: datetime) -> None:
    """Append the event, record and publish."""
    StatusEvent.objects.create(
        delivery=delivery,
        system=system,
        code=report.code,
        at=report.at,
        received_at=at,
        **{name: getattr(report, name) for name in _LIMITS},
    )
    record(
        actor=system.actor(),
        verb="delivery.report",
        subject=delivery.packet.as_subject(),
        at=at,
        data={"code": report.code, "recipient": delivery.recipient.code, "description": report.description},
    )
    events.publish(
        StatusReported(
            packet_id=delivery.packet_id,
            delivery_id=delivery.pk,
            recipient_id=delivery.recipient_id,
            code=report.code,
            at=report.at,
            description=report.description,
            staff=report.staff,
        )
    )


def _attest(
    delivery: Delivery,
    stage: Stage,
    report: StatusReport,
    at: datetime,
    facts: Mapping[str, JSON] | None = None,
) -> None:
    """The status as evidence: what the recipient said, and when; names and addresses of people stay out."""
    said: dict[str, JSON] = {
        **(facts or {}),
        "code": report.code,
        "reported_at": report.at.astimezone(VIETNAM).isoformat(),
        "description": report.description,
    }
    attest(delivery.packet, stage, by=delivery.recipient.code, at=at, delivery=delivery, facts=said)

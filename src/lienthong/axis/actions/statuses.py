"""What recipients report of their deliveries."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lienthong.axis.contracts import StatusReport, StatusReported
from lienthong.axis.edxml.errors import FieldMissing, InvalidValue
from lienthong.axis.edxml.limits import NAME, REASON
from lienthong.axis.edxml.values import check_text, clean
from lienthong.axis.models import ConnectedSystem, Delivery, StatusEvent
from lienthong.axis.queries.deliveries import delivery_of
from lienthong.axis.states import RESERVED_CODES, TRANSITIONS, DeliveryState, allows
from lienthong.kernel import events
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import record


class StatusOutOfOrder(Refusal):
    """The delivery's state does not allow this status."""

    code, status = "status-out-of-order", 409
    sentence = _(
        "The status %(code)s cannot follow the state %(state)s (%(label)s) of this delivery. "
        "Report the steps in order."
    )


class StatusReserved(Refusal):
    """A code of the standard for which this axis has no transition yet."""

    code, status = "status-reserved", 422
    sentence = _("The status %(code)s (take-back, revocation, update) is not supported by this axis yet.")


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
    the recipient says: any time ago, but at most 5 minutes ahead.

    Raises:
        NotFound: there is no such delivery for this system.
        StatusInFuture, StatusOutOfOrder, StatusReserved, InvalidValue, FieldMissing, FieldTooLong: nothing
            was recorded.
    """
    report = _checked(report)
    if report.at > at + AHEAD_MOST:
        ahead = -((at - report.at) // timedelta(minutes=1))
        raise StatusInFuture(field="at", ahead=ahead, most=AHEAD_MOST // timedelta(minutes=1))
    with transaction.atomic():
        delivery = delivery_of(system, delivery_id, lock=True)
        if StatusEvent.objects.filter(delivery=delivery, code=report.code, at=report.at).exists():
            return DeliveryState(delivery.state)
        if not allows(delivery.state, report.code):
            raise StatusOutOfOrder(
                field="code",
                code=report.code,
                state=delivery.state,
                label=DeliveryState(delivery.state).label,
            )
        _write(system, delivery, report, at)
    return DeliveryState(delivery.state)


def _checked(report: StatusReport) -> StatusReport:
    """The report with clean texts, or the refusal of the first rule it breaks."""
    if report.code in RESERVED_CODES:
        raise StatusReserved(field="code", code=report.code)
    if report.code not in TRANSITIONS:
        raise InvalidValue(field="code", allowed=", ".join(TRANSITIONS))
    texts = {name: clean(getattr(report, name)) for name in _LIMITS}
    for name, text in texts.items():
        check_text(text, field=name, limit=_LIMITS[name])
    if report.code == DeliveryState.REFUSED and not texts["description"]:
        raise FieldMissing(field="description")
    return StatusReport(code=report.code, at=report.at, **texts)


_LIMITS = {"description": REASON, "department": NAME, "staff": NAME, "mobile": NAME, "email": NAME}


def _write(system: ConnectedSystem, delivery: Delivery, report: StatusReport, at: datetime) -> None:
    """Append the event, move the delivery, record and publish."""
    StatusEvent.objects.create(
        delivery=delivery,
        system=system,
        code=report.code,
        at=report.at,
        received_at=at,
        **{name: getattr(report, name) for name in _LIMITS},
    )
    delivery.state = TRANSITIONS[report.code].target
    delivery.last_status_at = at
    delivery.collected_at = delivery.collected_at or at
    delivery.save(update_fields=["state", "last_status_at", "collected_at"])
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

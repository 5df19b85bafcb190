"""Answers to revocations, updates and take-backs: 15 and 16, or the document's return."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lienthong.axis.actions.changes import withdraw_asking
from lienthong.axis.actions.evidence import attest_all
from lienthong.axis.actions.noting import Noted, attestation_of, move, save_moves, step_for, write_events
from lienthong.axis.contracts import ChangeAnswered, DeliveriesWithdrawn, StatusReport
from lienthong.axis.models import ChangeRequest, ConnectedSystem, Delivery, StatusEvent
from lienthong.axis.queries.deliveries import delivery_of
from lienthong.axis.states import (
    CONSENT,
    DECLINE,
    EFFECTS,
    WITHDRAWALS,
    ChangeKind,
    ChangeState,
    DeliveryState,
    Stage,
    transition,
)
from lienthong.kernel import events
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import JSON


class NothingAsked(Refusal):
    """An answer to a request that is not there, or no longer."""

    code, status = "nothing-asked", 409
    sentence = _(
        "The status %(code)s answers a revocation, update or take-back, but none waits for an answer here."
    )


def answer_change(
    system: ConnectedSystem, delivery_id: UUID, report: StatusReport, *, at: datetime
) -> DeliveryState:
    """Take 15 or 16: the request ends, and with it the document's delivery and that of the asking packet.

    In the caller's transaction; the report is checked already.

    Raises:
        NotFound, NothingAsked, StatusOutOfOrder: nothing was recorded.
    """
    reported = delivery_of(system, delivery_id)
    request = _request_at(reported)
    document = reported if request is None else request.delivery
    locked = delivery_of(system, document.pk, lock=True)
    reported = locked if reported.pk == document.pk else delivery_of(system, reported.pk, lock=True)
    if StatusEvent.objects.filter(delivery=reported, code=report.code, at=report.at).exists():
        return DeliveryState(reported.state)
    request = _request_at(reported)
    if request is None or request.delivery_id != locked.pk:
        raise NothingAsked(field="code", code=report.code)
    step = step_for(locked, report, pending=request.kind)
    write_events([Noted(system, reported, report)], at=at)
    move(locked, step, at)
    save_moves([locked])
    _end(request, locked, accepted=report.code == CONSENT, report=report, at=at)
    reported.refresh_from_db(fields=["state"])
    return DeliveryState(reported.state)


def settle_returned(returned: Collection[tuple[Delivery, StatusReport]], *, at: datetime) -> None:
    """A document that went back is withdrawn as asked (Đ.18), and is not updated any more.

    One query, and some for each request that waited.
    """
    if not returned:
        return
    by_id = {delivery.pk: (delivery, report) for delivery, report in returned}
    for request in ChangeRequest.objects.filter(delivery__in=by_id, state=ChangeState.PENDING).order_by("pk"):
        delivery, report = by_id[request.delivery_id]
        if request.kind in WITHDRAWALS:
            _end(request, delivery, accepted=True, report=report, at=at)
            continue
        request.state, request.answered_at = ChangeState.LAPSED, at
        request.save(update_fields=["state", "answered_at"])
        withdraw_asking([request.asking_id] if request.asking_id else [], at)


def _request_at(delivery: Delivery) -> ChangeRequest | None:
    """The pending request about this delivery's document, or else the one its packet makes. One query."""
    pending = ChangeRequest.objects.filter(
        Q(delivery=delivery.pk) | Q(asking=delivery.pk), state=ChangeState.PENDING
    )
    found = list(pending.select_related("delivery"))
    return min(found, key=lambda request: request.delivery_id != delivery.pk, default=None)


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
            move(found, step, at, collected=False)
            save_moves([found])
    kind = ChangeKind(request.kind)
    facts: dict[str, JSON] = {"kind": kind.value, "number": request.sequence}
    stage = EFFECTS[kind] if accepted else Stage.REFUSED
    attest_all([attestation_of(document, stage, report, facts)], at=at)
    who = (document.packet_id, document.pk, document.recipient_id)
    what = (request.kind, request.sequence)
    events.publish(ChangeAnswered(*who, *what, accepted, report.description, at))
    if document.state == DeliveryState.WITHDRAWN:
        events.publish(
            DeliveriesWithdrawn(document.packet_id, (document.pk,), (document.recipient_id,), *what, at)
        )

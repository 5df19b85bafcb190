"""Changes of a document already sent: revoke, update, replace by a packet, take back by a call.

Whoever writes here holds, in this order: the document's packet, its deliveries by id, then the deliveries of
packets that only ask. Collecting and reporting lock one delivery, or a document's before the asking one, so
that no two of them wait for each other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext_lazy as _

from lienthong.axis.actions.evidence import Attestation, attest_all
from lienthong.axis.actions.intake import NAMED, Parties
from lienthong.axis.contracts import ChangeRequested, DeliveriesWithdrawn, PacketState
from lienthong.axis.edxml import Business, EdxmlPacket
from lienthong.axis.edxml.errors import FieldMissing
from lienthong.axis.edxml.limits import REASON
from lienthong.axis.edxml.values import check_text, clean
from lienthong.axis.models import ChangeRequest, ConnectedSystem, Delivery, Packet, StatusEvent
from lienthong.axis.queries.packets import packet_state, sent_packet
from lienthong.axis.states import (
    EFFECTS,
    KINDS,
    OVER,
    TAKE_BACK_ASKED,
    UNREGISTERED,
    WITHDRAWALS,
    ChangeKind,
    ChangeState,
    DeliveryState,
)
from lienthong.kernel import events
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import JSON, record


class UnknownDocument(Refusal):
    """A change names no document that this sender has sent."""

    code, status = "unknown-document", 422
    sentence = _(
        "%(agency)s has sent no document %(document_id)s over this axis. "
        "Correct the document id of the change."
    )


class SeveralDocuments(Refusal):
    """A replacement names more than one document."""

    code, status = "several-documents", 422
    sentence = _("A packet replaces one document; this one names %(count)s. Send a replacement for each.")


class NotARecipient(Refusal):
    """A change is addressed to agencies that never got the document."""

    code, status = "not-a-recipient", 422
    sentence = _("The document was not sent to: %(agencies)s. Address the change to its recipients only.")


class AlreadyWithdrawn(Refusal):
    """Nothing is left of the document at the recipients addressed."""

    code, status = "already-withdrawn", 409
    sentence = _("The document %(document_id)s has already been withdrawn from every recipient addressed.")


class WithdrawalPending(Refusal):
    """A document that is to be withdrawn is not updated."""

    code, status = "withdrawal-pending", 409
    sentence = _("These recipients have yet to answer the withdrawal of the document: %(agencies)s.")


class NotADocument(Refusal):
    """A packet that only asks is not taken back."""

    code, status = "not-a-document", 409
    sentence = _("This packet revokes or updates a document. Only a document is taken back.")


@dataclass(frozen=True)
class Change:
    """A change asked for by a packet: which document, for which of its recipients (ids of agencies)."""

    kind: ChangeKind
    original: Packet
    scope: frozenset[int]
    reason: str


@dataclass
class Plan:
    """What the change will do, decided under the locks.

    `withdrawn` leave at once, `waiting` are asked, `over` hold nothing any more; each by recipient.
    """

    change: Change
    sequence: int
    withdrawn: dict[int, Delivery] = field(default_factory=dict)
    waiting: dict[int, Delivery] = field(default_factory=dict)
    over: dict[int, Delivery] = field(default_factory=dict)
    lapsing: list[ChangeRequest] = field(default_factory=list)

    def first_state(self, recipient_id: int) -> DeliveryState:
        """The state in which the delivery of the asking packet begins.

        A request for which nothing is left to do at the recipient is not sent on; a replacement always is.
        """
        only_asks = self.change.kind is not ChangeKind.REPLACE
        spared = recipient_id in self.withdrawn or recipient_id in self.over
        return DeliveryState.WITHDRAWN if only_asks and spared else DeliveryState.SENT


def find_change(packet: EdxmlPacket, parties: Parties) -> Change | None:
    """The change that the packet asks for; None for a new document. Two queries, nothing is locked.

    Raises:
        FieldMissing: the packet does not say which document it is about.
        UnknownDocument, SeveralDocuments, NotARecipient.
    """
    kind = KINDS.get(packet.business)
    if kind is None:
        return None
    document_id, path = _document_id(packet, kind)
    original = Packet.objects.filter(
        sender=parties.sender, document_id=document_id, business__in=[Business.NEW, Business.REPLACE]
    ).first()
    if original is None:
        raise UnknownDocument(field=path, agency=parties.sender.code, document_id=document_id)
    scope = {agency.pk: agency.code for agency in parties.recipients}
    if kind is ChangeKind.REPLACE:
        scope = _replaced_for(packet, parties) or scope
    _require_recipients(original, scope)
    return Change(kind, original, frozenset(scope), packet.business_reason)


def plan_change(change: Change) -> Plan:
    """Lock the document and its deliveries, give the change its number and decide what it does to each.

    Raises:
        AlreadyWithdrawn, WithdrawalPending: nothing is left to change, or an update comes too late.
    """
    original = Packet.objects.select_for_update(no_key=True).get(pk=change.original.pk)
    plan = Plan(change, _next_sequence(original))
    rows = Delivery.objects.filter(packet=original, recipient__in=change.scope).order_by("id")
    deliveries = list(rows.select_related("recipient").select_for_update(of=("self",)))
    pending = {
        request.delivery_id: request
        for request in ChangeRequest.objects.filter(delivery__in=deliveries, state=ChangeState.PENDING)
    }
    if change.kind is not ChangeKind.TAKE_BACK:
        _require_changeable(change, deliveries, pending)
    for delivery in deliveries:
        earlier = pending.get(delivery.pk)
        if change.kind is ChangeKind.TAKE_BACK and earlier is not None and earlier.kind in WITHDRAWALS:
            continue
        _place(plan, delivery, earlier)
    return plan


def carry_out(
    plan: Plan,
    *,
    asking: Mapping[int, Delivery],
    packet_id: UUID | None,
    system: ConnectedSystem,
    at: datetime,
) -> None:
    """Write what was planned, in sets: requests, withdrawn deliveries, ledger, events.

    `asking`: the asking packet's deliveries by recipient. The number of queries is the same for any number of
    recipients.
    """
    change, original = plan.change, plan.change.original
    _let_lapse(plan.lapsing, at)
    withdrawn, waiting = list(plan.withdrawn.values()), list(plan.waiting.values())
    if withdrawn:
        Delivery.objects.filter(pk__in=[row.pk for row in withdrawn]).update(
            state=DeliveryState.WITHDRAWN, last_status_at=at
        )
    ChangeRequest.objects.bulk_create(
        [
            *(_request(plan, row, asking, at, ChangeState.ACCEPTED) for row in withdrawn),
            *(_request(plan, row, asking, at, ChangeState.PENDING) for row in waiting),
        ]
    )
    record(
        actor=system.actor(),
        verb=f"packet.{change.kind.value}",
        subject=original.as_subject(),
        at=at,
        data={
            "sequence": plan.sequence,
            "reason": change.reason,
            "packet": str(packet_id) if packet_id else "",
            "withdrawn": len(withdrawn),
            "asked": len(waiting),
        },
    )
    _attest(plan, withdrawn, at)
    _publish(plan, packet_id, at)


def _attest(plan: Plan, withdrawn: Collection[Delivery], at: datetime) -> None:
    """What was withdrawn at once as evidence, by the sender."""
    change, original = plan.change, plan.change.original
    facts: dict[str, JSON] = {"kind": change.kind.value, "number": plan.sequence, "reason": change.reason}
    attest_all(
        [Attestation(original, EFFECTS[change.kind], original.sender.code, row, facts) for row in withdrawn],
        at=at,
    )


def take_back(
    system: ConnectedSystem,
    packet_id: UUID,
    *,
    reason: str,
    recipients: Collection[str] = (),
    at: datetime,
) -> PacketState:
    """Take a sent document back from the recipients named by code, or from all, and answer its state.

    Where nobody has collected it, it is withdrawn at once; elsewhere the receiver is asked, and answers with
    15 or 16. Status 13 is written for each. Asked again, it changes nothing where a withdrawal is pending or
    done.

    Raises:
        NotFound: there is no such packet for this system.
        FieldMissing, FieldTooLong, InvalidText: of the reason.
        NotADocument, NotARecipient: nothing was changed.
    """
    reason = clean(reason)
    if not reason:
        raise FieldMissing(field="reason")
    check_text(reason, field="reason", limit=REASON)
    packet = sent_packet(system, packet_id)
    if packet.only_asks:
        raise NotADocument
    scope = _scope(packet, recipients)
    with transaction.atomic():
        plan = plan_change(Change(ChangeKind.TAKE_BACK, packet, scope, reason))
        asked = [*plan.withdrawn.values(), *plan.waiting.values()]
        if asked:
            StatusEvent.objects.bulk_create(
                StatusEvent(
                    delivery=row,
                    system=system,
                    code=TAKE_BACK_ASKED,
                    at=at,
                    received_at=at,
                    description=reason,
                )
                for row in asked
            )
            carry_out(plan, asking={}, packet_id=None, system=system, at=at)
    return packet_state(system, packet_id)


def withdraw_asking(asking: Collection[UUID], at: datetime) -> None:
    """End the deliveries, of packets that only ask, to which no answer is needed any more."""
    if asking:
        Delivery.objects.filter(
            pk__in=asking,
            packet__business__in=[Business.REVOKE, Business.UPDATE],
            state__in=UNREGISTERED,
        ).update(state=DeliveryState.WITHDRAWN, last_status_at=at)


def _document_id(packet: EdxmlPacket, kind: ChangeKind) -> tuple[str, str]:
    """The id of the document to be changed, and the element that names it."""
    path = "Bussiness/DocumentId"
    named = {packet.business_document_id} - {""}
    if kind is ChangeKind.REPLACE and packet.replacements:
        path = "ReplacementInfo/DocumentId"
        named = {replacement.document_id for replacement in packet.replacements}
    if not named:
        raise FieldMissing(field=path)
    if len(named) > 1:
        raise SeveralDocuments(field=path, count=len(named))
    return named.pop(), path


def _replaced_for(packet: EdxmlPacket, parties: Parties) -> dict[int, str]:
    """The recipients for whom the packet replaces the document, if it lists them; others get it as new."""
    listed = {code for replacement in packet.replacements for code in replacement.organ_ids}
    addressed = {agency.old_code: agency.pk for agency in parties.recipients}
    addressed |= {agency.code: agency.pk for agency in parties.recipients}
    for party, agency in zip(packet.recipients, parties.recipients, strict=True):
        addressed[party.organ_id] = agency.pk
    outside = sorted(listed - addressed.keys())
    if outside:
        raise NotARecipient(field="ReplacementInfo/OrganId", agencies=", ".join(outside[:NAMED]))
    return {addressed[code]: code for code in listed}


def _require_recipients(original: Packet, scope: Mapping[int, str]) -> None:
    got = Delivery.objects.filter(packet=original, recipient__in=scope).values_list("recipient_id", flat=True)
    missing = sorted(scope[key] for key in scope.keys() - set(got))
    if missing:
        raise NotARecipient(field="To/OrganId", agencies=", ".join(missing[:NAMED]))


def _scope(packet: Packet, recipients: Collection[str]) -> frozenset[int]:
    """The ids of the packet's recipients named by either form of their codes, or of all. One query."""
    rows = Delivery.objects.filter(packet=packet)
    if not recipients:
        return frozenset(rows.values_list("recipient_id", flat=True))
    named = rows.filter(Q(recipient__code__in=recipients) | Q(recipient__old_code__in=recipients))
    found = list(named.values_list("recipient_id", "recipient__code", "recipient__old_code"))
    unknown = sorted(set(recipients) - {code for row in found for code in row[1:]})
    if unknown:
        raise NotARecipient(field="recipients", agencies=", ".join(unknown[:NAMED]))
    return frozenset(row[0] for row in found)


def _next_sequence(original: Packet) -> int:
    """The number after the last change of the document, whose packet is locked."""
    packets = Packet.objects.filter(about=original).aggregate(last=Max("sequence"))["last"] or 0
    taken = ChangeRequest.objects.filter(delivery__packet=original).aggregate(last=Max("sequence"))["last"]
    return max(packets, taken or 0) + 1


def _require_changeable(
    change: Change, deliveries: Iterable[Delivery], pending: Mapping[UUID, ChangeRequest]
) -> None:
    states = {delivery.state for delivery in deliveries}
    if states <= {DeliveryState.WITHDRAWN}:
        raise AlreadyWithdrawn(document_id=change.original.document_id)
    late = [request for request in pending.values() if request.kind in WITHDRAWALS]
    if change.kind is ChangeKind.UPDATE and late:
        ids = [request.delivery_id for request in late[:NAMED]]
        codes = Delivery.objects.filter(pk__in=ids).values_list("recipient__code", flat=True)
        raise WithdrawalPending(field="To/OrganId", agencies=", ".join(sorted(codes)))


def _place(plan: Plan, delivery: Delivery, earlier: ChangeRequest | None) -> None:
    """Decide what the change does to one delivery; an earlier request without an answer lapses."""
    if delivery.state in OVER:
        plan.over[delivery.recipient_id] = delivery
        return
    if earlier is not None:
        plan.lapsing.append(earlier)
    uncollected = delivery.state == DeliveryState.SENT and delivery.collected_at is None
    group = plan.withdrawn if uncollected and plan.change.kind in WITHDRAWALS else plan.waiting
    group[delivery.recipient_id] = delivery


def _let_lapse(requests: Collection[ChangeRequest], at: datetime) -> None:
    if requests:
        ids = [request.pk for request in requests]
        ChangeRequest.objects.filter(pk__in=ids).update(state=ChangeState.LAPSED, answered_at=at)
        withdraw_asking([request.asking_id for request in requests if request.asking_id], at)


def _publish(plan: Plan, packet_id: UUID | None, at: datetime) -> None:
    original, kind = plan.change.original.pk, plan.change.kind.value
    if plan.withdrawn:
        ids = tuple(row.pk for row in plan.withdrawn.values())
        events.publish(DeliveriesWithdrawn(original, ids, tuple(plan.withdrawn), kind, plan.sequence, at))
    if plan.waiting:
        recipients, reason = tuple(plan.waiting), plan.change.reason
        events.publish(ChangeRequested(original, packet_id, kind, plan.sequence, reason, recipients, at))


def _request(
    plan: Plan, delivery: Delivery, asking: Mapping[int, Delivery], at: datetime, state: ChangeState
) -> ChangeRequest:
    return ChangeRequest(
        delivery=delivery,
        asking=asking.get(delivery.recipient_id),
        recipient_id=delivery.recipient_id,
        kind=plan.change.kind,
        sequence=plan.sequence,
        state=state,
        reason=plan.change.reason,
        asked_at=at,
        answered_at=None if state == ChangeState.PENDING else at,
    )

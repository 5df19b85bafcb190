"""Taking a packet in: all or nothing, once, and with a receipt that is given only for what is stored."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from lienthong.axis.actions.changes import Change, carry_out, find_change, plan_change
from lienthong.axis.actions.intake import Parties, check_attachments, check_signature, find_parties
from lienthong.axis.contracts import PacketStored, Receipt
from lienthong.axis.edxml import Business, EdxmlPacket, parse_packet
from lienthong.axis.models import ConnectedSystem, Delivery, Packet
from lienthong.axis.queries.packets import receipt_of
from lienthong.axis.states import DeliveryState
from lienthong.kernel import events
from lienthong.kernel.blobs import store_blob
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal
from lienthong.kernel.identifiers import uuid7
from lienthong.kernel.models import Blob
from lienthong.ledger.public import record
from lienthong.signing.public import sign_statement

DOCUMENTS = (Business.NEW, Business.REPLACE)


class DocumentIdReused(Refusal):
    """The sender has used the document id before, for other content."""

    code, status = "document-id-reused", 409
    sentence = _(
        "A packet with the document id %(document_id)s and other content was received on %(received)s. "
        "Nothing was stored. Give the new document its own number, or send the same packet again."
    )


def submit_packet(edxml: bytes, *, system: ConnectedSystem, at: datetime) -> Receipt:
    """Check, store and send on a signed packet, and answer with the hub's receipt once all is committed.

    The same bytes again get the receipt of the first time, marked `repeated`. The number of queries does not
    depend on the number of recipients. Must not be called inside a transaction: the receipt would be early.

    Raises:
        EdxmlRefusal: the packet breaks the standard (see `edxml.errors`), or is secret.
        Refusal: of `intake` for parties, signature and attachments; of `changes` for what a revocation,
            update or replacement asks; `SenderNotServed`; `DocumentIdReused`.
    """
    sha256 = hashlib.sha256(edxml).hexdigest()
    earlier = _packet_with(sha256, system)
    if earlier is not None:
        return replace(receipt_of(earlier), repeated=True)
    packet = parse_packet(edxml)
    parties = find_parties(packet, system=system, on=at.astimezone(VIETNAM).date())
    _refuse_reused_id(packet, parties)
    change = find_change(packet, parties)
    check_signature(edxml, sender=parties.sender, at=at)
    check_attachments(packet.attachments)
    try:
        with transaction.atomic(durable=True):
            return receipt_of(_store(edxml, packet, parties, change, system=system, at=at))
    except IntegrityError as error:
        return _answer_to_the_second(error, sha256, packet, parties, system)


def _packet_with(sha256: str, system: ConnectedSystem) -> Packet | None:
    return Packet.objects.filter(system.served("sender"), blob=sha256).first()


def _refuse_reused_id(packet: EdxmlPacket, parties: Parties) -> None:
    """A document has its id alone; a revocation or update may bear the id of the document it is about."""
    if packet.business not in DOCUMENTS:
        return
    earlier = Packet.objects.filter(
        sender=parties.sender, document_id=packet.document_id, business__in=DOCUMENTS
    ).first()
    if earlier is not None:
        received = earlier.received_at.astimezone(VIETNAM)
        raise DocumentIdReused(
            field="DocumentId", document_id=packet.document_id, received=f"{received:%d/%m/%Y %H:%M:%S}"
        )


def _answer_to_the_second(
    error: IntegrityError, sha256: str, packet: EdxmlPacket, parties: Parties, system: ConnectedSystem
) -> Receipt:
    """Someone stored the packet, or its id, while this one was checked: the constraints let one through."""
    earlier = _packet_with(sha256, system)
    if earlier is not None:
        return replace(receipt_of(earlier), repeated=True)
    _refuse_reused_id(packet, parties)
    raise error


def _store(
    edxml: bytes,
    parsed: EdxmlPacket,
    parties: Parties,
    change: Change | None,
    *,
    system: ConnectedSystem,
    at: datetime,
) -> Packet:
    """Write blob, packet, deliveries and ledger, and publish the event; in the caller's transaction."""
    plan = plan_change(change) if change else None
    blob = store_blob([edxml], at=at, max_bytes=settings.ENV.axis_max_packet_bytes)
    packet = _row(parsed, parties, system=system, blob=blob, at=at)
    if plan is not None:
        packet.about, packet.sequence = plan.change.original, plan.sequence
    packet.receipt_statement = _statement(packet, parties)
    packet.receipt_signature = sign_statement(packet.receipt_statement, at=at)
    packet.save(force_insert=True)
    deliveries = Delivery.objects.bulk_create(
        Delivery(
            id=uuid7(),
            packet=packet,
            recipient=agency,
            sent_at=at,
            state=plan.first_state(agency.pk) if plan else DeliveryState.SENT,
        )
        for agency in parties.recipients
    )
    record(
        actor=system.actor(),
        verb="packet.submit",
        subject=packet.as_subject(),
        at=at,
        data={
            "document_id": packet.document_id,
            "sender": parties.sender.code,
            "sha256": blob.sha256,
            "recipients": len(parties.recipients),
        },
    )
    events.publish(PacketStored(packet.pk, tuple(agency.pk for agency in parties.recipients)))
    if plan is not None:
        asking = {delivery.recipient_id: delivery for delivery in deliveries}
        carry_out(plan, asking=asking, packet_id=packet.pk, system=system, at=at)
    return packet


def _row(
    parsed: EdxmlPacket, parties: Parties, *, system: ConnectedSystem, blob: Blob, at: datetime
) -> Packet:
    return Packet(
        id=uuid7(),
        system=system,
        sender=parties.sender,
        document_id=parsed.document_id,
        business=parsed.business,
        blob=blob,
        number=parsed.number,
        notation=parsed.notation,
        type_name=parsed.type_name,
        subject=parsed.subject,
        content=parsed.content,
        urgency=parsed.urgency,
        steering=parsed.steering,
        place=parsed.place,
        promulgated_on=parsed.promulgated_on,
        due_on=parsed.due_on,
        signer_name=parsed.signer.full_name,
        signer_position=parsed.signer.position,
        paper_follows=parsed.paper_follows,
        attachment_count=len(parsed.attachments),
        recipient_count=len(parties.recipients),
        received_at=at,
    )


def _statement(packet: Packet, parties: Parties) -> bytes:
    """What the hub signs: canonical JSON (sorted, no spaces, UTF-8) of what it has stored."""
    facts = {
        "statement": "packet-received",
        "packet_id": str(packet.pk),
        "document_id": packet.document_id,
        "sender": parties.sender.code,
        "sha256": packet.sha256,
        "received_at": packet.received_at.astimezone(VIETNAM).isoformat(),
        "recipients": [agency.code for agency in parties.recipients],
    }
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

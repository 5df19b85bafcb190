"""Taking a packet in: all or nothing, once, and with a receipt that is given only for what is stored."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from lienthong.axis.actions.changes import Change, Plan, carry_out, find_change, plan_change
from lienthong.axis.actions.enveloping import KnownReaders, check_envelopes, readers_for
from lienthong.axis.actions.evidence import canonical, sign_submissions
from lienthong.axis.actions.intake import (
    Parties,
    check_attachments,
    check_signature,
    find_named,
    parties_of,
)
from lienthong.axis.contracts import PacketsStored, Receipt, StoredPacket
from lienthong.axis.edxml import EdxmlPacket, parse_packet
from lienthong.axis.models import ASKING, ConnectedSystem, Delivery, Packet
from lienthong.axis.queries.packets import met_before, receipt_of
from lienthong.axis.states import DeliveryState
from lienthong.kernel import events
from lienthong.kernel.blobs import Staged, stage_blobs, store_blobs
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.convoys import Convoy
from lienthong.kernel.errors import Refusal
from lienthong.kernel.identifiers import uuid7
from lienthong.kernel.lifting import Content, Lifted, lifted
from lienthong.kernel.models import Blob
from lienthong.kernel.statements import insert_rows
from lienthong.ledger.public import JSON, Entry, record_many, record_statements
from lienthong.signing.public import Verdict, verify_packets

T = TypeVar("T")
U = TypeVar("U")
Answers = dict[str, Receipt | Refusal]
Key = tuple[int, str, str]
SET = 50  # packets stored in one transaction


class DocumentIdReused(Refusal):
    """The sender has used the document id before, for other content."""

    code, status = "document-id-reused", 409
    sentence = _(
        "A packet with the document id %(document_id)s and other content was received on %(received)s. "
        "Nothing was stored. Give the new document its own number, or send the same packet again."
    )


def submit_packet(edxml: Content, *, system: ConnectedSystem, at: datetime) -> Receipt:
    """`submit_packets` of one, lifted if it may be large, whose refusal is raised.

    Raises:
        EdxmlRefusal: the packet breaks the standard (see `edxml.errors`), or is secret.
        Refusal: of `intake` for parties, signature and attachments; of `changes` for what a revocation,
            update or replacement asks; `SenderNotServed`; `DocumentIdReused`.
    """
    answer = submit_packets([edxml], system=system, at=at)[0]
    if isinstance(answer, Refusal):
        raise answer
    return answer


def submit_packets(
    edxmls: Sequence[Content], *, system: ConnectedSystem, at: datetime
) -> list[Receipt | Refusal]:
    """Check, store and send on signed packets: each gets the hub's receipt once committed, or its refusal.

    Those that pass are stored in one transaction. The same bytes again, now or in a year, get the receipt of
    the first time, marked `repeated`, whatever is wrong with them by now. The number of queries depends on
    neither the number of packets nor that of their recipients. Must not be called inside a transaction: the
    receipts would be early. A revocation, update or replacement takes some queries of its own.
    """
    packets = [lifted(edxml) for edxml in edxmls]
    hashes = [packet.sha256 for packet in packets]
    given = dict(zip(hashes, packets, strict=True))
    answers = _submit(given, system, at)
    first = dict(zip(reversed(hashes), reversed(range(len(hashes))), strict=True))
    return [
        _repeated(answers[sha256]) if place > first[sha256] else answers[sha256]
        for place, sha256 in enumerate(hashes)
    ]


@dataclass(frozen=True)
class _Checked:
    """A packet that may be stored."""

    edxml: Lifted
    content: EdxmlPacket
    parties: Parties
    system: ConnectedSystem
    at: datetime
    sha256: str
    change: Change | None = None
    staged: Staged | None = None

    @property
    def key(self) -> Key:
        """As `Packet.key`."""
        only_asks = self.content.business in ASKING
        return self.parties.sender.pk, self.content.document_id, self.sha256 if only_asks else ""


class _Sieve:
    """Takes packets, by their hash, through one check after the other; what falls out leaves its refusal."""

    def __init__(self) -> None:
        self.refusals: Answers = {}

    def keep(self, packets: Mapping[str, T], check: Callable[[str, T], U]) -> dict[str, U]:
        """What the check makes of the packets that pass it."""
        passed = dict[str, U]()
        for sha256, packet in packets.items():
            try:
                passed[sha256] = check(sha256, packet)
            except Refusal as refusal:
                self.refusals[sha256] = refusal
        return passed


def _submit(edxmls: Mapping[str, Lifted], system: ConnectedSystem, at: datetime) -> Answers:
    """The answers to packets by their hash. Of new ones with one id the first is stored."""
    if not edxmls:
        return {}
    sieve, on = _Sieve(), at.astimezone(VIETNAM).date()
    parsed = sieve.keep(edxmls, lambda _, edxml: parse_packet(edxml))
    named = find_named(parsed.values(), on=on)
    checked = sieve.keep(
        parsed,
        lambda sha256, content: _Checked(
            edxmls[sha256], content, parties_of(content, named, system=system, on=on), system, at, sha256
        ),
    )
    met = _met_before(edxmls, checked.values())
    earlier = _receipts_among(met, edxmls, system)
    new = {sha256: one for sha256, one in checked.items() if sha256 not in earlier}
    sound = _check(new, sieve, {packet.key: packet.received_at for packet in met}, at)
    by_key = {one.key: sha256 for sha256, one in reversed(sound.items())}
    stored = _store_together({sha256: sound[sha256] for sha256 in by_key.values()})
    others = {sha256: edxmls[sha256] for sha256 in sound if sha256 not in stored}
    return sieve.refusals | earlier | stored | _submit(others, system, at)


def _check(
    packets: Mapping[str, _Checked], sieve: _Sieve, used: Mapping[Key, datetime], at: datetime
) -> dict[str, _Checked]:
    """Those of the packets that may be stored: with new ids, signed, harmless."""
    fresh = sieve.keep(packets, lambda _, one: _with_change(_require_fresh(one, used)))
    verdicts = dict(zip(fresh, verify_packets([one.edxml for one in fresh.values()], at=at), strict=True))
    readers = readers_for(((one.content, one.parties) for one in fresh.values()), at=at)
    return sieve.keep(fresh, lambda sha256, one: _require_sound(one, verdicts[sha256], readers))


def _with_change(one: _Checked) -> _Checked:
    """The packet with the change it asks for, if it is no new document."""
    return replace(one, change=find_change(one.content, one.parties))


def _require_sound(one: _Checked, verdict: Verdict, readers: KnownReaders) -> _Checked:
    check_signature(verdict, sender=one.parties.sender)
    check_envelopes(one.content, one.parties, readers)
    check_attachments(one.content.attachments)
    return one


def _met_before(sha256s: Collection[str], packets: Collection[_Checked]) -> list[Packet]:
    """The stored packets with one of the hashes, or with the sender and document id of one. One query."""
    return met_before(sha256s, [(one.parties.sender.pk, one.content.document_id) for one in packets])


def _receipts_among(packets: Iterable[Packet], sha256s: Collection[str], system: ConnectedSystem) -> Answers:
    """The receipts given for the same bytes before, if the system speaks for their sender."""
    return {
        packet.sha256: _repeated(receipt_of(packet))
        for packet in packets
        if packet.sha256 in sha256s and system.speaks_for(packet.sender)
    }


def _require_fresh(one: _Checked, used: Mapping[Key, datetime]) -> _Checked:
    if one.key in used:
        received = used[one.key].astimezone(VIETNAM)
        document_id = one.content.document_id
        raise DocumentIdReused(
            field="DocumentId", document_id=document_id, received=f"{received:%d/%m/%Y %H:%M:%S}"
        )
    return one


def _repeated(answer: Receipt | Refusal) -> Receipt | Refusal:
    return replace(answer, repeated=True) if isinstance(answer, Receipt) else answer


def _store_together(packets: Mapping[str, _Checked]) -> Answers:
    """Store the packets together with those of other callers of the moment: they share a commit.

    Large contents are written before, so that nobody waits for those of another.
    """
    if not packets:
        return {}
    limit = settings.ENV.axis_max_packet_bytes
    with stage_blobs([one.edxml for one in packets.values()], max_bytes=limit) as staged:
        ready = {
            key: replace(one, staged=part) for (key, one), part in zip(packets.items(), staged, strict=True)
        }
        answers, others = _CONVOY.travel(ready)
    return {key: _repeated(answer) if key in others else answer for key, answer in answers.items()}


def _store_all(packets: Mapping[str, _Checked]) -> Answers:
    """Store the packets in one transaction.

    Where someone else stored one of them, or its id, meanwhile, the constraints let only one through; where a
    document was changed meanwhile, a change may come too late. Halves are tried then, so that each packet has
    an answer of its own.
    """
    try:
        with transaction.atomic(durable=True):
            return _store(list(packets.values()))
    except (IntegrityError, Refusal) as failure:
        if len(packets) > 1:
            keys = list(packets)
            halves = keys[: len(keys) // 2], keys[len(keys) // 2 :]
            first, second = ({key: packets[key] for key in half} for half in halves)
            return _store_all(first) | _store_all(second)
        if isinstance(failure, Refusal):
            return dict.fromkeys(packets, failure)
        return _answer_to_the_second(packets, failure)


_CONVOY = Convoy(_store_all, most=SET)


def _answer_to_the_second(packets: Mapping[str, _Checked], error: IntegrityError) -> Answers:
    [one] = packets.values()
    met, sieve = _met_before(packets, [one]), _Sieve()
    if earlier := _receipts_among(met, packets, one.system):
        return earlier
    used = {packet.key: packet.received_at for packet in met}
    if sieve.keep(packets, lambda _, one: _require_fresh(one, used)):
        raise error
    return sieve.refusals


def _store(packets: Sequence[_Checked]) -> Answers:
    """Write blobs, packets, deliveries and ledger, and publish the event; in the caller's transaction."""
    at, limit = max(one.at for one in packets), settings.ENV.axis_max_packet_bytes
    blobs = store_blobs([one.staged or one.edxml for one in packets], at=at, max_bytes=limit)
    plans = _plans(packets)
    rows = [_row(one, blob, plan) for one, blob, plan in zip(packets, blobs, plans, strict=True)]
    deliveries = [
        Delivery(
            id=uuid7(),
            packet=row,
            recipient=agency,
            sent_at=one.at,
            state=plan.first_state(agency.pk) if plan else DeliveryState.SENT,
        )
        for one, row, plan in zip(packets, rows, plans, strict=True)
        for agency in one.parties.recipients
    ]
    statements = sign_submissions(rows, deliveries, at=at)
    insert_rows([*rows, *deliveries])
    record_statements(statements)
    record_many([_entry(one, row) for one, row in zip(packets, rows, strict=True)])
    events.publish(
        PacketsStored(
            tuple(
                StoredPacket(row.pk, tuple(agency.pk for agency in one.parties.recipients), row.sandbox)
                for one, row in zip(packets, rows, strict=True)
            )
        )
    )
    for one, row, plan in zip(packets, rows, plans, strict=True):
        if plan is not None:
            asking = {each.recipient_id: each for each in deliveries if each.packet_id == row.pk}
            carry_out(plan, asking=asking, packet_id=row.pk, system=one.system, at=one.at)
    return {row.sha256: receipt_of(row) for row in rows}


def _plans(packets: Sequence[_Checked]) -> list[Plan | None]:
    """What each packet changes of an earlier document; these are locked in one order, whoever comes."""
    changes = [(one.change.original.pk, place) for place, one in enumerate(packets) if one.change]
    plans: list[Plan | None] = [None] * len(packets)
    for _original, place in sorted(changes):
        change = packets[place].change
        plans[place] = plan_change(change) if change else None
    return plans


def _entry(one: _Checked, row: Packet) -> Entry:
    return Entry(
        actor=one.system.actor(),
        verb="packet.submit",
        subject=row.as_subject(),
        at=one.at,
        data={
            "document_id": row.document_id,
            "sender": one.parties.sender.code,
            "sha256": row.sha256,
            "recipients": len(one.parties.recipients),
        },
    )


def _row(one: _Checked, blob: Blob, plan: Plan | None) -> Packet:
    content, parties = one.content, one.parties
    row = Packet(
        id=uuid7(),
        system=one.system,
        sender=parties.sender,
        document_id=content.document_id,
        business=content.business,
        blob=blob,
        number=content.number,
        notation=content.notation,
        type_name=content.type_name,
        subject=content.subject,
        content=content.content,
        urgency=content.urgency,
        steering=content.steering,
        place=content.place,
        promulgated_on=content.promulgated_on,
        due_on=content.due_on,
        signer_name=content.signer.full_name,
        signer_position=content.signer.position,
        paper_follows=content.paper_follows,
        attachment_count=len(content.attachments),
        recipient_count=len(parties.recipients),
        sandbox=one.system.sandbox,
        received_at=one.at,
    )
    if plan is not None:
        row.about, row.sequence = plan.change.original, plan.sequence
    row.receipt_statement = _statement(row, parties)
    return row


def _statement(packet: Packet, parties: Parties) -> bytes:
    """What the hub signs: canonical JSON (sorted, no spaces, UTF-8) of what it has stored."""
    facts: dict[str, JSON] = {
        "statement": "packet-received",
        "packet_id": str(packet.pk),
        "document_id": packet.document_id,
        "sender": parties.sender.code,
        "sha256": packet.sha256,
        "received_at": packet.received_at.astimezone(VIETNAM).isoformat(),
        "recipients": [agency.code for agency in parties.recipients],
    }
    return canonical(facts)

"""Evidence: what the axis attests at every stage of a packet, batched and timestamped (docs/evidence.md)."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from lienthong.axis.models import Delivery, Packet
from lienthong.axis.states import Stage
from lienthong.kernel.clock import VIETNAM
from lienthong.ledger.public import (
    JSON,
    Link,
    OpenBatch,
    SignedHeader,
    Statement,
    close_batch,
    keep_token,
    last_links,
    record_statements,
    unstamped_batches,
)
from lienthong.signing.public import (
    NoCertificate,
    SigningUnavailable,
    TimestampService,
    sign_statement,
    sign_statements,
    stamp_digest,
)

log = logging.getLogger(__name__)

KIND = "axis.packet"
STAMPED_AT_ONCE = 200


@dataclass(frozen=True)
class Attestation:
    """An act about to be attested: the stage of a packet, or of one delivery of it, and what else to state.

    `by` is the code of the agency that acted. `facts` are added to the statement; they must be JSON.
    """

    packet: Packet
    stage: Stage
    by: str
    delivery: Delivery | None = None
    facts: Mapping[str, JSON] | None = None


def attest(
    packet: Packet,
    stage: Stage,
    *,
    by: str,
    at: datetime,
    delivery: Delivery | None = None,
    facts: Mapping[str, JSON] | None = None,
) -> None:
    """Sign and keep one statement in the transaction of the act; as `attest_all`."""
    attest_all([Attestation(packet, stage, by, delivery, facts)], at=at)


def attest_all(acts: Sequence[Attestation], *, at: datetime) -> None:
    """Sign and keep a statement of each act, in their order, in the surrounding transaction of the acts.

    Each statement names the packet's one before it. The chains stay locked until the transaction ends, so
    call this after all other locks were taken. Three queries and one signature per act; the deliveries'
    `recipient` should be loaded.

    Raises:
        RecordedOutsideTransaction, NoCertificate, SigningUnavailable: nothing was attested.
    """
    if not acts:
        return
    links = dict(last_links(KIND, (str(act.packet.pk) for act in acts)))
    receipts = [_receipt(act.packet) for act in acts if str(act.packet.pk) not in links]
    links |= {receipt.subject.id: _link(receipt.statement, 1) for receipt in receipts}
    drafts = _drafts(acts, links, at)
    signatures = sign_statements([draft.said for draft in drafts], at=at, by_reference=True)
    signed = [draft.signed(signature, at) for draft, signature in zip(drafts, signatures, strict=True)]
    record_statements([*_once(receipts), *signed])


def sign_submissions(
    packets: Sequence[Packet], deliveries: Iterable[Delivery], *, at: datetime
) -> list[Statement]:
    """Sign the receipts of new packets, and answer the first two statements of each, to be recorded.

    The first is the receipt as signed, whose signature is set on the packet; the second names all its
    deliveries, so that their number adds no signature. The deliveries' `packet` and `recipient` must be
    loaded. One query.
    """
    to: dict[str, dict[str, JSON]] = {str(packet.pk): {} for packet in packets}
    for delivery in deliveries:
        to[str(delivery.packet_id)][delivery.recipient.code] = str(delivery.pk)
    receipts = [bytes(packet.receipt_statement) for packet in packets]
    links = {str(packet.pk): _link(said, 1) for packet, said in zip(packets, receipts, strict=True)}
    drafts = _drafts(
        [
            Attestation(packet, Stage.RELAYED, by="", facts={"deliveries": to[str(packet.pk)]})
            for packet in packets
        ],
        links,
        at,
    )
    signatures = sign_statements(
        [*receipts, *(draft.said for draft in drafts)],
        at=at,
        by_reference=[place >= len(receipts) for place in range(len(receipts) + len(drafts))],
    )
    for packet, signature in zip(packets, signatures[: len(packets)], strict=True):
        packet.receipt_signature = signature
    relayed = zip(drafts, signatures[len(packets) :], strict=True)
    return [*map(_receipt, packets), *(draft.signed(signature, at) for draft, signature in relayed)]


def close_batches(*, most: int, at: datetime, least: int = 1) -> int:
    """Close batches of at most so many statements until fewer than `least` wait; answer how many were closed.

    Each is committed by itself. The axis signs the headers.
    """
    closed = 0
    while True:
        with transaction.atomic():
            size = close_batch(most=most, least=least, sign=lambda batch: _signed_header(batch, at))
        closed += bool(size)
        if size < most:
            return closed


def keep_evidence(*, most: int, seconds: int, tick: int, at: datetime) -> None:
    """What is done every minute: close batches, then stamp those that have no timestamp.

    Full batches are closed at once, all others every `seconds`, in whole minutes; `tick` is the Unix time of
    the minute that called.
    """
    is_due = tick // 60 % max(seconds // 60, 1) == 0
    close_batches(most=most, least=1 if is_due else most, at=at)
    stamp_batches(at=at)


def stamp_batches(*, at: datetime, service: TimestampService | None = None) -> int:
    """Have the batches without timestamp stamped, oldest first, and answer how many were.

    The first failure ends the round: the rest waits for the next one. `service` replaces the one of the
    settings, which is asked outside of any transaction.
    """
    stamped = 0
    for batch in unstamped_batches(most=STAMPED_AT_ONCE):
        try:
            token = stamp_digest(hashlib.sha256(batch.header).digest(), at=at, service=service)
        except (SigningUnavailable, NoCertificate) as refusal:
            log.warning("no timestamp for evidence batch %s: %s", batch.number, refusal.say("en"))
            return stamped
        stamped += keep_token(batch, token, at=at)
    return stamped


def _receipt(packet: Packet) -> Statement:
    """The receipt as the first statement of the packet: the same bytes, the same signature."""
    return Statement(
        subject=packet.as_subject(),
        stage=Stage.SUBMITTED,
        sequence=1,
        at=packet.received_at,
        statement=bytes(packet.receipt_statement),
        signature=bytes(packet.receipt_signature),
    )


def _once(receipts: Iterable[Statement]) -> Iterable[Statement]:
    """One receipt of each packet."""
    return {receipt.subject.id: receipt for receipt in receipts}.values()


@dataclass(frozen=True)
class _Draft:
    """A statement before it is signed."""

    act: Attestation
    sequence: int
    said: bytes

    def signed(self, signature: bytes, at: datetime) -> Statement:
        act = self.act
        return Statement(
            subject=act.packet.as_subject(),
            stage=act.stage,
            sequence=self.sequence,
            at=at,
            statement=self.said,
            signature=signature,
            part=str(act.delivery.pk) if act.delivery else "",
        )


def _drafts(acts: Sequence[Attestation], links: Mapping[str, Link], at: datetime) -> list[_Draft]:
    """What is to be signed, each chained to its packet's one before it, which `links` give."""
    last, drafts = dict(links), list[_Draft]()
    for act in acts:
        key = str(act.packet.pk)
        said = _said(act, last[key], at)
        last[key] = _link(said, last[key].sequence + 1)
        drafts.append(_Draft(act, last[key].sequence, said))
    return drafts


def _said(act: Attestation, before: Link, at: datetime) -> bytes:
    """What is signed of the act: canonical JSON."""
    said: dict[str, JSON] = {
        **(act.facts or {}),
        "statement": f"packet-{act.stage.value}",
        "stage": act.stage.value,
        "packet_id": str(act.packet.pk),
        "sha256": act.packet.sha256,
        "sequence": before.sequence + 1,
        "previous": before.sha256,
        "at": at.astimezone(VIETNAM).isoformat(),
        "by": act.by,
    }
    if act.delivery is not None:
        said |= {"delivery_id": str(act.delivery.pk), "recipient": act.delivery.recipient.code}
    return canonical(said)


def _link(statement: bytes, sequence: int) -> Link:
    return Link(sequence, hashlib.sha256(statement).hexdigest())


def _signed_header(batch: OpenBatch, at: datetime) -> SignedHeader:
    header = canonical(
        {
            "batch": batch.number,
            "previous": batch.previous,
            "root": batch.root,
            "size": batch.size,
            "first_at": batch.first_at.astimezone(VIETNAM).isoformat(),
            "last_at": batch.last_at.astimezone(VIETNAM).isoformat(),
        }
    )
    return SignedHeader(header, sign_statement(header, at=at, by_reference=True))


def canonical(facts: Mapping[str, JSON]) -> bytes:
    """Canonical JSON: names sorted, no spaces, UTF-8; values are texts and whole numbers (cf. RFC 8785)."""
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

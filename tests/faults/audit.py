"""Compares the books: what senders hold receipts for, what the axis has, what receivers got."""

from __future__ import annotations

import hashlib
from base64 import b64decode
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, F

from lienthong.axis.models import Delivery, Packet
from lienthong.axis.public import Receipt
from lienthong.kernel.blobs import BlobMissing, open_blob
from lienthong.kernel.models import Blob
from lienthong.ledger.public import timeline
from lienthong.signing.public import verify_statement
from tests.faults.parties import ReceivedBook, SentBook


@dataclass(frozen=True)
class Findings:
    """Each is a number that must be zero, but for the first two."""

    receipts: int
    deliveries: int
    lost: int
    duplicated: int
    half_written: int
    receipts_that_differ: int
    receipts_not_ours: int
    refused: int
    damaged_on_the_way: int

    @property
    def faultless(self) -> bool:
        """Whether every promise was kept, and there was anything to promise."""
        kept = {name: number for name, number in vars(self).items() if name not in {"receipts", "deliveries"}}
        return self.receipts > 0 and self.deliveries > 0 and not any(kept.values())


def audit(sent: SentBook, received: ReceivedBook) -> Findings:
    """Read the database and the file store as the faults left them."""
    got = Counter(received.packets.values())
    promised = {
        (sha256, recipient) for sha256, held in sent.receipts.items() for recipient in held[0].recipients
    }
    stored = Counter(Delivery.objects.values_list("packet__blob_id", "recipient__code"))
    return Findings(
        receipts=len(sent.receipts),
        deliveries=len(received.packets),
        lost=len(promised - got.keys()),
        duplicated=sum(number > 1 for number in got.values())
        + sum(number > 1 for number in stored.values())
        + _stored_twice(),
        half_written=_half_written(sent),
        receipts_that_differ=sum(len({_signed(one) for one in held}) > 1 for held in sent.receipts.values()),
        receipts_not_ours=_not_ours(sent),
        refused=len(sent.refusals),
        damaged_on_the_way=len(received.broken),
    )


def _signed(receipt: Receipt) -> tuple[str, str]:
    return receipt.statement, receipt.signature


def _stored_twice() -> int:
    keys = Packet.objects.values("sender", "document_id", "business").annotate(counted=Count("pk"))
    return keys.filter(counted__gt=1).count()


def _half_written(sent: SentBook) -> int:
    """Packets without all their deliveries, their event, their file; files that are not what they say."""
    packets = Packet.objects.annotate(counted=Count("deliveries"))
    incomplete = packets.exclude(counted=F("recipient_count")).count()
    without_event = sum(
        [event.verb for event in timeline(packet.as_subject())].count("packet.submit") != 1
        for packet in packets
    )
    unknown = Packet.objects.exclude(blob__in=sent.receipts).count()  # stored, and nobody was ever told
    return incomplete + without_event + unknown + _damaged(Blob.objects.all())


def _damaged(blobs: Iterable[Blob]) -> int:
    return sum(not _is_whole(blob) for blob in blobs)


def _is_whole(blob: Blob) -> bool:
    digest = hashlib.sha256()
    try:
        for chunk in open_blob(blob):
            digest.update(chunk)
    except BlobMissing:
        return False
    return digest.hexdigest() == blob.sha256


def _not_ours(sent: SentBook) -> int:
    held = [receipts[0] for receipts in sent.receipts.values()]
    return sum(
        not verify_statement(b64decode(one.statement), b64decode(one.signature), at=one.received_at).valid
        for one in held
    )

"""Notices of what nobody collects, for the systems of both sides."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from lienthong.axis.contracts import AgencyRef, Notice, NoticePage
from lienthong.axis.models import ConnectedSystem, DeliveryNotice, Packet
from lienthong.axis.queries.sentences import in_both
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.paging import encode_cursor, page_of

NOTICES_MOST = 200
_SENTENCE = _(
    "%(recipient)s has not collected the document %(code)s of %(sender)s since %(since)s. It still waits in "
    "the inbox; tell the recipient by telephone."
)


def notices_of(system: ConnectedSystem, *, after: str = "", limit: int = 50) -> NoticePage:
    """Notices on deliveries to or from agencies that the system serves, oldest first. One query.

    Raises:
        BadCursor: `after` was not made by this axis.
    """
    rows = DeliveryNotice.objects.filter(
        system.served("recipient") | system.served("sender"), system.meets("delivery__packet")
    )
    related = rows.select_related("delivery__packet", "sender", "recipient")
    page = page_of(related, key="+id", cursor=after, size=max(1, min(limit, NOTICES_MOST)))
    last = page.next or (encode_cursor(str(page.rows[-1].pk)) if page.rows else after)
    return NoticePage(tuple(_notice(row) for row in page.rows), last, bool(page.next))


def announced_of(packet: Packet) -> set[UUID]:
    """The deliveries of the packet that were announced as collected by nobody, and still are not."""
    rows = DeliveryNotice.objects.filter(delivery__packet=packet, delivery__collected_at=None)
    return set(rows.values_list("delivery", flat=True).distinct())


def _notice(row: DeliveryNotice) -> Notice:
    delivery, packet = row.delivery, row.delivery.packet
    return Notice(
        delivery_id=delivery.pk,
        packet_id=packet.pk,
        document_id=packet.document_id,
        number=packet.number,
        notation=packet.notation,
        sender=AgencyRef(row.sender.code, row.sender.name),
        recipient=AgencyRef(row.recipient.code, row.recipient.name),
        stage=row.stage,
        uncollected_since=delivery.sent_at,
        at=row.at,
        sentences=in_both(
            _SENTENCE,
            recipient=row.recipient.name,
            sender=row.sender.name,
            code=packet.code,
            since=f"{delivery.sent_at.astimezone(VIETNAM):%d/%m/%Y %H:%M}",
        ),
    )

"""An axis in memory that fails on demand, for tests. It verifies nothing; statuses it takes only in order."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from uuid import UUID

from lienthong.axis.public import (
    AgencyRef,
    InboxItem,
    InboxPage,
    PacketState,
    Receipt,
    RecipientState,
    StatusReport,
    TimelineEntry,
    edxml,
)
from lienthong.kernel.identifiers import uuid7
from lienthong.office.ports import AxisRefused, AxisUnavailable

# What may follow what, as the axis has it (NĐ 30/2020, Đ.21–24); "00" is a delivery nobody has collected.
FOLLOWS: dict[str, Collection[str]] = {
    "01": {"00"},
    "02": {"00", "01"},
    "03": {"00", "01"},
    "04": {"03", "04", "05"},
    "05": {"03", "04"},
    "06": {"03", "04", "05"},
}


@dataclass
class _Stored:
    """A packet the fake holds."""

    xml: bytes
    content: edxml.EdxmlPacket
    receipt: Receipt
    deliveries: dict[str, UUID]


@dataclass
class FakeAxis:
    """Fulfils `AxisPort` in memory. `failures` calls fail as if the axis were away; `refusals` it refuses."""

    failures: int = 0
    refusals: int = 0
    calls: list[str] = field(default_factory=list)
    packets: dict[UUID, _Stored] = field(default_factory=dict)
    states: dict[UUID, str] = field(default_factory=dict)
    entries: dict[UUID, list[TimelineEntry]] = field(default_factory=dict)

    def submit(self, xml: bytes, *, at: datetime) -> Receipt:
        """Hold the packet; the same again gets the same receipt, its id with other content is refused."""
        self._call("submit")
        content, sha256 = _parsed(xml), hashlib.sha256(xml).hexdigest()
        for stored in self.packets.values():
            if stored.content.document_id == content.document_id:
                if stored.receipt.sha256 != sha256:
                    raise AxisRefused(answer="same id, other content", problem="packet-conflict")
                return replace(stored.receipt, repeated=True)
        receipt = Receipt(
            packet_id=uuid7(),
            document_id=content.document_id,
            sender=content.sender.organ_id,
            sha256=sha256,
            received_at=at,
            recipients=tuple(party.organ_id for party in content.recipients),
            statement="",
            signature="",
        )
        deliveries = {party.organ_id: uuid7() for party in content.recipients}
        self.packets[receipt.packet_id] = _Stored(xml, content, receipt, deliveries)
        self.states.update(dict.fromkeys(deliveries.values(), "00"))
        return receipt

    def inbox(self, *, after: str = "", limit: int = 100, at: datetime) -> InboxPage:
        """What is not reported as arrived, oldest first."""
        self._call("inbox")
        waiting = [
            self._item(packet_id, stored, code, delivery)
            for packet_id, stored in self.packets.items()
            for code, delivery in stored.deliveries.items()
            if self.states[delivery] == "00" and str(delivery) > after
        ]
        items = sorted(waiting, key=lambda item: str(item.delivery_id))
        more = len(items) > limit
        return InboxPage(tuple(items[:limit]), str(items[limit - 1].delivery_id) if more else "")

    def packet(self, delivery_id: str, *, at: datetime) -> bytes:
        """The bytes that were submitted."""
        self._call("packet")
        return self._of(delivery_id)[1].xml

    def report_status(self, delivery_id: str, report: StatusReport, *, at: datetime) -> None:
        """Keep the status if it may follow the last; the same report again changes nothing."""
        self._call(f"report {report.code}")
        code, stored = self._of(delivery_id)
        delivery = UUID(delivery_id)
        entries = self.entries.setdefault(stored.receipt.packet_id, [])
        entry = TimelineEntry(
            recipient=AgencyRef(code, code),
            code=report.code,
            at=report.at,
            received_at=at,
            description=report.description,
            department=report.department,
            staff=report.staff,
        )
        if any(
            (known.recipient, known.code, known.at) == (entry.recipient, entry.code, entry.at)
            for known in entries
        ):
            return
        if self.states[delivery] not in FOLLOWS.get(report.code, ()):
            raise AxisRefused(
                answer=f"{report.code} after {self.states[delivery]}", problem="status-out-of-order"
            )
        self.states[delivery] = report.code
        entries.append(entry)

    def packet_state(self, packet_id: str, *, at: datetime) -> PacketState:
        """The state per recipient and every status."""
        self._call("packet_state")
        stored = self.packets.get(UUID(packet_id))
        if stored is None:
            raise AxisRefused(answer="no such packet", problem="not-found")
        content, receipt = stored.content, stored.receipt
        entries = self.entries.get(receipt.packet_id, [])
        recipients = tuple(
            RecipientState(
                delivery_id=delivery,
                recipient=AgencyRef(code, code),
                state=self.states[delivery],
                sent_at=receipt.received_at,
                collected_at=None,
                last_status_at=max((e.at for e in entries if e.recipient.code == code), default=None),
            )
            for code, delivery in stored.deliveries.items()
        )
        return PacketState(
            packet_id=receipt.packet_id,
            sender=AgencyRef(content.sender.organ_id, content.sender.organ_name),
            document_id=content.document_id,
            number=content.number,
            notation=content.notation,
            subject=content.subject,
            received_at=receipt.received_at,
            sha256=receipt.sha256,
            receipt=receipt,
            recipients=recipients,
            timeline=tuple(entries),
        )

    def _call(self, name: str) -> None:
        self.calls.append(name)
        if self.failures:
            self.failures -= 1
            raise AxisUnavailable("the axis is away")
        if self.refusals:
            self.refusals -= 1
            raise AxisRefused(answer="refused on demand", problem="on-demand")

    def _of(self, delivery_id: str) -> tuple[str, _Stored]:
        for stored in self.packets.values():
            for code, delivery in stored.deliveries.items():
                if str(delivery) == delivery_id:
                    return code, stored
        raise AxisRefused(answer="no such delivery", problem="not-found")

    def _item(self, packet_id: UUID, stored: _Stored, code: str, delivery: UUID) -> InboxItem:
        content = stored.content
        return InboxItem(
            delivery_id=delivery,
            packet_id=packet_id,
            sender=AgencyRef(content.sender.organ_id, content.sender.organ_name),
            recipient=AgencyRef(code, code),
            document_id=content.document_id,
            number=content.number,
            notation=content.notation,
            type_name=content.type_name,
            subject=content.subject,
            urgency=int(content.urgency),
            promulgated_on=content.promulgated_on,
            due_on=content.due_on,
            sent_at=stored.receipt.received_at,
            sha256=stored.receipt.sha256,
            size=len(stored.xml),
        )


def _parsed(xml: bytes) -> edxml.EdxmlPacket:
    try:
        return edxml.parse_packet(xml)
    except edxml.EdxmlRefusal as refusal:
        raise AxisRefused(answer=refusal.say(), problem=refusal.code) from refusal


@cache
def connect_to_fake() -> FakeAxis:
    """The one fake of this process."""
    return FakeAxis()

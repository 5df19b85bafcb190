"""An axis in memory that fails on demand, for tests. It verifies nothing; statuses it takes only in order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from uuid import UUID

from lienthong.axis import edxml
from lienthong.axis.contracts import (
    AgencyRef,
    ChangeItem,
    ChangeOutcome,
    ChangePage,
    EncryptionCertificate,
    EncryptionCertificates,
    InboxItem,
    InboxPage,
    PacketState,
    Receipt,
    RecipientState,
    StatusReport,
    TimelineEntry,
)
from lienthong.axis.ways.ports import AxisRefused, AxisUnavailable, axis_id
from lienthong.kernel.identifiers import uuid7
from lienthong.kernel.lifting import Content, Lifted, lift, lifted

# What may follow what, as the axis has it (NĐ 30/2020, Đ.21–24); "00" is a delivery nobody has collected.
HELD = frozenset({"00", "01", "03", "04", "05", "06"})
FOLLOWS: dict[str, Collection[str]] = {
    "01": {"00"},
    "02": {"00", "01"},
    "03": {"00", "01"},
    "04": {"03", "04", "05"},
    "05": {"03", "04"},
    "06": {"03", "04", "05"},
    "15": HELD,
    "16": HELD,
}
KINDS = {1: "revoke", 2: "update", 3: "replace"}


@dataclass
class _Stored:
    """A packet the fake holds."""

    xml: bytes
    content: edxml.EdxmlPacket
    receipt: Receipt
    deliveries: dict[str, UUID]
    about: _Stored | None = None
    sequence: int = 0
    changes: int = 0


@dataclass
class _Asked:
    """A change asked of one recipient; `delivery` is the document's, `asking` the asking packet."""

    kind: str
    reason: str
    asked_at: datetime
    sequence: int
    stored: _Stored
    code: str
    asking: _Stored | None
    state: str = "pending"
    answer: str = ""
    answered_at: datetime | None = None
    id: UUID = field(default_factory=uuid7)

    @property
    def delivery(self) -> UUID:
        return self.stored.deliveries[self.code]

    @property
    def asking_delivery(self) -> UUID | None:
        return self.asking.deliveries[self.code] if self.asking else None

    def end(self, state: str, at: datetime, answer: str = "") -> None:
        self.state, self.answer, self.answered_at = state, answer, at


@dataclass
class FakeAxis:
    """Fulfils `AxisPort` in memory. `failures` calls fail as if the axis were away; `refusals` it refuses.

    The packets of the deliveries in `broken` always break off; the agencies in `away` work elsewhere.
    """

    failures: int = 0
    refusals: int = 0
    broken: set[UUID] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)
    packets: dict[UUID, _Stored] = field(default_factory=dict)
    states: dict[UUID, str] = field(default_factory=dict)
    entries: dict[UUID, list[TimelineEntry]] = field(default_factory=dict)
    asked: list[_Asked] = field(default_factory=list)
    collected: set[UUID] = field(default_factory=set)
    certificates: dict[str, EncryptionCertificate] = field(default_factory=dict)
    away: set[int] = field(default_factory=set)

    def submit(self, xml: Content, *, at: datetime) -> Receipt:
        """Hold the packet; the same again gets the same receipt, its id with other content is refused."""
        self._call("submit")
        packet = lifted(xml)
        content, sha256 = _parsed(packet), packet.sha256
        for stored in self.packets.values():
            if stored.receipt.sha256 == sha256:
                return replace(stored.receipt, repeated=True)
            if stored.content.document_id == content.document_id and content.business not in (1, 2):
                raise AxisRefused(answer="same id, other content", problem="packet-conflict")
        about = self._original(content)
        scope = [code for row in content.replacements for code in row.organ_ids]
        scope = scope or [party.organ_id for party in content.recipients]
        if about is not None and not set(scope) <= about.deliveries.keys():
            raise AxisRefused(answer="never got the document", problem="not-a-recipient")
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
        stored = _Stored(packet.read(), content, receipt, deliveries, about)
        self.packets[receipt.packet_id] = stored
        self.states.update(dict.fromkeys(deliveries.values(), "00"))
        if about is not None:
            kind = KINDS[content.business]
            stored.sequence = self._ask(about, kind, content.business_reason, scope, stored, at)
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

    def packet(self, delivery_id: str, *, at: datetime) -> Lifted:
        """The bytes that were submitted."""
        self._call("packet")
        if axis_id(delivery_id) in self.broken:
            raise AxisUnavailable("the line broke")
        _code, stored = self._of(delivery_id)
        if self.states[axis_id(delivery_id)] == "WD":
            raise AxisRefused(answer="withdrawn", problem="withdrawn")
        self.collected.add(axis_id(delivery_id))
        return lift([stored.xml])

    def report_status(self, delivery_id: str, report: StatusReport, *, at: datetime) -> None:
        """Keep the status if it may follow the last; the same report again changes nothing."""
        self._call(f"report {report.code}")
        code, stored = self._of(delivery_id)
        delivery = axis_id(delivery_id)
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
        waits = next(
            (row for row in self._pending() if delivery in (row.delivery, row.asking_delivery)), None
        )
        answers = report.code in ("15", "16")
        if self.states[delivery] not in FOLLOWS.get(report.code, ()) or (answers and waits is None):
            raise AxisRefused(
                answer=f"{report.code} after {self.states[delivery]}", problem="status-out-of-order"
            )
        if not answers:
            self.states[delivery] = report.code
        if waits is not None and (answers or (report.code == "02" and waits.kind != "update")):
            self._end(waits, report, at)
        self.collected.add(delivery)
        entries.append(entry)

    def changes(self, *, after: str = "", limit: int = 100, at: datetime) -> ChangePage:
        """What waits for an answer, oldest first."""
        self._call("changes")
        waiting = [row for row in self._pending() if str(row.id) > after]
        more = len(waiting) > limit
        items = tuple(_change_item(row) for row in waiting[:limit])
        return ChangePage(items, str(items[-1].request_id) if more else "")

    def take_back(
        self, packet_id: str, *, reason: str, recipients: Sequence[str] = (), at: datetime
    ) -> PacketState:
        """Withdraw what nobody collected, ask for the rest."""
        self._call("take_back")
        stored = self.packets.get(axis_id(packet_id))
        if stored is None:
            raise AxisRefused(answer="no such packet", problem="not-found")
        if not reason or not set(recipients) <= stored.deliveries.keys():
            raise AxisRefused(answer="no reason, or not a recipient", problem="invalid")
        self._ask(stored, "take-back", reason, recipients or stored.deliveries, None, at)
        return self.packet_state(packet_id, at=at)

    def packet_state(self, packet_id: str, *, at: datetime) -> PacketState:
        """The state per recipient and every status."""
        self._call("packet_state")
        stored = self.packets.get(axis_id(packet_id))
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
            business=int(content.business),
            about_document_id=stored.about.content.document_id if stored.about else "",
            sequence=stored.sequence,
            requests=tuple(_outcome(row) for row in self.asked if row.stored is stored),
        )

    def _original(self, content: edxml.EdxmlPacket) -> _Stored | None:
        """The document that the packet is about."""
        if not content.business:
            return None
        named = {content.business_document_id, *(row.document_id for row in content.replacements)}
        for stored in self.packets.values():
            if stored.content.document_id in named and stored.content.business not in (1, 2):
                return stored
        raise AxisRefused(answer="no such document", problem="unknown-document")

    def _ask(
        self,
        stored: _Stored,
        kind: str,
        reason: str,
        codes: Iterable[str],
        asking: _Stored | None,
        at: datetime,
    ) -> int:
        """Withdraw at once what nobody has, ask for what somebody has; answers the number of the change."""
        sequence = stored.changes + 1
        for code in codes:
            delivery = stored.deliveries[code]
            earlier = next((row for row in self._pending() if row.delivery == delivery), None)
            asked_already = kind == "take-back" and earlier is not None and earlier.kind != "update"
            if self.states[delivery] not in HELD or asked_already:
                continue
            if earlier is not None:
                earlier.end("lapsed", at)
            row = _Asked(kind, reason, at, sequence, stored, code, asking)
            if kind != "update" and self.states[delivery] == "00" and delivery not in self.collected:
                self.states[delivery] = "WD"
                row.end("accepted", at)
                if row.asking_delivery and kind == "revoke":
                    self.states[row.asking_delivery] = "WD"
            self.asked.append(row)
            stored.changes = sequence
        return sequence

    def _end(self, row: _Asked, report: StatusReport, at: datetime) -> None:
        accepted = report.code != "16"
        row.end("accepted" if accepted else "refused", at, report.description)
        if report.code == "15" and row.kind != "update":
            self.states[row.delivery] = "WD"
        if row.asking_delivery and row.kind in ("revoke", "update"):
            self.states[row.asking_delivery] = "15" if accepted else "16"

    def _pending(self) -> list[_Asked]:
        return [row for row in self.asked if row.state == "pending"]

    def encryption_certificates(self, codes: Sequence[str], *, at: datetime) -> EncryptionCertificates:
        """Those that a test laid into `certificates`, true or not."""
        self._call("encryption_certificates")
        missing = tuple(code for code in codes if code not in self.certificates)
        items = tuple(self.certificates[code] for code in codes if code in self.certificates)
        return EncryptionCertificates(items, missing, ())

    def elsewhere(self, agency_ids: Collection[int], *, at: datetime) -> set[int]:
        """Those in `away`."""
        return set(agency_ids) & self.away

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
            business=int(content.business),
            about_document_id=stored.about.content.document_id if stored.about else "",
            sequence=stored.sequence,
        )


def _change_item(row: _Asked) -> ChangeItem:
    content = row.stored.content
    return ChangeItem(
        request_id=row.id,
        kind=row.kind,
        sequence=row.sequence,
        reason=row.reason,
        asked_at=row.asked_at,
        delivery_id=row.delivery,
        packet_id=row.stored.receipt.packet_id,
        document_id=content.document_id,
        sender=AgencyRef(content.sender.organ_id, content.sender.organ_name),
        recipient=AgencyRef(row.code, row.code),
        asking_delivery_id=row.asking_delivery,
    )


def _outcome(row: _Asked) -> ChangeOutcome:
    return ChangeOutcome(
        delivery_id=row.delivery,
        recipient=AgencyRef(row.code, row.code),
        kind=row.kind,
        sequence=row.sequence,
        state=row.state,
        reason=row.reason,
        answer=row.answer,
        asked_at=row.asked_at,
        answered_at=row.answered_at,
        packet_id=row.asking.receipt.packet_id if row.asking else None,
    )


def _parsed(xml: Lifted) -> edxml.EdxmlPacket:
    try:
        return edxml.parse_packet(xml)
    except edxml.EdxmlRefusal as refusal:
        raise AxisRefused(answer=refusal.say(), problem=refusal.code) from refusal


@cache
def connect_to_fake() -> FakeAxis:
    """The one fake of this process."""
    return FakeAxis()

"""A document sent to three agencies, for the tests of what is done with it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from lienthong.axis.actions.changes import (
    take_back,
)
from lienthong.axis.actions.collection import collect_packet
from lienthong.axis.actions.statuses import report_status
from lienthong.axis.actions.submission import submit_packet
from lienthong.axis.contracts import (
    ChangeAnswered,
    ChangeRequested,
    DeliveriesWithdrawn,
    Receipt,
    StatusReport,
)
from lienthong.axis.edxml import Business, EdxmlPacket, Replacement, Update
from lienthong.axis.models import ChangeRequest, ConnectedSystem, Delivery, Packet
from lienthong.axis.states import DeliveryState
from lienthong.axis.tests.factories import (
    AT,
    World,
    edxml_packet,
    signed,
    system_for,
)
from lienthong.kernel.events import subscribe

CODES = ("H55", "H26", "H01")
seen: list[object] = []


@subscribe(ChangeRequested)
@subscribe(ChangeAnswered)
@subscribe(DeliveriesWithdrawn)
def remember(event: object) -> None:
    seen.append(event)


class Sent:
    """A document sent to three agencies, and what is done with it; each act a minute after the last."""

    def __init__(self, world: World, *, recipients: tuple[str, ...] = CODES) -> None:
        self.world, self.at = world, AT
        self.edxml = edxml_packet(recipients=recipients)
        self.receipt = self.submit(self.edxml)
        self.packet = Packet.objects.get(pk=self.receipt.packet_id)
        seen.clear()

    def later(self) -> datetime:
        self.at += timedelta(minutes=1)
        return self.at

    def submit(self, packet: EdxmlPacket) -> Receipt:
        return submit_packet(signed(packet, self.world.office), system=self.world.system, at=self.later())

    def change(self, business: Business, *, recipients: tuple[str, ...] = CODES, **changes: Any) -> Receipt:
        """A packet that revokes, updates or replaces the document."""
        named: dict[str, Any] = {"business_document_id": self.edxml.document_id, "business_reason": "Sai số"}
        if business is Business.UPDATE:
            named["update"] = Update(document_info=True)
        if business is Business.REPLACE:
            named = {"replacements": (Replacement(document_id=self.edxml.document_id),)}
        return self.submit(edxml_packet(recipients=recipients, business=business, **named | changes))

    def delivery(self, code: str = "H55", packet_id: UUID | None = None) -> Delivery:
        rows = Delivery.objects.select_related("packet", "recipient")
        return rows.get(packet=packet_id or self.packet.pk, recipient__code=code)

    def system(self, code: str) -> ConnectedSystem:
        return system_for(self.delivery(code).recipient)

    def collect(self, code: str = "H55", packet_id: UUID | None = None) -> None:
        collect_packet(self.system(code), self.delivery(code, packet_id).pk, at=self.later())

    def report(
        self, status: str, code: str = "H55", packet_id: UUID | None = None, description: str = "Lý do"
    ) -> DeliveryState:
        report = StatusReport(code=status, at=self.later(), description=description)
        return report_status(self.system(code), self.delivery(code, packet_id).pk, report, at=self.at)

    def take_back(self, *codes: str, reason: str = "Gửi nhầm") -> None:
        take_back(self.world.system, self.packet.pk, reason=reason, recipients=codes, at=self.later())

    def states(self, packet_id: UUID | None = None) -> dict[str, str]:
        rows = Delivery.objects.filter(packet=packet_id or self.packet.pk)
        return dict(rows.values_list("recipient__code", "state"))

    def requests(self, code: str = "H55") -> list[tuple[str, int, str]]:
        rows = ChangeRequest.objects.filter(delivery=self.delivery(code)).order_by("sequence")
        return list(rows.values_list("kind", "sequence", "state"))


@pytest.fixture
def sent(world: World) -> Sent:
    return Sent(world)

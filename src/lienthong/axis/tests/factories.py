"""Packets and agencies for the tests of the axis."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from lienthong.axis.actions.collection import collect_packet
from lienthong.axis.actions.evidence import close_batches, stamp_batches
from lienthong.axis.actions.statuses import report_status
from lienthong.axis.actions.submission import submit_packet
from lienthong.axis.actions.systems import hash_secret, issue_token
from lienthong.axis.conformance import CASES
from lienthong.axis.contracts import Receipt, StatusReport
from lienthong.axis.edxml import Attachment, EdxmlPacket, Party, Signer, build_packet, document_id_of
from lienthong.axis.models import (
    ConnectedSystem,
    Delivery,
    FailedFetch,
    Packet,
    Serves,
    StatusEvent,
    Webhook,
    WebhookMessage,
)
from lienthong.axis.queries.evidence import evidence_of
from lienthong.axis.states import MessageState
from lienthong.axis.tests.kits import kit, pair
from lienthong.directory.public import Agency
from lienthong.kernel.clock import VIETNAM, now
from lienthong.kernel.models import Blob
from lienthong.ledger.tests.factories import count_events
from lienthong.signing.public import ensure_agency_certificates, sign_packet

__all__ = ["CASES", "kit", "pair"]  # for the command line's tests
AT = datetime(2026, 3, 2, 9, 30, tzinfo=VIETNAM)
TODAY = AT.date()
SECRET = "a-secret-of-a-connected-system"
HOOK_SECRET = b"a secret of thirty-two bytes, ok"
_numbers = count(1)


def edxml_packet(
    *, sender: str = "G22", recipients: tuple[str, ...] = ("H55",), **changes: object
) -> EdxmlPacket:
    """A small valid packet with a number of its own."""
    number = str(changes.pop("number", "") or next(_numbers))
    notation = str(changes.pop("notation", "VPCP-TTĐT"))
    packet = EdxmlPacket(
        sender=Party(organ_id=sender, organ_name="Văn phòng Chính phủ"),
        recipients=tuple(Party(organ_id=code) for code in recipients),
        number=number,
        notation=notation,
        promulgated_on=TODAY,
        subject="Về việc đẩy mạnh gửi, nhận văn bản điện tử",
        document_id=document_id_of(sender, TODAY, f"{number}/{notation}"),
        place="Hà Nội",
        type_name="Công văn",
        signer=Signer(competence="KT.", position="Phó Chủ nhiệm", full_name="Nguyễn Văn A"),
    )
    return replace(packet, **changes)  # type: ignore[arg-type]


def attachment(content: bytes = b"plain words", **changes: str) -> Attachment:
    """A file to attach."""
    fields = {"name": "van-ban.txt", "content_type": "text/plain", "content_id": "file-1", **changes}
    return Attachment(content=content, **fields)


def agency(code: str, *, parent: Agency | None = None, **changes: object) -> Agency:
    """An agency that has existed since 2000."""
    fields: dict[str, object] = {
        "code": code,
        "old_code": code,
        "name": f"Cơ quan {code}",
        "short_name": code,
        "kind": "ministry",
        "parent": parent,
        "valid_from": date(2000, 1, 1),
    }
    made = Agency.objects.create(**fields | changes)
    made.refresh_from_db()  # the database fills in the path
    return made


@dataclass(frozen=True)
class World:
    """Who takes part: `office` sends through `system`, `recipients[0]` receives through `receiver`."""

    office: Agency
    ministry: Agency
    recipients: tuple[Agency, ...]
    system: ConnectedSystem
    receiver: ConnectedSystem


def certified(code: str, *, parent: Agency | None = None, **changes: object) -> Agency:
    """An agency that can sign packets."""
    made = agency(code, parent=parent, **changes)
    ensure_agency_certificates([made.pk], at=AT)
    return made


def signed(packet: EdxmlPacket, signer: Agency, *, at: datetime = AT) -> bytes:
    """The packet as its sender puts it on the wire."""
    return sign_packet(build_packet(packet), agency_id=signer.pk, at=at)


def system_for(agency: Agency, serves: Serves = Serves.SUBTREE, **changes: object) -> ConnectedSystem:
    """A connected system; its secret is `SECRET`."""
    number = next(_numbers)
    return ConnectedSystem.objects.create(
        name=f"Hệ thống {number}",
        client_id=f"system-{number}",
        secret_hash=hash_secret(SECRET),
        agency=agency,
        serves=serves,
        created_at=AT,
        **changes,
    )


def stored_packet(sender: Agency, *recipients: Agency, at: datetime = AT, **changes: object) -> Packet:
    """A packet and its deliveries as rows, for tests of reading; its file is not in the store."""
    number = next(_numbers)
    sha256 = hashlib.sha256(str(number).encode()).hexdigest()
    fields: dict[str, object] = {
        "system": system_for(sender),
        "sender": sender,
        "document_id": f"{sender.code},2026/03/02,{number}/UBND-VP",
        "blob": Blob.objects.create(sha256=sha256, size=1, media_type="application/xml", created_at=at),
        "number": str(number),
        "notation": "UBND-VP",
        "subject": "Về việc đẩy mạnh gửi, nhận văn bản điện tử",
        "promulgated_on": TODAY,
        "attachment_count": 0,
        "recipient_count": len(recipients),
        "received_at": at,
        "receipt_statement": b"{}",
        "receipt_signature": b"",
    }
    packet = Packet.objects.create(**fields | changes)
    Delivery.objects.bulk_create(
        Delivery(packet=packet, recipient=recipient, sent_at=at) for recipient in recipients
    )
    return packet


@dataclass(frozen=True)
class Story:
    """A packet that went all the way with its first recipient and was refused by the second."""

    world: World
    receipt: Receipt
    file: bytes

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.file)
        return found

    @property
    def packet(self) -> Packet:
        return Packet.objects.get(pk=self.receipt.packet_id)


def told(world: World, *, stamped: bool = True, each: bool = False) -> Story:
    """The story, batched at its end (or after each step) and stamped."""
    receipt = submit_packet(
        signed(edxml_packet(recipients=("H55", "H26", "H01")), world.office), system=world.system, at=AT
    )
    steps: list[tuple[str, str]] = [("H55", ""), ("H55", "01"), ("H26", "02"), ("H55", "03"), ("H55", "06")]
    for number, (code, status) in enumerate(steps, start=1):
        at = AT + number * timedelta(minutes=1)
        delivery = Delivery.objects.get(packet_id=receipt.packet_id, recipient__code=code)
        system = system_for(delivery.recipient)
        if status:
            report_status(system, delivery.pk, StatusReport(status, at, description="Vì “lý do”"), at=at)
        else:
            collect_packet(system, delivery.pk, at=at)
        if each:
            close_batches(most=100, at=at)
    close_batches(most=100, at=AT + timedelta(hours=1))
    if stamped:
        stamp_batches(at=AT + timedelta(hours=1))
    return Story(world, receipt, evidence_of(world.system, receipt.packet_id))


def webhook_for(
    system: ConnectedSystem, *, address: str = "https://office.example/hook", **changes: object
) -> Webhook:
    """A webhook of the system; its secret is `HOOK_SECRET`."""
    webhook = Webhook(system=system, address=address, created_at=AT, changed_at=AT)
    webhook.secret = webhook.seal(HOOK_SECRET)
    for name, value in changes.items():
        setattr(webhook, name, value)
    webhook.save()
    return webhook


def message_for(webhook: Webhook, delivery: Delivery, **changes: object) -> WebhookMessage:
    """A message of the outbox that is due."""
    fields: dict[str, object] = {"since": delivery.sent_at, "next_attempt_at": delivery.sent_at, **changes}
    return WebhookMessage.objects.create(webhook=webhook, delivery=delivery, **fields)


def dead_letter(sender: Agency, recipient: Agency) -> WebhookMessage:
    """A message that no attempt is made for any more, of a system of the recipient."""
    [delivery] = stored_packet(sender, recipient).deliveries.all()
    changes = {"state": MessageState.DEAD, "problem": "webhook-timed-out", "attempts": 9}
    return message_for(webhook_for(system_for(recipient)), delivery, **changes)


def bearer(system: ConnectedSystem) -> dict[str, str]:
    """Headers of a request with a token of the system, for Django's test client."""
    return {"Authorization": f"Bearer {issue_token(system, at=now()).value}"}


def stored_counts() -> dict[str, int]:
    """How many rows everything that a packet could leave has."""
    counts = {model.__name__: model.objects.count() for model in (Packet, Delivery, StatusEvent, Blob)}
    return {**counts, "Event": count_events()}


@pytest.fixture
def one_connection(db: None) -> Iterator[None]:
    """Let WSGI calls share the test's transaction: Django's end of a request would close its connection."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def world(db: None) -> World:
    """Two certified ministries, three recipients, and a system of the first ministry."""
    office, ministry = certified("G22", name="Văn phòng Chính phủ"), certified("G12")
    recipients = tuple(agency(code, name=f"Tỉnh {code}", kind="province") for code in ("H55", "H26", "H01"))
    return World(office, ministry, recipients, system_for(office), system_for(recipients[0]))


def failed_fetches() -> dict[UUID, tuple[int, str]]:
    """By delivery, how often its packet could not be fetched, and why."""
    rows = FailedFetch.objects.values_list("pk", "attempts", "problem")
    return {pk: (attempts, problem) for pk, attempts, problem in rows}

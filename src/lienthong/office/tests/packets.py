"""Packets as agencies send them: issued, signed, submitted; for tests that receive them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import count
from typing import Any

from lienthong.axis.public import edxml
from lienthong.directory.public import Agency
from lienthong.identity.tests.factories import agency
from lienthong.office.actions.collecting import collect_inbox
from lienthong.office.adapters.fake import FakeAxis
from lienthong.office.models import IncomingDocument
from lienthong.office.tests.factories import NOON, SUBJECT
from lienthong.signing.public import ensure_agency_certificates, sign_packet

_numbers = count(1)


def packet(
    sender: Agency, *recipients: Agency, files: tuple[edxml.Attachment, ...] | None = None, **changes: Any
) -> bytes:
    """An unsigned packet of the sender with one small text file."""
    number = str(next(_numbers))
    day = date(2026, 3, 2)
    content = edxml.EdxmlPacket(
        sender=edxml.Party(organ_id=sender.old_code, organ_name=sender.name),
        recipients=tuple(edxml.Party(organ_id=recipient.old_code) for recipient in recipients),
        number=number,
        notation="VPCP-KSTT",
        promulgated_on=day,
        subject=SUBJECT,
        document_id=edxml.document_id_of(sender.old_code, day, f"{number}/VPCP-KSTT"),
        type_name="Công văn",
        attachments=files if files is not None else (text_file(),),
    )
    return edxml.build_packet(replace(content, **changes))


def text_file(
    content: bytes = b"plain words", name: str = "phu-luc.txt", kind: str = "text/plain"
) -> edxml.Attachment:
    """A file to attach."""
    return edxml.Attachment(name=name, content_type=kind, content=content, content_id=name)


def signed(xml: bytes, signer: Agency) -> bytes:
    """The packet with the signature of the agency."""
    ensure_agency_certificates([signer.id], at=NOON)
    return sign_packet(xml, agency_id=signer.id, at=NOON)


def sent_packet(axis: FakeAxis, *recipients: Agency, sender: Agency | None = None, **changes: Any) -> str:
    """Submit a signed packet to the recipients; the answer is its id."""
    sender = sender or agency()
    receipt = axis.submit(signed(packet(sender, *recipients, **changes), sender), at=NOON)
    return str(receipt.packet_id)


def collected_document(axis: FakeAxis, ours: Agency, **changes: Any) -> IncomingDocument:
    """A document that was sent to the agency and taken in by its office."""
    packet_id = sent_packet(axis, ours, **changes)
    collect_inbox(at=NOON, port=axis)
    return IncomingDocument.objects.get(packet_id=packet_id, agency=ours)

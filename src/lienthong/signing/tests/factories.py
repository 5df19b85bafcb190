"""Agencies and officials with certificates, and a packet to sign."""

from __future__ import annotations

import json
from datetime import date, datetime
from itertools import count

from lienthong.directory.public import Agency, Official, Post, PostHolding
from lienthong.kernel.clock import VIETNAM
from lienthong.ledger.public import ProvenStatement, Statement, Subject
from lienthong.signing.actions.authority import (
    ensure_agency_certificates,
    ensure_authority,
    ensure_official_certificates,
)
from lienthong.signing.adapters.fake import FakeTimestampService
from lienthong.signing.adapters.fake import FakeToken as FakeToken
from lienthong.signing.contracts import Purpose
from lienthong.signing.evidence import write_evidence
from lienthong.signing.models import Certificate
from lienthong.signing.pdf_signing import timestamp_service
from lienthong.signing.statements import sign_statement

AT = datetime(2026, 3, 2, 9, 30, tzinfo=VIETNAM)
_numbers = count(1)

PACKET = """<?xml version='1.0' encoding='UTF-8'?>
<edXML xmlns="http://www.mic.gov.vn/TBT/QCVN_102_2016"><edXML:edXMLEnvelope xmlns:edXML="http://www.mic.gov.vn/TBT/QCVN_102_2016"><edXML:edXMLHeader><edXML:MessageHeader><edXML:From><edXML:OrganId>H55</edXML:OrganId></edXML:From><edXML:Subject>Về việc thử nghiệm</edXML:Subject></edXML:MessageHeader></edXML:edXMLHeader><edXML:edXMLBody/></edXML:edXMLEnvelope><AttachmentEncoded/></edXML>""".encode()  # noqa: E501


def fake_timestamps(*, at: datetime = AT) -> FakeTimestampService:
    """Our own timestamp service, which fails as long as it is told to."""
    return FakeTimestampService(timestamp_service(at=at))


def root_certificate() -> bytes:
    """The root (DER) of the platform's own authority."""
    return bytes(Certificate.objects.get(purpose=Purpose.ROOT).der)


def make_evidence(*, packet_id: str = "018f0000-0000-7000-8000-000000000000") -> bytes:
    """An evidence file with the receipt of a packet and nothing more."""
    ensure_authority(at=AT)
    facts = {"statement": "packet-received", "packet_id": packet_id, "sha256": "0" * 64, "sender": "H55"}
    text = json.dumps({**facts, "received_at": AT.isoformat()}).encode()
    receipt = Statement(
        Subject("axis.packet", packet_id), "submitted", 1, AT, text, sign_statement(text, at=AT)
    )
    return write_evidence(
        packet_id=packet_id,
        sha256="0" * 64,
        complete=True,
        statements=[ProvenStatement(receipt, None)],
        batches=[],
    )


def make_agency(*, certificate: bool = True, **values: object) -> Agency:
    """An agency, with a certificate unless told otherwise."""
    number = next(_numbers)
    fields: dict[str, object] = {
        "code": f"Z{number}",
        "name": f"Sở Thử nghiệm số {number}",
        "short_name": "STN",
        "kind": "department",
        "valid_from": date(2000, 1, 1),
    }
    agency = Agency.objects.create(**(fields | values))
    if certificate:
        ensure_agency_certificates([agency.pk], at=AT)
    return agency


def end_certificate(sha256: str, *, at: datetime) -> None:
    """Let the certificate end at that time, as far as our records go."""
    Certificate.objects.filter(sha256=sha256).update(valid_to=at)


def make_official(agency: Agency | None = None, *, certificate: bool = True) -> Official:
    """An official holding a post of the agency, with a certificate unless told otherwise."""
    official = Official.objects.create(full_name=f"Nguyễn Văn Thử {next(_numbers)}")
    if agency is not None:
        post = Post.objects.create(agency=agency, title="Giám đốc")
        PostHolding.objects.create(post=post, official=official, valid_from=date(2020, 1, 1))
    if certificate:
        ensure_official_certificates([official.pk], at=AT)
    return official

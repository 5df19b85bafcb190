"""The axis besides documents: a system being tried out, what it missed, a large packet on its way."""

from __future__ import annotations

from datetime import timedelta

from lienthong.axis.public import (
    ConnectedSystem,
    FakeWebhooks,
    Serves,
    WebhookFailed,
    add_to_upload,
    edxml,
    issue_encryption_certificate,
    make_kit,
    open_upload,
    register_system,
    send_webhooks,
    set_webhook,
    submit_packet,
)
from lienthong.demo import office_texts as texts
from lienthong.demo.actions.everyday.acting import Days, agency, official, printed
from lienthong.demo.cast import THAI_NGUYEN
from lienthong.directory.public import Duty
from lienthong.kernel.clock import now
from lienthong.signing.public import sign_packet

ADDRESS = "https://qlvb.lienthong.example/nhan-van-ban"
UPLOAD_BYTES, ARRIVED_BYTES = 48 * 2**20, 12 * 2**20


def province_joins(days: Days) -> None:
    """The province tries its system in the sandbox; the other side could not be told of its first packet."""
    at = days.ago(4, 8)
    place = agency(THAI_NGUYEN, at)
    actor = official(THAI_NGUYEN, Duty.ADMINISTRATOR, at).actor()
    issue_encryption_certificate(agency=place, actor=actor, at=at)
    system, _secret = register_system(
        name=texts.TEST_SYSTEM, agency=place, serves=Serves.SUBTREE, actor=actor, at=at
    )
    kit = make_kit(system, actor=actor, at=days.ago(4, 9))
    partner = ConnectedSystem.objects.get(partner_of=system, disabled_at=None)
    set_webhook(partner, address=ADDRESS, actor=actor, at=days.ago(4, 9))
    at = days.ago(3, 8)
    packet = edxml.EdxmlPacket(
        sender=edxml.Party(organ_id=place.old_code, organ_name=place.name),
        recipients=(edxml.Party(organ_id=kit.recipient),),
        number="01",
        notation="UBND-TH",
        promulgated_on=at.date(),
        subject=texts.TEST_SUBJECT,
        document_id=edxml.document_id_of(place.old_code, at.date(), "01/UBND-TH"),
        type_name="Công văn",
        attachments=(_attachment(days),),
    )
    signed = sign_packet(edxml.build_packet(packet), agency_id=place.pk, at=at)
    submit_packet(signed, system=system, at=at)
    port = FakeWebhooks(failing=WebhookFailed("webhook-unreachable", "connection refused"))
    for hours in (0, 25):
        send_webhooks(at=at + timedelta(hours=hours), port=port)


def upload_is_under_way(days: Days) -> None:
    """A large packet has arrived in part, and its sender has not gone on yet."""
    system = ConnectedSystem.objects.filter(serves=Serves.ALL, disabled_at=None).earliest("pk")
    upload = open_upload(system, length=UPLOAD_BYTES, at=days.at)
    chunks = (bytes(2**20) for _part in range(ARRIVED_BYTES // 2**20))
    add_to_upload(upload, chunks, offset=0, announced=ARRIVED_BYTES, clock=now)


def _attachment(days: Days) -> edxml.Attachment:
    content = printed(texts.TEA, days.ago(3, 8))
    name = "van-ban.pdf"
    return edxml.Attachment(name=name, content_type="application/pdf", content=content, content_id=name)

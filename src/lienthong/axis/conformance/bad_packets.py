"""The cases of packets that must be refused, each with its own error and leaving nothing behind."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from dataclasses import replace

from lienthong.axis.conformance.contracts import Case, Failed
from lienthong.axis.conformance.files import BROKEN_PDF, pdf, pdf_attachment, xml_bomb, zip_bomb
from lienthong.axis.conformance.good_path import UNKNOWN, waiting
from lienthong.axis.conformance.run import SUBJECT, Run
from lienthong.axis.edxml import EdxmlPacket, Party, build_packet

PLACEHOLDER = b"PLACEHOLDER-" * 2
MANY, SECONDS = 10_000, 20.0

Make = Callable[[Run, EdxmlPacket], bytes]


def _altered(run: Run, packet: EdxmlPacket) -> bytes:
    return run.signed(packet).replace("kiểm tra".encode(), "huỷ bỏ".encode())


def _unsigned(run: Run, packet: EdxmlPacket) -> bytes:
    return build_packet(packet)


def _by_another(run: Run, packet: EdxmlPacket) -> bytes:
    return run.signed(packet, seal=run.other)


def _revoked(run: Run, packet: EdxmlPacket) -> bytes:
    return run.signed(packet, seal=run.revoked)


def _to(*codes: str) -> Make:
    def make(run: Run, packet: EdxmlPacket) -> bytes:
        parties = tuple(Party(organ_id=code or run.kit.closed) for code in codes)
        return run.signed(replace(packet, recipients=(*packet.recipients, *parties)))

    return make


def _sender_unknown(run: Run, packet: EdxmlPacket) -> bytes:
    return run.signed(replace(packet, sender=Party(organ_id=UNKNOWN)))


def _sender_not_served(run: Run, packet: EdxmlPacket) -> bytes:
    return run.signed(
        replace(
            packet,
            sender=Party(organ_id=run.kit.recipient),
            recipients=(Party(organ_id=run.kit.bystander),),
        ),
        seal=run.other,
    )


def _twice(run: Run, packet: EdxmlPacket) -> bytes:
    twice = replace(packet, recipients=(*packet.recipients, Party(organ_id="THE-SAME")))
    return run.signed(twice, ("THE-SAME", run.kit.recipient))


def _broken_pdf(run: Run, packet: EdxmlPacket) -> bytes:
    return run.signed(replace(packet, attachments=(pdf_attachment(BROKEN_PDF),)))


def _revised_pdf(run: Run, packet: EdxmlPacket) -> bytes:
    return run.signed(replace(packet, attachments=(pdf_attachment(pdf(revisions=20)),)))


def _zip_bomb(run: Run, packet: EdxmlPacket) -> bytes:
    packet = replace(packet, attachments=(pdf_attachment(PLACEHOLDER),))
    encoded, bomb = (base64.b64encode(content).decode() for content in (PLACEHOLDER, zip_bomb()))
    return run.signed(packet, (encoded, bomb))


def _long_name(run: Run, packet: EdxmlPacket) -> bytes:
    packet = replace(packet, attachments=(pdf_attachment(pdf(), name="NAME.pdf"),))
    return run.signed(packet, ("NAME.pdf", "a" * 9_996 + ".pdf"))


def _not_utf8(run: Run, packet: EdxmlPacket) -> bytes:
    return run.signed(packet).replace("Hà Nội".encode(), b"H\xff\xfe N\xc3i", 1)


def _secret(run: Run, packet: EdxmlPacket) -> bytes:
    return run.signed(packet, (SUBJECT, f"MẬT - {SUBJECT}"))


def _refused(make: Make, status: int, code: str) -> Callable[[Run], str]:
    def attempt(run: Run) -> str:
        packet = run.packet()
        return run.refuses(make(run, packet), status, code, document_id=packet.document_id)

    return attempt


def _too_many(run: Run) -> str:
    packet = run.packet()
    marker = f"<edXML:OrganId>{run.kit.recipient}</edXML:OrganId>"
    party = "</edXML:To><edXML:To><edXML:OrganId>X{}</edXML:OrganId>"
    edxml = run.signed(packet, (marker, marker + "".join(party.format(n) for n in range(MANY - 1))))
    began = time.monotonic()
    got = run.refuses(edxml, 422, "too-many-recipients", document_id=packet.document_id)
    if (took := time.monotonic() - began) > SECONDS:
        raise Failed(f"{got}, after {took:.0f} s")
    return got


def _id_reused(run: Run) -> str:
    sent = run.send()
    other = replace(sent.packet, subject=f"{SUBJECT}, nội dung khác")
    return run.refuses(run.signed(other), 409, "document-id-reused")


def _nothing_kept(run: Run) -> str:
    kept = run.refused & waiting(run).keys()
    if kept:
        raise Failed(f"refused, but in the inbox: {', '.join(sorted(kept)[:3])}")
    return f"none of {len(run.refused)} refused packets"


def _bad(case_id: str, vi: str, en: str, status: int, code: str, make: Make) -> Case:
    return Case(case_id, vi, en, f"{status} {code}", _refused(make, status, code))


BAD_PACKETS = (
    _bad("signature-wrong", "Chữ ký sai", "A wrong signature", 422, "signature-wrong", _altered),
    _bad("signature-missing", "Không có chữ ký", "No signature", 422, "unsigned", _unsigned),
    _bad(
        "signature-of-another",
        "Chữ ký của cơ quan khác",
        "A signature of another agency",
        422,
        "signature-of-another-agency",
        _by_another,
    ),
    _bad(
        "certificate-revoked",
        "Chứng thư số đã bị thu hồi",
        "A revoked certificate",
        422,
        "certificate-revoked",
        _revoked,
    ),
    _bad(
        "recipient-unknown",
        "Nơi nhận không tồn tại",
        "An unknown recipient",
        422,
        "unknown-recipient",
        _to(UNKNOWN),
    ),
    _bad(
        "recipient-closed",
        "Nơi nhận đã giải thể",
        "A closed agency as recipient",
        422,
        "closed-recipient",
        _to(""),
    ),
    _bad(
        "recipient-twice", "Một nơi nhận ghi hai lần", "A recipient twice", 422, "recipient-repeated", _twice
    ),
    Case(
        "recipients-10000",
        "10.000 nơi nhận",
        "10,000 recipients",
        f"422 too-many-recipients within {SECONDS:.0f} s",
        _too_many,
    ),
    _bad(
        "sender-unknown",
        "Nơi gửi không tồn tại",
        "An unknown sender",
        422,
        "unknown-sender",
        _sender_unknown,
    ),
    _bad(
        "sender-not-served",
        "Gửi thay cơ quan không phục vụ",
        "A sender not served",
        403,
        "sender-not-served",
        _sender_not_served,
    ),
    _bad("packet-empty", "Gói tin 0 byte", "0 bytes", 400, "packet-empty", lambda run, packet: b""),
    _bad("pdf-broken", "PDF hỏng", "A broken PDF", 422, "pdf-broken", _broken_pdf),
    _bad(
        "pdf-revisions",
        "PDF có 20 lần sửa",
        "A PDF with 20 revisions",
        422,
        "pdf-too-many-revisions",
        _revised_pdf,
    ),
    _bad("xml-bomb", "Bom XML", "An XML bomb", 400, "xml-doctype-forbidden", lambda run, packet: xml_bomb()),
    _bad("zip-bomb", "Bom ZIP đính kèm", "A ZIP bomb attached", 422, "attachment-zip-bomb", _zip_bomb),
    _bad(
        "name-too-long",
        "Tên tệp 10.000 ký tự",
        "A name of 10,000 characters",
        422,
        "field-too-long",
        _long_name,
    ),
    _bad("not-utf8", "Không phải UTF-8", "Invalid UTF-8", 400, "packet-not-utf8", _not_utf8),
    _bad("secret-document", "Văn bản MẬT", "A secret document", 422, "secret-document", _secret),
    Case(
        "id-reused",
        "Cùng mã văn bản, nội dung khác",
        "The same id, other content",
        "409 document-id-reused",
        _id_reused,
    ),
)
NOTHING_KEPT = Case(
    "nothing-kept",
    "Gói tin bị từ chối không để lại gì",
    "Refused packets leave nothing",
    "none in the recipient's inbox",
    _nothing_kept,
)

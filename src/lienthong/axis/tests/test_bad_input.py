"""Every bad packet gets its own error over HTTP, in both languages, and leaves nothing behind."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client

from lienthong.axis.edxml import Business, Party, build_packet
from lienthong.axis.models import Delivery, Packet
from lienthong.axis.tests.factories import (
    TODAY,
    World,
    agency,
    attachment,
    bearer,
    certified,
    edxml_packet,
    signed,
    stored_counts,
)
from lienthong.directory.public import Agency
from lienthong.kernel.clock import now

PDF = (
    b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
)
PLACEHOLDER = b"PLACEHOLDER-" * 2


def pdf_with_revisions(count: int) -> bytes:
    """A small PDF, appended to until it has so many revisions (ISO 32000-2, 7.5.6)."""
    content = bytearray(PDF)
    offsets = [PDF.index(b"%d 0 obj" % number) for number in (1, 2, 3)]
    at = len(content)
    content += b"xref\n0 4\n0000000000 65535 f \n"
    content += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    content += b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % at
    for _revision in range(count - 1):
        before, start = at, len(content)
        content += b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        at = len(content)
        content += b"xref\n1 1\n%010d 00000 n \n" % start
        content += b"trailer<</Size 4/Root 1 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (before, at)
    return bytes(content)


def pdf(content: bytes) -> dict[str, object]:
    return {"attachments": (attachment(content, name="van-ban.pdf", content_type="application/pdf"),)}


def zip_bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("van-ban.pdf", b"\0" * 20_000_000)
    return file.getvalue()


def with_content(world: World, content: bytes) -> bytes:
    """A packet whose attachment holds what `build_packet` or the sender's tools would not write."""
    written = signed(edxml_packet(attachments=(attachment(PLACEHOLDER, name="van-ban.pdf"),)), world.office)
    return written.replace(base64.b64encode(PLACEHOLDER), base64.b64encode(content))


def closed_agency() -> Agency:
    return agency("H99", valid_to=TODAY - timedelta(days=30))


def altered(world: World) -> bytes:
    return signed(edxml_packet(), world.office).replace("đẩy mạnh".encode(), "hoãn lại".encode())


def from_closed(world: World) -> bytes:
    sender = certified("G98")
    xml = signed(edxml_packet(sender="G98"), sender)
    Agency.objects.filter(pk=sender.pk).update(valid_to=TODAY - timedelta(days=30))
    return xml


def bomb(world: World) -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE b [<!ENTITY l0 "ha">{entities}]><edXML>&l9;</edXML>'.encode()


def secret(world: World) -> bytes:
    """Marked after it was built, as `build_packet` refuses to write such a packet."""
    return build_packet(edxml_packet()).replace("Về việc".encode(), "TỐI MẬT - Về việc".encode())


def long_name(world: World) -> bytes:
    written = build_packet(edxml_packet(attachments=(attachment(name="NAME"),)))
    return written.replace(b"<AttachmentName>NAME", b"<AttachmentName>" + b"a" * 10_000)


CASES: dict[str, tuple[Callable[[World], bytes], int, str]] = {
    "an altered packet": (altered, 422, "signature-wrong"),
    "no signature": (lambda world: build_packet(edxml_packet()), 422, "unsigned"),
    "a signature of another agency": (
        lambda world: signed(edxml_packet(), world.ministry),
        422,
        "signature-of-another-agency",
    ),
    "an unknown recipient": (
        lambda world: signed(edxml_packet(recipients=("H55", "X77")), world.office),
        422,
        "unknown-recipient",
    ),
    "a closed recipient": (
        lambda world: signed(edxml_packet(recipients=("H55", closed_agency().code)), world.office),
        422,
        "closed-recipient",
    ),
    "one recipient in two spellings": (
        lambda world: signed(edxml_packet(recipients=("H55", "000.00.00.H55")), world.office),
        422,
        "recipient-repeated",
    ),
    "an unknown sender": (
        lambda world: signed(edxml_packet(sender="X77"), world.office),
        422,
        "unknown-sender",
    ),
    "a closed sender": (from_closed, 422, "closed-sender"),
    "a sender the system does not serve": (
        lambda world: signed(edxml_packet(sender="G12"), world.ministry),
        403,
        "sender-not-served",
    ),
    "0 bytes": (lambda world: b"", 400, "packet-empty"),
    "an attachment of 0 bytes": (lambda world: with_content(world, b""), 422, "attachment-empty"),
    "a broken PDF": (
        lambda world: signed(edxml_packet(**pdf(b"%PDF-1.7 and then nothing of the kind")), world.office),
        422,
        "pdf-broken",
    ),
    "a PDF that is none": (
        lambda world: signed(edxml_packet(**pdf(b"no PDF at all")), world.office),
        422,
        "pdf-broken",
    ),
    "a PDF with 20 revisions": (
        lambda world: signed(edxml_packet(**pdf(pdf_with_revisions(20))), world.office),
        422,
        "pdf-too-many-revisions",
    ),
    "a program": (
        lambda world: signed(edxml_packet(attachments=(attachment(b"MZ\x90\x00" * 9),)), world.office),
        422,
        "attachment-executable",
    ),
    "an XML bomb": (bomb, 400, "xml-doctype-forbidden"),
    "a ZIP bomb": (lambda world: with_content(world, zip_bomb()), 422, "attachment-zip-bomb"),
    "a name of 10,000 characters": (long_name, 422, "field-too-long"),
    "invalid UTF-8": (
        lambda world: altered(world).replace(b"2026", b"\xff\xff\xff\xff", 1),
        400,
        "packet-not-utf8",
    ),
    "a secret document": (secret, 422, "secret-document"),
    "no XML": (lambda world: b"\x00\x01\x02", 400, "xml-malformed"),
    "a revocation": (
        lambda world: signed(
            edxml_packet(business=Business.REVOKE, business_document_id="G22,2026/03/02,0/X"), world.office
        ),
        422,
        "unknown-document",
    ),
}


def post(client: Client, world: World, xml: bytes) -> object:
    return client.post("/axis/v1/packets", xml, content_type="application/xml", headers=bearer(world.system))


@pytest.mark.parametrize("name", CASES)
def test_bad_packets_get_their_own_error_and_leave_nothing(client: Client, world: World, name: str) -> None:
    make, status, code = CASES[name]
    xml, before = make(world), stored_counts()
    answer = post(client, world, xml)
    problem = answer.json()
    assert (answer.status_code, problem["title"]) == (status, code), problem
    assert answer["Content-Type"] == "application/problem+json"
    assert problem["type"] == f"urn:lienthong:problem:{code}"
    assert all(problem["sentences"][language].strip() for language in ("vi", "en"))
    assert "%(" not in "".join(problem["sentences"].values())
    assert stored_counts() == before


def test_the_refusal_names_which_recipients_are_at_fault(client: Client, world: World) -> None:
    packet = edxml_packet(recipients=("H55", "X77", "X78"))
    assert "X77, X78" in post(client, world, signed(packet, world.office)).json()["sentences"]["en"]
    packet = edxml_packet(recipients=("H55", closed_agency().code))
    assert "H99" in post(client, world, signed(packet, world.office)).json()["sentences"]["vi"]


def test_a_pdf_with_few_revisions_is_accepted(client: Client, world: World) -> None:
    xml = signed(edxml_packet(**pdf(pdf_with_revisions(3))), world.office)
    assert post(client, world, xml).status_code == 202


def test_the_same_id_with_other_content_is_a_conflict_and_the_same_packet_is_not(
    client: Client, world: World
) -> None:
    packet = edxml_packet()
    first = post(client, world, signed(packet, world.office))
    before = stored_counts()
    again = post(client, world, signed(packet, world.office, at=now()))
    other = post(client, world, signed(replace(packet, subject="Về việc khác"), world.office))
    assert (first.status_code, other.status_code, other.json()["title"]) == (202, 409, "document-id-reused")
    assert again.status_code in {200, 409}  # ECDSA signs the same content differently each time
    assert stored_counts() == before


def test_the_same_packet_many_times_is_stored_once(client: Client, world: World) -> None:
    xml = signed(edxml_packet(), world.office)
    answers = [post(client, world, xml) for _time in range(4)]
    assert [answer.status_code for answer in answers] == [202, 200, 200, 200]
    assert len({answer.content for answer in answers}) == 1
    assert (Packet.objects.count(), Delivery.objects.count()) == (1, 1)


def test_a_packet_from_the_sender_in_another_spelling_of_its_code_is_the_same_sender(
    client: Client, world: World
) -> None:
    packet = edxml_packet()
    other = replace(packet, sender=Party(organ_id="000.00.00.G22"))
    assert post(client, world, signed(packet, world.office)).status_code == 202
    assert post(client, world, signed(other, world.office)).json()["title"] == "document-id-reused"

"""The codec: strict out, lenient in, and the same packet on both sides."""

from __future__ import annotations

import base64
import errno
import io
import random
import re
import resource
import zipfile
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby

import pytest
from lxml import etree

from lienthong.axis import edxml
from lienthong.axis.edxml import errors
from lienthong.axis.tests.factories import AT, attachment, edxml_packet
from lienthong.kernel.lifting import lift
from lienthong.kernel.spools import Extent

ORDER = [
    "From",
    "To",
    "Code",
    "PromulgationInfo",
    "DocumentType",
    "Subject",
    "Content",
    "SignerInfo",
    "DueDate",
    "ToPlaces",
    "OtherInfo",
    "ResponseFor",
    "SteeringType",
    "DocumentId",
]


def full_packet() -> edxml.EdxmlPacket:
    return edxml_packet(
        recipients=("H55", "H26"),
        due_on=date(2026, 4, 1),
        responses=(edxml.ResponseFor(organ_id="H55"),),
        traces=(edxml.Trace(organ_id="G22", at=AT),),
        attachments=(attachment(),),
        to_places=("Như trên",),
    )


def test_the_message_header_is_written_in_the_order_of_the_standard() -> None:
    root = etree.fromstring(edxml.build_packet(full_packet()))
    names = [etree.QName(child).localname for child in root[0][0][0]]
    assert [name for name, _group in groupby(names)] == ORDER


def test_the_prefix_stands_literally_inside_the_envelope_and_nowhere_else() -> None:
    written = edxml.build_packet(full_packet()).decode()
    start, end = written.index("<edXML:edXMLEnvelope"), written.index("</edXML:edXMLEnvelope>")
    assert all(name.startswith("edXML:") for name in re.findall(r"</?([\w:]+)", written[start:end]))
    assert "edXML:" not in written[end + len("</edXML:edXMLEnvelope>") :]
    assert written[end:].startswith("</edXML:edXMLEnvelope><AttachmentEncoded><Attachment>")


def test_a_document_id_that_is_not_of_date_and_code_is_not_written() -> None:
    with pytest.raises(errors.InvalidValue) as caught:
        edxml.build_packet(edxml_packet(document_id="G22,2026/03/02,other"))
    assert caught.value.field == "DocumentId"


def changed(pattern: str, replacement: str) -> edxml.EdxmlPacket:
    written = edxml.build_packet(full_packet()).decode()
    assert re.search(pattern, written)
    return edxml.parse_packet(re.sub(pattern, replacement, written).encode())


@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [
        (r"Bussiness", "Business"),
        (r"(?<=[</ ])edXML:", ""),
        (r"2026/03/02(?=</edXML:PromulgationDate)", "02/03/2026"),
        (r"2026/03/02 09:30:00", "02/03/2026 09:30:00"),
        (r"(<edXML:DocumentId>[^<]+</edXML:DocumentId>)(</edXML:MessageHeader>)", r"\2"),
        (r"<edXML:ContentId>cid:", "<edXML:ContentId>"),
        (r"<edXML:OtherInfo>.*</edXML:OtherInfo>", ""),
        (r"<edXML:Subject>", "<!-- a remark --><edXML:Subject>"),
    ],
)
def test_what_systems_in_service_write_differently_is_read_as_the_same(
    pattern: str, replacement: str
) -> None:
    plain, read = edxml.parse_packet(edxml.build_packet(full_packet())), changed(pattern, replacement)
    assert replace(read, number="", document_id="", sender=plain.sender) == replace(
        plain, number="", document_id="", sender=plain.sender
    )
    assert read.document_id.rpartition("/")[2] == read.notation


def test_the_document_id_may_stand_after_to() -> None:
    written = edxml.build_packet(full_packet()).decode()
    found = re.search(r"<edXML:DocumentId>[^<]+</edXML:DocumentId>(?=</edXML:MessageHeader>)", written)
    assert found
    moved = written.replace(found[0], "", 1).replace(
        "</edXML:To><edXML:Code>", f"</edXML:To>{found[0]}<edXML:Code>"
    )
    assert moved != written
    assert edxml.parse_packet(moved.encode()) == edxml.parse_packet(written.encode())


def zipped(content: bytes, name: str = "a.pdf") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return file.getvalue()


def test_a_zip_that_a_sender_wrapped_around_a_file_is_taken_off() -> None:
    packet = edxml_packet(attachments=(attachment(zipped(b"%PDF-1.7"), name="a.pdf"),))
    assert edxml.parse_packet(edxml.build_packet(packet)).attachments[0].content == b"%PDF-1.7"


def test_a_zip_that_is_the_document_stays() -> None:
    content = zipped(b"words", "inside.txt")
    packet = edxml_packet(attachments=(attachment(content, name="so-lieu.zip"),))
    assert edxml.parse_packet(edxml.build_packet(packet)).attachments[0].content == content


def parse_error(xml: bytes) -> errors.EdxmlRefusal:
    with pytest.raises(errors.EdxmlRefusal) as caught:
        edxml.parse_packet(xml)
    assert caught.value.say("vi")
    assert caught.value.say("en")
    return caught.value


def written_with(**changes: object) -> bytes:
    """A packet whose field breaks a rule: written by way of a placeholder, as `build_packet` would refuse."""
    written = edxml.build_packet(
        edxml_packet(
            subject="SUBJECT", place="PLACE", content="CONTENT", attachments=(attachment(name="NAME"),)
        )
    ).decode()
    for placeholder, text in changes.items():
        written = written.replace(placeholder.upper(), str(text))
    return written.encode()


@pytest.mark.parametrize(
    ("xml", "code", "field"),
    [
        (b"", "packet-empty", ""),
        (b"\xff\xfe<\x00", "packet-not-utf8", ""),
        (b"<edXML>\xc3\x28</edXML>", "packet-not-utf8", ""),
        (b"<?xml version='1.0' encoding='ISO-8859-1'?><edXML/>", "packet-not-utf8", ""),
        (b"<edXML>", "xml-malformed", ""),
        (b"not xml at all", "xml-malformed", ""),
        (b"<html/>", "not-edxml", "edXML"),
        (b"<edXML/>", "not-edxml", "edXMLEnvelope"),
        (b"<edXML>" + b"<a>" * 50 + b"</a>" * 50 + b"</edXML>", "xml-too-complex", ""),
        (b"<edXML>" + b"<a/>" * 250_001 + b"</edXML>", "xml-too-complex", ""),
        (b"<!DOCTYPE edXML SYSTEM 'http://127.0.0.1/x.dtd'><edXML/>", "xml-doctype-forbidden", ""),
        (written_with(subject=""), "field-missing", "Subject"),
        (written_with(subject="a" * 501), "field-too-long", "Subject"),
        (written_with(content="a" * 501), "field-too-long", "Content"),
        (written_with(place="a" * 151), "field-too-long", "PromulgationInfo/Place"),
        (written_with(name="a" * 201), "field-too-long", "Attachment/AttachmentName"),
        (written_with(name="a" * 10_000), "field-too-long", "Attachment/AttachmentName"),
    ],
)
def test_each_broken_rule_has_its_own_code_and_names_the_field(xml: bytes, code: str, field: str) -> None:
    refusal = parse_error(xml)
    assert (refusal.code, refusal.field) == (code, field)


def test_an_xml_bomb_is_refused_before_it_opens() -> None:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE b [<!ENTITY l0 "ha">{entities}]><edXML>&l9;</edXML>'
    assert parse_error(bomb.encode()).code == "xml-doctype-forbidden"


@pytest.mark.parametrize(
    ("pattern", "replacement", "code", "field"),
    [
        (r"<edXML:Priority>0", "<edXML:Priority>7", "field-invalid-value", "OtherInfo/Priority"),
        (r"<edXML:Paper>0", "<edXML:Paper>2", "field-invalid-value", "Bussiness/Paper"),
        (r"<edXML:SteeringType>0", "<edXML:SteeringType>x", "field-invalid-value", "SteeringType"),
        (
            r"2026/03/02(?=</edXML:Prom)",
            "2026/13/02",
            "field-invalid-date",
            "PromulgationInfo/PromulgationDate",
        ),
        (r"2026/03/02(?=</edXML:Prom)", "", "field-missing", "PromulgationInfo/PromulgationDate"),
        (r"<edXML:To>.*</edXML:To>", "", "field-missing", "To"),
        (r"(<edXML:To>.*</edXML:To>)", r"\1\1", "recipient-repeated", "To/OrganId"),
        (r"(<edXML:Subject>.*</edXML:Subject>)", r"\1\1", "element-repeated", "Subject"),
        (r"(<edXML:MessageHeader>.*</edXML:MessageHeader>)", r"\1\1", "element-repeated", "MessageHeader"),
        (r"<Attachment>.*</Attachment>", "", "attachment-missing", "edXMLManifest/Reference"),
        (r"(<Attachment>.*</Attachment>)", r"\1\1", "attachment-repeated", "Attachment/ContentId"),
        (r"cGxhaW4gd29yZHM=", "", "attachment-empty", "Attachment"),
        (r"cGxhaW4gd29yZHM=", "c$", "attachment-not-base64", "Attachment/ContentTransferEncoded"),
        (r"<edXML:OrganId>G22", "<edXML:OrganId>", "field-missing", "From/OrganId"),
        (r"<edXML:OrganName>[^<]+", f"<edXML:OrganName>{'a' * 10_000}", "field-too-long", "From/OrganName"),
    ],
)
def test_each_broken_element_has_its_own_code_and_names_the_field(
    pattern: str, replacement: str, code: str, field: str
) -> None:
    written = edxml.build_packet(edxml_packet(attachments=(attachment(),))).decode()
    assert re.search(pattern, written)
    refusal = parse_error(re.sub(pattern, replacement, written).encode())
    assert (refusal.code, refusal.field) == (code, field)


def enclosed(content: bytes) -> bytes:
    written = edxml.build_packet(edxml_packet(attachments=(attachment(name="a.pdf"),))).decode()
    return written.replace("cGxhaW4gd29yZHM=", base64.b64encode(content).decode()).encode()


def test_a_zip_bomb_in_an_attachment_is_refused() -> None:
    assert parse_error(enclosed(zipped(b"\0" * 20_000_000))).code == "attachment-zip-bomb"


def test_a_zip_that_lies_about_its_size_is_refused() -> None:
    honest = zipped(b"\0" * 5000)
    lying = honest.replace((5000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert parse_error(enclosed(lying)).code in {"attachment-zip-bomb", "attachment-zip-damaged"}


def test_a_damaged_zip_is_refused() -> None:
    assert parse_error(enclosed(zipped(b"words")[:30])).code == "attachment-zip-damaged"


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "MẬT: Về kế hoạch diễn tập"},
        {"subject": "Về kế hoạch diễn tập (Tối mật)"},
        {"content": "Độ mật: Tuyệt mật"},
        {"type_detail": "Mật"},
        {"sphere": "TUYỆT MẬT"},
        {"notation": "QĐ-UBND(MẬT)"},
    ],
)
def test_a_document_marked_secret_is_refused_on_both_sides(changes: dict[str, str]) -> None:
    with pytest.raises(errors.SecretDocument):
        edxml.build_packet(edxml_packet(**changes))


@pytest.mark.parametrize(
    "element", ["<edXML:Secrecy>Mật</edXML:Secrecy>", "<edXML:SecretLevel>2</edXML:SecretLevel>"]
)
def test_a_mark_of_secrecy_in_an_extension_is_refused(element: str) -> None:
    written = (
        edxml.build_packet(edxml_packet())
        .decode()
        .replace("</edXML:OtherInfo>", f"{element}</edXML:OtherInfo>")
    )
    assert parse_error(written.encode()).code == "secret-document"


@pytest.mark.parametrize(
    "subject",
    [
        "Về tăng cường bảo mật thông tin",
        "VỀ BẢO VỆ BÍ MẬT NHÀ NƯỚC",
        "MẬT ONG BẠC HÀ: CHỈ DẪN ĐỊA LÝ",
        "Ban hành danh mục bí mật nhà nước độ Tuyệt mật, Tối mật của ngành",
        "Về mật độ xây dựng",
    ],
)
def test_a_document_that_speaks_of_secrecy_is_not_secret(subject: str) -> None:
    assert edxml.parse_packet(edxml.build_packet(edxml_packet(subject=subject))).subject == subject


def test_a_large_attachment_passes_the_limit_of_libxml2() -> None:
    content = bytes(8_000_000)
    packet = edxml_packet(attachments=(attachment(content, name="a.bin"),))
    assert edxml.parse_packet(edxml.build_packet(packet)).attachments[0].open().read() == content


def test_a_refusing_status_must_say_why() -> None:
    status = edxml.Status(
        response_for=edxml.ResponseFor(organ_id="G22"),
        sender=edxml.Party(organ_id="H55"),
        code="02",
        at=AT + timedelta(1),
    )
    with pytest.raises(errors.FieldMissing) as caught:
        edxml.build_status(status)
    assert caught.value.field == "Description"


LONG = base64.b64encode(bytes(range(256)) * 100)


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ("<edXML:Subject>[^<]*", "field-too-long"),
        ("<edXML:OrganId>[^<]*", "field-too-long"),
        ("<edXML:PromulgationDate>[^<]*", "field-invalid-date"),
        ("<edXML:Priority>[^<]*", "field-invalid-value"),
        ("<AttachmentName>[^<]*", "field-too-long"),
    ],
)
def test_a_field_that_holds_a_file_is_as_long_as_it_is(place: str, code: str) -> None:
    """It is lifted like an attachment's content, and must not be read as the token in its place."""
    written = edxml.build_packet(edxml_packet(attachments=(attachment(),))).decode()
    opening = place.partition("[")[0]
    changed = re.sub(place, opening + LONG.decode(), written, count=1).encode()
    assert len(lift([changed]).runs) == 1
    assert parse_error(changed).code == code


def test_a_file_in_an_element_that_nobody_reads_is_passed_over() -> None:
    written = enclosed(b"words").replace(b"</edXML>", b"<More>" + LONG + b"</More></edXML>")
    assert edxml.parse_packet(written).attachments[0].content == b"words"


def test_a_file_in_a_section_is_read_and_one_split_by_a_comment_is_refused() -> None:
    section = enclosed(bytes(range(256)) * 100).replace(LONG, b"<![CDATA[" + LONG + b"]]>")
    assert edxml.parse_packet(section).attachments[0].content == base64.b64decode(LONG)
    split = section.replace(b"<![CDATA[" + LONG + b"]]>", LONG + b"<!-- x -->" + LONG)
    assert parse_error(split).code == "attachment-not-base64"


def test_a_large_file_is_read_and_taken_out_of_its_zip_on_the_disk() -> None:
    content = random.Random(1).randbytes(3_000_000)
    for wrapped in (content, zipped(content)):
        [found] = edxml.parse_packet(enclosed(wrapped)).attachments
        assert isinstance(found.content, Extent)
        assert (found.size, found.head(10), found.open().read()) == (len(content), content[:10], content)


def test_a_full_disk_is_not_taken_for_a_damaged_zip() -> None:
    """A damaged file is refused for good; what the disk has no room for may be sent again."""
    packed = base64.b64encode(zipped(bytes(range(256)) * 40_000, "a.bin")).decode()
    packet = enclosed(b"words").decode().replace("d29yZHM=", packed).encode()
    most, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
    try:
        with pytest.raises(OSError) as caught:
            edxml.parse_packet(packet)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    assert caught.value.errno == errno.EFBIG


def test_the_zips_of_a_packet_together_are_capped() -> None:
    """Each is within its own limits, but 130 files of 9 MB are more than a gigabyte."""
    packed = base64.b64encode(zipped(bytes(9_000_000), "a.bin")).decode()
    written = enclosed(b"words").decode()
    one = re.search(r"<Attachment>.*?</Attachment>", written)
    assert one
    many = "".join(
        one[0].replace("file-1", f"file-{number}").replace("d29yZHM=", packed) for number in range(130)
    )
    assert parse_error(written.replace(one[0], many).encode()).code == "attachment-zip-bomb"

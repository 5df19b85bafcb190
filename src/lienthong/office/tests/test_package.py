"""The package of a work file: valid METS and PREMIS, the same bytes each time, and any flipped byte found."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import etree

from lienthong.directory.public import Agency
from lienthong.identity.public import NotAllowed, Role
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.kernel.clock import now
from lienthong.office.actions.changes import accept_change
from lienthong.office.actions.registering import register_incoming
from lienthong.office.adapters.fake import FakeAxis
from lienthong.office.archive.filing import put_document
from lienthong.office.archive.holdings import EVENT_TYPES, Part, safe_name
from lienthong.office.archive.moving import accept_file, close_file, hand_in_file
from lienthong.office.archive.packages import NotHandedIn, Package, open_package, stream_package
from lienthong.office.archive.states import FILE_VERB_LABELS, FileState, Kind
from lienthong.office.archive.verifying import verify_package
from lienthong.office.models import IncomingFile, OutgoingDocument, RequestedChange
from lienthong.office.states import VERB_LABELS
from lienthong.office.tests.factories import NOON
from lienthong.office.tests.packets import collected_document
from lienthong.office.tests.test_outgoing import _send, _sender, draft
from lienthong.office.tests.work_files import (
    file_in,
    kept_document,
    package_of,
    put,
    sha256,
    stored,
    work_file,
    written,
)
from lienthong.signing.public import ensure_agency_certificates
from lienthong.tasks.public import TaskStep

pytestmark = pytest.mark.django_db
SCHEMAS = Path(__file__).parent / "schemas"
# Both at once: the schema of METS leaves what is inside `xmlData` to whoever knows its namespace.
BOTH = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
<xs:import namespace="http://www.loc.gov/METS/" schemaLocation="mets.xsd"/>
<xs:import namespace="http://www.loc.gov/premis/v3" schemaLocation="premis.xsd"/></xs:schema>"""
NS = {
    "mets": "http://www.loc.gov/METS/",
    "premis": "http://www.loc.gov/premis/v3",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xlink": "http://www.w3.org/1999/xlink",
}


def entries_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.fromstring(BOTH, base_url=(SCHEMAS / "both.xsd").as_uri()))


def mets_of(content: bytes) -> etree._Element:
    return etree.fromstring(entries_of(content)["mets.xml"])


def test_it_is_valid_by_the_schemas_of_the_library_of_congress() -> None:
    axis, sender = FakeAxis(), _sender()
    outgoing = _send(sender, draft(sender, agency()), axis)
    clerk = viewer_in(sender, Role.CLERK, at=NOON)
    received = collected_document(axis, sender)
    register_incoming(document_id=received.id, viewer=clerk, at=NOON)
    file = work_file(clerk, title='Hồ sơ <đặc> & "biệt"')
    put(file, received, clerk)
    put_document(file_id=file.id, kind=Kind.OUTGOING, document_id=outgoing.id, viewer=clerk, at=NOON)
    close_file(file_id=file.id, viewer=clerk, at=NOON)
    hand_in_file(file_id=file.id, viewer=clerk, at=NOON)
    accept_file(file_id=file.id, viewer=clerk, at=NOON)
    root = mets_of(package_of(file, clerk))
    schema().assertValid(root)
    found = root.findall(".//mets:xmlData/premis:*", NS)
    assert {etree.QName(element).localname for element in found} == {"object", "event", "agent"}
    types = {element.text for element in root.iterfind(".//premis:eventType", NS)}
    assert types >= {
        "receipt",
        "registration",
        "digital signature validation",
        "digital signature generation",
        "dispatch",
        "creation",
        "closing",
        "transfer",
        "accession",
    }
    agents = {element.text for element in root.iterfind(".//premis:agentIdentifierValue", NS)}
    acted = {element.text for element in root.iterfind(".//premis:linkingAgentIdentifierValue", NS)}
    assert acted == agents
    [generation] = [
        element
        for element in root.iterfind(".//premis:event", NS)
        if element.findtext("premis:eventType", "", NS) == "digital signature generation"
    ]
    detail = generation.findtext(".//premis:eventDetail", "", NS)
    assert detail == f"code: {OutgoingDocument.objects.get().code}"


@pytest.mark.parametrize("part", ["mets:structMap", ".//premis:eventType", ".//premis:size/.."])
def test_the_schemas_refuse_what_is_wrong(part: str) -> None:
    """The validation above is worth something: without a part that must be there it fails."""
    file, clerk = file_in(agency())
    root = mets_of(package_of(file, clerk))
    schema().assertValid(root)
    found = root.find(part, NS)
    assert found is not None
    parent = found.getparent()
    assert parent is not None
    parent.remove(found)
    assert not schema().validate(root)


def test_every_verb_among_the_events_is_one_that_is_recorded() -> None:
    of_tasks = {verb for verb in EVENT_TYPES if verb.startswith("task.")}
    assert set(EVENT_TYPES) - of_tasks <= set(VERB_LABELS) | set(FILE_VERB_LABELS)
    for verb in of_tasks:
        step = TaskStep(verb=verb.removeprefix("task."))
        assert step.label != step.verb


def test_it_holds_every_file_with_its_checksum_and_place() -> None:
    file, clerk = file_in(agency(), documents=2)
    content = package_of(file, clerk)
    entries, root = entries_of(content), mets_of(content)
    assert list(entries)[:5] == ["mets.xml", "seal.jws", "root.pem", "cover.pdf", "contents.pdf"]
    described = {}
    for element in root.iterfind(".//mets:file", NS):
        place = element.find("mets:FLocat", NS).get(f"{{{NS['xlink']}}}href")  # type: ignore[union-attr]
        described[place] = (element.get("CHECKSUM"), element.get("SIZE"))
    assert described == {
        name: (sha256(data), str(len(data)))
        for name, data in entries.items()
        if name not in {"mets.xml", "seal.jws", "root.pem"}
    }
    assert "documents/00001/02-Phu-luc-1.txt" in described
    assert entries["cover.pdf"].startswith(b"%PDF-")
    names = [element.text for element in root.iterfind(".//premis:originalName", NS)]
    assert "Phụ lục 1.txt" in names


def test_the_same_content_has_the_same_bytes() -> None:
    file, clerk = file_in(agency())
    first = package_of(file, clerk)
    assert package_of(file, clerk, at=now()) == first


def test_what_the_archive_adds_is_sealed_anew(tmp_path: Path) -> None:
    file, clerk = file_in(agency(), FileState.HANDED_IN)
    before = package_of(file, clerk)
    accept_file(file_id=file.id, viewer=clerk, at=NOON)
    after = package_of(file, clerk)
    assert before != after
    assert verify_package(written(tmp_path, after)).valid


def test_a_document_destroyed_later_is_described_without_its_files(tmp_path: Path) -> None:
    ours = agency()
    file, clerk = file_in(ours, FileState.ACCEPTED, documents=2)
    document = file.items.get(position=1).incoming
    assert document is not None
    RequestedChange.objects.create(
        document=document, request_id=str(uuid4()), kind="revoke", sequence=1, asked_at=NOON, authentic=True
    )
    accept_change(document_id=document.id, viewer=clerk, at=NOON)
    content = package_of(file, clerk)
    assert not any(name.startswith("documents/00001/") for name in entries_of(content))
    root = mets_of(content)
    schema().assertValid(root)
    assert root.findtext(".//dc:identifier", "", NS) == document.code
    assert "deletion" in {element.text for element in root.iterfind(".//premis:eventType", NS)}
    assert verify_package(written(tmp_path, content)).valid
    assert package_of(file, clerk, at=now()) == content


def test_there_is_none_before_the_file_is_handed_in_and_none_for_who_reads_only_some() -> None:
    ours = agency()
    file, clerk = file_in(ours, FileState.CLOSED)
    with pytest.raises(NotHandedIn):
        open_package(file_id=file.id, viewer=clerk, at=NOON)
    hand_in_file(file_id=file.id, viewer=clerk, at=NOON)
    keeper = viewer_in(ours, Role.SPECIALIST, at=NOON)
    file.keeper_id = keeper.official_id or 0
    file.save(update_fields=["keeper"])
    with pytest.raises(NotAllowed):
        open_package(file_id=file.id, viewer=keeper, at=NOON)


def _queries_for(ours: Agency, documents: int) -> int:
    file, clerk = file_in(ours, documents=documents)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        open_package(file_id=file.id, viewer=clerk, at=NOON)
    return len(asked)


def test_its_queries_do_not_grow_with_its_documents() -> None:
    ours = agency()
    assert _queries_for(ours, 2) == _queries_for(ours, 12)


@pytest.mark.parametrize(
    ("name", "media_type", "expected"),
    [
        ("Quyết định số 12.pdf", "application/pdf", "Quyet-dinh-so-12.pdf"),
        ("../../etc/passwd", "text/plain", "etc-passwd.txt"),
        ("..\\..\\win.ini", "text/plain", "win.ini"),
        ("", "application/pdf", "file.pdf"),
        ("...", "application/octet-stream", "file"),
        ("Đơn", "application/pdf", "Don.pdf"),
        ("a" * 300 + ".pdf", "application/pdf", "a" * 80 + ".pdf"),
        ("văn/bản\x00\n.pdf", "application/pdf", "van-ban.pdf"),
        ("文書.pdf", "application/pdf", "file.pdf"),
    ],
)
def test_names_lead_nowhere(name: str, media_type: str, expected: str) -> None:
    assert safe_name(name, media_type) == expected


def test_hostile_names_and_characters_that_xml_has_not_still_make_a_valid_package(tmp_path: Path) -> None:
    ours = agency()
    ensure_agency_certificates([ours.id], at=NOON)
    clerk = viewer_in(ours, Role.CLERK, at=NOON)
    document = kept_document(ours, subject="Lỗi \x0b và 😀 \ufffe", files=0)
    for position, name in enumerate(("../x.txt", "../x.txt", "\x01]]>&<.txt"), 1):
        blob = stored(f"{position}".encode())
        IncomingFile.objects.create(document=document, position=position, name=name, blob=blob)
    file = work_file(clerk)
    put(file, document, clerk)
    close_file(file_id=file.id, viewer=clerk, at=NOON)
    hand_in_file(file_id=file.id, viewer=clerk, at=NOON)
    found = verify_package(written(tmp_path, package_of(file, clerk)))
    assert found.valid
    assert [row.path for row in found.files if "00001" in row.path] == [
        "documents/00001/01-packet.edxml",
        "documents/00001/02-x.txt",
        "documents/00001/03-x.txt",
        "documents/00001/04-file.txt",
    ]


def test_a_large_file_is_streamed_in_pieces() -> None:
    """Nothing of a file is held whole: no piece that comes out is larger than a few of those read."""
    content = bytes(range(256)) * 4096 * 24  # 24 MiB
    blob = stored(content)
    package = Package(
        "x.zip", b"<mets/>", b"seal", b"root", (Part("documents/00001/01-a.bin", "x", "a", blob),)
    )
    pieces = list(stream_package(package))
    assert max(map(len, pieces)) < 4 << 20
    assert sum(map(len, pieces)) > len(content)
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as archive:
        assert sha256(archive.read("documents/00001/01-a.bin")) == blob.sha256

"""The page of verification and the download, for people and for programs."""

from __future__ import annotations

import re
from datetime import datetime
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lienthong.documents.actions.drafting import draft_document
from lienthong.documents.actions.issuing import issue_document
from lienthong.documents.adapters.fake import FakeSigner
from lienthong.documents.models import OfficialDocument
from lienthong.documents.tests.factories import make_agency, make_viewer
from lienthong.identity.public import Role
from lienthong.identity.tests.factories import agency as an_agency
from lienthong.identity.tests.factories import official_in
from lienthong.kernel.blobs import read_blob
from lienthong.kernel.clock import VIETNAM
from lienthong.signing.tests.factories import make_evidence

AT = datetime(2026, 3, 5, 9, 0, tzinfo=VIETNAM)
JSON = {"HTTP_ACCEPT": "application/json"}


def issue(viewer: object) -> OfficialDocument:
    draft = draft_document(
        viewer=viewer,  # type: ignore[arg-type]
        type_code="QD",
        subject="Điều động ông Nguyễn Văn A",
        paragraphs=["Điều 1. Nội dung riêng."],
        at=AT,
    )
    return issue_document(document=draft, viewer=viewer, at=AT, sign=FakeSigner())  # type: ignore[arg-type]


@pytest.fixture
def issued(db: None) -> OfficialDocument:
    return issue(make_viewer(make_agency(), Role.LEADER))


def post(client: Client, content: bytes, name: str = "a.pdf", **headers: str) -> object:
    return client.post("/verify", {"file": SimpleUploadedFile(name, content)}, **headers)


@pytest.mark.django_db
def test_the_page_needs_no_account_and_no_script(client: Client) -> None:
    page = client.get("/verify")
    assert page.status_code == 200
    html = page.content.decode()
    assert "Kiểm tra văn bản" in html
    assert 'enctype="multipart/form-data"' in html
    assert 'type="file"' in html


def test_the_qr_code_leads_to_what_is_public_and_no_further(client: Client, issued: OfficialDocument) -> None:
    html = client.get(f"/verify?document={issued.pk}").content.decode()
    for public in (issued.code, issued.sha256, issued.agency.name, "05/03/2026"):
        assert public in html
    for private in ("Nguyễn Văn A", "Nội dung riêng", "Trịnh Việt Hùng"):
        assert private not in html
    assert f'value="{issued.pk}"' in html
    assert issued.code in client.get(f"/verify?sha256={issued.sha256}").content.decode()


def test_a_program_reads_the_same_as_json(client: Client, issued: OfficialDocument) -> None:
    answer = client.get(f"/verify?document={issued.pk}", **JSON).json()
    assert answer["recorded"] == {
        "document": str(issued.pk),
        "code": "01/QĐ-UBND",
        "promulgated_on": "2026-03-05",
        "agency_name": issued.agency.name,
        "agency_code": issued.agency.code,
        "sha256": issued.sha256,
        "copy": None,
    }
    assert answer["verdict"] is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    [
        "document=018f0000-0000-7000-8000-000000000000",
        "document=x",
        "document=%00",
        "sha256=zz",
        f"sha256={'0' * 64}",
    ],
)
def test_an_unknown_document_is_said_to_be_unknown(client: Client, query: str) -> None:
    page = client.get(f"/verify?{query}")
    assert page.status_code == 200
    assert "Không có văn bản này" in page.content.decode()
    assert client.get(f"/verify?{query}", **JSON).json()["recorded"] is None


def test_a_draft_is_unknown_to_the_public(client: Client, issued: OfficialDocument) -> None:
    viewer = make_viewer(make_agency(), Role.LEADER)
    draft = draft_document(viewer=viewer, type_code="QD", subject="x", paragraphs=["y"], at=AT)
    assert client.get(f"/verify?document={draft.pk}", **JSON).json()["recorded"] is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "empty-file"),
        (b"hello", 415, "not-verifiable"),
        (b"\x7fELF" + bytes(99), 415, "not-verifiable"),
    ],
)
def test_a_bad_file_is_refused_on_the_page_and_as_a_problem(
    client: Client, content: bytes, status: int, code: str
) -> None:
    page = post(client, content)
    assert page.status_code == status  # type: ignore[attr-defined]
    assert 'type="file"' in page.content.decode()  # type: ignore[attr-defined]
    problem = post(client, content, **JSON)
    assert problem.status_code == status  # type: ignore[attr-defined]
    assert problem.json()["title"] == code  # type: ignore[attr-defined]
    assert set(problem.json()["sentences"]) == {"vi", "en"}  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_a_post_without_a_file_is_refused(client: Client) -> None:
    assert client.post("/verify", {}).status_code == 422
    assert client.post("/verify", {"file": "text"}, **JSON).json()["title"] == "file-missing"


@pytest.mark.django_db
def test_too_large_a_file_is_refused_before_it_is_read(client: Client) -> None:
    answer = client.generic(
        "POST",
        "/verify",
        b"x",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(2**31),
        **JSON,
    )
    assert answer.status_code == 413
    assert answer.json()["title"] == "file-too-large"


@pytest.mark.django_db
def test_a_pdf_is_downloaded_by_its_own_agency_only(client: Client) -> None:
    ours, theirs = an_agency(), an_agency()
    document = issue(make_viewer(ours, Role.LEADER))
    address = f"/documents/{document.pk}/pdf"
    assert client.get(address).status_code in {302, 401}
    client.force_login(official_in(theirs, Role.CLERK))
    assert client.get(address).status_code == 404
    client.force_login(official_in(ours, Role.CLERK))
    answer = client.get(address)
    assert answer.status_code == 200
    assert document.pdf is not None
    assert b"".join(answer.streaming_content) == read_blob(document.pdf)  # type: ignore[attr-defined]
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment; filename")
    assert client.get(f"/documents/{uuid4()}/pdf").status_code == 404


@pytest.mark.django_db
def test_an_evidence_file_gets_a_line_per_statement(client: Client) -> None:
    html = post(client, make_evidence(), "packet.evidence.json").content.decode()  # type: ignore[attr-defined]
    assert "H55" in html
    assert "ds-table" in html
    assert 'data-color="success"' in html
    bent = make_evidence().replace(b"H55", b"H56")
    html = post(client, bent, "packet.evidence.json").content.decode()  # type: ignore[attr-defined]
    assert 'data-color="danger"' in html


@pytest.mark.django_db
@pytest.mark.parametrize("at", ["2026-03-02", "0001-01-01T00:00:00+07:00", "9999-12-31T23:59:59Z", "\\u0000"])
def test_a_time_that_cannot_be_does_not_break_the_page(client: Client, at: str) -> None:
    bent = re.sub(rb"2026-03-02T[0-9:+]+", lambda _found: at.encode(), make_evidence())
    page = post(client, bent, "packet.evidence.json")
    assert page.status_code == 200  # type: ignore[attr-defined]
    assert 'data-color="danger"' in page.content.decode()  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_a_program_gets_the_verdict_on_an_evidence_file_as_json(client: Client) -> None:
    found = post(client, make_evidence(), "x.json", **JSON).json()["evidence"]  # type: ignore[attr-defined]
    assert (found["valid"], found["complete"]) == (True, True)
    assert [(one["stage"], one["by"], one["pending"]) for one in found["statements"]] == [
        ("submitted", "H55", "batch")
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b'{"format": "lienthong-evidence/1"', 422),
        (b'{"format": "lienthong-evidence/1"}' + b" " * (8 * 1024 * 1024), 413),
        (b'{"format": "other"}', 415),
    ],
)
def test_an_evidence_file_that_is_none_is_refused(client: Client, content: bytes, status: int) -> None:
    assert post(client, content, "x.json").status_code == status  # type: ignore[attr-defined]
    assert post(client, content, "x.json", **JSON).status_code == status  # type: ignore[attr-defined]

"""A document issued with real keys is what /verify says it is, and a revised one is not."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lienthong.documents.actions.drafting import draft_document
from lienthong.documents.actions.issuing import issue_document
from lienthong.documents.models import OfficialDocument
from lienthong.documents.tests.factories import make_agency, make_viewer
from lienthong.identity.public import Role
from lienthong.kernel.blobs import read_blob
from lienthong.kernel.clock import now
from lienthong.signing.public import ensure_agency_certificates, ensure_official_certificates


def signed_document(at: datetime) -> OfficialDocument:
    agency = make_agency()
    viewer = make_viewer(agency, Role.LEADER)
    ensure_agency_certificates([agency.pk], at=at)
    ensure_official_certificates([int(viewer.official_id or 0)], at=at)
    draft = draft_document(viewer=viewer, type_code="QD", subject="Quy chế", paragraphs=["Điều 1."], at=at)
    return issue_document(document=draft, viewer=viewer, at=at)


def verdict_on(content: bytes, document: OfficialDocument, client: Client) -> dict:
    form = {"file": SimpleUploadedFile("a.pdf", content), "document": str(document.pk)}
    return client.post("/verify", form, headers={"accept": "application/json"}).json()


@pytest.mark.django_db
def test_an_issued_document_is_verified_whole_and_its_revision_is_not(client: Client) -> None:
    document = signed_document(now())
    assert document.pdf is not None
    content = read_blob(document.pdf)
    good = verdict_on(content, document, client)
    assert good["verdict"]["valid"] is True
    assert good["matches"] is True
    assert [signer["name"] for signer in good["verdict"]["signers"]] == [
        "Trịnh Việt Hùng",
        document.agency.name,
    ]
    assert all(signer["timestamped"] and signer["whole_document"] for signer in good["verdict"]["signers"])
    revised = verdict_on(content.replace(b"/MediaBox", b"/MediaBoy", 1), document, client)
    assert revised["verdict"]["valid"] is False
    assert revised["matches"] is False
    page = client.post("/verify", {"file": SimpleUploadedFile("a.pdf", content)}).content.decode()
    assert "Tệp đúng là văn bản do hệ thống này ban hành" in page
    assert document.agency.name in page

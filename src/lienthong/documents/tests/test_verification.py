"""Anyone may check a file, within bounds, and learns nothing that is not public."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from lienthong.documents.actions.drafting import draft_document
from lienthong.documents.actions.issuing import issue_document
from lienthong.documents.adapters.fake import FakeSigner
from lienthong.documents.models import OfficialDocument
from lienthong.documents.tests.factories import make_agency, make_viewer
from lienthong.documents.verification import CHECKS_A_MINUTE, TooManyChecks, Verification, verify_file
from lienthong.identity.public import Role
from lienthong.kernel.blobs import read_blob
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal
from lienthong.signing.public import Verdict

AT = datetime(2026, 3, 5, 9, 0, tzinfo=VIETNAM)


def fake_check(content: bytes, *, packet: bool, at: datetime) -> Verdict:
    return Verdict(valid=True, code="packet" if packet else "pdf", sentence="")


def checked(content: bytes, **fields: Any) -> Verification:
    values: dict[str, Any] = {"size": len(content), "at": AT, "asker": str(uuid4()), "check": fake_check}
    return verify_file(io.BytesIO(content), **values | fields)


@pytest.fixture
def issued(db: None) -> OfficialDocument:
    viewer = make_viewer(make_agency(), Role.LEADER)
    draft = draft_document(viewer=viewer, type_code="QD", subject="Bí danh", paragraphs=["Điều 1."], at=AT)
    return issue_document(document=draft, viewer=viewer, at=AT, sign=FakeSigner())


def pdf_of(document: OfficialDocument) -> bytes:
    assert document.pdf is not None
    return read_blob(document.pdf)


def test_a_document_issued_here_is_recognised_by_its_hash(issued: OfficialDocument) -> None:
    found = checked(pdf_of(issued))
    assert found.recorded is not None
    assert (found.recorded.document_id, found.recorded.code) == (issued.pk, "01/QĐ-UBND")
    assert found.matches is None
    assert found.verdict.code == "pdf"


def test_the_file_of_the_qr_code_is_compared_with_what_is_recorded(issued: OfficialDocument) -> None:
    assert checked(pdf_of(issued), document_id=issued.pk).matches is True
    revised = checked(pdf_of(issued) + b"x", document_id=issued.pk)
    assert revised.matches is False
    assert revised.recorded is None
    assert revised.expected is not None
    assert checked(pdf_of(issued), document_id=uuid4()).matches is None


@pytest.mark.django_db
def test_a_packet_is_checked_as_a_packet() -> None:
    assert checked(b"<?xml version='1.0'?><edXML/>").verdict.code == "packet"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "fields", "code"),
    [
        (b"", {}, "empty-file"),
        (b"Kinh gui", {}, "not-verifiable"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), {}, "not-verifiable"),
        (b"%PDF-1.7", {"size": 61 * 1024 * 1024}, "file-too-large"),
    ],
)
def test_what_cannot_be_verified_is_refused(content: bytes, fields: dict, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        checked(content, **fields)
    assert caught.value.code == code
    assert caught.value.say("vi") != caught.value.say("en")


@pytest.mark.django_db
def test_an_address_that_asks_too_often_waits_a_minute() -> None:
    for _ in range(CHECKS_A_MINUTE):
        checked(b"%PDF-1.7", asker="203.0.113.9")
    with pytest.raises(TooManyChecks):
        checked(b"%PDF-1.7", asker="203.0.113.9")
    checked(b"%PDF-1.7", asker="203.0.113.10")
    checked(b"%PDF-1.7", asker="203.0.113.9", at=AT + timedelta(minutes=1))

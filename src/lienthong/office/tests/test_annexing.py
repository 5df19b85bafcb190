"""Annexes in files of their own: stamped and sealed on issue, beside the document in its packet."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pypdf import PdfReader, PdfWriter

from lienthong.directory.public import Agency
from lienthong.documents.public import CopyOrder
from lienthong.identity.public import NotAllowed, NotFound, Role, Viewer
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.kernel.blobs import read_blob
from lienthong.kernel.errors import Refusal
from lienthong.office.actions import annexing, copying
from lienthong.office.actions import outgoing as actions
from lienthong.office.adapters.fake import FakeAxis
from lienthong.office.models import OutgoingDocument, Recipient
from lienthong.office.policies import NotNow
from lienthong.office.tests.factories import NOON, draft
from lienthong.office.tests.pages import client_as, text_of
from lienthong.signing.public import ensure_agency_certificates, ensure_official_certificates, verify_pdf

pytestmark = pytest.mark.django_db


def _pdf(pages: int = 1, password: str = "") -> bytes:
    writer = PdfWriter()
    for _page in range(pages):
        writer.add_blank_page(595, 842)
    if password:
        writer.encrypt(password)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def _leader(ours: Agency) -> Viewer:
    ensure_agency_certificates([ours.id], at=NOON)
    leader = viewer_in(ours, Role.LEADER, at=NOON)
    ensure_official_certificates([leader.official_id or 0], at=NOON)
    return leader


def _issue(outgoing: OutgoingDocument, leader: Viewer, axis: FakeAxis | None = None) -> OutgoingDocument:
    return actions.sign_and_send(outgoing_id=outgoing.id, viewer=leader, at=NOON, port=axis or FakeAxis())


def test_on_issue_an_annex_is_stamped_sealed_and_travels_with_its_document() -> None:
    ours, axis = agency(), FakeAxis()
    leader, outgoing = _leader(ours), draft(ours, agency())
    given = _pdf()
    annexing.add_annex(outgoing_id=outgoing.id, name="Phụ lục I", file=[given], viewer=leader, at=NOON)
    issued = _issue(outgoing, leader, axis)
    annex = issued.annexes.get()
    assert annex.pdf is not None
    assert annex.given is not None
    content = read_blob(annex.pdf)
    words = PdfReader(io.BytesIO(content)).pages[0].extract_text()
    assert issued.code in words
    assert "2026-03-02T12:00:00+07:00" in words
    verdict = verify_pdf(content, at=NOON)
    assert (verdict.valid, [one.agency_code for one in verdict.signers]) == (True, [ours.code])
    assert read_blob(annex.given) == given
    sent = axis.packets[UUID(issued.packet_id)].content.attachments
    assert [(file.name, file.content) for file in sent[1:]] == [("Phụ lục I.pdf", content)]


def test_a_copy_goes_with_a_document_as_it_is_but_not_once_its_original_is_withdrawn() -> None:
    ours = agency()
    leader = _leader(ours)
    original = _issue(draft(ours, agency()), leader)
    copy = copying.copy_outgoing(outgoing_id=original.id, order=CopyOrder("SY"), viewer=leader, at=NOON)
    first, second = draft(ours, agency()), draft(ours, agency())
    for outgoing in (first, second):
        annexing.attach_copy(outgoing_id=outgoing.id, copy_id=copy.pk, viewer=leader, at=NOON)
    with pytest.raises(annexing.AnnexTwice):
        annexing.attach_copy(outgoing_id=first.id, copy_id=copy.pk, viewer=leader, at=NOON)
    assert _issue(first, leader).annexes.get().pdf == copy.pdf
    Recipient.objects.filter(document=original).update(status="WD")
    with pytest.raises(copying.OriginalWithdrawn):
        _issue(second, leader)
    second.refresh_from_db()
    assert second.code == ""


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("", _pdf(), "annex-name-missing"),
        ("MẬT", _pdf(), "secret-document"),
        ("A", _pdf(1, "x"), "pdf-encrypted"),
        ("A", b"%PDF-1.7\nbroken", "pdf-broken"),
        ("A", b"", "empty-file"),
        ("A", b"just words", "wrong-file-type"),
    ],
)
def test_what_is_no_annex_is_refused(name: str, content: bytes, code: str) -> None:
    ours = agency()
    outgoing, leader = draft(ours, agency()), viewer_in(ours, Role.LEADER, at=NOON)
    with pytest.raises(Refusal) as refusal:
        annexing.add_annex(outgoing_id=outgoing.id, name=name, file=[content], viewer=leader, at=NOON)
    assert refusal.value.code == code
    assert not outgoing.annexes.exists()


def test_only_who_may_change_the_draft_and_only_while_it_is_one() -> None:
    ours = agency()
    leader = _leader(ours)
    outgoing = draft(ours, agency())
    give: dict[str, Any] = {"outgoing_id": outgoing.id, "name": "A", "file": [_pdf()], "at": NOON}
    for viewer in (viewer_in(ours, Role.SPECIALIST, at=NOON), viewer_in(agency(), Role.LEADER, at=NOON)):
        with pytest.raises(NotFound):
            annexing.add_annex(viewer=viewer, **give)
    with pytest.raises(NotAllowed):
        annexing.add_annex(viewer=viewer_in(ours, Role.AUDITOR, at=NOON), **give)
    annexing.add_annex(viewer=leader, **give)
    annexing.add_annex(viewer=leader, **give)
    annexing.remove_annex(outgoing_id=outgoing.id, position=1, viewer=leader, at=NOON)
    assert [annex.position for annex in outgoing.annexes.all()] == [2]
    _issue(outgoing, leader)
    with pytest.raises(NotNow):
        annexing.add_annex(viewer=leader, **give)
    with pytest.raises(NotNow):
        annexing.remove_annex(outgoing_id=outgoing.id, position=2, viewer=leader, at=NOON)


def test_the_page_adds_shows_and_takes_off() -> None:
    ours = agency()
    outgoing, client = draft(ours, agency()), client_as(Role.CLERK, ours)
    url = f"/office/outgoing/{outgoing.id}/annexes/"
    file = SimpleUploadedFile("a.pdf", _pdf(), content_type="application/pdf")
    assert "Phụ lục I" in text_of(client.post(url, {"name": "Phụ lục I", "file": file}, follow=True))
    assert client.get(f"{url}1/?inline=1").headers["Content-Type"] == "application/pdf"
    wrong = text_of(client.post(url, {"name": "", "file": SimpleUploadedFile("a.pdf", _pdf())}, follow=True))
    assert "Write what the annex is called" in wrong
    assert "The annex was taken off" in text_of(client.post(f"{url}1/remove/", follow=True))
    assert client.get(f"{url}1/").status_code == 404

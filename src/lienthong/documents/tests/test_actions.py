"""Drafting, adopting and issuing, with good input and bad."""

from __future__ import annotations

import io
import re
import threading
from datetime import datetime
from typing import Any

import pypdf
import pytest
from django.db import IntegrityError, connection, transaction

from lienthong.directory.public import Agency
from lienthong.documents.public import (
    AlreadyIssued,
    DocumentIssued,
    DocumentState,
    FakeSigner,
    FakeSigningFailed,
    NumberSeries,
    OfficialDocument,
    adopt_pdf,
    allowed_actions,
    documents_of,
    draft_document,
    find_document,
    issue_document,
    recorded_facts,
    refuse_secret,
)
from lienthong.documents.refusals import SecretDocument
from lienthong.documents.tests.factories import make_agency, make_document, make_viewer
from lienthong.identity.public import NOBODY, NotAllowed, NotFound, Role
from lienthong.kernel import events
from lienthong.kernel.blobs import read_blob
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal
from lienthong.kernel.models import Blob
from lienthong.ledger.public import timeline

AT = datetime(2026, 3, 5, 9, 0, tzinfo=VIETNAM)
TEXT = {
    "type_code": "QD",
    "subject": "Về việc ban hành Quy chế",
    "paragraphs": ["Điều 1. Ban hành Quy chế."],
    "at": AT,
}


@pytest.fixture
def agency(db: None) -> Agency:
    return make_agency()


def printed(document: OfficialDocument) -> str:
    assert document.pdf is not None
    reader = pypdf.PdfReader(io.BytesIO(read_blob(document.pdf)))
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))


def some_pdf(pages: int = 1, password: str = "", revisions: int = 1) -> bytes:
    writer = pypdf.PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    if password:
        writer.encrypt(password)
    buffer = io.BytesIO()
    writer.write(buffer)
    content = buffer.getvalue()
    for number in range(revisions - 1):
        revised = pypdf.PdfWriter(io.BytesIO(content), incremental=True)
        revised.add_metadata({"/Title": str(number)})
        buffer = io.BytesIO()
        revised.write(buffer)
        content = buffer.getvalue()
    return content


def test_a_specialist_drafts_and_it_is_recorded(agency: Agency) -> None:
    viewer = make_viewer(agency, Role.SPECIALIST)
    draft = draft_document(viewer=viewer, addressees=["  Bộ Nội vụ ", ""], **TEXT)
    draft.refresh_from_db()
    assert (draft.state, draft.code, draft.notation) == (DocumentState.DRAFT, "", "QĐ-UBND")
    assert draft.addressees == ["Bộ Nội vụ"]
    (event,) = timeline(draft.ledger_subject)
    assert (event.verb, event.actor.agency_id) == ("document.draft", agency.pk)


def test_an_issued_document_has_number_file_hash_and_event(agency: Agency) -> None:
    viewer, sign = make_viewer(agency, Role.LEADER), FakeSigner()
    heard: list[DocumentIssued] = []
    events.subscribe(DocumentIssued)(heard.append)
    draft = draft_document(viewer=viewer, position="CHỦ TỊCH", **TEXT)
    document = issue_document(document=draft, viewer=viewer, at=AT, sign=sign)
    document.refresh_from_db()
    assert (document.code, document.state, document.year) == ("01/QĐ-UBND", DocumentState.ISSUED, 2026)
    assert document.signer_id == viewer.official_id
    assert "Số: 01/QĐ-UBND" in printed(document)
    assert "ngày 05 tháng 3 năm 2026" in printed(document)
    assert document.sha256 == document.pdf_id
    assert sign.asked[0]["agency_id"] == agency.pk
    event = timeline(document.ledger_subject)[-1]
    assert event.verb == "document.issue"
    assert event.data == {"code": "01/QĐ-UBND", "sha256": document.sha256}
    assert heard[-1] == DocumentIssued(document_id=document.pk, agency_id=agency.pk)


def test_numbers_follow_and_the_year_is_vietnams(agency: Agency) -> None:
    viewer = make_viewer(agency, Role.LEADER)

    def issued(at: datetime) -> str:
        draft = draft_document(viewer=viewer, **TEXT)
        document = issue_document(document=draft, viewer=viewer, at=at, sign=FakeSigner())
        return f"{document.code} {document.year}"

    last_evening = datetime.fromisoformat("2026-12-31T16:59:59+00:00")
    new_year = datetime.fromisoformat("2026-12-31T17:00:00+00:00")
    assert [issued(last_evening), issued(last_evening), issued(new_year)] == [
        "01/QĐ-UBND 2026",
        "02/QĐ-UBND 2026",
        "01/QĐ-UBND 2027",
    ]


@pytest.mark.django_db(transaction=True)
def test_a_failed_signature_takes_no_number_and_leaves_nothing() -> None:
    agency = make_agency()
    viewer = make_viewer(agency, Role.LEADER)
    draft = draft_document(viewer=viewer, **TEXT)
    with pytest.raises(FakeSigningFailed):
        issue_document(document=draft, viewer=viewer, at=AT, sign=FakeSigner(fails=True))
    draft.refresh_from_db()
    assert (draft.state, draft.number, draft.pdf_id) == (DocumentState.DRAFT, None, None)
    assert not NumberSeries.objects.filter(agency=agency).exists()
    assert not Blob.objects.exists()
    assert [event.verb for event in timeline(draft.ledger_subject)] == ["document.draft"]
    assert issue_document(document=draft, viewer=viewer, at=AT, sign=FakeSigner()).number == 1


def test_an_issued_document_is_not_issued_again(agency: Agency) -> None:
    viewer = make_viewer(agency, Role.LEADER)
    draft = draft_document(viewer=viewer, **TEXT)
    issue_document(document=draft, viewer=viewer, at=AT, sign=FakeSigner())
    with pytest.raises(AlreadyIssued) as caught:
        issue_document(document=draft, viewer=viewer, at=AT, sign=FakeSigner())
    assert "01/QĐ-UBND" in caught.value.say("vi")


@pytest.mark.django_db(transaction=True)
def test_two_leaders_at_once_issue_it_once() -> None:
    agency = make_agency()
    viewer, outcomes, barrier = make_viewer(agency, Role.LEADER), list[str](), threading.Barrier(2)
    draft = draft_document(viewer=viewer, **TEXT)

    def run() -> None:
        barrier.wait()
        try:
            outcomes.append(issue_document(document=draft, viewer=viewer, at=AT, sign=FakeSigner()).code)
        except AlreadyIssued as refusal:
            outcomes.append(refusal.code)
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["01/QĐ-UBND", "already-issued"]


@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET subject = 'x' WHERE id = %s", "DELETE FROM {} WHERE id = %s"]
)
def test_the_database_refuses_to_change_what_is_issued(agency: Agency, statement: str) -> None:
    viewer = make_viewer(agency, Role.LEADER)
    draft = draft_document(viewer=viewer, **TEXT)
    document = issue_document(document=draft, viewer=viewer, at=AT, sign=FakeSigner())
    with (
        pytest.raises(IntegrityError, match="never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format("documents_officialdocument"), [document.pk])


@pytest.mark.parametrize("change", [{"state": "ISSUED"}, {"number": 7}, {"type": "XX"}])
def test_the_database_refuses_half_an_issue(agency: Agency, change: dict[str, Any]) -> None:
    draft = make_document(agency=agency)
    with pytest.raises(IntegrityError):
        OfficialDocument.objects.filter(pk=draft.pk).update(**change)


def test_an_adopted_pdf_gets_number_and_signatures(agency: Agency) -> None:
    viewer, sign = make_viewer(agency, Role.LEADER), FakeSigner()
    draft = adopt_pdf(viewer=viewer, pdf=io.BytesIO(some_pdf(3)), type_code="CV", subject="Báo cáo", at=AT)
    document = issue_document(document=draft, viewer=viewer, at=AT, sign=sign)
    assert document.code == "01/UBND"
    assert "Số: 01/UBND 2026-03-05T09:00:00+07:00" in printed(document)
    assert document.uploaded_id != document.pdf_id
    box: Any = sign.asked[0]["signature"]
    assert box.page == 2
    assert 297 < box.left < box.right < 595


@pytest.mark.parametrize(
    ("pdf", "code"),
    [
        (b"", "empty-file"),
        (b"Kinh gui", "wrong-file-type"),
        (b"\x7fELF" + bytes(200), "executable-refused"),
        (b"%PDF-1.7\nnothing of the kind", "pdf-broken"),
        (some_pdf()[:300], "pdf-broken"),
        (some_pdf(password="x"), "pdf-encrypted"),
        (some_pdf(revisions=20), "pdf-too-many-revisions"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.django_db(transaction=True)
def test_a_bad_pdf_is_refused_with_its_own_error_and_leaves_nothing(pdf: bytes, code: str) -> None:
    viewer = make_viewer(make_agency(), Role.CLERK)
    with pytest.raises(Refusal) as caught:
        adopt_pdf(viewer=viewer, pdf=[pdf], type_code="CV", subject="Báo cáo", at=AT)
    assert caught.value.code == code
    assert caught.value.say("vi") != caught.value.say("en")
    assert not OfficialDocument.objects.exists()
    assert not Blob.objects.exists()


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"type_code": "XX"}, "unknown-document-type", "type_code"),
        ({"urgency": "NOW"}, "unknown-urgency", "urgency"),
        ({"subject": "  "}, "missing-text", "subject"),
        ({"subject": "a" * 10_000}, "text-too-long", "subject"),
        ({"subject": "MẬT"}, "secret-document", ""),
        ({"subject": "a\x00b"}, "control-characters", "subject"),
        ({"paragraphs": []}, "missing-text", "paragraphs"),
        ({"paragraphs": ["a" * 10_001]}, "text-too-long", "paragraphs"),
        ({"paragraphs": ["a"] * 2_001}, "text-too-long", "paragraphs"),
        ({"paragraphs": ["Tuyệt mật", "Điều 1."]}, "secret-document", ""),
        ({"paragraphs": ["漢"]}, "unprintable-text", ""),
        ({"addressees": ["a" * 300]}, "text-too-long", "addressees"),
        ({"position": "a" * 200}, "text-too-long", "position"),
    ],
)
def test_a_bad_draft_is_refused_with_its_own_error(
    agency: Agency, change: dict, code: str, field: str
) -> None:
    with pytest.raises(Refusal) as caught:
        draft_document(viewer=make_viewer(agency, Role.CLERK), **TEXT | change)
    assert (caught.value.code, caught.value.field) == (code, field)
    assert caught.value.say("vi") != caught.value.say("en")
    assert not OfficialDocument.objects.exists()


@pytest.mark.parametrize(
    "mark", ["MẬT", "tối mật", "TUYỆT MẬT", "Độ mật: Tối mật", "(Mật)", "[TỐI MẬT]", "a\nMẬT\nb"]
)
def test_a_secrecy_mark_is_refused(mark: str) -> None:
    with pytest.raises(SecretDocument):
        refuse_secret(mark)


@pytest.mark.parametrize(
    "text", ["Bảo mật thông tin", "Mật khẩu", "Về bảo vệ bí mật nhà nước", "Mật ong", ""]
)
def test_a_word_that_only_sounds_like_it_passes(text: str) -> None:
    refuse_secret(text)


def test_text_is_composed_and_rid_of_what_word_processors_leave(agency: Agency) -> None:
    draft = draft_document(
        viewer=make_viewer(agency, Role.CLERK), **TEXT | {"subject": "\ufeffBa\u0301o\u200b cáo\t1 "}
    )
    assert draft.subject == "Báo cáo 1"


def test_only_those_who_may_draft_and_only_leaders_issue(agency: Agency) -> None:
    leader, clerk = make_viewer(agency, Role.LEADER), make_viewer(agency, Role.CLERK)
    draft = draft_document(viewer=clerk, **TEXT)
    for viewer in (make_viewer(agency, Role.AUDITOR), NOBODY):
        with pytest.raises(NotAllowed):
            draft_document(viewer=viewer, **TEXT)
    with pytest.raises(NotAllowed):
        issue_document(document=draft, viewer=clerk, at=AT, sign=FakeSigner())
    assert allowed_actions(clerk, draft) == ()
    assert allowed_actions(leader, draft) == ("issue",)
    issued = issue_document(document=draft, viewer=leader, at=AT, sign=FakeSigner())
    assert allowed_actions(leader, issued) == allowed_actions(clerk, issued) == ("download",)


def test_another_agency_finds_nothing(agency: Agency) -> None:
    draft = draft_document(viewer=make_viewer(agency, Role.LEADER), **TEXT)
    stranger = make_viewer(make_agency(), Role.LEADER)
    for viewer in (stranger, NOBODY):
        with pytest.raises(NotFound):
            find_document(draft.pk, viewer=viewer)
        with pytest.raises(NotFound):
            issue_document(document=draft, viewer=viewer, at=AT, sign=FakeSigner())
        assert documents_of(viewer).rows == []
        assert allowed_actions(viewer, draft) == ()


def test_own_documents_are_listed_newest_first(agency: Agency) -> None:
    viewer = make_viewer(agency, Role.LEADER)
    drafts = [draft_document(viewer=viewer, **TEXT) for _ in range(3)]
    assert documents_of(viewer).rows == drafts[::-1]
    assert documents_of(viewer, state=DocumentState.ISSUED).rows == []
    assert find_document(drafts[0].pk, viewer=viewer) == drafts[0]


def test_nothing_is_public_of_a_draft(agency: Agency) -> None:
    viewer = make_viewer(agency, Role.LEADER)
    draft = draft_document(viewer=viewer, **TEXT)
    assert recorded_facts(document_id=draft.pk) is None
    issued = issue_document(document=draft, viewer=viewer, at=AT, sign=FakeSigner())
    facts = recorded_facts(sha256=issued.sha256)
    assert facts is not None
    assert facts == recorded_facts(document_id=draft.pk)
    assert not {"subject", "body"} & set(vars(facts))

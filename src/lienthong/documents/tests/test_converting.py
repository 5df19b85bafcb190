"""Word files: bad ones refused each with its own answer, good ones kept, converted, and signed only then."""

from __future__ import annotations

import io
from collections.abc import Callable

import pypdf
import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from lienthong.documents.actions.converting import adopt_file, convert_source, given_file, source_of
from lienthong.documents.adapters.fake import FakeConverter
from lienthong.documents.docx_check import OLE
from lienthong.documents.models import DraftSource, OfficialDocument
from lienthong.documents.public import FakeSigner, issue_document
from lienthong.documents.refusals_converting import NotConvertedYet
from lienthong.documents.states import SourceState
from lienthong.documents.tests.factories import make_agency, make_viewer
from lienthong.documents.tests.test_rendering import AT
from lienthong.documents.tests.words import TYPES, docx, linked
from lienthong.identity.public import Role, Viewer
from lienthong.kernel.errors import Refusal

pytestmark = pytest.mark.django_db


def _pdf() -> bytes:
    writer, file = pypdf.PdfWriter(), io.BytesIO()
    writer.add_blank_page(595, 842)
    writer.write(file)
    return file.getvalue()


@pytest.fixture
def leader() -> Viewer:
    return make_viewer(make_agency(), Role.LEADER)


def _adopt(viewer: Viewer, content: bytes) -> OfficialDocument:
    return adopt_file(viewer=viewer, file=[content], type_code="QD", subject="Quy chế", at=AT)


def test_an_uploaded_pdf_is_stored_once(leader: Viewer) -> None:
    with CaptureQueriesContext(connection) as caught:
        draft = _adopt(leader, _pdf())
    assert draft.uploaded is not None
    assert sum("kernel_blob" in query["sql"] for query in caught) == 1


BAD: dict[str, Callable[[], bytes]] = {
    "broken-docx": lambda: docx()[:-40],
    "wrong-file-type": lambda: b"plain words",
    "empty-file": lambda: b"",
    "macros-inside": lambda: docx(word__vbaProject_bin="x").replace(b"vbaProject_bin", b"vbaProject.bin"),
    "encrypted-docx": lambda: OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
    "old-word-format": lambda: OLE + b"\0" * 600 + "WordDocument".encode("utf-16-le"),
    "swollen-docx": lambda: docx(word__media__a="0" * 40_000_000),
    "parts-elsewhere": lambda: linked("image"),
}


@pytest.mark.parametrize("code", BAD)
def test_a_bad_file_has_its_own_answer_and_leaves_nothing(leader: Viewer, code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        _adopt(leader, BAD[code]())
    assert refusal.value.code == code
    assert not OfficialDocument.objects.exists()


def test_macros_are_found_by_their_type_as_well_and_an_archive_that_is_no_document_is_broken(
    leader: Viewer,
) -> None:
    macro = TYPES.replace("wordprocessingml.document.main+xml", "x").replace("openxml", "macroEnabled")
    for parts, code in (
        ({"[Content_Types].xml": macro}, "macros-inside"),
        ({"[Content_Types].xml": "x" * 3_000_000}, "swollen-docx"),
        ({f"word/{number}": "" for number in range(5_001)}, "swollen-docx"),
    ):
        with pytest.raises(Refusal) as refusal:
            _adopt(leader, docx(**parts))  # type: ignore[arg-type]
        assert refusal.value.code == code


def test_a_link_for_readers_is_no_part_from_elsewhere(leader: Viewer) -> None:
    assert _adopt(leader, linked("hyperlink")).pk


def test_a_word_file_is_kept_then_converted_and_can_be_signed_only_then(leader: Viewer) -> None:
    draft = _adopt(leader, docx())
    assert given_file(draft) is not None
    with pytest.raises(NotConvertedYet):
        issue_document(document=draft, viewer=leader, at=AT, sign=FakeSigner())
    convert_source(document_id=draft.pk, at=AT, convert=FakeConverter(_pdf()))
    draft.refresh_from_db()
    assert draft.uploaded is not None
    source = source_of(draft)
    assert source is not None
    assert source.state == SourceState.CONVERTED
    assert issue_document(document=draft, viewer=leader, at=AT, sign=FakeSigner()).code


@pytest.mark.parametrize(
    ("converter", "problem"),
    [
        (FakeConverter(b"", absent=True), "converter-absent"),
        (FakeConverter(b"", fails=True), "conversion-failed"),
        (FakeConverter(b"no pdf"), "conversion-failed"),
    ],
)
def test_why_there_is_no_pdf_is_written_down(leader: Viewer, converter: FakeConverter, problem: str) -> None:
    draft = _adopt(leader, docx())
    convert_source(document_id=draft.pk, at=AT, convert=converter)
    assert DraftSource.objects.values_list("state", "problem").get() == ("FAILED", problem)
    draft.refresh_from_db()
    assert draft.uploaded is None


def test_a_job_that_comes_twice_or_after_the_draft_is_gone_does_nothing(leader: Viewer) -> None:
    draft, converter = _adopt(leader, docx()), FakeConverter(_pdf())
    for _time in range(2):
        convert_source(document_id=draft.pk, at=AT, convert=converter)
    assert converter.asked == 1
    other = _adopt(leader, docx(word__document="x"))
    key = other.pk
    other.delete()
    convert_source(document_id=key, at=AT, convert=converter)
    assert converter.asked == 1


def test_the_database_wants_an_end_to_be_said(leader: Viewer) -> None:
    _adopt(leader, docx())
    for bad in ({"state": "FAILED", "ended_at": AT}, {"state": "CONVERTED"}, {"problem": "x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            DraftSource.objects.update(**bad)


def test_a_pdf_goes_the_way_it_always_did(leader: Viewer) -> None:
    draft = _adopt(leader, _pdf())
    assert draft.uploaded is not None
    assert source_of(draft) is None

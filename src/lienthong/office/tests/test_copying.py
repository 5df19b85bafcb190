"""Electronic copies: stamped, numbered, sealed, pointing to an original that never changes."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from pypdf import PdfReader, PdfWriter

from lienthong.directory.public import Agency
from lienthong.documents.public import CopyOrder, ElectronicCopy, SecretDocument, recorded_facts
from lienthong.identity.public import NotAllowed, NotFound, Role, Viewer
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.kernel.blobs import read_blob, store_blob
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import Subject, timeline
from lienthong.office.actions import copying
from lienthong.office.actions import outgoing as actions
from lienthong.office.adapters.fake import FakeAxis
from lienthong.office.models import IncomingDocument, IncomingFile, OutgoingDocument, Recipient
from lienthong.office.states import Reading, State
from lienthong.office.tests.factories import NOON, draft, incoming_document
from lienthong.office.tests.pages import client_as, text_of
from lienthong.office.text_models import ReadText
from lienthong.signing.public import ensure_agency_certificates, ensure_official_certificates, verify_pdf

pytestmark = pytest.mark.django_db
VALID = {"valid": True, "code": "valid", "sentences": {"vi": "Hợp lệ.", "en": "Valid."}}


def _issued(ours: Agency, *recipients: Agency) -> tuple[OutgoingDocument, Viewer]:
    """A document of ours and the leader who signed it."""
    ensure_agency_certificates([ours.id], at=NOON)
    leader = viewer_in(ours, Role.LEADER, at=NOON)
    ensure_official_certificates([leader.official_id or 0], at=NOON)
    outgoing = draft(ours, *(recipients or (agency(),)))
    sent = actions.sign_and_send(outgoing_id=outgoing.id, viewer=leader, at=NOON, port=FakeAxis())
    return sent, leader


def _came(ours: Agency, content: bytes, **fields: Any) -> IncomingDocument:
    """An authentic incoming document with one file."""
    document = incoming_document(ours, **{"state": State.REGISTERED, **fields})
    blob = store_blob([content], at=NOON, max_bytes=10_000_000)
    IncomingFile.objects.create(document=document, position=1, name="a.pdf", blob=blob, verdict=VALID)
    return document


def _pages(number: int, password: str = "") -> bytes:
    writer = PdfWriter()
    for _page in range(number):
        writer.add_blank_page(595, 842)
    if password:
        writer.encrypt(password)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def test_a_true_copy_is_stamped_sealed_and_names_an_original_that_did_not_change() -> None:
    ours = agency()
    outgoing, leader = _issued(ours)
    assert outgoing.document.pdf is not None
    before = read_blob(outgoing.document.pdf)
    made = copying.copy_outgoing(outgoing_id=outgoing.id, order=CopyOrder("SY"), viewer=leader, at=NOON)
    assert (made.code, made.original_id) == (f"01/SY-{ours.short_name}", outgoing.document_id)
    assert (made.instructed_by_id, made.original_sha256) == (leader.official_id, outgoing.document.sha256)
    assert made.pdf is not None
    content = read_blob(made.pdf)
    words = PdfReader(io.BytesIO(content)).pages[0].extract_text()
    assert all(part in words for part in ("SAO Y", made.code, ours.name, "2026-03-02T12:00:00+07:00"))
    verdict = verify_pdf(content, at=NOON)
    assert (verdict.valid, [one.agency_code for one in verdict.signers]) == (True, [ours.code])
    assert read_blob(outgoing.document.pdf) == before
    verbs = [event.verb for event in timeline(Subject("office.outgoing", str(outgoing.id)))]
    assert verbs[-1] == "outgoing.copy"


def test_the_pictures_of_the_originals_signatures_are_on_the_copy() -> None:
    outgoing, leader = _issued(agency())
    made = copying.copy_outgoing(outgoing_id=outgoing.id, order=CopyOrder("SY"), viewer=leader, at=NOON)
    assert made.pdf is not None
    assert outgoing.document.pdf is not None
    last: Any = PdfReader(io.BytesIO(read_blob(made.pdf))).pages[-1]
    original: Any = PdfReader(io.BytesIO(read_blob(outgoing.document.pdf))).pages[-1]
    signed = [[float(edge) for edge in note.get_object()["/Rect"]] for note in original["/Annots"]]
    drawn = re.findall(rb"q ([-0-9. ]+) cm (/LienThongShown\w+) Do", last.get_contents().get_data())
    assert len(drawn) == len(signed) == 2
    for (numbers, name), rectangle in zip(drawn, signed, strict=True):
        form = last["/Resources"]["/XObject"][name.decode()]
        # A corner is put by the drawing's own matrix first, then by the page's.
        own = form.get("/Matrix", [1, 0, 0, 1, 0, 0])
        across, _b, _c, up, right, above = map(float, numbers.split())
        box = [float(edge) for edge in form["/BBox"]]
        xs = sorted(across * (float(own[0]) * x + float(own[4])) + right for x in (box[0], box[2]))
        ys = sorted(up * (float(own[3]) * y + float(own[5])) + above for y in (box[1], box[3]))
        assert [xs[0], ys[0], xs[1], ys[1]] == pytest.approx(rectangle, abs=0.1)
        assert across > 0
        assert up > 0


def test_copies_of_all_forms_share_one_series_per_agency() -> None:
    ours, other = agency(), agency()
    outgoing, leader = _issued(ours)
    theirs, chief = _issued(other)
    excerpt = CopyOrder("TrS", first_page=1, last_page=1, extract="Điều 1")
    numbers = [
        copying.copy_outgoing(outgoing_id=outgoing.id, order=order, viewer=leader, at=NOON).code
        for order in (CopyOrder("SY"), excerpt)
    ]
    assert numbers == [f"01/SY-{ours.short_name}", f"02/TrS-{ours.short_name}"]
    first = copying.copy_outgoing(outgoing_id=theirs.id, order=CopyOrder("SY"), viewer=chief, at=NOON)
    assert first.number == 1


def test_a_clerk_copies_on_the_instruction_of_a_leader_of_the_agency_only() -> None:
    ours = agency()
    outgoing, leader = _issued(ours)
    clerk, stranger = viewer_in(ours, Role.CLERK, at=NOON), viewer_in(agency(), Role.LEADER, at=NOON)
    for named in (None, clerk.official_id, stranger.official_id):
        with pytest.raises(Refusal) as refusal:
            copying.copy_outgoing(
                outgoing_id=outgoing.id, order=CopyOrder("SY", named), viewer=clerk, at=NOON
            )
        assert refusal.value.code == "instruction-missing"
    order = CopyOrder("SY", leader.official_id)
    made = copying.copy_outgoing(outgoing_id=outgoing.id, order=order, viewer=clerk, at=NOON)
    assert (made.made_by_id, made.instructed_by_id) == (clerk.official_id, leader.official_id)
    for role in (Role.SPECIALIST, Role.AUDITOR):
        with pytest.raises(NotAllowed):
            copying.copy_outgoing(
                outgoing_id=outgoing.id, order=order, viewer=viewer_in(ours, role, at=NOON), at=NOON
            )
    with pytest.raises(NotFound):
        copying.copy_outgoing(outgoing_id=outgoing.id, order=CopyOrder("SY"), viewer=stranger, at=NOON)


def test_an_excerpt_has_the_pages_asked_for_and_says_of_what() -> None:
    ours = agency()
    _other, leader = _issued(ours)
    document = _came(ours, _pages(5))
    good = CopyOrder("TrS", first_page=2, last_page=4, extract="Phụ lục I")
    give: dict[str, Any] = {"document_id": document.id, "position": 1, "viewer": leader, "at": NOON}
    made = copying.copy_incoming(order=good, **give)
    assert made.pdf is not None
    assert len(PdfReader(io.BytesIO(read_blob(made.pdf))).pages) == 3
    wrong = [
        (replace(good, last_page=6), "pages-outside"),
        (replace(good, first_page=5), "pages-outside"),
        (replace(good, first_page=0), "pages-outside"),
        (replace(good, extract=" "), "extract-missing"),
        (replace(good, last_page=None), "extract-missing"),
        (replace(good, form="XX"), "copy-form-unknown"),
    ]
    for order, code in wrong:
        with pytest.raises(Refusal) as refusal:
            copying.copy_incoming(order=order, **give)
        assert refusal.value.code == code
    assert ElectronicCopy.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (_pages(1, "mật khẩu"), "original-locked"),
        (b"%PDF-1.7\nnothing more", "original-broken"),
        (_pages(2)[:200], "original-broken"),
    ],
)
def test_a_locked_or_broken_original_is_refused_and_no_number_is_taken(content: bytes, code: str) -> None:
    ours = agency()
    outgoing, leader = _issued(ours)
    document = _came(ours, content)
    with pytest.raises(Refusal) as refusal:
        copying.copy_incoming(
            document_id=document.id, position=1, order=CopyOrder("SL"), viewer=leader, at=NOON
        )
    assert refusal.value.code == code
    made = copying.copy_outgoing(outgoing_id=outgoing.id, order=CopyOrder("SY"), viewer=leader, at=NOON)
    assert made.number == 1


def test_what_is_secret_unproven_a_draft_or_withdrawn_is_not_copied() -> None:
    ours = agency()
    outgoing, leader = _issued(ours)
    marked, unproven, unsigned = (_came(ours, _pages(1)) for _ in range(3))
    ReadText.objects.create(document=marked, agency=ours, state=Reading.MARKED, next_attempt_at=NOON)
    IncomingFile.objects.filter(document=unproven).update(verdict=VALID | {"valid": False})
    IncomingFile.objects.filter(document=unsigned).update(verdict=None)
    gone = incoming_document(ours, state=State.WITHDRAWN, withdrawn_at=NOON)
    cases: list[tuple[IncomingDocument, type[Exception]]] = [
        (marked, SecretDocument),
        (unproven, copying.NotProven),
        (unsigned, copying.NotProven),
        (gone, copying.OriginalWithdrawn),
    ]
    for document, refused in cases:
        with pytest.raises(refused):
            copying.copy_incoming(
                document_id=document.id, position=1, order=CopyOrder("SY"), viewer=leader, at=NOON
            )
    with pytest.raises(copying.NotIssuedYet):
        copying.copy_outgoing(
            outgoing_id=draft(ours, agency()).id, order=CopyOrder("SY"), viewer=leader, at=NOON
        )
    order = CopyOrder("TrS", first_page=1, last_page=1, extract="TỐI MẬT")
    with pytest.raises(Refusal) as refusal:
        copying.copy_outgoing(outgoing_id=outgoing.id, order=order, viewer=leader, at=NOON)
    assert refusal.value.code == "secret-document"
    assert not ElectronicCopy.objects.exists()


def test_withdrawing_takes_the_copies_with_it_and_says_410() -> None:
    ours = agency()
    outgoing, leader = _issued(ours)
    document = _came(ours, _pages(1))
    ours_made = copying.copy_outgoing(outgoing_id=outgoing.id, order=CopyOrder("SY"), viewer=leader, at=NOON)
    made = copying.copy_incoming(
        document_id=document.id, position=1, order=CopyOrder("SY"), viewer=leader, at=NOON
    )
    assert copying.find_copy(leader, made.pk) == made
    copying.destroy_copies(document)
    Recipient.objects.filter(document=outgoing).update(status="WD")
    for copy in (made, ours_made):
        with pytest.raises(copying.OriginalWithdrawn) as refusal:
            copying.find_copy(leader, copy.pk)
        assert refusal.value.status == 410
    with pytest.raises(copying.OriginalWithdrawn):
        copying.copy_outgoing(outgoing_id=outgoing.id, order=CopyOrder("SY"), viewer=leader, at=NOON)
    made.refresh_from_db()
    assert (made.pdf, made.code) == (None, f"02/SY-{ours.short_name}")


def test_only_who_sees_the_original_gets_the_copy() -> None:
    ours = agency()
    outgoing, leader = _issued(ours)
    made = copying.copy_outgoing(outgoing_id=outgoing.id, order=CopyOrder("SY"), viewer=leader, at=NOON)
    assert copying.find_copy(viewer_in(ours, Role.AUDITOR, at=NOON), made.pk) == made
    for viewer in (viewer_in(ours, Role.SPECIALIST, at=NOON), viewer_in(agency(), Role.LEADER, at=NOON)):
        with pytest.raises(NotFound):
            copying.find_copy(viewer, made.pk)


def test_the_database_refuses_to_change_a_copy() -> None:
    outgoing, leader = _issued(agency())
    made = copying.copy_outgoing(outgoing_id=outgoing.id, order=CopyOrder("SY"), viewer=leader, at=NOON)
    rows = ElectronicCopy.objects.filter(pk=made.pk)
    for act in (lambda: rows.update(number=9), lambda: rows.update(pdf=None, number=9), rows.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


def test_anyone_can_verify_a_copy_and_learn_its_original() -> None:
    ours = agency()
    outgoing, leader = _issued(ours)
    made = copying.copy_outgoing(outgoing_id=outgoing.id, order=CopyOrder("SY"), viewer=leader, at=NOON)
    assert made.pdf is not None
    found = recorded_facts(sha256=made.pdf.sha256)
    assert found is not None
    assert found.copy is not None
    assert (found.copy.form, found.copy.original_code) == ("SAO Y", outgoing.code)
    assert recorded_facts(document_id=made.pk) == found
    anyone = Client()
    anyone.cookies["django_language"] = "en"
    page = text_of(anyone.get("/verify", {"document": str(made.pk)}))
    assert all(word in page for word in ("An electronic copy", "SAO Y", outgoing.code, ours.name))


def test_the_pages_make_list_and_give_out_copies() -> None:
    ours = agency()
    outgoing, leader = _issued(ours)
    url = f"/office/outgoing/{outgoing.id}/copies/"
    clerk = client_as(Role.CLERK, ours)
    form = {"form": "SY", "instructed_by": str(leader.official_id)}
    assert clerk.post(url, {"form": "SY"}).status_code == 422
    page = text_of(clerk.post(url, form, follow=True))
    assert f"01/SY-{ours.short_name} was made and sealed" in page
    made = ElectronicCopy.objects.get()
    assert clerk.get(f"/office/copies/{made.pk}/pdf/").headers["Content-Type"] == "application/pdf"
    assert outgoing.code in text_of(clerk.get("/office/copies/"))
    specialist = client_as(Role.SPECIALIST, ours)
    assert specialist.get(f"/office/copies/{made.pk}/pdf/").status_code == 404
    assert client_as(Role.AUDITOR, ours).post(url, form).status_code == 403

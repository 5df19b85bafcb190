"""Taking in what the axis holds: once each, authenticity checked, the sender told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfWriter

from lienthong.documents.tests.factories import EICAR, ClamdDouble
from lienthong.identity.tests.factories import agency
from lienthong.kernel.blobs import read_blob
from lienthong.kernel.lifting import Lifted
from lienthong.ledger.public import Subject, timeline
from lienthong.office.actions.collecting import Collected, collect_inbox
from lienthong.office.actions.reporting import report_statuses
from lienthong.office.adapters.fake import FakeAxis
from lienthong.office.models import IncomingDocument, StatusToReport
from lienthong.office.ports import AxisUnavailable
from lienthong.office.states import State
from lienthong.office.tests.factories import NOON
from lienthong.office.tests.packets import collected_document, packet, sent_packet, signed, text_file
from lienthong.signing.public import PdfSignature, ensure_agency_certificates, sign_pdf

pytestmark = pytest.mark.django_db


def _codes(document: IncomingDocument) -> list[str]:
    return list(document.statuses.order_by("id").values_list("code", flat=True))


def test_an_authentic_document_arrives_with_its_file_and_the_sender_hears_01() -> None:
    ours, sender, axis = agency(), agency(name="Văn phòng Chính phủ"), FakeAxis()
    document = collected_document(axis, ours, sender=sender)
    assert (document.state, document.authentic) == (State.ARRIVED, True)
    assert (document.sender_name, document.sender_code) == ("Văn phòng Chính phủ", sender.old_code)
    assert document.code.endswith("/VPCP-KSTT")
    file = document.files.get()
    assert (file.name, read_blob(file.blob)) == ("phu-luc.txt", b"plain words")
    assert _codes(document) == ["01"]
    events = timeline(Subject("office.incoming", str(document.id)))
    assert [(event.verb, event.actor.kind, event.actor.agency_id) for event in events] == [
        ("incoming.collect", "job", ours.id)
    ]


def test_collecting_again_changes_nothing_even_if_01_was_not_reported_yet() -> None:
    ours, axis = agency(), FakeAxis()
    collected_document(axis, ours)
    assert collect_inbox(at=NOON, port=axis) == Collected()
    assert IncomingDocument.objects.count() == StatusToReport.objects.count() == 1


def test_a_packet_for_many_agencies_is_fetched_once_and_arrives_at_each() -> None:
    ours, axis = [agency() for _ in range(5)], FakeAxis()
    packet_id = sent_packet(axis, *ours)
    assert collect_inbox(at=NOON, port=axis) == Collected(received=5)
    assert axis.calls.count("packet") == 1
    assert set(IncomingDocument.objects.filter(packet_id=packet_id).values_list("agency", flat=True)) == {
        place.id for place in ours
    }
    assert report_statuses(at=NOON, port=axis) == 5


def test_an_inbox_longer_than_a_page_is_taken_in_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lienthong.office.actions.collecting.PAGE", 2)
    ours, axis = agency(), FakeAxis()
    for _ in range(5):
        sent_packet(axis, ours)
    assert collect_inbox(at=NOON, port=axis).received == 5


def test_a_packet_without_a_signature_is_marked_and_goes_back_with_the_reason() -> None:
    ours, axis = agency(), FakeAxis()
    axis.submit(packet(agency(), ours), at=NOON)
    assert collect_inbox(at=NOON, port=axis) == Collected(received=1, returned=1)
    document = IncomingDocument.objects.get()
    assert (document.state, document.authentic) == (State.REFUSED, False)
    assert document.reason
    assert list(document.statuses.order_by("id").values_list("code", "description")) == [
        ("01", ""),
        ("02", document.reason),
    ]
    assert report_statuses(at=NOON, port=axis) == 2
    assert document.verdict["sentences"].keys() == {"vi", "en"}


def test_a_packet_signed_by_another_agency_than_it_names_goes_back() -> None:
    ours, sender, other, axis = agency(), agency(), agency(), FakeAxis()
    axis.submit(signed(packet(sender, ours), other), at=NOON)
    collect_inbox(at=NOON, port=axis)
    document = IncomingDocument.objects.get()
    assert document.state == State.REFUSED
    assert document.verdict["code"] == "signed-by-another"


def test_a_packet_changed_after_signing_goes_back() -> None:
    ours, sender, axis = agency(), agency(), FakeAxis()
    xml = signed(packet(sender, ours), sender)
    axis.submit(xml.replace("liên thông văn bản".encode(), "liên thông văn  bản".encode()), at=NOON)
    collect_inbox(at=NOON, port=axis)
    assert IncomingDocument.objects.get().state == State.REFUSED


def test_a_program_inside_sends_the_document_back() -> None:
    ours, axis = agency(), FakeAxis()
    program = text_file(b"MZ" + b"\0" * 200, "setup.txt")
    document = collected_document(axis, ours, files=(program,))
    assert (document.state, document.verdict["code"]) == (State.REFUSED, "executable-refused")


def test_a_virus_inside_sends_the_document_back_and_nothing_of_it_is_kept(settings: Any) -> None:
    clamd = ClamdDouble()
    settings.ENV = settings.ENV.model_copy(update={"clamd": clamd.address})
    document = collected_document(FakeAxis(), agency(), files=(text_file(), text_file(EICAR, "b.txt")))
    clamd.close()
    assert (document.state, document.edxml, document.authentic) == (State.REFUSED, None, False)
    assert "Eicar-Test-Signature" in document.reason
    assert [(file.name, file.blob is None) for file in document.files.all()] == [
        ("phu-luc.txt", False),
        ("b.txt", True),
    ]


def test_while_nothing_is_accepted_unscanned_packets_wait_at_the_axis(settings: Any) -> None:
    changes = {"clamd": "tcp:127.0.0.1:1", "clamd_down": "refuse"}
    before, settings.ENV = settings.ENV, settings.ENV.model_copy(update=changes)
    ours, axis = agency(), FakeAxis()
    sent_packet(axis, ours)
    assert collect_inbox(at=NOON, port=axis) == Collected()
    settings.ENV = before
    assert collect_inbox(at=NOON, port=axis) == Collected(1)


def test_a_large_annex_is_stored_once_and_need_not_be_verified(tmp_path: Path, settings: Any) -> None:
    settings.ENV = settings.ENV.model_copy(update={"var": tmp_path, "blobs_url": ""})
    ours, sender, axis = agency(), agency(), FakeAxis()
    ensure_agency_certificates([sender.id], at=NOON)
    seal = PdfSignature("agency", agency_id=sender.id)
    page = PdfWriter()
    page.add_blank_page(595, 842)
    page.write(tmp_path / "page.pdf")
    letter = sign_pdf((tmp_path / "page.pdf").read_bytes(), signatures=[seal], at=NOON)
    annex = b"%PDF-1.7\n" + bytes(101 * 1024 * 1024)
    files = tuple(
        text_file(content, name, "application/pdf")
        for name, content in (("van-ban.pdf", letter), ("phu-luc.pdf", annex))
    )
    document = collected_document(axis, ours, sender=sender, files=files)
    assert (document.state, document.authentic) == (State.ARRIVED, True)
    first, other = document.files.order_by("position")
    assert (first.verdict["code"], other.verdict["code"]) == ("valid", "signed-file-too-large")
    sizes = sorted(path.stat().st_size for path in (tmp_path / "blobs").rglob("*") if path.is_file())
    assert sizes == [len(letter), len(annex)]


def test_a_document_pdf_without_a_signature_sends_the_document_back() -> None:
    ours, axis = agency(), FakeAxis()
    pdf = text_file(
        b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n", "van-ban.pdf", "application/pdf"
    )
    document = collected_document(axis, ours, files=(pdf,))
    assert document.state == State.REFUSED
    assert document.files.get().verdict["valid"] is False


def test_a_packet_without_any_file_goes_back() -> None:
    ours, axis = agency(), FakeAxis()
    document = collected_document(axis, ours, files=())
    assert (document.state, document.verdict["code"]) == (State.REFUSED, "no-document-inside")


def test_what_was_taken_in_before_the_axis_failed_stays_and_the_rest_comes_later() -> None:
    ours, axis = agency(), FakeAxis()
    for _ in range(3):
        sent_packet(axis, ours)

    class Failing(FakeAxis):
        def packet(self, delivery_id: str, *, at: object) -> Lifted:  # type: ignore[override]
            if self.calls.count("packet") == 1:
                self.failures = 2  # also when it is asked whether it is there
            return super().packet(delivery_id, at=at)  # type: ignore[arg-type]

    failing = Failing(packets=axis.packets, states=axis.states, entries=axis.entries)
    with pytest.raises(AxisUnavailable):
        collect_inbox(at=NOON, port=failing)
    assert IncomingDocument.objects.count() == 1
    assert collect_inbox(at=NOON + timedelta(minutes=1), port=axis).received == 2


def test_a_delivery_for_an_agency_unknown_here_is_left_alone() -> None:
    ours, stranger, axis = agency(), agency(), FakeAxis()
    sent_packet(axis, ours, stranger)
    stranger.delete()
    assert collect_inbox(at=NOON, port=axis).received == 1

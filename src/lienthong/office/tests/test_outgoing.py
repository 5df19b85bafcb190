"""Preparing, signing, sending; a failing axis loses nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from lienthong.axis.public import StatusReport, StatusReported, edxml
from lienthong.directory.public import Agency
from lienthong.documents.public import OfficialDocument
from lienthong.identity.public import NotAllowed, NotFound, Role
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.kernel.blobs import read_blob
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import Subject, timeline
from lienthong.office.actions import addressing
from lienthong.office.actions import outgoing as actions
from lienthong.office.actions.reporting import LEASE
from lienthong.office.actions.sending import note_statuses, refresh_recipients, send_waiting
from lienthong.office.adapters.fake import FakeAxis
from lienthong.office.models import OutgoingDocument, Recipient
from lienthong.office.policies import NotNow
from lienthong.office.states import OutState
from lienthong.office.tests.factories import NOON, composition, draft
from lienthong.signing.public import ensure_agency_certificates, ensure_official_certificates

pytestmark = pytest.mark.django_db


def _sender() -> Agency:
    """An agency that can seal."""
    sender = agency()
    ensure_agency_certificates([sender.id], at=NOON)
    return sender


def _send(sender: Agency, outgoing: OutgoingDocument, axis: FakeAxis) -> OutgoingDocument:
    leader = viewer_in(sender, Role.LEADER, at=NOON)
    ensure_official_certificates([leader.official_id or 0], at=NOON)
    return actions.sign_and_send(outgoing_id=outgoing.id, viewer=leader, at=NOON, port=axis)


def test_a_draft_keeps_its_parts_and_its_recipients() -> None:
    sender, first, second = agency(), agency(), agency()
    outgoing = draft(sender, first, second, due_on=date(2026, 3, 31), urgency=1)
    assert (outgoing.state, outgoing.code, outgoing.urgency) == (OutState.DRAFT, "", 1)
    assert set(outgoing.recipients.values_list("agency", flat=True)) == {first.id, second.id}
    assert len(outgoing.document.body) == 2
    assert outgoing.document.addressees == [first.name, second.name]


def test_signing_issues_seals_and_sends_and_every_recipient_gets_it() -> None:
    sender, recipients, axis = _sender(), [agency() for _ in range(3)], FakeAxis()
    sent = _send(sender, draft(sender, *recipients), axis)
    assert (sent.state, sent.code) == (OutState.SENT, f"01/{sender.short_name}")
    held = axis.packets[UUID(sent.packet_id)]
    assert held.content.document_id == f"{sender.old_code},2026/03/02,{sent.code}"
    assert [party.organ_id for party in held.content.recipients] == [place.old_code for place in recipients]
    assert sent.document.pdf is not None
    assert held.content.attachments[0].content == read_blob(sent.document.pdf)
    verbs = [event.verb for event in timeline(Subject("office.outgoing", str(sent.id)))]
    assert verbs == ["outgoing.compose", "outgoing.issue", "outgoing.send"]


def test_when_the_axis_is_away_the_document_is_issued_and_waits_and_the_same_bytes_go_later() -> None:
    sender, recipient, axis = _sender(), agency(), FakeAxis(failures=1)
    waiting = _send(sender, draft(sender, recipient), axis)
    assert (waiting.state, waiting.sent_at) == (OutState.WAITING, None)
    assert waiting.code
    assert "away" in waiting.error
    assert send_waiting(at=NOON, port=axis) == 0
    assert send_waiting(at=NOON + timedelta(minutes=1), port=axis) == 1
    waiting.refresh_from_db()
    assert waiting.state == OutState.SENT
    assert waiting.edxml is not None
    assert axis.packets[UUID(waiting.packet_id)].xml == read_blob(waiting.edxml)


def test_a_packet_the_axis_had_taken_before_it_failed_to_answer_is_sent_once() -> None:
    sender, recipient, axis = _sender(), agency(), FakeAxis(failures=1)
    waiting = _send(sender, draft(sender, recipient), axis)
    assert waiting.edxml is not None
    taken = axis.submit(read_blob(waiting.edxml), at=NOON)
    assert send_waiting(at=NOON + timedelta(hours=1), port=axis) == 1
    waiting.refresh_from_db()
    assert UUID(waiting.packet_id) == taken.packet_id
    assert len(axis.packets) == 1


def test_a_refused_packet_waits_with_the_answer_and_can_be_sent_again_by_hand() -> None:
    sender, recipient, axis = _sender(), agency(), FakeAxis(refusals=1)
    waiting = _send(sender, draft(sender, recipient), axis)
    assert waiting.state == OutState.WAITING
    assert "on-demand" in waiting.error
    assert send_waiting(at=NOON + timedelta(minutes=30), port=axis) == 0
    clerk = viewer_in(sender, Role.CLERK, at=NOON)
    sent = actions.send_again(outgoing_id=waiting.id, viewer=clerk, at=NOON, port=axis)
    assert (sent.state, sent.error) == (OutState.SENT, "")


def test_what_a_dead_process_was_sending_goes_after_its_lease() -> None:
    sender, recipient, axis = _sender(), agency(), FakeAxis(failures=1)
    waiting = _send(sender, draft(sender, recipient), axis)
    OutgoingDocument.objects.filter(id=waiting.id).update(next_attempt_at=NOON + LEASE)
    assert send_waiting(at=NOON + LEASE / 2, port=axis) == 0
    assert send_waiting(at=NOON + LEASE, port=axis) == 1


@pytest.mark.parametrize("role", [Role.SPECIALIST, Role.CLERK])
def test_only_a_leader_signs(role: Role) -> None:
    sender = _sender()
    outgoing = draft(sender, agency())
    viewer = viewer_in(sender, role, at=NOON)
    OutgoingDocument.objects.update(prepared_by=viewer.official_id)
    with pytest.raises(NotAllowed):
        actions.sign_and_send(outgoing_id=outgoing.id, viewer=viewer, at=NOON, port=FakeAxis())


def test_another_agencys_draft_is_not_found() -> None:
    outgoing = draft(agency(), agency())
    stranger = viewer_in(_sender(), Role.LEADER, at=NOON)
    with pytest.raises(NotFound):
        actions.sign_and_send(outgoing_id=outgoing.id, viewer=stranger, at=NOON, port=FakeAxis())


def test_a_document_is_signed_once() -> None:
    sender, axis = _sender(), FakeAxis()
    outgoing = draft(sender, agency())
    _send(sender, outgoing, axis)
    with pytest.raises(NotNow):
        _send(sender, outgoing, axis)
    assert len(axis.packets) == 1


def test_without_recipients_nothing_is_signed_and_no_number_is_taken() -> None:
    sender, axis = _sender(), FakeAxis()
    with pytest.raises(addressing.NoRecipients):
        _send(sender, draft(sender), axis)
    assert _send(sender, draft(sender, agency()), axis).code.startswith("01/")


def test_a_recipient_closed_since_the_draft_is_named_and_nothing_is_signed() -> None:
    sender, recipient, axis = _sender(), agency(name="Sở Đã Giải Thể"), FakeAxis()
    outgoing = draft(sender, recipient)
    Agency.objects.filter(id=recipient.id).update(valid_to=date(2026, 3, 2))
    with pytest.raises(addressing.ClosedRecipients) as refusal:
        _send(sender, outgoing, axis)
    assert "Sở Đã Giải Thể" in refusal.value.say("vi")
    outgoing.refresh_from_db()
    assert (outgoing.state, outgoing.document.number) == (OutState.DRAFT, None)


def test_unknown_recipients_and_oneself_are_refused() -> None:
    sender = agency()
    for ids in ((10**9,), (sender.id,)):
        with pytest.raises(addressing.UnknownRecipients):
            draft(sender, recipients=ids)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"subject": "x" * 10_000}, "text-too-long"),
        ({"subject": "  "}, "missing-text"),
        ({"body": " \n\n "}, "missing-text"),
        ({"body": "TỐI MẬT\n\nNội dung"}, "secret-document"),
        ({"subject": "MẬT"}, "secret-document"),
        ({"type_code": "XX"}, "unknown-document-type"),
        ({"due_on": date(2026, 3, 1)}, "due-in-past"),
        ({"place": "x" * 101}, "text-too-long"),
    ],
)
def test_bad_input_has_its_own_answer_and_leaves_nothing(fields: dict[str, object], code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        draft(agency(), agency(), **fields)
    assert refusal.value.code == code
    assert not OfficialDocument.objects.exists()
    assert not OutgoingDocument.objects.exists()


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "empty-file"), (b"plain words", "wrong-file-type"), (b"%PDF-1.7\nbroken", "pdf-broken")],
)
def test_a_bad_upload_has_its_own_answer_and_leaves_nothing(content: bytes, code: str) -> None:
    viewer = viewer_in(agency(), Role.CLERK, at=NOON)
    with pytest.raises(Refusal) as refusal:
        actions.compose(composition=composition(agency(), body=""), pdf=[content], viewer=viewer, at=NOON)
    assert refusal.value.code == code
    assert not OfficialDocument.objects.exists()


def test_a_group_names_its_members_once_without_the_sender() -> None:
    sender = agency()
    Agency.objects.filter(id=sender.id).update(kind="province")
    provinces = [agency() for _ in range(3)]
    Agency.objects.filter(id__in=[place.id for place in provinces]).update(kind="province")
    outgoing = draft(sender, provinces[0], groups=("provinces",))
    assert outgoing.recipients.count() == 3
    assert outgoing.document.addressees == ["Ủy ban nhân dân các tỉnh, thành phố trực thuộc Trung ương"]


def test_a_draft_is_changed_and_discarded_and_leaves_no_loose_ends() -> None:
    sender, other = agency(), agency()
    outgoing = draft(sender, agency())
    clerk = viewer_in(sender, Role.CLERK, at=NOON)
    changed = actions.revise(
        outgoing_id=outgoing.id, composition=composition(other, subject="Khác"), viewer=clerk, at=NOON
    )
    assert changed.subject == "Khác"
    assert list(Recipient.objects.values_list("agency", flat=True)) == [other.id]
    assert OfficialDocument.objects.count() == 1
    actions.discard(outgoing_id=outgoing.id, viewer=clerk, at=NOON)
    assert not OfficialDocument.objects.exists()
    assert [event.verb for event in timeline(Subject("office.outgoing", str(outgoing.id)))][
        -1
    ] == "outgoing.discard"


def test_the_sender_sees_each_recipients_state_as_the_axis_tells_it() -> None:
    sender, first, second, axis = _sender(), agency(), agency(), FakeAxis()
    sent = _send(sender, draft(sender, first, second), axis)
    held = axis.packets[UUID(sent.packet_id)]
    for code, note in (("01", ""), ("02", "Gửi trùng")):
        report = StatusReport(code=code, at=NOON, description=note)
        axis.report_status(str(held.deliveries[first.old_code]), report, at=NOON)
    assert refresh_recipients(at=NOON, port=axis) == 1
    states = dict(sent.recipients.values_list("agency", "status"))
    assert states == {first.id: "02", second.id: ""}
    assert sent.recipients.get(agency=first).description == "Gửi trùng"


def test_a_status_told_by_the_axis_in_the_same_installation_is_written_down() -> None:
    sender, recipient, axis = _sender(), agency(), FakeAxis()
    sent = _send(sender, draft(sender, recipient), axis)
    who = (UUID(sent.packet_id), uuid4(), recipient.id)
    other = replace(StatusReported(*who, "06", NOON), packet_id=uuid4())
    note_statuses([StatusReported(*who, "01", NOON), StatusReported(*who, "03", NOON, staff="Bích"), other])
    assert sent.recipients.values_list("status", "staff").get() == ("03", "Bích")


def test_states_reported_before_the_receipt_was_written_down_are_not_lost() -> None:
    sender, recipient = _sender(), agency()

    class Quick(FakeAxis):
        def submit(self, xml: bytes, *, at: object) -> object:  # type: ignore[override]
            receipt = super().submit(xml, at=at)  # type: ignore[arg-type]
            delivery = self.packets[receipt.packet_id].deliveries[recipient.old_code]
            self.report_status(str(delivery), StatusReport(code="01", at=NOON), at=NOON)
            return receipt

    sent = _send(sender, draft(sender, recipient), Quick())  # type: ignore[arg-type]
    assert sent.recipients.get().status == "01"


def test_the_packet_is_parsed_back_as_it_was_written() -> None:
    sender, recipient, axis = _sender(), agency(), FakeAxis()
    sent = _send(sender, draft(sender, recipient, urgency=2, steering_type=1, due_on=date(2026, 4, 1)), axis)
    assert sent.edxml is not None
    content = edxml.parse_packet(read_blob(sent.edxml))
    assert (content.urgency, content.steering, content.due_on) == (2, 1, date(2026, 4, 1))
    assert content.signer.full_name == sent.document.signer.full_name  # type: ignore[union-attr]

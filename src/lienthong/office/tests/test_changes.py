"""What senders ask of documents held here: withdrawn, updated, replaced; files destroyed, the sender told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from lienthong.axis.public import PacketState, edxml
from lienthong.directory.public import Agency
from lienthong.identity.public import NotAllowed, NotFound, Role, Viewer
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.kernel.blobs import collect_garbage
from lienthong.kernel.models import Blob
from lienthong.ledger.public import Subject, timeline
from lienthong.office import queries
from lienthong.office.actions.changes import accept_change, refuse_change
from lienthong.office.actions.collecting import collect_inbox
from lienthong.office.actions.incoming import ReasonMissing, refuse_incoming
from lienthong.office.actions.registering import register_incoming
from lienthong.office.actions.reporting import report_statuses
from lienthong.office.adapters.fake import FakeAxis
from lienthong.office.contracts import IncomingFilter
from lienthong.office.models import IncomingDocument, RequestedChange
from lienthong.office.policies import NothingAsked, NotNow, RequestNotAuthentic
from lienthong.office.states import State
from lienthong.office.tests.factories import NOON, copy_of
from lienthong.office.tests.packets import collected_document, packet, signed

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=5)
WITHDRAWING = ["take-back", "revoke", "replace"]


@dataclass
class Held:
    """A document that arrived here from `sender`, over the fake axis; 01 was reported."""

    axis: FakeAxis = field(default_factory=FakeAxis)
    ours: Agency = field(default_factory=agency)
    sender: Agency = field(default_factory=lambda: agency(name="Văn phòng Chính phủ"))

    def __post_init__(self) -> None:
        self.document = collected_document(self.axis, self.ours, sender=self.sender)
        report_statuses(at=NOON, port=self.axis)
        self.clerk: Viewer = viewer_in(self.ours, Role.CLERK)

    def register(self) -> Held:
        register_incoming(document_id=self.document.id, viewer=self.clerk, at=NOON)
        report_statuses(at=NOON, port=self.axis)
        return self

    def ask(self, kind: str, *, signer: Agency | None = None, about: str = "", **changes: Any) -> None:
        """The sender asks for a change, and the office learns of it."""
        document_id = about or self.document.document_code
        if kind == "take-back":
            self.axis.take_back(self.document.packet_id, reason="Gửi nhầm", at=LATER)
        else:
            named: dict[str, Any] = {
                "business": edxml.Business[kind.upper()],
                "business_reason": "Gửi nhầm",
                "business_document_id": document_id,
            }
            if kind == "replace":
                named["replacements"] = (edxml.Replacement(document_id=document_id),)
            else:
                named["files"] = ()
            xml = packet(self.sender, self.ours, **named | changes)
            self.axis.submit(signed(xml, signer or self.sender), at=LATER)
        collect_inbox(at=LATER, port=self.axis)
        self.document.refresh_from_db()

    def answer(
        self, *, accept: bool = True, reason: str = "Đã giao xử lý", viewer: Viewer | None = None
    ) -> None:
        who = viewer or self.clerk
        if accept:
            accept_change(document_id=self.document.id, viewer=who, at=LATER)
        else:
            refuse_change(document_id=self.document.id, viewer=who, reason=reason, at=LATER)
        report_statuses(at=LATER, port=self.axis)
        self.document.refresh_from_db()

    def seen_by_sender(self) -> PacketState:
        return self.axis.packet_state(self.document.packet_id, at=LATER)


@pytest.mark.parametrize("kind", WITHDRAWING)
def test_a_withdrawal_of_what_nobody_registered_is_followed_at_once(kind: str) -> None:
    held = Held()
    held.ask(kind)
    assert (held.document.state, held.document.withdrawn_at, held.document.withdrawn_by) == (
        State.WITHDRAWN,
        LATER,
        "",
    )
    report_statuses(at=LATER, port=held.axis)
    assert held.seen_by_sender().recipients[0].state == "WD"
    assert held.axis.changes(at=LATER).items == ()


@pytest.mark.parametrize("kind", WITHDRAWING)
def test_a_registered_document_waits_for_the_clerk_and_is_destroyed_when_accepted(kind: str) -> None:
    held = Held().register()
    copy = copy_of(held.document.files.get())
    held.ask(kind)
    assert held.document.state == State.REGISTERED
    held.answer()
    document = held.document
    assert (document.state, document.register_number, document.withdrawn_by) == (
        State.WITHDRAWN,
        1,
        held.clerk.name,
    )
    assert document.subject
    assert (document.edxml, document.content, document.files.get().blob) == (None, "", None)
    copy.refresh_from_db()
    assert copy.pdf is None
    state = held.seen_by_sender()
    assert state.recipients[0].state == "WD"
    assert [(row.kind, row.state) for row in state.requests] == [(kind, "accepted")]
    assert state.requests[0].answer.startswith("Đã hủy")


def test_the_content_of_a_withdrawn_document_leaves_the_store() -> None:
    held = Held().register()
    named = {held.document.edxml_id, held.document.files.get().blob_id}
    held.ask("take-back")
    held.answer()
    collect_garbage(at=LATER + timedelta(days=30))
    assert not Blob.objects.filter(sha256__in=named).exists()


def test_a_refused_withdrawal_leaves_the_document_and_tells_the_sender_why() -> None:
    held = Held().register()
    held.ask("revoke")
    with pytest.raises(ReasonMissing):
        held.answer(accept=False, reason="  ")
    held.answer(accept=False)
    assert (held.document.state, held.document.edxml is None) == (State.REGISTERED, False)
    assert [(row.state, row.answer) for row in held.seen_by_sender().requests] == [
        ("refused", "Đã giao xử lý")
    ]


def test_an_update_leaves_the_document_and_is_answered_on_the_packet_that_asks() -> None:
    held = Held()
    held.ask("update")
    assert held.document.state == State.ARRIVED
    held.answer()
    assert held.document.state == State.ARRIVED
    row = held.document.statuses.get(code="15")
    assert row.delivery_id == RequestedChange.objects.get().asking_delivery_id
    assert held.seen_by_sender().requests[0].state == "accepted"


def test_a_replacement_arrives_as_a_document_of_its_own() -> None:
    held = Held().register()
    held.ask("replace")
    change = RequestedChange.objects.get()
    found = queries.replacement_of(held.clerk, change)
    assert found is not None
    assert (found.state, found.id == held.document.id) == (State.ARRIVED, False)


def test_a_packet_that_only_asks_leaves_the_inbox_and_becomes_no_document() -> None:
    held = Held().register()
    held.ask("revoke")
    assert held.axis.inbox(at=LATER).items == ()
    assert IncomingDocument.objects.count() == 1


def test_learning_of_a_request_again_changes_nothing() -> None:
    held = Held().register()
    held.ask("revoke")
    for _ in range(2):
        collect_inbox(at=LATER, port=held.axis)
    assert RequestedChange.objects.count() == 1
    verbs = [event.verb for event in timeline(Subject("office.incoming", str(held.document.id)))]
    assert verbs.count("incoming.change") == 1


def test_a_later_request_takes_the_place_of_one_without_answer() -> None:
    held = Held().register()
    held.ask("update")
    held.ask("take-back")
    rows = RequestedChange.objects.order_by("sequence").values_list("kind", "state")
    assert list(rows) == [("update", "lapsed"), ("take-back", "pending")]


@pytest.mark.parametrize("forged", ["signature", "document"])
def test_a_request_that_is_not_the_senders_own_is_shown_but_not_followed(forged: str) -> None:
    held = Held()
    code = held.document.document_code
    if forged == "document":
        IncomingDocument.objects.update(document_code="another document of the sender")
    held.ask("revoke", about=code, signer=agency() if forged == "signature" else None)
    change = RequestedChange.objects.get()
    assert (change.authentic, change.state) == (False, "pending")
    held.document.refresh_from_db()
    assert held.document.state == State.ARRIVED
    with pytest.raises(RequestNotAuthentic):
        held.answer()
    held.answer(accept=False)
    assert held.seen_by_sender().requests[0].state == "refused"


def test_a_document_that_went_back_is_not_asked_about() -> None:
    held = Held()
    refuse_incoming(document_id=held.document.id, viewer=held.clerk, reason="Sai nơi nhận", at=NOON)
    held.ask("take-back")
    assert not RequestedChange.objects.exists()
    report_statuses(at=LATER, port=held.axis)
    assert held.seen_by_sender().requests[0].state == "accepted"


def test_only_a_clerk_of_the_agency_answers_and_only_once() -> None:
    held = Held().register()
    with pytest.raises(NothingAsked):
        held.answer()
    held.ask("take-back")
    for accept in (True, False):
        with pytest.raises(NotAllowed):
            held.answer(accept=accept, viewer=viewer_in(held.ours, Role.LEADER))
        with pytest.raises(NotFound):
            held.answer(accept=accept, viewer=viewer_in(agency(), Role.CLERK))
    held.answer()
    for accept in (True, False):
        with pytest.raises((NothingAsked, NotNow)):
            held.answer(accept=accept)


def test_a_requested_change_waits_for_the_clerk_and_nobody_else() -> None:
    held = Held().register()
    held.ask("revoke")
    page = queries.list_incoming(held.clerk, IncomingFilter(), at=LATER)
    assert [(row.id, len(row.changes.all())) for row in page.rows] == [(held.document.id, 1)]
    specialist = viewer_in(held.ours, Role.SPECIALIST)
    assert queries.list_incoming(specialist, IncomingFilter(), at=LATER).rows == []


def test_the_database_keeps_nothing_of_a_withdrawn_packet() -> None:
    held = Held()
    with pytest.raises(IntegrityError), transaction.atomic():
        IncomingDocument.objects.filter(id=held.document.id).update(state=State.WITHDRAWN)

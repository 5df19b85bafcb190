"""What an office may rely on, whichever way its calls travel: the fake, the same process, HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest

from lienthong.axis.public import (
    DOSSIER_TYPE,
    AxisClient,
    AxisPort,
    AxisUnavailable,
    EncryptionCertificate,
    FakeAxis,
    HttpAxis,
    InProcessAxis,
    Serves,
    StatusReport,
    connect_system,
    edxml,
)
from lienthong.axis.public import PortRefused as AxisRefused
from lienthong.axis.public import connect_to_axis as connect
from lienthong.directory.public import Agency
from lienthong.identity.tests.factories import agency
from lienthong.kernel.adapters.object_store import configured_objects
from lienthong.kernel.blobs import key_of
from lienthong.kernel.clock import now
from lienthong.ledger.public import Actor
from lienthong.office.actions.collecting import collect_inbox
from lienthong.office.models import IncomingDocument
from lienthong.office.tests.packets import packet, signed, text_file
from lienthong.signing.public import (
    encryption_certificates,
    ensure_agency_certificates,
    ensure_encryption_certificates,
    trusted_readers,
)

pytestmark = pytest.mark.django_db(transaction=True)
TEST = Actor(kind="job", id="test", name="test")
AT = now().replace(microsecond=0)


@dataclass
class Ground:
    """An axis with a sender and two recipients, all served by the caller's system."""

    axis: AxisPort
    sender: Agency
    first: Agency
    second: Agency

    def packet(self, **changes: Any) -> bytes:
        """A signed packet of the sender to both recipients."""
        return signed(packet(self.sender, self.first, self.second, **changes), self.sender)


@pytest.fixture(params=["fake", "in_process", "http"])
def ground(request: pytest.FixtureRequest) -> Iterator[Ground]:
    """The same ground over each adapter."""
    sender, first, second = agency(), agency(), agency()
    if request.param == "fake":
        yield Ground(FakeAxis(), sender, first, second)
        return
    system, credentials = connect_system(name="Test", agency=sender, serves=Serves.ALL, actor=TEST, at=AT)
    if request.param == "in_process":
        yield Ground(InProcessAxis(lambda: system), sender, first, second)
        return
    server = request.getfixturevalue("live_server")
    with AxisClient(server.url, credentials.client_id, credentials.client_secret, attempts=2) as client:
        yield Ground(HttpAxis(client), sender, first, second)


def test_a_packet_gets_a_receipt_that_names_it_and_its_recipients(ground: Ground) -> None:
    receipt = ground.axis.submit(ground.packet(), at=AT)
    assert len(receipt.sha256) == 64
    assert len(receipt.recipients) == 2
    assert not receipt.repeated


def test_the_same_bytes_again_get_the_first_receipt(ground: Ground) -> None:
    xml = ground.packet()
    first, again = ground.axis.submit(xml, at=AT), ground.axis.submit(xml, at=AT + timedelta(hours=1))
    assert again == first
    assert again.repeated
    assert len(ground.axis.inbox(at=AT).items) == 2


def test_the_same_id_with_other_content_is_refused(ground: Ground) -> None:
    number = {"number": "77", "document_id": f"{ground.sender.old_code},2026/03/02,77/VPCP-KSTT"}
    ground.axis.submit(ground.packet(**number), at=AT)
    with pytest.raises(AxisRefused):
        ground.axis.submit(ground.packet(**number, subject="Nội dung khác"), at=AT)
    assert len(ground.axis.inbox(at=AT).items) == 2


def test_bytes_that_are_no_packet_are_refused(ground: Ground) -> None:
    with pytest.raises(AxisRefused):
        ground.axis.submit(b"no packet", at=AT)


def test_a_packet_comes_out_as_it_went_in(ground: Ground) -> None:
    xml = ground.packet(files=(text_file(b"x" * 300_000),))
    ground.axis.submit(xml, at=AT)
    item = ground.axis.inbox(at=AT).items[0]
    assert ground.axis.packet(str(item.delivery_id), at=AT).read() == xml
    assert item.size == len(xml)


def test_a_packet_whose_file_is_lost_does_not_hold_up_the_others() -> None:
    sender, ours = agency(), agency()
    system, _credentials = connect_system(name="Test", agency=sender, serves=Serves.ALL, actor=TEST, at=AT)
    axis = InProcessAxis(lambda: system)
    lost, whole = (axis.submit(signed(packet(sender, ours), sender), at=AT) for _ in range(2))
    configured_objects().delete([key_of(lost.sha256)])
    assert collect_inbox(at=AT, port=axis).received == 1
    assert IncomingDocument.objects.get().packet_id == str(whole.packet_id)
    assert len(axis.inbox(at=AT).items) == 2, "the lost one waits"


def test_the_inbox_names_sender_recipient_and_document(ground: Ground) -> None:
    receipt = ground.axis.submit(ground.packet(), at=AT)
    items = ground.axis.inbox(at=AT).items
    assert {item.packet_id for item in items} == {receipt.packet_id}
    assert {item.subject for item in items} == {"Về việc kết nối, liên thông văn bản điện tử"}
    codes = {code for place in (ground.first, ground.second) for code in (place.code, place.old_code)}
    assert all(item.recipient.code in codes for item in items)
    assert {item.sender.code for item in items} <= {ground.sender.code, ground.sender.old_code}


def test_the_inbox_is_paged_oldest_first_and_each_delivery_stands_there_once(ground: Ground) -> None:
    for _ in range(3):
        ground.axis.submit(ground.packet(), at=AT)
    seen, after = [], ""
    while True:
        page = ground.axis.inbox(after=after, limit=2, at=AT)
        seen += [item.delivery_id for item in page.items]
        after = page.next
        if not after:
            break
    assert len(seen) == len(set(seen)) == 6
    assert seen == sorted(seen)


def test_what_was_reported_leaves_the_inbox(ground: Ground) -> None:
    ground.axis.submit(ground.packet(), at=AT)
    gone, stays = ground.axis.inbox(at=AT).items
    ground.axis.report_status(str(gone.delivery_id), StatusReport(code="01", at=AT), at=AT)
    assert [item.delivery_id for item in ground.axis.inbox(at=AT).items] == [stays.delivery_id]


def test_every_state_comes_back_to_the_sender_with_its_time_and_note(ground: Ground) -> None:
    receipt = ground.axis.submit(ground.packet(), at=AT)
    first, second = ground.axis.inbox(at=AT).items
    for minutes, code in enumerate(("01", "03", "04", "05", "06")):
        report = StatusReport(
            code=code, at=AT + timedelta(minutes=minutes), description=f"step {code}", staff="Bích"
        )
        ground.axis.report_status(str(first.delivery_id), report, at=AT)
    ground.axis.report_status(str(second.delivery_id), StatusReport("02", AT, "Gửi trùng"), at=AT)
    state = ground.axis.packet_state(str(receipt.packet_id), at=AT)
    assert {row.delivery_id: row.state for row in state.recipients} == {
        first.delivery_id: "06",
        second.delivery_id: "02",
    }
    told = [entry for entry in state.timeline if entry.recipient.code == first.recipient.code]
    assert [entry.code for entry in told] == ["01", "03", "04", "05", "06"]
    assert (told[-1].at, told[-1].description, told[-1].staff) == (
        AT + timedelta(minutes=4),
        "step 06",
        "Bích",
    )


def test_a_status_reported_twice_counts_once(ground: Ground) -> None:
    receipt = ground.axis.submit(ground.packet(), at=AT)
    item = ground.axis.inbox(at=AT).items[0]
    for _ in range(2):
        ground.axis.report_status(str(item.delivery_id), StatusReport(code="01", at=AT), at=AT)
    assert len(ground.axis.packet_state(str(receipt.packet_id), at=AT).timeline) == 1


def test_a_status_out_of_order_is_refused(ground: Ground) -> None:
    ground.axis.submit(ground.packet(), at=AT)
    item = ground.axis.inbox(at=AT).items[0]
    with pytest.raises(AxisRefused):
        ground.axis.report_status(str(item.delivery_id), StatusReport(code="06", at=AT), at=AT)


@pytest.mark.parametrize("unknown", ["0190f1c2-7d3e-7000-8000-00000000abcd", "D1"])
def test_what_does_not_exist_is_refused(ground: Ground, unknown: str) -> None:
    for call in (
        lambda: ground.axis.packet(unknown, at=AT),
        lambda: ground.axis.packet_state(unknown, at=AT),
        lambda: ground.axis.report_status(unknown, StatusReport(code="01", at=AT), at=AT),
        lambda: ground.axis.take_back(unknown, reason="Gửi nhầm", at=AT),
    ):
        with pytest.raises(AxisRefused):
            call()


def test_what_nobody_collected_is_taken_back_at_once(ground: Ground) -> None:
    receipt = ground.axis.submit(ground.packet(), at=AT)
    delivery = str(ground.axis.inbox(at=AT).items[0].delivery_id)
    for _ in range(2):
        state = ground.axis.take_back(str(receipt.packet_id), reason="Gửi nhầm", at=AT)
    assert {row.state for row in state.recipients} == {"WD"}
    assert [(row.kind, row.sequence, row.state) for row in state.requests] == [
        ("take-back", 1, "accepted")
    ] * 2
    assert ground.axis.inbox(at=AT).items == ()
    with pytest.raises(AxisRefused):
        ground.axis.packet(delivery, at=AT)


def test_what_was_collected_is_asked_for_and_answered(ground: Ground) -> None:
    receipt = ground.axis.submit(ground.packet(), at=AT)
    held, other = ground.axis.inbox(at=AT).items
    ground.axis.packet(str(held.delivery_id), at=AT)
    ground.axis.take_back(str(receipt.packet_id), reason="Gửi nhầm", at=AT)
    asked = ground.axis.changes(at=AT).items
    assert [(row.kind, row.reason, row.delivery_id, row.asking_delivery_id) for row in asked] == [
        ("take-back", "Gửi nhầm", held.delivery_id, None)
    ]
    ground.axis.report_status(str(held.delivery_id), StatusReport("16", AT, "Đã xử lý xong"), at=AT)
    assert ground.axis.changes(at=AT).items == ()
    state = ground.axis.packet_state(str(receipt.packet_id), at=AT)
    assert {row.delivery_id: (row.state, row.answer) for row in state.requests} == {
        held.delivery_id: ("refused", "Đã xử lý xong"),
        other.delivery_id: ("accepted", ""),
    }
    ground.axis.take_back(str(receipt.packet_id), reason="Gửi nhầm", at=AT + timedelta(minutes=1))
    answer = StatusReport("15", AT + timedelta(minutes=2), "Đã hủy")
    ground.axis.report_status(str(held.delivery_id), answer, at=AT)
    state = ground.axis.packet_state(str(receipt.packet_id), at=AT)
    assert {row.state for row in state.recipients} == {"WD"}


def test_a_document_is_taken_back_from_those_named(ground: Ground) -> None:
    receipt = ground.axis.submit(ground.packet(), at=AT)
    codes = [ground.second.old_code]
    ground.axis.take_back(str(receipt.packet_id), reason="Gửi nhầm", recipients=codes, at=AT)
    left = ground.axis.inbox(at=AT).items
    assert [item.recipient.code for item in left] in ([ground.first.code], [ground.first.old_code])


@pytest.mark.parametrize(("code", "document", "asking"), [("15", "WD", "15"), ("16", "03", "16")])
def test_a_revocation_is_answered_on_the_packet_that_asks(
    ground: Ground, code: str, document: str, asking: str
) -> None:
    receipt = ground.axis.submit(ground.packet(), at=AT)
    for item in ground.axis.inbox(at=AT).items:
        ground.axis.report_status(str(item.delivery_id), StatusReport("03", AT), at=AT)
    xml = ground.packet(
        files=(),
        business=edxml.Business.REVOKE,
        business_reason="Sai thể thức",
        business_document_id=receipt.document_id,
    )
    revocation = ground.axis.submit(xml, at=AT)
    waiting = ground.axis.inbox(at=AT).items
    assert {(item.business, item.about_document_id, item.sequence) for item in waiting} == {
        (1, receipt.document_id, 1)
    }
    asked = ground.axis.changes(at=AT).items
    assert {row.asking_delivery_id for row in asked} == {item.delivery_id for item in waiting}
    for item in waiting:
        ground.axis.report_status(str(item.delivery_id), StatusReport("01", AT), at=AT)
        ground.axis.report_status(str(item.delivery_id), StatusReport(code, AT, "Lý do"), at=AT)
    for packet_id, state in ((receipt.packet_id, document), (revocation.packet_id, asking)):
        found = ground.axis.packet_state(str(packet_id), at=AT)
        assert {row.state for row in found.recipients} == {state}


def test_a_replacement_withdraws_and_an_update_does_not(ground: Ground) -> None:
    receipt = ground.axis.submit(ground.packet(), at=AT)
    first, second = ground.axis.inbox(at=AT).items
    ground.axis.packet(str(first.delivery_id), at=AT)
    update = {"business": edxml.Business.UPDATE, "business_document_id": receipt.document_id}
    ground.axis.submit(ground.packet(files=(), **update), at=AT)
    assert {row.kind for row in ground.axis.changes(at=AT).items} == {"update"}
    replacement = (edxml.Replacement(document_id=receipt.document_id),)
    ground.axis.submit(ground.packet(business=edxml.Business.REPLACE, replacements=replacement), at=AT)
    state = ground.axis.packet_state(str(receipt.packet_id), at=AT)
    assert {row.delivery_id: row.state for row in state.recipients} == {
        first.delivery_id: "00",
        second.delivery_id: "WD",
    }
    found = {
        (row.kind, row.sequence, row.state) for row in state.requests if row.delivery_id == first.delivery_id
    }
    assert found == {("update", 1, "lapsed"), ("replace", 2, "pending")}


def test_a_change_of_what_was_never_sent_is_refused(ground: Ground) -> None:
    unknown = {"business": edxml.Business.REVOKE, "business_document_id": "G22,2026/03/02,0/KHONG-CO"}
    with pytest.raises(AxisRefused):
        ground.axis.submit(ground.packet(files=(), **unknown), at=AT)


def test_a_change_for_somebody_who_never_got_the_document_is_refused(ground: Ground) -> None:
    xml = signed(packet(ground.sender, ground.first), ground.sender)
    document_id = ground.axis.submit(xml, at=AT).document_id
    listed = (edxml.Replacement(document_id=document_id, organ_ids=(ground.second.old_code,)),)
    for changes in (
        {"business": edxml.Business.REVOKE, "business_document_id": document_id},
        {"business": edxml.Business.REPLACE, "replacements": listed},
    ):
        with pytest.raises(AxisRefused):
            ground.axis.submit(ground.packet(**changes), at=AT)


def test_a_take_back_without_reason_or_from_strangers_is_refused(ground: Ground) -> None:
    receipt = ground.axis.submit(ground.packet(), at=AT)
    for reason, recipients in (("", []), ("Gửi nhầm", ["Z99"])):
        with pytest.raises(AxisRefused):
            ground.axis.take_back(str(receipt.packet_id), reason=reason, recipients=recipients, at=AT)
    assert len(ground.axis.inbox(at=AT).items) == 2


def test_certificates_to_encrypt_with_are_given_by_the_code_asked_for(ground: Ground) -> None:
    ensure_encryption_certificates([ground.first.pk], at=AT)
    [given] = encryption_certificates([ground.first.pk], at=AT).values()
    code = ground.first.old_code
    if isinstance(ground.axis, FakeAxis):
        pem = given.pem.decode()
        ground.axis.certificates[code] = EncryptionCertificate(code, given.sha256, given.valid_to, pem)
    found = ground.axis.encryption_certificates([code, ground.second.old_code], at=AT)
    assert [(item.agency, item.sha256) for item in found.items] == [(code, given.sha256)]
    assert found.missing == (ground.second.old_code,)
    assert trusted_readers([(ground.first, found.items[0].pem.encode())], at=AT).keys() == {ground.first.pk}


def test_who_works_in_another_installation_is_known_without_asking_anybody(ground: Ground) -> None:
    first, second = ground.first.pk, ground.second.pk
    if isinstance(ground.axis, FakeAxis):
        ground.axis.away = {second}
    else:
        ensure_agency_certificates([first], at=AT)  # who signs here works here
        for one in (ground.first, ground.second):
            connect_system(name="Theirs", agency=one, serves=Serves.AGENCY, actor=TEST, at=AT)
    assert ground.axis.elsewhere([first, second], at=AT) == {second}
    assert ground.axis.elsewhere([], at=AT) == set()


def test_a_packet_of_a_dossier_is_left_to_the_one_stop(ground: Ground) -> None:
    ground.axis.submit(ground.packet(type_name=DOSSIER_TYPE), at=AT)
    assert [item.of_dossier for item in ground.axis.inbox(at=AT).items] == [True, True]
    collected = collect_inbox(at=AT, port=ground.axis)
    assert (collected.received, IncomingDocument.objects.count()) == (0, 0)
    assert len(ground.axis.inbox(at=AT).items) == 2


def test_the_fake_fails_on_demand_and_then_works_again() -> None:
    axis, sender, recipient = FakeAxis(failures=2), agency(), agency()
    xml = packet(sender, recipient)
    for _ in range(2):
        with pytest.raises(AxisUnavailable):
            axis.submit(xml, at=AT)
    assert axis.submit(xml, at=AT)


def test_an_axis_that_answers_with_failures_of_its_own_is_unavailable() -> None:
    broken = httpx.MockTransport(lambda request: httpx.Response(503))
    client = AxisClient(
        "http://axis.test", "id", "secret", attempts=2, transport=broken, sleep=lambda pause: None
    )
    with pytest.raises(AxisUnavailable):
        HttpAxis(client).inbox(at=AT)


def test_an_axis_nobody_answers_for_is_unavailable() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no answer", request=request)

    client = AxisClient(
        "http://axis.test",
        "id",
        "secret",
        attempts=2,
        transport=httpx.MockTransport(refuse),
        sleep=lambda pause: None,
    )
    with pytest.raises(AxisUnavailable):
        HttpAxis(client).submit(b"<x/>", at=AT)


def test_an_installation_without_a_connected_system_is_unavailable() -> None:
    with pytest.raises(AxisUnavailable):
        connect().inbox(at=AT)

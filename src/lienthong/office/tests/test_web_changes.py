"""The pages of withdrawals: the banner and its answers, the list, taking back what was sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.urls import reverse
from pytest_django import Settings

from lienthong.directory.public import Agency
from lienthong.identity.public import Role
from lienthong.identity.tests.factories import agency
from lienthong.kernel.blobs import store_blob
from lienthong.kernel.clock import now
from lienthong.office.adapters.fake import FakeAxis, connect_to_fake
from lienthong.office.models import IncomingDocument, IncomingFile, OutgoingDocument, RequestedChange
from lienthong.office.states import OutState, State
from lienthong.office.tests.factories import draft, incoming_document
from lienthong.office.tests.packets import packet
from lienthong.office.tests.pages import client_as, text_of
from lienthong.signing.public import ensure_agency_certificates

pytestmark = pytest.mark.django_db


@pytest.fixture
def axis(settings: Settings) -> Iterator[FakeAxis]:
    """The fake axis, for pages that reach it."""
    settings.ENV = django_settings.ENV.model_copy(update={"axis_adapter": "fake"})
    connect_to_fake.cache_clear()
    yield connect_to_fake()
    connect_to_fake.cache_clear()


def asked_for(ours: Agency, kind: str = "revoke", **changes: Any) -> IncomingDocument:
    """A registered document with a file, which its sender wants back."""
    document = incoming_document(ours, at=now(), state=State.REGISTERED)
    blob = store_blob([b"words"], at=now(), max_bytes=100)
    IncomingFile.objects.create(document=document, position=1, name="phu-luc.txt", blob=blob)
    fields: dict[str, Any] = {
        "request_id": f"request-{document.id}",
        "kind": kind,
        "sequence": 1,
        "sender_name": "Văn phòng Chính phủ",
        "reason": "Sai thể thức văn bản",
        "asked_at": now(),
        "authentic": True,
    }
    RequestedChange.objects.create(document=document, **fields | changes)
    return document


def page_of(role: Role, ours: Agency, document: IncomingDocument, language: str = "en") -> str:
    return text_of(client_as(role, ours, language).get(reverse("office:incoming_detail", args=[document.id])))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Withdrawal requested", "Revocation, asked for by Văn phòng Chính phủ"]),
        ("vi", ["Yêu cầu thu hồi", "Thu hồi, theo yêu cầu của Văn phòng Chính phủ"]),
    ],
)
def test_the_banner_says_who_asks_for_what_and_why(language: str, words: list[str]) -> None:
    ours = agency()
    page = page_of(Role.CLERK, ours, asked_for(ours), language)
    for word in [*words, "Sai thể thức văn bản"]:
        assert word in page


@pytest.mark.parametrize(("role", "there"), [(Role.CLERK, True), (Role.LEADER, False), (Role.AUDITOR, False)])
def test_only_the_clerk_is_given_the_answers(role: Role, there: bool) -> None:
    ours = agency()
    document = asked_for(ours)
    page = page_of(role, ours, document)
    assert "Withdrawal requested" in page
    for name in ("accept_change", "refuse_change"):
        assert (reverse(f"office:{name}", args=[document.id]) in page) is there


def test_a_request_without_a_good_signature_can_only_be_refused() -> None:
    ours = agency()
    document = asked_for(ours, authentic=False)
    page = page_of(Role.CLERK, ours, document)
    assert reverse("office:accept_change", args=[document.id]) not in page
    assert reverse("office:refuse_change", args=[document.id]) in page
    answer = client_as(Role.CLERK, ours).post(reverse("office:accept_change", args=[document.id]))
    assert answer.status_code == 409


def test_accepting_destroys_the_files_and_the_page_says_who_did_it() -> None:
    ours = agency()
    document, clerk = asked_for(ours), client_as(Role.CLERK, ours)
    page = text_of(clerk.post(reverse("office:accept_change", args=[document.id]), follow=True))
    assert "The files were destroyed. The sender is told." in page
    assert "accepted the withdrawal on" in page
    assert "phu-luc.txt" in page
    file = reverse("office:incoming_file", args=[document.id, 1])
    assert file not in page
    assert clerk.get(file).status_code == 404


def test_refusing_needs_a_reason() -> None:
    ours = agency()
    document, clerk = asked_for(ours), client_as(Role.CLERK, ours)
    address = reverse("office:refuse_change", args=[document.id])
    assert clerk.post(address, {"reason": " "}).status_code == 422
    page = text_of(clerk.post(address, {"reason": "Đã giao xử lý"}, follow=True))
    assert "Refused. The sender is told your reason." in page
    assert RequestedChange.objects.get().state == "refused"


def test_an_update_is_accepted_and_the_document_stays() -> None:
    ours = agency()
    document, clerk = asked_for(ours, "update"), client_as(Role.CLERK, ours)
    assert "The sender updates this document" in page_of(Role.CLERK, ours, document)
    page = text_of(clerk.post(reverse("office:accept_change", args=[document.id]), follow=True))
    assert "Accepted. The sender is told." in page
    document.refresh_from_db()
    assert document.state == State.REGISTERED


@pytest.mark.parametrize(
    ("kind", "words"), [("take-back", "Withdrawal requested"), ("update", "Update requested")]
)
def test_the_clerks_list_shows_what_is_asked_for(kind: str, words: str) -> None:
    ours = agency()
    asked_for(ours, kind)
    assert words in text_of(client_as(Role.CLERK, ours).get(reverse("office:incoming")))


def sent_document(axis: FakeAxis, ours: Agency, *places: Agency) -> OutgoingDocument:
    """A document that the axis holds for the places."""
    document = draft(ours, *places, at=now())
    xml = packet(ours, *places)
    receipt = axis.submit(xml, at=now())
    document.state, document.packet_id = OutState.SENT, str(receipt.packet_id)
    document.edxml = store_blob([xml], at=now(), max_bytes=len(xml))
    document.sent_at = document.issued_at = now()
    document.save()
    return document


def test_a_sent_document_is_taken_back_from_its_page(axis: FakeAxis) -> None:
    ours, first, second = agency(), agency(name="Sở Y tế"), agency(name="Sở Nội vụ")
    document, leader = sent_document(axis, ours, first, second), client_as(Role.LEADER, ours)
    address = reverse("office:take_back", args=[document.id])
    page = text_of(leader.get(reverse("office:outgoing_detail", args=[document.id])))
    assert address in page
    assert "Sở Y tế – Not yet collected" in page
    page = text_of(leader.post(address, {"reason": "Gửi nhầm", "recipients": [first.id]}, follow=True))
    assert "Taken back where nobody had collected it" in page
    assert "Take-back: accepted" in page
    assert dict(document.recipients.values_list("agency_id", "status")) == {first.id: "WD", second.id: ""}


def test_a_leader_may_revoke_and_everyone_who_drafts_replace_from_the_same_page(axis: FakeAxis) -> None:
    ours, place = agency(), agency(name="Sở Y tế")
    ensure_agency_certificates([ours.id], at=now())
    document = sent_document(axis, ours, place)
    address = reverse("office:outgoing_detail", args=[document.id])
    revoke = reverse("office:revoke", args=[document.id])
    clerk, leader = client_as(Role.CLERK, ours), client_as(Role.LEADER, ours)
    assert revoke not in text_of(clerk.get(address))
    assert f"?replaces={document.id}" in text_of(clerk.get(address))
    assert revoke in text_of(leader.get(address))
    page = text_of(leader.post(revoke, {"reason": "Sai thể thức"}, follow=True))
    assert "Revoked where nobody had collected it" in page
    assert "Revocation: accepted" in page


@pytest.mark.parametrize("language", ["en", "vi"])
def test_a_replacement_is_composed_with_the_recipients_of_the_document(axis: FakeAxis, language: str) -> None:
    ours, place = agency(), agency(name="Sở Y tế")
    document = sent_document(axis, ours, place)
    clerk = client_as(Role.CLERK, ours, language)
    page = text_of(clerk.get(reverse("office:compose"), {"replaces": str(document.id)}))
    assert {"en": "Takes the place of", "vi": "Thay thế văn bản"}[language] in page
    assert f'value="{document.id}"' in page
    assert "Sở Y tế" in page
    values = {
        "type_code": "CV",
        "subject": "Đính chính",
        "place": "Hà Nội",
        "urgency": "0",
        "steering_type": "0",
        "source": "template",
        "body": "Nội dung đúng.",
        "recipients": [str(place.id)],
        "action": "save",
        "replaces": str(document.id),
    }
    saved = text_of(clerk.post(reverse("office:compose"), values, follow=True))
    new = OutgoingDocument.objects.exclude(id=document.id).get()
    assert new.replaces_id == document.id
    assert reverse("office:outgoing_detail", args=[document.id]) in saved
    assert f'value="{document.id}"' in text_of(clerk.get(reverse("office:revise", args=[new.id])))
    strangers = client_as(Role.CLERK, agency())
    assert strangers.get(reverse("office:compose"), {"replaces": str(document.id)}).status_code == 404
    assert clerk.get(reverse("office:compose"), {"replaces": "nothing"}).status_code == 200


def test_a_take_back_without_reason_or_axis_says_so_at_its_place(axis: FakeAxis) -> None:
    ours, place = agency(), agency()
    document, clerk = sent_document(axis, ours, place), client_as(Role.CLERK, ours)
    address = reverse("office:take_back", args=[document.id])
    assert clerk.post(address, {"reason": ""}).status_code == 422
    assert clerk.post(address, {"reason": "x", "recipients": ["0"]}).status_code == 422
    axis.failures = 1
    answer = clerk.post(address, {"reason": "Gửi nhầm"})
    assert answer.status_code == 422
    assert "does not answer now" in text_of(answer)
    assert document.recipients.get().status == ""


def test_a_draft_has_nothing_to_take_back(axis: FakeAxis) -> None:
    ours = agency()
    document, leader = draft(ours, agency(), at=now()), client_as(Role.LEADER, ours)
    address = reverse("office:take_back", args=[document.id])
    assert address not in text_of(leader.get(reverse("office:outgoing_detail", args=[document.id])))
    answer = leader.post(address, {"reason": "Gửi nhầm"})
    assert answer.status_code == 409

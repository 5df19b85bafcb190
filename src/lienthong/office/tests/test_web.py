"""The pages: what is drawn for whom, what a form answers, what a download is."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from lienthong.directory.public import Agency
from lienthong.identity.public import Account, Role, acting_viewer
from lienthong.identity.tests.factories import agency, official_in, official_of
from lienthong.kernel.blobs import store_blob
from lienthong.kernel.clock import now
from lienthong.office.adapters.fake import FakeAxis, connect_to_fake
from lienthong.office.models import IncomingDocument, IncomingFile, OutgoingDocument
from lienthong.office.states import State
from lienthong.office.tests.factories import BODY, SUBJECT, assigned_document, draft, incoming_document
from lienthong.signing.public import ensure_agency_certificates, ensure_official_certificates

pytestmark = pytest.mark.django_db


@pytest.fixture
def axis(settings: Settings) -> Iterator[FakeAxis]:
    """The fake axis, for pages that reach it."""
    settings.ENV = django_settings.ENV.model_copy(update={"axis_adapter": "fake"})
    connect_to_fake.cache_clear()
    yield connect_to_fake()
    connect_to_fake.cache_clear()


def _signed_in(account: Account, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(account)
    client.cookies["django_language"] = language
    return client


def _as(role: Role, place: Agency, language: str = "en") -> Client:
    return _signed_in(official_in(place, role), language)


def _signer(place: Agency) -> Account:
    """A leader who can sign."""
    account = official_in(place, Role.LEADER)
    ensure_official_certificates([official_of(account).id], at=now())
    return account


def _text(response: Any) -> str:
    return b"".join(response.streaming_content).decode() if response.streaming else response.content.decode()


@pytest.mark.parametrize(
    ("role", "there", "missing"),
    [
        (Role.CLERK, ["register", "refuse"], ["assign", "start", "finish"]),
        (Role.LEADER, [], ["register", "refuse", "assign"]),
        (Role.AUDITOR, [], ["register", "refuse", "assign"]),
    ],
)
def test_buttons_are_those_the_viewer_may_press(role: Role, there: list[str], missing: list[str]) -> None:
    ours = agency()
    document = incoming_document(ours, at=now())
    page = _text(_as(role, ours).get(reverse("office:incoming_detail", args=[document.id])))
    for verb in there:
        assert reverse(f"office:{verb}", args=[document.id]) in page
    for verb in missing:
        assert reverse(f"office:{verb}", args=[document.id]) not in page


def test_registering_takes_one_press_and_says_the_number_and_what_is_next() -> None:
    ours = agency()
    first, second = incoming_document(ours, at=now()), incoming_document(ours, at=now())
    clerk = _as(Role.CLERK, ours)
    answer = clerk.post(reverse("office:register", args=[first.id]), follow=True)
    assert "Registered under number 1." in _text(answer)
    assert reverse("office:incoming_detail", args=[second.id]) in _text(answer)


def test_a_second_press_is_told_that_someone_was_faster() -> None:
    ours = agency()
    document, clerk = incoming_document(ours, at=now()), _as(Role.CLERK, ours)
    clerk.post(reverse("office:register", args=[document.id]))
    answer = clerk.post(reverse("office:register", args=[document.id]))
    assert answer.status_code == 409
    assert "Someone may have been faster" in _text(answer)


def test_a_direction_with_the_lead_named_twice_is_shown_again_with_what_was_written() -> None:
    ours = agency()
    document = incoming_document(ours, at=now(), state=State.REGISTERED)
    lead = acting_viewer(official_in(ours, Role.SPECIALIST), at=now()).official_id
    sent = {"text": "Giao nghiên cứu", "lead": lead, "cooperating": [lead]}
    answer = _as(Role.LEADER, ours).post(reverse("office:assign", args=[document.id]), sent)
    assert answer.status_code == 422
    assert "named more than once" in _text(answer)
    assert "Giao nghiên cứu" in _text(answer)


@pytest.mark.parametrize(("due", "word"), [("2020-01-01T08:00", "already passed"), ("31/13/2026", "valid date")])
def test_a_deadline_that_makes_no_sense_is_shown_at_its_field(due: str, word: str) -> None:
    ours = agency()
    document = incoming_document(ours, at=now(), state=State.REGISTERED)
    lead = acting_viewer(official_in(ours, Role.SPECIALIST), at=now()).official_id
    sent = {"text": "Giao", "lead": lead, "due_at": due}
    answer = _as(Role.LEADER, ours).post(reverse("office:assign", args=[document.id]), sent)
    assert answer.status_code == 422
    assert word in _text(answer)
    assert 'id="assign_due_at_error"' in _text(answer)


def test_the_whole_work_goes_through_the_pages() -> None:
    ours = agency()
    document = incoming_document(ours, at=now())
    clerk, leader, specialist = (official_in(ours, role) for role in (Role.CLERK, Role.LEADER, Role.SPECIALIST))
    lead = acting_viewer(specialist, at=now()).official_id
    steps: list[tuple[Account, str, dict[str, Any]]] = [
        (clerk, "register", {}),
        (leader, "assign", {"text": "Giao", "lead": lead}),
        (specialist, "start", {}),
        (specialist, "finish", {"note": "Xong", "product": SimpleUploadedFile("bc.txt", b"words")}),
    ]
    for account, verb, data in steps:
        answer = _signed_in(account).post(reverse(f"office:{verb}", args=[document.id]), data)
        assert answer.status_code == 302, verb
    document.refresh_from_db()
    assert document.state == State.FINISHED
    product = _signed_in(specialist).get(reverse("office:incoming_product", args=[document.id]))
    assert _text(product) == "words"
    page = _text(_signed_in(specialist).get(reverse("office:incoming_detail", args=[document.id])))
    for said in ("Xong", "bc.txt", "Work finished", "03 Registered"):
        assert said in page


def test_an_empty_product_is_refused_at_the_form() -> None:
    ours = agency()
    specialist = official_in(ours, Role.SPECIALIST)
    document = assigned_document(ours, acting_viewer(specialist, at=now()), state=State.IN_PROGRESS, at=now())
    sent = {"note": "Xong", "product": SimpleUploadedFile("bc.txt", b"")}
    answer = _signed_in(specialist).post(reverse("office:finish", args=[document.id]), sent)
    assert answer.status_code == 422
    assert "0 bytes" in _text(answer)


def test_a_document_that_is_not_authentic_says_so_clearly_and_offers_no_register() -> None:
    ours = agency()
    verdict = {"valid": False, "code": "unsigned", "sentences": {"vi": "Gói tin không có chữ ký.", "en": "No signature."}}
    document = incoming_document(
        ours, at=now(), authentic=False, state=State.REFUSED, reason="Gói tin không có chữ ký.", verdict=verdict
    )
    for language, words in (("en", ["Not authentic", "No signature."]), ("vi", ["Không xác thực", "không có chữ ký"])):
        page = _text(_as(Role.CLERK, ours, language).get(reverse("office:incoming_detail", args=[document.id])))
        for word in words:
            assert word in page
        assert reverse("office:register", args=[document.id]) not in page


def _with_file(ours: Agency, content: bytes, name: str) -> IncomingDocument:
    document = incoming_document(ours, at=now())
    blob = store_blob([content], at=now(), max_bytes=10_000)
    IncomingFile.objects.create(document=document, position=1, name=name, blob=blob)
    return document


def test_a_pdf_is_shown_in_the_browser_and_anything_else_only_kept() -> None:
    ours = agency()
    clerk = _as(Role.CLERK, ours)
    pdf, page = _with_file(ours, b"%PDF-1.7\n%%EOF", "số 1.pdf"), _with_file(ours, b"<script>alert(1)</script>", "x.html")
    shown = clerk.get(reverse("office:incoming_file", args=[pdf.id, 1]) + "?inline=1")
    kept = clerk.get(reverse("office:incoming_file", args=[page.id, 1]) + "?inline=1")
    assert shown["Content-Disposition"].startswith("inline; filename*=UTF-8''s%E1%BB%91%201.pdf")
    assert kept["Content-Disposition"].startswith("attachment")
    assert shown["X-Content-Type-Options"] == kept["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'self'" in shown["Content-Security-Policy"]


def test_the_register_is_a_table_that_spreadsheets_read_and_no_formula() -> None:
    ours = agency()
    incoming_document(ours, at=now(), state=State.REGISTERED, sender_name="=HYPERLINK(1)", code="15/QĐ-UBND")
    answer = _as(Role.CLERK, ours).get(reverse("office:incoming_export") + "?tab=all")
    text = _text(answer)
    assert text.startswith("\ufeff")
    head, row = list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
    assert row[1:4] == ["1", "'=HYPERLINK(1)", "15/QĐ-UBND"]
    assert len(head) == len(row)


@pytest.mark.parametrize("query", ["?tab=nonsense", "?urgency=x", "?text=" + "x" * 500, "?sender=%00", "?text=%00"])
def test_a_list_survives_any_query(query: str) -> None:
    ours = agency()
    incoming_document(ours, at=now())
    assert _as(Role.CLERK, ours).get(reverse("office:incoming") + query).status_code == 200


def test_a_damaged_cursor_is_refused_politely() -> None:
    answer = _as(Role.CLERK, agency()).get(reverse("office:incoming") + "?cursor=%F0%9F")
    assert answer.status_code == 400


def test_empty_lists_say_what_to_do() -> None:
    ours = agency()
    assert "Nothing waits for you" in _text(_as(Role.CLERK, ours).get(reverse("office:incoming")))
    assert "No document matches" in _text(_as(Role.CLERK, ours).get(reverse("office:incoming") + "?tab=all&text=zzz"))
    outgoing = _text(_as(Role.LEADER, ours).get(reverse("office:outgoing")))
    assert reverse("office:compose") in outgoing


@pytest.mark.parametrize("name", ["office:incoming", "office:outgoing"])
def test_a_list_page_costs_the_same_queries_however_many_rows(name: str) -> None:
    ours, theirs = agency(), agency()
    clerk = _as(Role.CLERK, ours)
    clerk.get(reverse(name) + "?tab=all")
    costs = []
    for more in (2, 20):
        for _ in range(more):
            incoming_document(ours, at=now())
            draft(ours, theirs, at=now())
        with CaptureQueriesContext(connection) as caught:
            clerk.get(reverse(name) + "?tab=all")
        costs.append(len(caught))
    assert costs[0] == costs[1]


def _composed(*recipients: Agency, **changes: Any) -> dict[str, Any]:
    values = {
        "type_code": "CV",
        "subject": SUBJECT,
        "place": "Hà Nội",
        "urgency": "0",
        "steering_type": "0",
        "source": "template",
        "body": BODY,
        "recipients": [str(place.id) for place in recipients],
        "action": "save",
    }
    return {key: value for key, value in (values | changes).items() if value is not None}


def test_a_specialist_saves_and_a_leader_signs_and_sends(axis: FakeAxis) -> None:
    ours, theirs = agency(), agency()
    ensure_agency_certificates([ours.id], at=now())
    specialist = official_in(ours, Role.SPECIALIST)
    signer = _signer(ours)
    saved = _signed_in(specialist).post(reverse("office:compose"), _composed(theirs), follow=True)
    outgoing = OutgoingDocument.objects.get()
    assert reverse("office:sign_and_send", args=[outgoing.id]) not in _text(saved)
    leader = _signed_in(signer)
    assert "Sign and send now" in _text(leader.get(reverse("office:outgoing_detail", args=[outgoing.id])))
    sent = leader.post(reverse("office:sign_and_send", args=[outgoing.id]), follow=True)
    assert "and sent." in _text(sent)
    assert theirs.name in _text(sent)
    assert len(axis.packets) == 1


def test_a_leader_signs_at_once_and_an_axis_that_is_away_is_no_error(axis: FakeAxis) -> None:
    ours, theirs = agency(), agency()
    ensure_agency_certificates([ours.id], at=now())
    axis.failures = 1
    answer = _signed_in(_signer(ours)).post(reverse("office:compose"), _composed(theirs, action="sign"), follow=True)
    assert "Issued, but not sent yet" in _text(answer)
    outgoing = OutgoingDocument.objects.get()
    again = _as(Role.CLERK, ours).post(reverse("office:send_again", args=[outgoing.id]), follow=True)
    assert "Sent." in _text(again)


def test_a_specialist_cannot_sign_by_asking_for_it(axis: FakeAxis) -> None:
    ours = agency()
    _as(Role.SPECIALIST, ours).post(reverse("office:compose"), _composed(agency(), action="sign"))
    assert OutgoingDocument.objects.get().state == "draft"


def test_without_recipients_the_draft_stays_and_the_reason_is_said(axis: FakeAxis) -> None:
    answer = _as(Role.LEADER, agency()).post(reverse("office:compose"), _composed(action="sign"), follow=True)
    assert "no recipients" in _text(answer)
    assert OutgoingDocument.objects.get().state == "draft"


@pytest.mark.parametrize(
    ("changes", "field", "word"),
    [
        ({"subject": "x" * 10_000}, "subject", "500"),
        ({"subject": ""}, "subject", "required"),
        ({"body": ""}, "body", "text is empty"),
        ({"body": "MẬT\n\nNội dung"}, None, "MẬT"),
        ({"due_on": "2020-01-01"}, "due_on", "has passed"),
        ({"due_on": "yesterday"}, "due_on", "valid date"),
        ({"type_code": "XX"}, "type_code", "valid choice"),
        ({"urgency": "9"}, "urgency", "valid choice"),
        ({"source": "upload"}, "pdf", "No PDF was chosen"),
        ({"source": "upload", "pdf": b""}, "pdf", "0 bytes"),
        ({"source": "upload", "pdf": b"plain words"}, "pdf", "not accepted here"),
        ({"source": "upload", "pdf": b"%PDF-1.7\nbroken"}, "pdf", "damaged"),
        ({"recipients": ["999999999"]}, None, "cannot receive"),
        ({"recipients": ["x", "١", "-1", "9" * 40]}, None, None),
    ],
)
def test_bad_input_is_answered_at_its_field_and_nothing_is_saved(
    changes: dict[str, Any], field: str | None, word: str | None
) -> None:
    sent = _composed(agency(), **changes)
    if "pdf" in sent:
        sent["pdf"] = SimpleUploadedFile("a.pdf", sent["pdf"])
    answer = _as(Role.CLERK, agency()).post(reverse("office:compose"), sent)
    if word is None:
        assert answer.status_code == 302
        return
    assert answer.status_code == 422
    assert word in _text(answer)
    if field:
        assert f'id="id_{field}_error"' in _text(answer)
    assert not OutgoingDocument.objects.exists()


def test_searching_recipients_without_javascript_loses_nothing_that_was_written() -> None:
    chosen, found = agency(name="Sở Ngoại vụ tỉnh A"), agency(name="Sở Nội vụ tỉnh B")
    sent = _composed(chosen, action="search", q="so noi vu", groups=["provinces"])
    page = _text(_as(Role.CLERK, agency()).post(reverse("office:compose"), sent))
    assert SUBJECT in page
    assert f'name="recipients" value="{chosen.id}" checked' in page
    assert f'name="recipients" value="{found.id}">' in page
    assert 'value="provinces"' in page
    assert not OutgoingDocument.objects.exists()


def test_the_tree_of_recipients_opens_below_an_agency() -> None:
    parent = agency()
    child = agency()
    child.parent = parent
    child.save()
    page = _text(_as(Role.CLERK, agency()).get(reverse("office:recipients"), {"under": parent.code}))
    assert child.name in page


def test_a_draft_is_opened_with_what_it_has_and_changed() -> None:
    ours, first, second = agency(), agency(), agency()
    outgoing = draft(ours, first, at=now())
    clerk = _as(Role.CLERK, ours)
    page = _text(clerk.get(reverse("office:revise", args=[outgoing.id])))
    assert SUBJECT in page
    assert f'value="{first.id}" checked' in page
    clerk.post(reverse("office:revise", args=[outgoing.id]), _composed(second, subject="Khác"))
    outgoing.refresh_from_db()
    assert outgoing.subject == "Khác"
    clerk.post(reverse("office:discard", args=[outgoing.id]))
    assert not OutgoingDocument.objects.exists()


def test_the_senders_page_shows_each_recipients_state_and_can_be_narrowed() -> None:
    ours = agency()
    recipients = [agency(name=f"Sở số {n}") for n in range(3)]
    outgoing = draft(ours, *recipients, at=now())
    OutgoingDocument.objects.filter(id=outgoing.id).update(
        state="sent", sent_at=now(), packet_id="p", edxml=store_blob([b"<x/>"], at=now(), max_bytes=10)
    )
    outgoing.recipients.filter(agency=recipients[0]).update(status="06", status_at=now(), description="Đã xong")
    clerk = _as(Role.CLERK, ours)
    page = _text(clerk.get(reverse("office:outgoing_detail", args=[outgoing.id])))
    assert "1 of 3 received" in page
    assert "Đã xong" in page
    narrowed = _text(clerk.get(reverse("office:outgoing_progress", args=[outgoing.id]) + "?status=06"))
    assert "Sở số 0" in narrowed
    assert "Sở số 1" not in narrowed


def test_what_is_overdue_is_shown_as_such() -> None:
    ours = agency()
    incoming_document(ours, at=now(), state=State.ASSIGNED, due_at=now() - timedelta(days=2, hours=1))
    page = _text(_as(Role.CLERK, ours).get(reverse("office:incoming") + "?tab=all"))
    assert "2 d overdue" in page

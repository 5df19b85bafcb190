"""The pages of incoming documents: what is drawn for whom, what a form answers, what a download is."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lienthong.directory.public import Agency
from lienthong.identity.public import Account, Role, acting_viewer
from lienthong.identity.tests.factories import agency, official_in
from lienthong.kernel.blobs import store_blob
from lienthong.kernel.clock import now
from lienthong.office.models import IncomingDocument, IncomingFile
from lienthong.office.states import State
from lienthong.office.tests.factories import assigned_document, draft, incoming_document
from lienthong.office.tests.pages import client_as, client_of, text_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "there", "missing"),
    [
        (Role.CLERK, ["register", "refuse"], ["assign"]),
        (Role.LEADER, [], ["register", "refuse", "assign"]),
        (Role.AUDITOR, [], ["register", "refuse", "assign"]),
    ],
)
def test_buttons_are_those_the_viewer_may_press(role: Role, there: list[str], missing: list[str]) -> None:
    ours = agency()
    document = incoming_document(ours, at=now())
    page = text_of(client_as(role, ours).get(reverse("office:incoming_detail", args=[document.id])))
    for verb in there:
        assert reverse(f"office:{verb}", args=[document.id]) in page
    for verb in missing:
        assert reverse(f"office:{verb}", args=[document.id]) not in page


def test_registering_takes_one_press_and_says_the_number_and_what_is_next() -> None:
    ours = agency()
    first, second = incoming_document(ours, at=now()), incoming_document(ours, at=now())
    clerk = client_as(Role.CLERK, ours)
    answer = clerk.post(reverse("office:register", args=[first.id]), follow=True)
    assert "Registered under number 1." in text_of(answer)
    assert reverse("office:incoming_detail", args=[second.id]) in text_of(answer)


def test_a_second_press_is_told_that_someone_was_faster() -> None:
    ours = agency()
    document, clerk = incoming_document(ours, at=now()), client_as(Role.CLERK, ours)
    clerk.post(reverse("office:register", args=[document.id]))
    answer = clerk.post(reverse("office:register", args=[document.id]))
    assert answer.status_code == 409
    assert "Someone may have been faster" in text_of(answer)


def test_a_direction_with_the_lead_named_twice_is_shown_again_with_what_was_written() -> None:
    ours = agency()
    document = incoming_document(ours, at=now(), state=State.REGISTERED)
    lead = acting_viewer(official_in(ours, Role.SPECIALIST), at=now()).official_id
    sent = {"text": "Giao nghiên cứu", "lead": f"official:{lead}", "cooperating": [f"official:{lead}"]}
    answer = client_as(Role.LEADER, ours).post(reverse("office:assign", args=[document.id]), sent)
    assert answer.status_code == 422
    assert "named more than once" in text_of(answer)
    assert "Giao nghiên cứu" in text_of(answer)


@pytest.mark.parametrize(
    ("due", "word"), [("2020-01-01T08:00", "already passed"), ("31/13/2026", "valid date")]
)
def test_a_deadline_that_makes_no_sense_is_shown_at_its_field(due: str, word: str) -> None:
    ours = agency()
    document = incoming_document(ours, at=now(), state=State.REGISTERED)
    lead = acting_viewer(official_in(ours, Role.SPECIALIST), at=now()).official_id
    sent = {"text": "Giao", "lead": f"official:{lead}", "due_at": due}
    answer = client_as(Role.LEADER, ours).post(reverse("office:assign", args=[document.id]), sent)
    assert answer.status_code == 422
    assert word in text_of(answer)
    assert 'id="direct_due_at_error"' in text_of(answer)


def test_the_whole_work_goes_through_the_pages() -> None:
    ours = agency()
    document = incoming_document(ours, at=now())
    clerk, leader, specialist = (
        official_in(ours, role) for role in (Role.CLERK, Role.LEADER, Role.SPECIALIST)
    )
    lead = acting_viewer(specialist, at=now()).official_id
    steps: list[tuple[Account, str, dict[str, Any]]] = [
        (clerk, "register", {}),
        (leader, "assign", {"text": "Giao", "lead": f"official:{lead}"}),
        (specialist, "start", {}),
        (specialist, "complete", {"note": "Xong", "product": SimpleUploadedFile("bc.txt", b"words")}),
    ]
    for account, verb, data in steps:
        document.refresh_from_db()
        if document.task_id:
            address = reverse("tasks:act", args=[document.task_id, verb])
        else:
            address = reverse(f"office:{verb}", args=[document.id])
        answer = client_of(account).post(address, data)
        assert answer.status_code == 302, verb
    document.refresh_from_db()
    assert document.state == State.FINISHED
    product = client_of(specialist).get(reverse("office:incoming_product", args=[document.id]))
    assert text_of(product) == "words"
    page = text_of(client_of(specialist).get(reverse("office:incoming_detail", args=[document.id])))
    for said in ("Xong", "bc.txt", "Work finished", "03 Registered"):
        assert said in page


def test_an_empty_product_is_refused_at_the_form() -> None:
    ours = agency()
    specialist = official_in(ours, Role.SPECIALIST)
    document = assigned_document(ours, acting_viewer(specialist, at=now()), state=State.IN_PROGRESS, at=now())
    sent = {"note": "Xong", "product": SimpleUploadedFile("bc.txt", b"")}
    answer = client_of(specialist).post(reverse("tasks:act", args=[document.task_id, "complete"]), sent)
    assert answer.status_code == 422
    assert "0 bytes" in text_of(answer)


def test_a_document_that_is_not_authentic_says_so_clearly_and_offers_no_register() -> None:
    ours = agency()
    verdict = {
        "valid": False,
        "code": "unsigned",
        "sentences": {"vi": "Gói tin không có chữ ký.", "en": "No signature."},
    }
    document = incoming_document(
        ours,
        at=now(),
        authentic=False,
        state=State.REFUSED,
        reason="Gói tin không có chữ ký.",
        verdict=verdict,
    )
    for language, words in (
        ("en", ["Not authentic", "No signature."]),
        ("vi", ["Không xác thực", "không có chữ ký"]),
    ):
        page = text_of(
            client_as(Role.CLERK, ours, language).get(reverse("office:incoming_detail", args=[document.id]))
        )
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
    clerk = client_as(Role.CLERK, ours)
    pdf, page = (
        _with_file(ours, b"%PDF-1.7\n%%EOF", "số 1.pdf"),
        _with_file(ours, b"<script>alert(1)</script>", "x.html"),
    )
    shown = clerk.get(reverse("office:incoming_file", args=[pdf.id, 1]) + "?inline=1")
    kept = clerk.get(reverse("office:incoming_file", args=[page.id, 1]) + "?inline=1")
    assert shown["Content-Disposition"].startswith("inline; filename*=UTF-8''s%E1%BB%91%201.pdf")
    assert kept["Content-Disposition"].startswith("attachment")
    assert shown["X-Content-Type-Options"] == kept["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'self'" in shown["Content-Security-Policy"]


def test_the_register_is_a_table_that_spreadsheets_read_and_no_formula() -> None:
    ours = agency()
    incoming_document(ours, at=now(), state=State.REGISTERED, sender_name="=HYPERLINK(1)", code="15/QĐ-UBND")
    answer = client_as(Role.CLERK, ours).get(reverse("office:incoming_export") + "?tab=all")
    text = text_of(answer)
    assert text.startswith("\ufeff")
    head, row = list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
    assert row[1:4] == ["1", "'=HYPERLINK(1)", "15/QĐ-UBND"]
    assert len(head) == len(row)


@pytest.mark.parametrize(
    "query", ["?tab=nonsense", "?urgency=x", "?text=" + "x" * 500, "?sender=%00", "?text=%00"]
)
def test_a_list_survives_any_query(query: str) -> None:
    ours = agency()
    incoming_document(ours, at=now())
    assert client_as(Role.CLERK, ours).get(reverse("office:incoming") + query).status_code == 200


def test_a_damaged_cursor_is_refused_politely() -> None:
    answer = client_as(Role.CLERK, agency()).get(reverse("office:incoming") + "?cursor=%F0%9F")
    assert answer.status_code == 400


def test_empty_lists_say_what_to_do() -> None:
    ours = agency()
    assert "Nothing waits for you" in text_of(client_as(Role.CLERK, ours).get(reverse("office:incoming")))
    assert "No document matches" in text_of(
        client_as(Role.CLERK, ours).get(reverse("office:incoming") + "?tab=all&text=zzz")
    )
    outgoing = text_of(client_as(Role.LEADER, ours).get(reverse("office:outgoing")))
    assert reverse("office:compose") in outgoing


@pytest.mark.parametrize("name", ["office:incoming", "office:outgoing"])
def test_a_list_page_costs_the_same_queries_however_many_rows(name: str) -> None:
    ours, theirs = agency(), agency()
    clerk = client_as(Role.CLERK, ours)
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


def test_what_is_overdue_is_shown_as_such() -> None:
    ours = agency()
    incoming_document(ours, at=now(), state=State.ASSIGNED, due_at=now() - timedelta(days=2, hours=1))
    page = text_of(client_as(Role.CLERK, ours).get(reverse("office:incoming") + "?tab=all"))
    assert "2 d overdue" in page


@pytest.mark.parametrize(
    ("code", "said", "unsaid"),
    [
        ("by-clerk", "Vouched for by the clerk", "Authentic and whole"),
        ("valid", "Authentic and whole", "Vouched for by the clerk"),
    ],
)
def test_what_only_the_clerk_vouches_for_is_not_called_authentic_and_whole(
    code: str, said: str, unsaid: str
) -> None:
    ours = agency()
    verdict = {"valid": True, "code": code, "sentences": {"vi": "Đã kiểm tra.", "en": "Looked at."}}
    document = incoming_document(ours, verdict=verdict)
    page = text_of(client_as(Role.CLERK, ours).get(reverse("office:incoming_detail", args=[document.id])))
    assert said in page
    assert unsaid not in page

"""The API of the office's documents: the rights and answers of the pages, many papers in one call."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lienthong.directory.public import Agency
from lienthong.identity.public import Role, acting_viewer
from lienthong.identity.tests.factories import agency, official_in, viewer_in
from lienthong.kernel.blobs import read_blob
from lienthong.ledger.public import Subject, timeline
from lienthong.office.actions.entering import Paper, enter_papers
from lienthong.office.actions.paper import SeemsToBeHere
from lienthong.office.contracts import PaperFacts
from lienthong.office.document_rest import PageOut
from lienthong.office.models import IncomingDocument
from lienthong.office.register_models import RegisterBook
from lienthong.office.states import Source, State
from lienthong.office.tests.factories import NOON, general_book, incoming_document, led_by
from lienthong.office.tests.pages import client_as, client_of
from lienthong.office.tests.scans import blank, scanned
from lienthong.tasks.public import Part

pytestmark = pytest.mark.django_db
LIST = "/office/api/v1/incoming"
PAPERS = "/office/api/v1/incoming/papers"


def _facts(number: int, **fields: Any) -> dict[str, Any]:
    said = {"subject": f"Về việc cấp điện lần {number}", "sender_name": "Công ty Điện lực"}
    return said | {"code": f"{number}/CV-ĐL", "promulgated_on": "2026-02-27"} | fields


def _files(*contents: bytes) -> list[SimpleUploadedFile]:
    return [SimpleUploadedFile("scan.pdf", content, "application/pdf") for content in contents]


def _send(client: Client, facts: list[dict[str, Any]], *contents: bytes) -> Any:
    return client.post(PAPERS, {"documents": json.dumps(facts), "files": _files(*contents)})


def _listed(client: Client, **asked: str) -> list[str]:
    answer = client.get(LIST, asked)
    assert answer.status_code == 200, answer.content
    return [row.code for row in PageOut.model_validate_json(answer.content).documents]


def test_a_list_shows_what_the_page_shows_page_by_page() -> None:
    ours = agency()
    documents = [incoming_document(ours) for _ in range(52)]
    incoming_document(agency())
    client = client_as(Role.LEADER, ours)
    first = PageOut.model_validate_json(client.get(LIST).content)
    second = PageOut.model_validate_json(client.get(LIST, {"cursor": first.next}).content)
    assert second.next == ""
    shown = [row.id for row in (*first.documents, *second.documents)]
    assert shown == [document.id for document in reversed(documents)]
    row = first.documents[0]
    assert (row.state, row.sender_name, row.lead_name, row.change_asked) == (
        "arrived", "Văn phòng Chính phủ", "", "",
    )  # fmt: skip
    assert row.arrived_at == documents[-1].arrived_at
    assert '+07:00"' in client.get(LIST).content.decode()


def test_a_specialist_sees_the_documents_with_a_part_of_the_own_only_also_by_searching() -> None:
    ours = agency()
    told, other = (incoming_document(ours, state=State.REGISTERED, urgency=2) for _ in range(2))
    account = official_in(ours, Role.SPECIALIST)
    led_by(told, acting_viewer(account, at=NOON), part=Part.INFORMED, at=NOON)
    specialist, clerk = client_of(account), client_as(Role.CLERK, ours)
    assert _listed(specialist) == _listed(specialist, text="ket noi") == [told.code]
    assert _listed(client_as(Role.SPECIALIST, ours)) == []
    assert _listed(clerk, text="ket noi") == [other.code, told.code]
    assert _listed(clerk, text=told.code) == [told.code]
    assert _listed(clerk, urgency="3") == []
    assert _listed(clerk, tab="registered", urgency="2", sender="chinh phu") == [other.code, told.code]


def test_a_register_book_narrows_the_list() -> None:
    ours = agency()
    document = incoming_document(ours, state=State.REGISTERED)
    book = general_book(ours)
    other = RegisterBook.objects.exclude(pk=book.pk).order_by("-pk").first()
    clerk = client_as(Role.CLERK, ours)
    assert _listed(clerk, register_book=str(book.pk)) == [document.code]
    assert _listed(clerk, register_book=str((other.pk if other else book.pk) + 1000)) == []


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"tab": "nonsense"}, "tab"),
        ({"urgency": "9"}, "urgency"),
        ({"since": "yesterday"}, "since"),
        ({"text": "x" * 201}, "text"),
        ({"sender": "a\0"}, "sender"),
        ({"register_book": "99999999999999999999"}, "register_book"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_field(asked: dict[str, str], field: str) -> None:
    answer = client_as(Role.CLERK, agency()).get(LIST, asked)
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert field in answer.json()["field"]


def test_a_cursor_of_somebody_else_is_refused() -> None:
    answer = client_as(Role.CLERK, agency()).get(LIST, {"cursor": "!!"})
    assert (answer.status_code, answer.json()["title"]) == (400, "bad-cursor")


def test_a_list_costs_the_same_queries_however_long_it_is() -> None:
    ours, costs = agency(), []
    client = client_as(Role.CLERK, ours)
    client.get(LIST)
    for number in (2, 40):
        for _ in range(number):
            incoming_document(ours)
        with CaptureQueriesContext(
            connection,
        ) as found:
            _listed(client)
        costs.append(len(found))
    assert costs[0] == costs[1] <= 5


def test_papers_arrive_as_the_clerk_who_enters_each_by_itself_would_have_it() -> None:
    ours, pdf = agency(), scanned()
    sender = agency(name="Sở Xây dựng")
    facts = [_facts(1), _facts(2, sender_name="", sender_code=sender.code, came_by="mail", urgency=1)]
    answer = _send(client_as(Role.CLERK, ours), facts, pdf, blank(2))
    assert answer.status_code == 200, answer.content
    assert [one["status"] for one in answer.json()["answers"]] == [201, 201]
    first, second = (IncomingDocument.objects.get(pk=one["id"]) for one in answer.json()["answers"])
    assert (first.agency, first.state, first.source, first.authentic) == (
        ours,
        State.ARRIVED,
        Source.PAPER,
        True,
    )
    assert (first.pages, second.pages, second.source, second.urgency) == (1, 2, Source.MAIL, 1)
    assert (second.sender_code, second.sender_name) == (sender.code, "Sở Xây dựng")
    file = first.files.get()
    assert file.blob is not None
    assert (file.name, read_blob(file.blob), file.verdict) == ("1_CV-ĐL.pdf", pdf, None)
    assert "checked seal and signature" in first.verdict["sentences"]["en"]
    assert first.read_text.state == "waiting"
    (event,) = timeline(Subject("office.incoming", str(first.id)))
    assert (event.verb, event.data["code"], event.data["pages"]) == ("incoming.enter", "1/CV-ĐL", 1)
    assert _listed(client_as(Role.CLERK, ours), text="cap dien") == ["2/CV-ĐL", "1/CV-ĐL"]


def test_what_one_paper_is_refused_for_keeps_no_other_back() -> None:
    ours = agency()
    client = client_as(Role.CLERK, ours)
    _send(client, [_facts(1), _facts(2, code="")], blank(), blank())
    facts = [
        _facts(1, code="01 / cv-đl"),
        _facts(1, duplicate_reason="Bản gốc đến sau"),
        _facts(2, code=""),
        _facts(3),
        _facts(4, sender_code="KHONG.CO"),
        _facts(5, promulgated_on="2126-01-01"),
        _facts(6, subject="TỐI MẬT"),
        _facts(7),
        _facts(8),
    ]
    contents = [blank()] * 7 + [b"%PDF-1.7 broken", b"MZ program"]
    answers = _send(client, facts, *contents).json()["answers"]
    assert [one["problem"]["title"] if one["problem"] else one["status"] for one in answers] == [
        "seems-to-be-here", 201, "seems-to-be-here", 201, "unknown-agency", "dated-ahead", "secret-document",
        "broken-scan", "executable-refused",
    ]  # fmt: skip
    again = IncomingDocument.objects.get(pk=answers[1]["id"])
    assert again.duplicate_reason == "Bản gốc đến sau"
    assert IncomingDocument.objects.filter(agency=ours).count() == 4


def test_the_same_paper_twice_in_a_call_is_entered_once() -> None:
    ours = agency()
    answers = _send(client_as(Role.CLERK, ours), [_facts(1), _facts(1), _facts(2)], *[blank()] * 3)
    first, second, third = answers.json()["answers"]
    assert (first["status"], second["problem"]["title"], third["status"]) == (201, SeemsToBeHere.code, 201)
    assert IncomingDocument.objects.filter(agency=ours).count() == 2


def test_papers_cost_the_same_queries_however_many_they_are() -> None:
    clerk, costs = viewer_in(agency(), Role.CLERK), []
    for numbers in (range(2), range(2, 32)):
        # Signatures are looked up by the content of each PDF: one content, one query more.
        papers = [
            Paper(
                "a.pdf",
                io.BytesIO(scanned(pages=n % 3 + 1, dpi=20)),
                PaperFacts(f"Số {n}", "Điện lực", code=f"{n}/CV"),
            )
            for n in numbers
        ]
        with CaptureQueriesContext(connection) as found:
            enter_papers(papers=papers, viewer=clerk, at=NOON)
        costs.append(len(found))
    assert costs[0] == costs[1]


@pytest.mark.parametrize(
    ("documents", "files", "problem", "field"),
    [
        ("not json", 1, "call-invalid", ""),
        ("[]", 1, "call-invalid", ""),
        ('[{"subject": "a", "sender_name": "b", "agency": 7}]', 1, "call-invalid", "0/agency"),
        ('[{"subject": "a", "sender_name": "b", "urgency": 7}]', 1, "call-invalid", "0/urgency"),
        ('[{"subject": "a\\u0000", "sender_name": "b"}]', 1, "call-invalid", "0/subject"),
        ('[{"subject": "a\\ud800", "sender_name": "b"}]', 1, "call-invalid", ""),
        ('[{"subject": "a", "sender_name": "b"}]', 2, "files-differ", "files"),
        ("[" * 100_000, 1, "call-invalid", ""),
    ],
)
def test_a_call_of_another_form_is_refused_whole(
    documents: str, files: int, problem: str, field: str
) -> None:
    client = client_as(Role.CLERK, agency())
    answer = client.post(PAPERS, {"documents": documents, "files": _files(*[blank()] * files)})
    assert (answer.status_code, answer.json()["title"]) == (422, problem)
    assert field in answer.json().get("field", "")
    assert not IncomingDocument.objects.exists()


def test_a_call_without_files_or_with_too_many_is_refused() -> None:
    client = client_as(Role.CLERK, agency())
    assert client.post(PAPERS, {"documents": json.dumps([_facts(1)])}).status_code == 422
    many = [_facts(number) for number in range(51)]
    assert _send(client, many, *[b"x"] * 51).json()["title"] == "files-differ"


def test_writing_needs_the_token_of_the_session() -> None:
    place = agency()
    client = Client(enforce_csrf_checks=True)
    client.force_login(official_in(place, Role.CLERK))
    client.cookies["csrftoken"] = "b" * 32
    refused = _send(client, [_facts(1)], blank())
    assert (refused.status_code, refused.json()["title"]) == (403, "csrf-missing")
    data = {"documents": json.dumps([_facts(1)]), "files": _files(blank())}
    taken = client.post(PAPERS, data, headers={"x-csrftoken": "b" * 32})
    assert taken.json()["answers"][0]["status"] == 201


def test_only_a_clerk_enters_and_nobody_is_told_to_sign_in_with_a_page() -> None:
    place: Agency = agency()
    assert _send(client_as(Role.LEADER, place), [_facts(1)], blank()).status_code == 403
    answer = Client().get(LIST)
    assert (answer.status_code, answer.json()["title"]) == (401, "not-signed-in")
    assert Client().post(PAPERS).status_code == 401


def test_the_description_names_both_calls() -> None:
    answer = client_as(Role.CLERK, agency()).get(reverse("office:document-api:openapi-json"))
    assert {LIST, PAPERS} <= answer.json()["paths"].keys()

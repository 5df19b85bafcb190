"""The pages of the catalogue: what is drawn for whom, what a form answers, what a download is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from lienthong.identity.public import Role
from lienthong.identity.tests.factories import agency, official_in
from lienthong.kernel.clock import now
from lienthong.procedures.bpmn import write_bpmn
from lienthong.procedures.definition import parse_definition
from lienthong.procedures.models import Procedure, ProcedureVersion
from lienthong.procedures.states import VersionState
from lienthong.procedures.stored import definition_of
from lienthong.procedures.tests.factories import definition, draft, procedure, published
from lienthong.procedures.tests.processes import whole
from lienthong.procedures.web.catalogue import days_in_words

pytestmark = pytest.mark.django_db


def signed_in(of: Any, role: Role) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(official_in(of, role))
    client.cookies["django_language"] = "en"
    return client


def page(client: Client, name: str, *args: Any, query: str = "") -> str:
    return client.get(reverse(f"procedures:{name}", args=args) + query).content.decode()


def rows_sent(prefix: str, rows: list[dict[str, Any]], *, initial: int = 0) -> dict[str, Any]:
    """A formset as a browser sends it."""
    sent: dict[str, Any] = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": initial}
    for place, row in enumerate(rows):
        sent |= {f"{prefix}-{place}-{name}": value for name, value in row.items()}
    return sent


def test_the_list_finds_by_name_without_marks_field_and_level() -> None:
    version = published(procedure(name="Đăng ký khai sinh", name_en="Birth registration"))
    published(procedure(version.procedure.authority, name="Cấp giấy phép xây dựng", level="province"))
    client = signed_in(agency(), Role.SPECIALIST)
    everything = page(client, "procedures")
    assert "Birth registration" in everything
    assert "Cấp giấy phép xây dựng" in everything
    for query, found in (("?text=dang ky KHAI", True), ("?text=xay", False), ("?level=commune", True)):
        assert ("Birth registration" in page(client, "procedures", query=query)) is found, query
    assert "No procedure matches" in page(client, "procedures", query="?text=không-có")


def test_the_list_takes_the_same_queries_for_one_and_for_thirty(django_assert_num_queries: Any) -> None:
    of = agency()
    client = signed_in(of, Role.SPECIALIST)
    draft(procedure(of))
    page(client, "procedures")
    with django_assert_num_queries(7) as counted:
        page(client, "procedures")
    for _number in range(30):
        draft(procedure(of))
    with django_assert_num_queries(len(counted)):
        page(client, "procedures")


def test_a_draft_is_seen_by_the_agency_that_publishes_it_alone() -> None:
    made = draft(procedure())
    other = signed_in(agency(), Role.CATALOGUER)
    for name in ("version_detail", "bpmn", "json", "rehearse", "differences"):
        assert other.get(reverse(f"procedures:{name}", args=[made.pk])).status_code == 404
    assert made.procedure.name not in page(other, "procedures")
    own = signed_in(made.procedure.authority, Role.SPECIALIST)
    assert made.procedure.name in page(own, "version_detail", made.pk)


def test_a_page_shows_what_it_takes_and_offers_what_may_be_done() -> None:
    version = published(at=now())
    of = version.procedure.authority
    shown = page(signed_in(of, Role.LEADER), "procedure_detail", version.procedure_id)
    assert "2 working days" in shown
    assert "8,000 đồng" in shown
    assert "Stop offering it" in shown
    assert "Begin a new version" not in shown
    assert "Begin a new version" in page(
        signed_in(of, Role.CATALOGUER), "procedure_detail", version.procedure_id
    )


def test_a_draft_is_begun_changed_and_published_through_the_pages() -> None:
    first = published(at=now())
    of = first.procedure.authority
    officer, leader = signed_in(of, Role.CATALOGUER), signed_in(of, Role.LEADER)
    begun = officer.post(reverse("procedures:start", args=[first.procedure_id]))
    draft_id = ProcedureVersion.objects.get(state=VersionState.DRAFT).pk
    assert begun.headers["Location"] == reverse("procedures:edit", args=[draft_id, "about"])
    about = {"law": "Luật A\n\n Luật B ", "limit_days": "3", "conditions": "Có mặt", "changes": "0"}
    assert officer.post(reverse("procedures:edit", args=[draft_id, "about"]), about).status_code == 302
    fees = rows_sent("fees", [{"key": "copy", "name": "Bản sao", "amount": "3000"}, {"key": ""}])
    poor = {"key": "poor", "name": "Hộ nghèo", "share": "50", "fee": "copy", "law": "Luật Phí 2015"}
    for wrong in ({"share": "0"}, {"share": "101"}, {"law": ""}, {"fee": "Bản sao"}, {"when": "tuổi <"}):
        sent = fees | rows_sent("exemptions", [poor | wrong])
        answer = officer.post(reverse("procedures:edit", args=[draft_id, "fees"]), sent)
        assert answer.status_code == 422, wrong
    fees |= rows_sent("exemptions", [poor, {"key": ""}])
    assert officer.post(reverse("procedures:edit", args=[draft_id, "fees"]), fees).status_code == 302
    papers = rows_sent(
        "papers", [{"key": "birth", "name": "Giấy chứng sinh", "originals": "0", "copies": "2"}]
    )
    assert officer.post(reverse("procedures:edit", args=[draft_id, "papers"]), papers).status_code == 302
    says = definition_of(ProcedureVersion.objects.get(pk=draft_id))
    assert (says.law, says.limit_minutes, says.fees[0].amount) == (("Luật A", "Luật B"), 1440, 3000)
    assert (says.papers[0].originals, says.papers[0].copies) == (0, 2)
    assert [(one.key, one.share, one.fee, one.by_hand) for one in says.exemptions] == [
        ("poor", 50, "copy", True)
    ]
    shown = page(officer, "differences", draft_id)
    assert "960" in shown
    assert "1440" in shown
    assert "Hộ nghèo" in shown
    assert "50%" in page(officer, "version_detail", draft_id)
    assert leader.post(reverse("procedures:publish", args=[draft_id])).status_code == 302
    first.refresh_from_db()
    assert first.state == VersionState.SUPERSEDED


def test_the_process_is_edited_as_a_table() -> None:
    made = draft(procedure(), at=now())
    officer = signed_in(made.procedure.authority, Role.CATALOGUER)
    assert "Examine" in page(officer, "edit", made.pk, "process")
    sent = rows_sent("process-lanes", [{"key": "desk", "name": "Một cửa", "body": "owner", "role": "clerk"}])
    sent |= rows_sent(
        "process-steps",
        [
            {"key": "begin", "kind": "start"},
            {"key": "a", "kind": "task", "name": "Nhận", "lane": "desk", "minutes": "30", "effects": "x y"},
            {"key": "end", "kind": "end"},
        ],
    )
    sent |= rows_sent(
        "process-transitions", [{"source": "begin", "target": "a"}, {"source": "a", "target": "end"}]
    )
    assert officer.post(reverse("procedures:edit", args=[made.pk, "process"]), sent).status_code == 302
    process = definition_of(ProcedureVersion.objects.get(pk=made.pk)).process
    assert [step.key for step in process.steps] == ["begin", "a", "end"]
    assert process.step["a"].effects == ("x", "y")


@pytest.mark.parametrize("part", ["about", "papers", "fees", "results", "process", "questions", "json"])
def test_what_a_page_shows_and_is_sent_back_changes_nothing(part: str) -> None:
    says = definition(process=whole(), limit_minutes=None)
    made = draft(procedure(), says, at=now())
    officer = signed_in(made.procedure.authority, Role.CATALOGUER)
    address = reverse("procedures:edit", args=[made.pk, part])
    editor = officer.get(address).context["editor"]
    sent: dict[str, Any] = {}
    forms = [editor.form] if editor.form else []
    for _table, formset in editor.tables:
        forms += [formset.management_form, *formset]
    for form in forms:
        for field in form:
            value = field.value()
            if value is not None and value is not False:
                sent[field.html_name] = value
    assert officer.post(address, sent).status_code == 302
    assert definition_of(ProcedureVersion.objects.get(pk=made.pk)) == says


@pytest.mark.parametrize(
    ("part", "sent", "expected"),
    [
        (
            "fees",
            rows_sent("fees", [{"key": "x", "name": "X", "amount": "-5"}]),
            "greater than or equal to 0",
        ),
        ("fees", rows_sent("fees", [{"key": "Không", "name": "X", "amount": "5"}]), "Use small letters"),
        ("papers", rows_sent("papers", [{"key": "x", "name": ""}]), "This field is required"),
        ("json", {"json": '{"pages": ['}, "something is wrong at line 1"),
        ("json", {"json": '{"pages": [{"key": "p"}]}'}, "pages 1, title: is missing"),
        ("json", {"json": "[" * 100_000}, "no JSON"),
        ("papers", rows_sent("papers", [{"key": "x", "name": "X", "when": "a ==="}]), "is no condition"),
        ("about", {"limit_days": "-1"}, "greater than or equal to 0"),
    ],
)
def test_what_cannot_be_saved_is_said_and_nothing_is_saved(
    part: str, sent: dict[str, Any], expected: str
) -> None:
    made = draft(procedure(), at=now())
    officer = signed_in(made.procedure.authority, Role.CATALOGUER)
    answer = officer.post(reverse("procedures:edit", args=[made.pk, part]), sent)
    assert answer.status_code == 422
    assert expected in answer.content.decode()
    assert definition_of(ProcedureVersion.objects.get(pk=made.pk)) == definition()


def test_a_draft_saved_by_another_meanwhile_is_not_overwritten() -> None:
    made = draft(procedure(), at=now())
    officer = signed_in(made.procedure.authority, Role.CATALOGUER)
    answer = officer.post(reverse("procedures:edit", args=[made.pk, "about"]), {"changes": "0"})
    assert answer.status_code == 422
    assert "Somebody else saved this draft" in answer.content.decode()


def test_files_go_out_and_come_in() -> None:
    version = published(at=now())
    of = version.procedure.authority
    officer = signed_in(of, Role.CATALOGUER)
    as_json = officer.get(reverse("procedures:json", args=[version.pk])).content
    assert parse_definition(json.loads(as_json)) == definition()
    made = draft(procedure(of), at=now())
    for name, content in (("all.json", as_json), ("p.bpmn", write_bpmn(whole()))):
        file = SimpleUploadedFile(name, content)
        officer.post(reverse("procedures:read_file", args=[made.pk]), {"file": file})
    says = definition_of(ProcedureVersion.objects.get(pk=made.pk))
    assert says.process == whole()
    assert says.form == definition().form


def test_the_drawing_speaks_the_readers_language_and_a_download_does_not() -> None:
    steps = tuple(one.model_copy(update={"name_en": f"English {one.key}"}) for one in whole().steps)
    process = whole().model_copy(update={"steps": steps})
    version = published(says=definition(process=process, limit_minutes=None), at=now())
    client = signed_in(agency(), Role.SPECIALIST)
    address = reverse("procedures:bpmn", args=[version.pk])
    assert f'data-bpmn="{address}?drawn=1" hidden' in page(client, "version_detail", version.pk)
    drawn, downloaded = (client.get(address + query).content.decode() for query in ("?drawn=1", ""))
    assert all(f' name="{one.name_en}"' in drawn for one in steps)
    assert downloaded.encode() == write_bpmn(process, name=version.procedure.name)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("p.bpmn", b"<x/>", "not a BPMN 2.0 document"),
        ("p.json", b"{", "is not of the form"),
        ("p.json", b'{"papers": [{"key": "a", "name": "A"}, {"key": "a", "name": "B"}]}', "is there twice"),
        ("p.bpmn", b"x" * 2_000_001, "larger than 2 MB"),
    ],
)
def test_a_file_that_cannot_be_read_changes_nothing(name: str, content: bytes, expected: str) -> None:
    made = draft(procedure(), at=now())
    officer = signed_in(made.procedure.authority, Role.CATALOGUER)
    answer = officer.post(
        reverse("procedures:read_file", args=[made.pk]),
        {"file": SimpleUploadedFile(name, content)},
        follow=True,
    )
    assert expected in answer.content.decode()
    assert definition_of(ProcedureVersion.objects.get(pk=made.pk)) == definition()


def test_a_rehearsal_plays_the_process_to_its_end() -> None:
    version = published(says=definition(process=whole(), limit_minutes=None), at=now())
    client = signed_in(agency(), Role.AUDITOR)
    played = ["receive", "examine", "complete:ask", "police", "land", "sign", "wait"]
    for number in range(len(played)):
        query = "?" + "&".join(f"done={one}" for one in played[:number])
        assert f'value="{played[number]}"' in page(client, "rehearse", version.pk, query=query)
    query = "?" + "&".join(f"done={one}" for one in played)
    assert "The process has ended" in page(client, "rehearse", version.pk, query=query)
    assert "Chờ nộp phí" in page(
        client, "rehearse", version.pk, query=query.replace("sign&done=wait", "") + "&fee=5"
    )
    nonsense = "?done=gone&done=complete:gone&fee=x&done=" + "x" * 3000
    assert "Receive" in page(client, "rehearse", version.pk, query=nonsense)


def test_the_list_is_downloaded_as_csv() -> None:
    version = published()
    answer = signed_in(agency(), Role.CLERK).get(reverse("procedures:procedures_export"))
    text = b"".join(answer).decode()
    assert version.procedure.code in text
    assert "In force" in text


def test_an_empty_catalogue_says_how_it_is_filled() -> None:
    Procedure.objects.all().delete()
    assert "The catalogue is empty" in page(signed_in(agency(), Role.CLERK), "procedures")


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "0 ngày làm việc"), (45, "45 phút làm việc"), (480, "1 ngày làm việc"), (600, "1,25 ngày làm việc")],
)
def test_a_duration_is_told_in_the_unit_that_people_count_in(minutes: int, words: str) -> None:
    assert days_in_words(minutes) == words

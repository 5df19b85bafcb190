"""The form is edited as tables: pages, questions, questions of a group; rows move, go and come back."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from lxml import html

from lienthong.identity.public import Role
from lienthong.identity.tests.factories import agency, official_in
from lienthong.kernel.clock import now
from lienthong.procedures.form import Form
from lienthong.procedures.models import ProcedureVersion
from lienthong.procedures.question_forms import made_key
from lienthong.procedures.stored import definition_of
from lienthong.procedures.tests.factories import definition, draft, procedure, published

pytestmark = pytest.mark.django_db


def signed_in(of: Any, role: Role = Role.CATALOGUER) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(official_in(of, role))
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def made() -> ProcedureVersion:
    return draft(procedure(), at=now())


@pytest.fixture
def client(made: ProcedureVersion) -> Client:
    return signed_in(made.procedure.authority)


def address(of: ProcedureVersion, *places: str) -> str:
    names = {0: "edit", 1: "edit_page", 2: "edit_group"}
    return reverse(f"procedures:{names[len(places)]}", args=[of.pk, *(places or ("questions",))])


def sent_by(page: bytes, **changes: Any) -> dict[str, Any]:
    """What a browser would send of the editing form, with some fields filled in otherwise."""
    form = next(
        one for one in html.fromstring(page).xpath("//main//form") if one.xpath(".//*[@id='editing']")
    )
    sent: dict[str, Any] = {}
    for name, value in form.form_values():
        if name != "csrfmiddlewaretoken":  # a browser leaves out the first line end of a text area
            sent.setdefault(name, []).append(value.removeprefix("\n"))
    for name, value in changes.items():
        if value is None:
            sent.pop(name, None)
        else:
            sent[name] = value
    return sent


def says(of: ProcedureVersion) -> Form:
    form = definition_of(ProcedureVersion.objects.get(pk=of.pk)).form
    assert form is not None
    return form


PARENTS = "form-pages-parents-questions"
CHILD = "form-pages-child-questions"


@pytest.mark.parametrize("places", [(), ("child",), ("parents",), ("parents", "siblings"), ("proof",)])
def test_what_is_shown_and_sent_back_changes_nothing(
    made: ProcedureVersion, client: Client, places: tuple[str, ...]
) -> None:
    url = address(made, *places)
    assert client.post(url, sent_by(client.get(url).content)).status_code == 302
    assert definition_of(ProcedureVersion.objects.get(pk=made.pk)) == definition()


def test_a_form_is_built_from_nothing_with_tables_alone() -> None:
    of = procedure()
    empty = draft(of, definition(form=None), at=now())
    client = signed_in(of.authority)
    url = address(empty)
    page = sent_by(
        client.get(url).content, **{"form-pages-0-title": "Người yêu cầu", "form-pages-0-title_en": "Who"}
    )
    assert client.post(url, page).status_code == 302
    assert [(one.key, one.title_en) for one in says(empty).pages] == [("nguoi_yeu_cau", "Who")]
    assert "the page holds no question" in client.get(url).content.decode()
    url, prefix = address(empty, "nguoi_yeu_cau"), "form-pages-nguoi_yeu_cau-questions"
    rows: list[dict[str, str]] = [
        {"label": "Họ tên", "label_en": "Name", "prefill": "party.full-name", "maximum": "100"},
        {"label": "Tình trạng", "type": "choice", "options": "single | Độc thân | Single\nĐã kết hôn"},
        {
            "label": "Con",
            "type": "group",
            "required": "",
            "when": 'tinh_trang == "da_ket_hon"',
            "maximum": "9",
        },
        {"label": "Số con", "type": "whole-number", "computed_do": "count", "computed_of": "con"},
        {"label": "Ảnh", "type": "file", "key": "photo", "maximum": "2", "hint": "Nền trắng"},
    ]
    answer = client.get(url)
    for number, row in enumerate(rows):
        filled = {f"{prefix}-{number}-{name}": value or None for name, value in row.items()}
        filled["row-act"] = f"add-{prefix}-0"
        answer = client.post(url, sent_by(answer.content, **filled))
        assert answer.status_code == 200
        assert "Not saved yet" in answer.content.decode()
    look = html.fromstring(answer.content).xpath("//*[@id='look']")[0]
    assert "Họ tên" in look.text_content() or "Name" in look.text_content()
    assert "Only if: tinh_trang" in look.text_content()
    assert client.post(url, sent_by(answer.content)).status_code == 302
    name, state, children, count, photo = says(empty).pages[0].questions
    assert (name.key, name.maximum, name.prefill, name.required) == ("ho_ten", 100, "party.full-name", True)
    assert [(one.value, one.label, one.label_en) for one in state.options] == [
        ("single", "Độc thân", "Single"),
        ("da_ket_hon", "Đã kết hôn", ""),
    ]
    assert state.required, "a row that was added asks as one that was there"
    assert (children.required, children.when) == (False, 'tinh_trang == "da_ket_hon"')
    assert count.computed is not None
    assert (count.computed.do, count.computed.of, photo.key) == ("count", ("con",), "photo")
    url = address(empty, "nguoi_yeu_cau", "con")
    inner = {f"{prefix}-con-questions-0-label": "Tên con"}
    assert client.post(url, sent_by(client.get(url).content, **inner)).status_code == 302
    assert says(empty).question["con"].questions[0].key == "ten_con"
    # The page's own table keeps what hangs on its rows.
    url = address(empty, "nguoi_yeu_cau")
    moved = {f"{prefix}-2-label": "Các con", "row-act": f"up-{prefix}-2"}
    answer = client.post(url, sent_by(client.get(url).content, **moved))
    assert client.post(url, sent_by(answer.content)).status_code == 302
    assert [one.key for one in says(empty).questions] == ["ho_ten", "con", "tinh_trang", "so_con", "photo"]
    assert says(empty).question["con"].questions[0].key == "ten_con"


def test_rows_move_go_and_come_back_before_anything_is_saved(made: ProcedureVersion, client: Client) -> None:
    url = address(made, "parents")
    answer = client.get(url)
    for act in (f"down-{PARENTS}-0", f"remove-{PARENTS}-2", f"remove-{PARENTS}-4", f"restore-{PARENTS}-4"):
        answer = client.post(url, sent_by(answer.content, **{"row-act": act}))
        assert answer.status_code == 200
    focused = html.fromstring(answer.content).xpath("//*[@autofocus]")
    assert [one.get("value") for one in focused] == [f"remove-{PARENTS}-4"]
    assert "Row 3 goes when it is saved: Marriage_number" in answer.content.decode()
    assert says(made) == definition().form
    assert client.post(url, sent_by(answer.content)).status_code == 302
    assert [one.key for one in says(made).pages[1].questions] == [
        "father_name",
        "married",
        "siblings",
        "sibling_count",
    ]
    shown = client.get(url).content.decode()
    assert "it depends on “married”, which is not asked before it" in shown


def test_an_empty_row_moved_among_filled_ones_is_left_out_when_it_is_saved(
    made: ProcedureVersion, client: Client
) -> None:
    url = address(made, "child")
    page = sent_by(client.get(url).content)
    filled = int(page[f"{CHILD}-INITIAL_FORMS"][0])
    assert filled > 1
    for place in range(filled, 0, -1):  # from the end to the top, past each of the others
        page = sent_by(client.post(url, page | {"row-act": f"up-{CHILD}-{place}"}).content)
        assert f"{CHILD}-{place - 1}-label" not in page, "what is empty has no value in the page"
        assert page[f"{CHILD}-{place}-label"] != [""]
    assert client.post(url, page).status_code == 302
    assert definition_of(ProcedureVersion.objects.get(pk=made.pk)) == definition()


def test_a_row_moved_to_an_end_hands_the_focus_to_the_other_button(
    made: ProcedureVersion, client: Client
) -> None:
    url = address(made, "child")
    answer = client.post(url, sent_by(client.get(url).content, **{"row-act": f"up-{CHILD}-1"}))
    assert html.fromstring(answer.content).xpath("//*[@autofocus]")[0].get("value") == f"down-{CHILD}-0"


@pytest.mark.parametrize(
    "act",
    ["up-", "x", "up-fees-0", f"up-{CHILD}-999", f"up-{CHILD}-0", f"down-{CHILD}-x", "remove--1", "a" * 9999],
)
def test_a_button_that_is_none_changes_nothing(made: ProcedureVersion, client: Client, act: str) -> None:
    url = address(made, "child")
    before = sent_by(client.get(url).content)
    answer = client.post(url, before | {"row-act": act})
    assert answer.status_code == 200
    assert sent_by(answer.content) == before


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("label", "", "This field is required"),
        ("label", "x" * 201, "at most 200"),
        ("key", "Không", "Use small letters"),
        ("key", "child_name", "Another row has this key"),
        ("type", "video", "not one of the available choices"),
        ("minimum", "-1", "greater than or equal to 0"),
        ("maximum", "1.5", "Enter a whole number"),
        ("when", "a ===", "This is no condition"),
        ("when", "__import__('os')", "This is no condition"),
        ("options", "a | A\na | B", "is there twice"),
        ("options", "Độc thân!! | A", "Line 1: write it like"),
        ("options", "a | b | c | d", "Line 1: write it like"),
        ("computed_do", "sum", "Say from which questions"),
        ("computed_of", "child_name", "Say how it is computed"),
        ("computed_of", "a; b", "Write keys of questions"),
        ("prefill", "party.secret", "not one of the available choices"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_saved(
    made: ProcedureVersion, client: Client, field: str, value: str, expected: str
) -> None:
    url, name = address(made, "child"), f"{CHILD}-1-{field}"
    answer = client.post(url, sent_by(client.get(url).content, **{name: value}))
    assert answer.status_code == 422
    tree = html.fromstring(answer.content)
    # A half of a computation is missed at the other half.
    other = {"computed_do": "computed_of", "computed_of": "computed_do"} if expected.startswith("Say") else {}
    at = tree.get_element_by_id(f"id_{CHILD}-1-{other.get(field, field)}")
    assert at.get("aria-invalid") == "true"
    error = next(one for one in at.get("aria-describedby").split() if one.endswith("_error"))
    assert expected in tree.get_element_by_id(error).text_content()
    assert definition_of(ProcedureVersion.objects.get(pk=made.pk)) == definition()


def test_what_stands_against_publishing_is_said_at_the_question_too(
    made: ProcedureVersion, client: Client
) -> None:
    url = address(made, "child")
    wrong = {f"{CHILD}-1-options": "", f"{CHILD}-0-minimum": "9", f"{CHILD}-0-maximum": "2"}
    assert client.post(url, sent_by(client.get(url).content, **wrong)).status_code == 302
    rows = html.fromstring(client.get(url).content).xpath("//table//tr[.//*[@data-color='warning']]")
    assert ["the minimum is larger than the maximum" in rows[0].text_content(), len(rows)] == [True, 2]
    assert "there is nothing to choose from" in rows[1].text_content()


def test_a_page_or_group_that_is_not_there_is_not_found(made: ProcedureVersion, client: Client) -> None:
    for places in (("gone",), ("parents", "gone"), ("parents", "married")):
        url = address(made, *places)
        if places[-1] == "married":  # a question, but no group: it has an empty table of its own
            continue
        assert client.get(url).status_code == 404
        assert client.post(url, {"row-act": "look"}).status_code == 404
    assert client.get(reverse("procedures:edit", args=[made.pk, "nothing"])).status_code == 404


def test_two_edit_at_once_and_the_second_is_told_even_after_moving_rows(
    made: ProcedureVersion, client: Client
) -> None:
    url = address(made, "child")
    mine = client.get(url)
    theirs = sent_by(client.get(url).content, **{f"{CHILD}-0-label": "Tên trẻ"})
    assert signed_in(made.procedure.authority).post(url, theirs).status_code == 302
    mine = client.post(url, sent_by(mine.content, **{"row-act": f"down-{CHILD}-0"}))
    for _again in range(2):  # what is drawn anew still knows when it was opened
        mine = client.post(url, sent_by(mine.content))
        assert mine.status_code == 422
        assert "Somebody else saved this draft" in mine.content.decode()
    assert [one.label for one in says(made).pages[0].questions][:2] == ["Tên trẻ", "Child_sex"]


def test_a_published_version_is_not_edited() -> None:
    version = published(at=now())
    client = signed_in(version.procedure.authority)
    for url in (address(version), address(version, "child"), address(version, "parents", "siblings")):
        for answer in (client.get(url), client.post(url, {"changes": "1"})):
            assert answer.status_code == 409
            assert "is in state" in answer.content.decode()
    assert signed_in(agency()).get(address(version)).status_code == 403


def test_the_form_goes_out_and_in_as_json_both_ways(made: ProcedureVersion, client: Client) -> None:
    url = reverse("procedures:edit", args=[made.pk, "json"])
    tree = html.fromstring(client.get(url).content)
    text = tree.xpath("//textarea[@name='json']")[0].text.strip()
    emptied = sent_by(client.get(address(made)).content, **{f"form-pages-{n}-DELETE": "on" for n in range(3)})
    assert client.post(address(made), emptied).status_code == 302
    assert definition_of(ProcedureVersion.objects.get(pk=made.pk)).form is None
    assert client.post(url, {"json": text}).status_code == 302
    assert says(made) == definition().form


def test_a_page_with_sixty_questions_is_edited_with_as_many_queries_as_one_with_one(
    django_assert_num_queries: Any,
) -> None:
    def drafted(count: int) -> ProcedureVersion:
        pages = [
            {
                "key": "p",
                "title": "P",
                "questions": [{"key": f"q{n}", "label": f"Câu {n}"} for n in range(count)],
            }
        ]
        says = definition(form=Form.model_validate({"pages": pages}), fees=())
        return draft(procedure(of), says, at=now())

    of = agency()
    client = signed_in(of)
    client.get(address(drafted(1), "p"))
    small, large = drafted(1), drafted(60)
    with django_assert_num_queries(10) as counted:
        client.get(address(small, "p"))
    with django_assert_num_queries(len(counted)):
        page = client.get(address(large, "p"))
    assert client.post(address(large, "p"), sent_by(page.content)).status_code == 302
    assert len(says(large).pages[0].questions) == 60


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("Họ, chữ đệm, tên", "ho_chu_dem_ten"),
        ("Đã kết hôn?", "da_ket_hon"),
        ("2 con", "q_2_con"),
        ("中文", "q"),
        ("x" * 99, "x" * 40),
    ],
)
def test_a_key_is_made_of_words(words: str, key: str) -> None:
    assert made_key(words) == key

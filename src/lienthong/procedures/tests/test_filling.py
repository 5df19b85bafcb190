"""A form drawn and sent back gives the answers it was drawn with; what is odd is said at its field."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy, override
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from lienthong.directory.public import AdministrativeUnit
from lienthong.kernel.errors import Refusal
from lienthong.procedures.actions.loading import shipped
from lienthong.procedures.answers import AnswerFault, faults_in, whole_answers
from lienthong.procedures.filling import (
    DrawnForm,
    KeptFile,
    Place,
    Posted,
    answers_from_post,
    form_pages,
    invented_answers,
    prefilled_answers,
)
from lienthong.procedures.form import Form, Prefill
from lienthong.procedures.places import Communes
from lienthong.procedures.tests.forms import SEXES, birth, form, page, question

ON = date(2026, 11, 25)
FILE = "0" * 64


class TwoPlaces:
    """Knows two communes of one name."""

    BOTH = (Place("00004", "Phường Đông, Hà Nội"), Place("00007", "Phường Đông, Huế"))

    def find(self, text: str) -> tuple[Place, ...]:
        return tuple(one for one in self.BOTH if text in one.label)

    def labels(self, codes: Any) -> dict[str, str]:
        return {one.code: one.label for one in self.BOTH if one.code in codes}


def drawn_page(drawn: DrawnForm) -> Any:
    return html.fromstring(f"<form>{render_to_string('procedures/_form.html', {'drawn': drawn})}</form>")


def sent_by(page: Any, **changes: str | list[str]) -> QueryDict:
    """What a browser without JavaScript sends of the page."""
    sent = QueryDict(mutable=True)
    for name, value in page.form_values():
        sent.appendlist(name, value)
    for name, value in changes.items():
        sent.setlist(name.replace("__", "-"), [value] if isinstance(value, str) else value)
    return sent


def post(of: Form, answers: dict[str, Any], **changes: str | list[str]) -> Posted:
    """Draw the form with answers, change some fields, send it."""
    return read(of, sent_by(drawn_page(form_pages(of, answers)), **changes))


def read(of: Form, sent: QueryDict, **given: Any) -> Posted:
    return answers_from_post(of, sent, on=ON, may_keep=lambda _one: True, places=TwoPlaces(), **given)


def said(posted: Posted) -> dict[str, str]:
    with override("en"):
        return {".".join(map(str, fault.path)): str(fault) for fault in posted.faults}


@pytest.mark.parametrize("listed", shipped(), ids=lambda one: one.listing["code"])
def test_every_shipped_form_comes_back_as_it_was_drawn(listed: Any) -> None:
    of = listed.definition.form
    answers = invented_answers(of, on=ON)
    posted = post(of, answers)
    assert posted.answers == answers
    assert posted.accepted, said(posted)


SIBLINGS = st.lists(
    st.fixed_dictionaries(
        {"sibling_name": st.text("abĐế", min_size=1, max_size=5), "at_school": st.booleans()}
    ),
    max_size=3,
)


@settings(max_examples=30, deadline=None)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "child_name": st.text(max_size=30),
            "child_sex": st.sampled_from(["male", "female", "other"]),
            "born_on": st.dates(min_value=date(1900, 1, 1)).map(date.isoformat) | st.text(max_size=10),
            "married": st.booleans(),
            "father_name": st.text(max_size=5),
            "siblings": SIBLINGS,
            "scan": st.lists(st.just(FILE), max_size=1),
        },
    )
)
def test_whatever_was_answered_is_drawn_and_is_stable_once_sent(answers: dict[str, Any]) -> None:
    once = post(birth(), whole_answers(birth(), answers, on=ON))
    again = post(birth(), dict(once.answers))
    assert again.answers == once.answers
    assert said(again) == said(once)


@pytest.mark.parametrize(
    ("changes", "key", "answer", "fault"),
    [
        ({"answer__day": "5/3/2024"}, "day", "2024-03-05", None),
        ({"answer__day": "05-03-2024"}, "day", "2024-03-05", None),
        ({"answer__day": "31/2/2024"}, "day", "31/2/2024", "Give a day that exists"),
        ({"answer__day": "hôm qua"}, "day", "hôm qua", "Give a day that exists"),
        ({"answer__price": "1.250.000"}, "price", 1_250_000, None),
        ({"answer__price": "1,250,000"}, "price", 1_250_000, None),
        ({"answer__price": "1,5"}, "price", "1,5", "in digits"),
        ({"answer__price": "9" * 5000}, "price", "9" * 5000, "in digits"),
        ({"answer__id": "001 199 000 001"}, "id", "001199000001", None),
        ({"answer__tel": "+84 912 345 678"}, "tel", "0912345678", None),
        ({"answer__sure": "maybe"}, "sure", "maybe", "Answer yes or no"),
        ({"answer__many": ["male", "male"]}, "many", ["male"], None),
        ({"answer__many": ["x"]}, "many", ["x"], "Choose one of the answers"),
        ({"answer__where": "Phường Đông, Huế"}, "where", "00007", None),
        ({"answer__where": "Phường Đông, Huế (00007)"}, "where", "00007", None),
        ({"answer__where": "Phường Đông"}, "where", "Phường Đông", "Choose a commune"),
        ({"answer__where": "99999"}, "where", "99999", "Choose a commune"),
        ({"answer__name": " a\x00\u0301 \r\n b "}, "name", "á b", None),
        ({"answer__name": "", "answer__unknown": "x"}, "name", None, "Answer this question"),
        ({"kept__scan": [FILE, "../../etc/passwd"]}, "scan", [FILE, "../../etc/passwd"], "has not arrived"),
    ],
)
def test_what_people_write_is_read_or_kept_with_what_is_wrong(
    changes: dict[str, Any], key: str, answer: Any, fault: str | None
) -> None:
    of = form(
        page(
            "all",
            *(
                question(name, kind, required=name == "name", **more)
                for name, kind, more in [
                    ("name", "text", {}),
                    ("day", "date", {}),
                    ("price", "amount", {}),
                    ("id", "identification-number", {}),
                    ("tel", "telephone", {}),
                    ("sure", "yes-no", {}),
                    ("many", "choices", {"options": SEXES}),
                    ("where", "place", {}),
                    ("scan", "file", {}),
                ]
            ),
        )
    )
    posted = post(of, {"name": "A"}, **changes)
    assert posted.answers.get(key) == answer
    found = {path.split(".")[0]: text for path, text in said(posted).items()}
    assert (fault in found[key]) if fault else (found == {})


def test_a_place_that_matches_several_is_offered_to_choose_from() -> None:
    of = form(page("p", question("where", "place")))
    posted = post(of, {}, answer__where="Phường Đông")
    drawn = form_pages(of, posted.answers, faults=posted.faults, places=TwoPlaces())
    shown = drawn_page(drawn)
    assert [one.get("value") for one in shown.iter("option")] == ["Phường Đông", "00004", "00007"]
    assert read(of, sent_by(shown, answer__where="00004")).answers == {"where": "00004"}
    assert read(of, sent_by(shown, other__where="Huế")).answers == {"where": "00007"}


def test_entries_are_added_and_removed_without_javascript_and_keep_what_was_written() -> None:
    answers: dict[str, Any] = {"siblings": [{"sibling_name": "A"}, {"sibling_name": "B"}]}
    more = post(birth(), answers, form__act="add-siblings")
    assert more.answers["siblings"] == [{"sibling_name": "A"}, {"sibling_name": "B"}, {}]
    assert (more.act, more.faults, more.accepted) == ("add-siblings", (), False)
    drawn = form_pages(birth(), more.answers)
    group = next(one for one in drawn.pages[1].fields if one.question.key == "siblings")
    assert (len(group.entries), group.add) == (3, "")  # three are the most
    less = post(birth(), dict(more.answers), form__act="remove-siblings-0")
    assert less.answers["siblings"] == [{"sibling_name": "B"}, {}]
    assert post(birth(), dict(less.answers)).answers["siblings"] == [{"sibling_name": "B"}]
    nonsense = post(birth(), answers, form__act="add-child_name", entries__siblings="9999")
    assert nonsense.answers["siblings"][:2] == answers["siblings"]
    assert len(nonsense.answers["siblings"]) <= 50


def test_faults_follow_an_entry_when_an_empty_one_before_it_falls_away() -> None:
    of = form(page("p", question("all", "group", required=False, questions=[question("day", "date")])))
    posted = post(of, {"all": [{}, {"day": "x"}]})
    assert list(said(posted)) == ["all.0.day"]
    drawn = form_pages(of, posted.answers, faults=posted.faults)
    assert [one.name for one in drawn.faulty] == ["answer-all-0-day"]


def test_a_question_that_comes_up_is_marked_new_and_is_no_fault_yet() -> None:
    answers = whole_answers(birth(), {"child_name": "A", "child_sex": "male", "born_on": "2026-11-20"}, on=ON)
    posted = post(birth(), answers, answer__married="yes")
    drawn = form_pages(birth(), posted.answers, faults=posted.faults, seen=posted.seen)
    field = next(one for one in drawn.pages[1].fields if one.question.key == "marriage_number")
    assert (field.new, field.fault) == (True, "")
    assert not posted.accepted
    again = read(birth(), sent_by(drawn_page(drawn)))
    assert said(again) == {"marriage_number": "Answer this question."}


def test_questions_of_other_pages_keep_their_answers() -> None:
    answers = {"child_name": "A", "child_sex": "male", "married": False, "father_name": "B"}
    first = form_pages(birth(), answers, page="child")
    assert [one.page.key for one in first.pages] == ["child"]
    posted = read(birth(), sent_by(drawn_page(first), answer__child_name="C"), former=answers)
    assert posted.answers | {"child_name": "A"} == answers | {"sibling_count": 0}
    assert posted.answers["child_name"] == "C"


def test_a_file_is_stored_and_one_that_is_refused_is_said_at_its_question() -> None:
    class TooOdd(Refusal):
        code, status, sentence = "too-odd", 422, gettext_lazy("Not %(name)s.")

    def store(upload: Any) -> str:
        if upload.name == "odd.pdf":
            raise TooOdd(name=upload.name)
        return "1" * 64

    of = form(page("p", question("scan", "file", maximum=3)))
    sent = sent_by(drawn_page(form_pages(of, {"scan": [FILE]})))
    files = MultiValueDict(
        {"answer-scan": [SimpleUploadedFile("a.pdf", b"a"), SimpleUploadedFile("odd.pdf", b"b")]}
    )
    posted = read(of, sent, files=files, store=store)
    assert posted.answers == {"scan": [FILE, "1" * 64]}
    assert said(posted) == {"scan": "Not odd.pdf."}
    assert answers_from_post(of, sent, on=ON).answers == {}  # who may keep nothing, opens nothing by its hash


def test_every_field_has_a_label_and_its_fault_and_hint_are_tied_to_it() -> None:
    for listed in shipped():
        of = listed.definition.form
        assert of is not None
        answers = {one.key: "?" for one in of.questions} | {"children": [{}], "siblings": [{}]}
        answers = whole_answers(of, answers, on=ON)
        faults = faults_in(of, answers)
        drawn = form_pages(of, answers, faults=faults)
        shown = drawn_page(drawn)
        ids = [one.get("id") for one in shown.iter() if one.get("id")]
        assert len(ids) == len(set(ids))
        for control in shown.xpath("//input[not(@type='hidden')] | //select | //textarea"):
            assert shown.xpath(f"//label[@for='{control.get('id')}']"), control.get("name")
        for one in shown.xpath("//*[@aria-describedby]"):
            assert set(one.get("aria-describedby").split()) <= set(ids)
        assert {a.get("href")[1:] for a in shown.xpath("//*[@id='form-faults']//a")} <= set(ids)
        assert len(drawn.faulty) == len(faults)


def test_what_is_written_is_never_taken_for_markup() -> None:
    shown = render_to_string(
        "procedures/_form.html",
        {"drawn": form_pages(birth(), {"child_name": '"><script>x</script>', "siblings": [{}]})},
    )
    assert "<script>" not in shown


def test_answers_are_said_in_words_for_reading() -> None:
    of = form(
        page(
            "p",
            question("sex", "choice", options=SEXES),
            question("price", "amount"),
            question("day", "date"),
            question("sure", "yes-no"),
            question("where", "place"),
            question("scan", "file"),
            question("all", "group", questions=[question("inner")]),
        )
    )
    answers: dict[str, Any] = {"sex": "male", "price": 1_250_000, "day": "2026-11-05", "sure": False}
    answers |= {"where": "00004", "scan": [FILE], "all": [{"inner": "X"}]}
    files = {FILE: KeptFile(FILE, "khai.pdf", "/f")}
    with override("vi"):
        drawn = form_pages(of, answers, files=files, places=TwoPlaces())
        assert [one.said for one in drawn.pages[0].fields[:3]] == ["Nam", "1.250.000 đồng", "05/11/2026"]
        text = re.sub(r"<[^>]+>", " ", render_to_string("procedures/_answers.html", {"drawn": drawn}))
    for words in ("Không", "Phường Đông, Hà Nội", "khai.pdf", "X"):
        assert words in text, words


def test_what_the_state_knows_is_filled_in_where_it_is_asked() -> None:
    of = form(
        page(
            "p",
            question("name", prefill="party.full-name"),
            question("sex", "choice", options=SEXES, prefill="party.sex"),
            question("tel", "telephone", required=False, prefill="party.telephone"),
            question("other"),
        )
    )
    known = {Prefill.FULL_NAME: "An", Prefill.SEX: "unknown", Prefill.TELEPHONE: ""}
    assert prefilled_answers(of, known) == {"name": "An"}
    assert prefilled_answers(of, {Prefill.SEX: "male"}) == {"sex": "male"}
    own = form_pages(of, {}, autofill=True).pages[0].fields
    assert [one.autocomplete for one in own] == ["name", "off", "tel", "off"]
    assert {one.autocomplete for one in form_pages(of, {}).pages[0].fields} == {"off"}


def test_what_others_hang_on_refreshes_the_page() -> None:
    pages = form_pages(birth(), {"married": True}).pages
    deciding = {one.question.key for shown in pages for one in shown.fields if one.decides}
    assert deciding == {"born_on", "age", "married", "siblings"}
    shown = render_to_string("procedures/_form.html", {"drawn": form_pages(birth(), {}), "refresh_url": "/x"})
    assert shown.count('hx-post="/x"') == 2


@pytest.mark.django_db
def test_communes_are_found_by_name_without_marks_in_one_query(django_assert_num_queries: Any) -> None:
    province = AdministrativeUnit.objects.create(
        edition=2025, level=1, code="01", kind="Thành phố", name="Thành phố Hà Nội"
    )
    AdministrativeUnit.objects.bulk_create(
        AdministrativeUnit(edition=edition, level=3, code=code, kind="Phường", name=name, parent=province)
        for edition, code, name in [
            (2024, "00001", "Phường Phúc Xá"),
            (2025, "00004", "Phường Ba Đình"),
            (2025, "00008", "Phường Ngọc Hà"),
        ]
    )
    communes = Communes()
    with django_assert_num_queries(1):
        assert [one.code for one in communes.find("ba dinh, ha noi")] == ["00004"]
    assert [one.code for one in communes.find("phuong")] == ["00004", "00008"]
    assert communes.find("phuc xa") == communes.find("  ") == []
    with django_assert_num_queries(1):
        assert communes.labels({"00004", "00001"}) == {"00004": "Phường Ba Đình, Thành phố Hà Nội"}
    assert Place("00004", "Phường Ba Đình").written == "Phường Ba Đình (00004)"


def test_a_fault_of_an_unknown_question_is_left_out_of_the_drawing() -> None:
    drawn = form_pages(birth(), {}, faults=[AnswerFault(("gone",), gettext_lazy("Answer this question."))])
    assert drawn.faulty == ()

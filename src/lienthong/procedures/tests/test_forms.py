"""Forms hold together or are refused with all that is wrong, and answers are judged at their questions."""

from __future__ import annotations

from datetime import date
from typing import Any

import jsonschema_rs
import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from lienthong.procedures.answers import asked_pages, faults_in, whole_answers
from lienthong.procedures.faults import NotWhole
from lienthong.procedures.form import Form, form_as_data, parse_form
from lienthong.procedures.form_proof import prove_form
from lienthong.procedures.form_schema import compile_form
from lienthong.procedures.tests.forms import SEXES, birth, form, page, question

ON = date(2026, 11, 25)
GIVEN: dict[str, Any] = {
    "child_name": "Nguyễn Văn An",
    "child_sex": "male",
    "born_on": "2026-11-20",
    "age": 0,
    "married": True,
    "marriage_number": "12/2024",
    "sibling_count": 0,
}
FILE = "0" * 64


def wrong(found: Form, answers: dict[str, Any]) -> dict[str, str]:
    with override("en"):
        return {".".join(map(str, fault.path)): str(fault) for fault in faults_in(found, answers)}


def test_the_form_holds_together_and_comes_back_from_its_data() -> None:
    assert prove_form(birth()) == []
    assert parse_form(form_as_data(birth())) == birth()
    jsonschema_rs.meta.validate(compile_form(birth()))


def test_whole_answers_pass() -> None:
    assert wrong(birth(), GIVEN) == {}


@pytest.mark.parametrize(
    ("change", "place", "expected"),
    [
        ({"child_name": None}, "child_name", "Answer this question."),
        ({"child_name": "   "}, "child_name", "Write a text."),
        ({"child_name": "x" * 501}, "child_name", "at most 500 characters"),
        ({"child_sex": "other"}, "child_sex", "Choose one"),
        ({"born_on": "2026-02-30"}, "born_on", "a day that exists"),
        ({"married": "yes"}, "married", "yes or no"),
        ({"marriage_number": None}, "marriage_number", "Answer this question."),
        ({"married": False}, "marriage_number", "not asked"),
        ({"father_name": "B"}, "father_name", "not asked"),
        ({"extra": 1}, "extra", "no such question"),
        ({"siblings": [{}] * 4}, "siblings", "at most 3"),
        ({"siblings": [{"sibling_name": "C"}]}, "siblings.0.at_school", "Answer this question."),
        (
            {"siblings": [{"sibling_name": "C", "at_school": True}]},
            "siblings.0.school",
            "Answer this question.",
        ),
        (
            {"siblings": [{"sibling_name": "C", "at_school": False, "school": "S"}]},
            "siblings.0.school",
            "not asked",
        ),
        ({"siblings": "C"}, "siblings", "one by one"),
        ({"age": 3}, "scan", "Answer this question."),
        ({"age": 3, "scan": [FILE, FILE], "why": "x" * 20}, "scan", "twice"),
        ({"age": 3, "scan": ["../etc/passwd"], "why": "x" * 20}, "scan.0", "Send the file again"),
        ({"age": 3, "scan": [FILE], "why": "ngắn"}, "why", "at least 10 characters"),
        ({"age": True}, "age", "whole number"),
    ],
)
def test_a_wrong_answer_is_told_at_its_question(change: dict[str, Any], place: str, expected: str) -> None:
    answers = {key: value for key, value in {**GIVEN, **change}.items() if value is not None}
    assert expected in wrong(birth(), answers).get(place, f"nothing at {place}")


def test_what_hangs_on_an_answer_falls_away_with_it() -> None:
    kept = whole_answers(birth(), {**GIVEN, "married": False, "father_name": "Lê B"}, on=ON)
    assert "marriage_number" not in kept
    assert kept["father_name"] == "Lê B"


def test_years_and_counts_are_computed() -> None:
    siblings = [{"sibling_name": "C", "at_school": False, "school": "gone"}]
    kept = whole_answers(birth(), {**GIVEN, "born_on": "2020-11-26", "age": 99, "siblings": siblings}, on=ON)
    assert (kept["age"], kept["sibling_count"]) == (5, 1)
    assert kept["siblings"] == [{"sibling_name": "C", "at_school": False}]
    assert [one.key for one in asked_pages(birth(), kept)] == ["child", "parents", "proof"]
    assert [one.key for one in asked_pages(birth(), GIVEN)] == ["child", "parents"]


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 5),
    st.sampled_from(["male", "2020-01-01", "x", FILE]),
    st.lists(
        st.one_of(st.just({}), st.just({"sibling_name": "C", "at_school": True}), st.just(FILE)), max_size=3
    ),
)
KEYS = [*birth().question, "unknown"]


@given(st.dictionaries(st.sampled_from(KEYS), VALUES))
def test_whatever_is_sent_the_schema_and_the_faults_agree(answers: dict[str, Any]) -> None:
    assert bool(faults_in(birth(), answers)) is not jsonschema_rs.is_valid(
        compile_form(birth()), answers, validate_formats=True
    )


@given(st.dictionaries(st.sampled_from(KEYS), VALUES))
def test_what_is_kept_is_never_unasked_and_keeping_it_again_changes_nothing(answers: dict[str, Any]) -> None:
    kept = whole_answers(birth(), answers, on=ON)
    assert all("not asked" not in text and "no such" not in text for text in wrong(birth(), kept).values())
    assert whole_answers(birth(), kept, on=ON) == kept


def said(*pages: dict[str, Any]) -> str:
    with override("en"):
        return "; ".join(map(str, prove_form(form(*pages))))


@pytest.mark.parametrize(
    ("questions", "expected"),
    [
        ([question("a"), question("a")], "P, A: the key “a” is there twice"),
        ([question("a", when="b"), question("b", "yes-no")], "depends on “b”, which is not asked before it"),
        ([question("a", when="a")], "depends on “a”"),
        ([question("a", "choice")], "nothing to choose from"),
        ([question("a", options=SEXES)], "may have options"),
        ([question("a", "choice", options=[SEXES[0], SEXES[0]])], "the option “male” is there twice"),
        ([question("a", "group")], "holds no question"),
        ([question("a", questions=[question("b")])], "only a group may hold questions"),
        (
            [question("a", "group", questions=[question("b", "group", questions=[question("c")])])],
            "may not hold a group",
        ),
        ([question("a", minimum=3, maximum=2)], "minimum is larger"),
        ([question("a", "yes-no", minimum=3)], "no minimum or maximum"),
        ([question("a"), question("b", "amount", computed={"do": "sum", "of": ["a"]})], "cannot be computed"),
        ([question("b", "amount", computed={"do": "sum", "of": ["a"]})], "not asked before it"),
        ([question("a", "date"), question("b", computed={"do": "years", "of": ["a"]})], "is a whole number"),
        ([question("a", "choice", options=SEXES), question("b", when='a == "x"')], "“x”, which can never be"),
        ([question("a", "yes-no"), question("b", when='a == "x"')], "something of another kind"),
        ([question("a", "file"), question("b", when='a == "x"')], "cannot ask about a group"),
    ],
)
def test_a_form_that_does_not_hold_together_is_refused(questions: list[Any], expected: str) -> None:
    assert expected in said(page("p", *questions)).replace("is no answer that can be", "cannot be")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (None, "form"),
        ({}, "pages: is missing"),
        ({"pages": []}, "too few entries"),
        (
            {"pages": [{"key": "p", "title": "P", "questions": [question("a")] * 61}]},
            "pages 1, questions: has too many",
        ),
        ({"pages": [page("p", question("Không"))]}, "pages 1, questions 1, key: may hold only small letters"),
        ({"pages": [page("p", question("a", "video"))]}, "questions 1, type: is none of the values"),
        ({"pages": [page("p", question("a", when="a ==="))]}, "questions 1, when: is no condition"),
        ({"pages": [page("p", question("a", colour="red"))]}, "colour: is not known"),
        ({"pages": [page("p", *[question(f"a{n}") for n in range(61)])]}, "too many entries"),
        ({"pages": [page("p", question("a", label="x" * 201))]}, "label: is too long"),
    ],
)
def test_data_that_is_no_form_is_refused_with_its_place(data: Any, expected: str) -> None:
    with override("en"), pytest.raises(NotWhole) as caught:
        parse_form(data)
    assert expected in caught.value.say("en")


def test_a_form_nested_a_thousand_times_is_refused_and_not_followed() -> None:
    inner: dict[str, Any] = question("a")
    for _depth in range(1000):
        inner = question("a", "group", questions=[inner])
    with override("en"), pytest.raises(NotWhole) as caught:
        form(page("p", inner))
    assert "nested more than 12 times" in caught.value.say("en")

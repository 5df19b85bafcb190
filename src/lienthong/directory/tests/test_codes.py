"""Agency codes in both forms."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lienthong.directory.codes import BadCode, leaf_first, root_first

roots = st.from_regex(r"[A-Z][0-9]{2}", fullmatch=True)
pairs = st.integers(1, 99)


@st.composite
def root_first_codes(draw: st.DrawFn) -> str:
    """Codes of one to four levels; a middle level may be empty, the last never is."""
    depth = draw(st.integers(0, 3))
    limits = (99, 99, 999)[:depth]
    groups = [draw(st.integers(0 if place < depth - 1 else 1, most)) for place, most in enumerate(limits)]
    return ".".join([draw(roots), *(f"{group:02}" for group in groups)])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("000.00.00.H55", "H55"),
        ("000.00.05.H55", "H55.05"),
        ("000.01.05.H55", "H55.05.01"),
        ("013.05.50.H15", "H15.50.05.13"),
        ("100.03.21.H55", "H55.21.03.100"),
        ("000.01.00.H55", "H55.00.01"),
    ],
)
def test_both_forms_name_the_same_body(old: str, new: str) -> None:
    assert root_first(old) == new
    assert leaf_first(new) == old
    assert root_first(new) == new
    assert leaf_first(old) == old


@pytest.mark.parametrize(
    "text",
    [
        "H55",
        "h55",
        " H55 ",
        "H 55",
        "H55.00",
        "H55.00.00.000",
        "000.00.00.h55",
        "00.00.H55",
        "H５５",
        "h55\u00a0",
    ],
)
def test_spelling_does_not_matter(text: str) -> None:
    assert root_first(text) == "H55"


@settings(deadline=None)
@given(root_first_codes())
def test_going_there_and_back_changes_nothing(code: str) -> None:
    assert root_first(leaf_first(code)) == code


@settings(deadline=None)
@given(
    root_first_codes(),
    st.sampled_from([str.lower, lambda text: f" {text}\t", lambda text: " . ".join(text.split("."))]),
)
def test_a_lenient_reading_is_canonical(code: str, spoil) -> None:  # type: ignore[no-untyped-def]
    assert root_first(spoil(code)) == code
    assert root_first(spoil(leaf_first(code))) == code


@settings(deadline=None)
@given(root_first_codes(), root_first_codes())
def test_different_bodies_have_different_former_codes(one: str, other: str) -> None:
    assert (one == other) == (leaf_first(one) == leaf_first(other))


@pytest.mark.parametrize("code", ["H55.05.01.02.03", "H55.100", "H55.05.100"])
def test_what_the_former_form_cannot_say_is_empty(code: str) -> None:
    assert root_first(code) == code
    assert leaf_first(code) == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        ".",
        "55",
        "H55.",
        "H55..05",
        "H55.A5",
        "H55.1234",
        "000.00.00",
        "H55,05",
        "Đ55",
        "H-55",
        "\0",
        "H55.٠٥",
        "H55" * 3_000,
        "H55." + "01." * 20 + "01",
        "H" * 10_000,
    ],
)
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(BadCode) as refused:
        root_first(text)
    assert len(refused.value.say("en")) < 200


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        code = root_first(text)
    except BadCode:
        return
    assert root_first(code) == code

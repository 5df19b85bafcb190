"""Finding agencies."""

from __future__ import annotations

from datetime import date

import pytest
from pytest_django import DjangoAssertNumQueries

from lienthong.directory.models import Agency, AgencyAlias
from lienthong.directory.queries import (
    LONGEST_SEARCH,
    ClosedAgency,
    SearchTooLong,
    UnknownAgency,
    agency_by_key,
    ancestors_of,
    children_of,
    children_page,
    find_agencies,
    find_agency,
    posts_page,
    search_agencies,
    tree_opened_at,
    with_superiors,
)
from lienthong.directory.tests.factories import TODAY, make_agency, make_holding
from lienthong.kernel.paging import BadCursor, encode_cursor

pytestmark = pytest.mark.django_db


@pytest.fixture
def province() -> Agency:
    """Thái Nguyên with a department and a commune in a district."""
    top = make_agency("H55", name="Ủy ban nhân dân tỉnh Thái Nguyên", kind="province")
    make_agency(
        "H55.05", name="Sở Thông tin và Truyền thông tỉnh Thái Nguyên", parent=top, short_name="STTTT"
    )
    city = make_agency("H55.21", name="Ủy ban nhân dân thành phố Thái Nguyên", parent=top, kind="district")
    make_agency("H55.21.22", name="Ủy ban nhân dân phường Đồng Quang", parent=city, kind="commune")
    make_agency("H55.21.23", name="Ủy ban nhân dân xã Đông Quang", parent=city, kind="commune")
    return top


@pytest.mark.parametrize("code", ["H55", "h 55", "000.00.00.H55", "000.00.00.h55 ", "H55.00"])
def test_any_spelling_finds_the_same_body(province: Agency, code: str) -> None:
    assert find_agency(code, on=TODAY) == province


@pytest.mark.parametrize("code", ["TN-UBND", "tn-ubnd", " TN - UBND "])
def test_an_alias_finds_its_body(province: Agency, code: str) -> None:
    AgencyAlias.objects.create(alias="TN-UBND", agency=province)
    assert find_agency(code, on=TODAY) == province


def test_a_code_goes_before_an_alias_of_another(province: Agency) -> None:
    AgencyAlias.objects.create(alias="H55", agency=make_agency())
    assert find_agency("H55", on=TODAY) == province


@pytest.mark.parametrize(
    "code", ["", "H56", "không có", "\0", "H55.05.05.05.05.05", "x" * 10_000, "%", "H55'--"]
)
def test_an_unknown_code_is_refused(province: Agency, code: str) -> None:
    with pytest.raises(UnknownAgency) as refused:
        find_agency(code, on=TODAY)
    assert refused.value.status == 404
    assert len(refused.value.say("vi")) < 250


def test_a_closed_agency_is_refused_with_its_dates() -> None:
    make_agency("H03", name="Ủy ban nhân dân tỉnh Bắc Kạn", valid_to=date(2025, 7, 1))
    with pytest.raises(ClosedAgency) as refused:
        find_agency("H03", on=date(2025, 7, 1))
    assert "30/06/2025" in refused.value.say("vi")
    assert find_agency("000.00.00.H03", on=date(2025, 6, 30)).code == "H03"


def test_an_agency_not_yet_open_is_refused() -> None:
    make_agency("H03", valid_from=date(2027, 1, 1))
    with pytest.raises(ClosedAgency):
        find_agency("H03", on=TODAY)


def test_many_codes_are_found_with_two_queries(
    province: Agency, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    AgencyAlias.objects.create(alias="TN", agency=province)
    wanted = ["H55", "000.00.05.H55", "tn", "H99", "", "y" * 500]
    with django_assert_max_num_queries(3):
        found = find_agencies(wanted, on=TODAY)
    assert {text: agency.code for text, agency in found.items()} == {
        "H55": "H55",
        "000.00.05.H55": "H55.05",
        "tn": "H55",
    }


def test_no_codes_ask_nothing(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert find_agencies([], on=TODAY) == {}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("phuong dong quang", "H55.21.22"),
        ("phường Đồng Quang", "H55.21.22"),
        ("xã Đông Quang", "H55.21.23"),
        ("QUANG dong phuong", "H55.21.22"),
        ("thong tin truyen thong", "H55.05"),
        ("STTTT thái nguyên", "H55.05"),
        ("so thong tin va truyen thogn", "H55.05"),
        ("000.00.05.H55", "H55.05"),
        ("h55 . 05", "H55.05"),
        ("thai nguyen", "H55"),
    ],
)
def test_a_search_needs_no_marks_and_forgives_spelling(province: Agency, text: str, code: str) -> None:
    assert search_agencies(text, on=TODAY)[0].code == code


@pytest.mark.parametrize("text", ["", "   ", "%", "_", "\0", "' --", "zzzzzzzz", "\\"])
def test_a_search_for_nothing_finds_nothing(province: Agency, text: str) -> None:
    assert search_agencies(text, on=TODAY) == []


def test_a_name_of_ten_thousand_letters_is_not_searched() -> None:
    with pytest.raises(SearchTooLong) as refused:
        search_agencies("ă" * 10_000, on=TODAY)
    assert f"{LONGEST_SEARCH}" in refused.value.say("vi")


def test_a_search_stays_below_the_given_agency(province: Agency) -> None:
    elsewhere = make_agency("H54", name="Ủy ban nhân dân tỉnh Thái Bình")
    make_agency("H54.21", name="Ủy ban nhân dân xã Đông Quang", parent=elsewhere)
    assert [one.code for one in search_agencies("dong quang", on=TODAY, under=elsewhere)] == ["H54.21"]
    assert search_agencies("H55.05", on=TODAY, under=elsewhere) == []


def test_a_search_leaves_closed_agencies_out(province: Agency) -> None:
    make_agency("H03", name="Ủy ban nhân dân tỉnh Bắc Kạn", valid_to=date(2025, 7, 1))
    assert search_agencies("bac kan", on=TODAY) == []
    assert [one.code for one in search_agencies("bac kan", on=date(2025, 1, 1))] == ["H03"]


def test_a_search_takes_a_constant_number_of_queries(
    province: Agency, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        make_agency(f"H55.30.{number + 1:02}", name="Trường Tiểu học Đồng Quang", parent=province)
    with django_assert_max_num_queries(4):
        assert len(search_agencies("dong quang", on=TODAY, limit=20)) == 20


def test_children_are_those_right_below_by_code(
    province: Agency, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        rows = children_of(province, on=TODAY)
        assert [(row.code, row.has_children) for row in rows] == [("H55.05", False), ("H55.21", True)]  # type: ignore[attr-defined]
    assert [row.code for row in children_of(None, on=TODAY)] == ["H55"]


def test_the_tree_is_drawn_with_one_query_at_any_depth(
    province: Agency, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    city = Agency.objects.get(code="H55.21")
    with django_assert_num_queries(1):
        (top,) = tree_opened_at(city, on=TODAY)
    assert [branch.agency.code for branch in top.below] == ["H55.05", "H55.21"]
    assert [branch.agency.code for branch in top.below[1].below] == ["H55.21.22", "H55.21.23"]
    (closed,) = tree_opened_at(None, on=TODAY)
    assert closed.below == ()


def test_ancestors_come_root_first(
    province: Agency, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    commune = Agency.objects.get(code="H55.21.22")
    with django_assert_num_queries(1):
        assert [one.code for one in ancestors_of(commune)] == ["H55", "H55.21"]
    with django_assert_num_queries(1):
        ((_, above),) = with_superiors([commune])
    assert [one.code for one in above] == ["H55", "H55.21"]


def test_pages_of_children_join_without_gap_or_repeat(province: Agency) -> None:
    for number in range(1, 81):
        make_agency(f"H55.05.{number:02}", parent=Agency.objects.get(code="H55.05"))
    parent = Agency.objects.get(code="H55.05")
    first = children_page(parent, on=TODAY)
    second = children_page(parent, on=TODAY, cursor=first.next)
    assert [row.code for row in first.rows + second.rows] == [
        f"H55.05.{number:02}" for number in range(1, 81)
    ]
    assert second.next == ""


@pytest.mark.parametrize("cursor", ["zzz", encode_cursor("abc"), encode_cursor("9" * 300), "Ă"])
def test_a_damaged_cursor_is_refused(province: Agency, cursor: str) -> None:
    make_holding(province)
    with pytest.raises(BadCursor):
        posts_page(province, on=TODAY, signed_in=False, cursor=cursor)


def test_contacts_are_read_only_for_who_is_signed_in(
    province: Agency, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    holding = make_holding(province)
    holding.official.email = "a@lienthong.example"
    holding.official.telephone = "0208 000 000"
    holding.official.save()
    with django_assert_num_queries(1):
        (seen,) = posts_page(province, on=TODAY, signed_in=True).rows
        assert (seen.official.email, seen.official.telephone) == ("a@lienthong.example", "0208 000 000")
    (unseen,) = posts_page(province, on=TODAY, signed_in=False).rows
    assert (unseen.official.email, unseen.official.telephone) == ("", "")


@pytest.mark.parametrize("key", [0, -1, 10**30, "abc", "١", "", "9" * 500])
def test_a_key_nobody_has_is_unknown(key: int | str) -> None:
    with pytest.raises(UnknownAgency):
        agency_by_key(key)

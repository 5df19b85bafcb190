"""The public pages of the directory."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from pytest_django import DjangoAssertNumQueries

from lienthong.directory.models import Agency, AgencyAlias, AgencySuccession, Division
from lienthong.directory.tests.factories import make_agency, make_holding
from lienthong.directory.urls import urlpatterns

pytestmark = pytest.mark.django_db
TREE = "/directory/"


@pytest.fixture
def province() -> Agency:
    """A province with a department and posts."""
    top = make_agency("H55", name="Ủy ban nhân dân tỉnh Thái Nguyên", kind="province")
    make_agency("H55.05", name="Sở Thông tin và Truyền thông", parent=top)
    holding = make_holding(top, title="Chánh Văn phòng")
    holding.official.email = "rieng@lienthong.example"
    holding.official.save()
    Division.objects.create(agency=top, name="Phòng Tổng hợp", short_name="TH")
    return top


def page(client: Client, agency: Agency, show: str = "") -> str:
    """The text of one page of the agency."""
    answer = client.get(reverse("directory:agency", args=[agency.pk]), {"show": show} if show else {})
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_page_says_why_it_is_public() -> None:
    assert {pattern.callback.access.public for pattern in urlpatterns} == {"who the agencies are is public"}  # type: ignore[union-attr]


def test_the_tree_opens_level_by_level_without_a_script(client: Client, province: Agency) -> None:
    closed = client.get(TREE).content.decode()
    assert "tỉnh Thái Nguyên" in closed
    assert "Sở Thông tin" not in closed
    opened = client.get(TREE, {"open": province.pk}).content.decode()
    assert "Sở Thông tin" in opened


def test_the_tree_takes_as_many_queries_for_few_as_for_many(
    client: Client, province: Agency, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        client.get(TREE, {"open": province.pk})
    for number in range(10, 40):
        make_agency(f"H55.{number}", parent=province)
    with django_assert_num_queries(2):
        client.get(TREE, {"open": province.pk})


def test_an_empty_directory_says_what_to_do(client: Client) -> None:
    assert "lienthong load-country" in client.get(TREE).content.decode()


def test_a_search_shows_where_each_agency_stands(client: Client, province: Agency) -> None:
    text = client.get(TREE, {"q": "thong tin"}).content.decode()
    assert "Sở Thông tin" in text
    assert "Ủy ban nhân dân tỉnh Thái Nguyên" in text


def test_a_search_that_finds_nothing_repeats_what_was_asked_safely(client: Client) -> None:
    asked = "<script>alert(1)</script>"
    text = client.get(TREE, {"q": asked}).content.decode()
    assert asked not in text
    assert escape(asked) in text


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"q": "ă" * 10_000}, 400),
        ({"q": "\0"}, 200),
        ({"q": "%"}, 200),
        ({"open": "abc"}, 404),
        ({"open": "9" * 60}, 404),
        ({"open": "-1"}, 404),
    ],
)
def test_bad_input_gets_its_own_answer(
    client: Client, province: Agency, query: dict[str, str], status: int
) -> None:
    assert client.get(TREE, query).status_code == status


def test_the_agency_page_tells_codes_history_and_validity(client: Client, province: Agency) -> None:
    old = make_agency("H03", name="Ủy ban nhân dân tỉnh Bắc Kạn", valid_to=date(2025, 7, 1))
    AgencySuccession.objects.create(predecessor=old, successor=province, on_date=date(2025, 7, 1))
    AgencyAlias.objects.create(alias="TN-UBND", agency=province)
    text = page(client, province)
    for expected in (
        "H55",
        "000.00.00.H55",
        "TN-UBND",
        "tỉnh Bắc Kạn",
        "01/07/2025",
        "01/01/2024",
        "Đang hoạt động",
    ):
        assert expected in text
    closed = page(client, old)
    assert "Không hoạt động" in closed
    assert "tỉnh Thái Nguyên" in closed


def test_the_pages_speak_english_too(client: Client, province: Agency) -> None:
    client.cookies["django_language"] = "en"
    assert "In operation" in page(client, province)
    assert "Working hours" in page(client, province, "time")


def test_bodies_below_are_paged(client: Client, province: Agency) -> None:
    for number in range(10, 70):
        make_agency(f"H55.{number}", parent=province)
    text = page(client, province, "below")
    assert "H55.05" in text
    assert "H55.69" not in text
    assert 'rel="next"' in text


def test_contacts_of_officials_are_for_who_is_signed_in(client: Client, province: Agency) -> None:
    public = page(client, province, "posts")
    assert "Chánh Văn phòng" in public
    assert "Phòng Tổng hợp" in public
    assert "rieng@lienthong.example" not in public
    client.force_login(get_user_model().objects.create_user("someone"))
    assert "rieng@lienthong.example" in page(client, province, "posts")


def test_the_working_calendar_shows_holidays_of_the_asked_year(client: Client, province: Agency) -> None:
    url = reverse("directory:agency", args=[province.pk])
    text = client.get(url, {"show": "time", "year": "2026"}).content.decode()
    assert "07:30–11:30, 13:30–17:30" in text
    assert "Ngày Văn hóa Việt Nam" in text
    for year in ("1", "99999", "abc", "２０２６", "-5"):
        assert client.get(url, {"show": "time", "year": year}).status_code == 200


@pytest.mark.parametrize(
    "query", [{"show": "nonsense"}, {"show": "below", "cursor": "zzz"}, {"show": "posts", "cursor": "Ă"}]
)
def test_a_damaged_address_never_breaks(client: Client, province: Agency, query: dict[str, str]) -> None:
    assert client.get(reverse("directory:agency", args=[province.pk]), query).status_code in {200, 400}


def test_an_unknown_agency_is_not_found(client: Client) -> None:
    assert client.get("/directory/agencies/999999/").status_code == 404
    assert client.get(f"/directory/agencies/{'9' * 40}/").status_code == 404


def test_nothing_is_changed_through_these_pages(client: Client, province: Agency) -> None:
    assert client.post(TREE).status_code == 405
    assert client.post(reverse("directory:agency", args=[province.pk])).status_code == 405

"""The demonstration country."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from importlib.resources import files

import pytest
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from lienthong.directory.codes import leaf_first, root_first
from lienthong.directory.contracts import Duty
from lienthong.directory.country import load_country, staff_agencies
from lienthong.directory.country.people import seats_of
from lienthong.directory.models import (
    AdministrativeUnit,
    Agency,
    CalendarDay,
    Division,
    Official,
    PostHolding,
    UnitSuccession,
)
from lienthong.directory.queries import children_of, find_agency, search_agencies
from lienthong.directory.tests.factories import TODAY

TABLES = (
    "administrativeunit",
    "unitsuccession",
    "agency",
    "calendarday",
    "division",
    "post",
    "official",
    "postholding",
)


@pytest.fixture(scope="module")
def country(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[list[tuple[str, int, int]]]:
    """The country, loaded once for this module; what was reported while loading."""
    said: list[tuple[str, int, int]] = []
    with django_db_blocker.unblock(), transaction.atomic():
        load_country(report=lambda *words: said.append(words))
        yield said
        transaction.set_rollback(True)


def rows_as_they_lie() -> list[tuple[object, ...]]:
    """A fingerprint of every table with the transaction that wrote each row: any write at all changes it."""
    found = []
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(
                "SELECT count(*), md5(string_agg(t::text || t.ctid, ',' ORDER BY id)) "
                f"FROM directory_{table} t"
            )
            found.append(cursor.fetchone())
    return found


@pytest.mark.django_db
def test_thai_nguyen_is_whole_with_exactly_989_agencies(country: list[object]) -> None:
    top = find_agency("000.00.00.H55", on=TODAY)
    whole = Agency.objects.filter(path__startswith=top.path)
    assert whole.count() == 989
    kinds = Counter(whole.values_list("kind", flat=True))
    assert (kinds["province"], kinds["district"], kinds["commune"], kinds["clinic"]) == (1, 9, 172, 172)
    assert kinds["department"] == 19
    assert kinds["school"] > 172 * 2


@pytest.mark.django_db
def test_the_first_level_is_28_central_bodies_and_63_provinces(country: list[object]) -> None:
    level = children_of(None, on=TODAY)
    assert Counter(agency.kind for agency in level) == {"ministry": 28, "province": 63}
    assert {agency.short_name for agency in level if agency.kind == "province"} == {"UBND"}
    assert find_agency("G22", on=TODAY).short_name == "VPCP"
    assert Agency.objects.count() == 28 + 62 + 989


@pytest.mark.django_db
def test_both_editions_and_their_successions_are_loaded(country: list[object]) -> None:
    counts = Counter(AdministrativeUnit.objects.values_list("edition", "level"))
    assert counts == {(2024, 1): 63, (2024, 2): 696, (2024, 3): 10_035, (2025, 1): 34, (2025, 3): 3_321}
    assert UnitSuccession.objects.count() == 10_660
    bac_kan = AdministrativeUnit.objects.get(edition=2024, level=1, code="06")
    assert [one.new.name for one in bac_kan.successions.all()] == ["Tỉnh Thái Nguyên"]
    orphans = AdministrativeUnit.objects.filter(parent=None, level__gt=1)
    assert not orphans.exists()
    assert {unit.parent.level for unit in AdministrativeUnit.objects.filter(edition=2025, level=3)[:50]} == {
        1
    }  # type: ignore[union-attr]


@pytest.mark.django_db
def test_every_commune_has_its_committee_its_clinic_and_a_school(country: list[object]) -> None:
    communes = AdministrativeUnit.objects.filter(edition=2024, level=3, parent__parent__code="19")
    for kind in ("commune", "clinic"):
        assert Agency.objects.filter(unit__in=communes, kind=kind).count() == 172
    taught = set(Agency.objects.filter(unit__in=communes, kind="school").values_list("unit_id", flat=True))
    assert taught == set(communes.values_list("pk", flat=True))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "name", "short_name"),
    [
        ("ubnd phuong dong quang", "Ủy ban nhân dân phường Đồng Quang", "UBND"),
        ("truong tieu hoc dong quang", "Trường Tiểu học Đồng Quang", "TH"),
        ("tram y te xa ban ngoai", "Trạm Y tế xã Bản Ngoại", "TYT"),
        ("so thong tin va truyen thong", "Sở Thông tin và Truyền thông tỉnh Thái Nguyên", "STTTT"),
        ("phong noi vu dinh hoa", "Phòng Nội vụ huyện Định Hóa", "PNV"),
    ],
)
def test_agencies_have_the_names_people_know(
    country: list[object], text: str, name: str, short_name: str
) -> None:
    found = search_agencies(text, on=TODAY)[0]
    assert (found.name, found.short_name) == (name, short_name)


@pytest.mark.django_db
def test_every_code_fits_its_place_in_the_tree(country: list[object]) -> None:
    by_id = Agency.objects.in_bulk()
    for agency in by_id.values():
        assert root_first(agency.code) == agency.code
        assert leaf_first(agency.code) == agency.old_code
        above = by_id[agency.parent_id].code if agency.parent_id else ""
        assert agency.code.rpartition(".")[0] == above
        assert agency.path == (by_id[agency.parent_id].path if agency.parent_id else "/") + f"{agency.pk}/"
        assert agency.search_text.endswith(agency.old_code.lower() + " " + search_form(agency.short_name))


def search_form(text: str) -> str:
    """A notation as the database searches it."""
    return text.lower().replace("đ", "d")


@pytest.mark.django_db
def test_a_second_load_changes_nothing(country: list[object]) -> None:
    before = rows_as_they_lie()
    counts = load_country()
    assert counts.added == 0
    assert rows_as_they_lie() == before


@pytest.mark.django_db
def test_what_was_changed_since_stays_changed(country: list[object]) -> None:
    Agency.objects.filter(code="H55.05").update(name="Sở Khác")
    Agency.objects.filter(code="H55.16.04.04").update(valid_to=date(2025, 1, 1))
    CalendarDay.objects.filter(day=date(2026, 11, 24)).update(works_as=1)
    assert load_country().added == 0
    assert find_agency("H55.05", on=TODAY).name == "Sở Khác"
    assert not Agency.objects.valid(TODAY).filter(code="H55.16.04.04").exists()


@pytest.mark.django_db
def test_progress_is_reported_to_the_end(country: list[tuple[str, int, int]]) -> None:
    last = {stage: (done, total) for stage, done, total in country}
    assert list(last) == ["units", "successions", "agencies", "holidays"]
    assert all(done == total > 0 for done, total in last.values())
    steps = [done for stage, done, _ in country if stage == "agencies"]
    assert steps == sorted(steps)


@pytest.mark.django_db
@pytest.mark.slow
def test_every_province_whole_is_over_sixty_thousand_agencies(country: list[object]) -> None:
    counts = load_country(all_provinces=True)
    assert counts.agencies > 60_000
    assert counts.added == counts.agencies - (28 + 62 + 989)
    provinces = Agency.objects.filter(kind="province")
    assert {one.code for one in provinces if not one.children.exists()} == set()
    assert Agency.objects.filter(kind="commune").count() == 10_035
    assert not Agency.objects.filter(old_code="").exists()
    assert load_country(all_provinces=True).added == 0


def test_the_data_lie_in_the_package_with_their_source() -> None:
    data = files("lienthong.directory") / "data"
    readme = (data / "README.md").read_text(encoding="utf-8")
    for name in ("administrative_units.csv", "administrative_successions.csv", "agency_codes.csv"):
        assert (data / name).is_file()
        assert name in readme
    assert "vietnamadminunits 1.0.4, MIT" in readme
    assert "Natural Earth, public domain" in readme


@pytest.mark.django_db
def test_staff_is_the_same_whoever_else_is_staffed(country: list[object]) -> None:
    one = find_agency("H55", on=TODAY)
    alone = [post.official_name for post in staff_agencies([one], on=TODAY)]
    PostHolding.objects.all().delete()
    many = [*children_of(None, on=TODAY)]
    for agency in many:
        agency.posts.all().delete()
    together = staff_agencies(many, on=TODAY)
    assert [post.official_name for post in together if post.agency_code == "H55"] == alone
    assert [post.official_name for post in staff_agencies([one], on=TODAY, seed=2)] == alone, (
        "who is there stays"
    )


@pytest.mark.django_db
def test_each_staffed_agency_has_every_duty_once_or_more(country: list[object]) -> None:
    agencies = [
        *children_of(None, on=TODAY),
        find_agency("H55.05", on=TODAY),
        find_agency("H55.21.22", on=TODAY),
    ]
    posts = staff_agencies(agencies, on=TODAY)
    duties = {code: set() for code in {post.agency_code for post in posts}}  # type: ignore[var-annotated]
    for post in posts:
        duties[post.agency_code].add(post.duty)
    assert set(duties) == {agency.code for agency in agencies}
    headed = {code for code, found in duties.items() if Duty.HEAD in found}
    assert headed == {agency.code for agency in agencies if agency.kind == "province"}
    assert {len(found - {Duty.HEAD}) for found in duties.values()} == {5}
    heads = {post.agency_code: post.title for post in posts if post.duty == "leader"}
    assert heads["G22"] == "Bộ trưởng, Chủ nhiệm"
    assert (heads["H55"], heads["H55.05"]) == ("Chủ tịch", "Giám đốc")
    assert (
        not PostHolding.objects.exclude(post__division=None)
        .exclude(post__division__agency__in=agencies)
        .exists()
    )


@pytest.mark.django_db
def test_staffing_again_creates_nothing(country: list[object]) -> None:
    agencies = children_of(None, on=TODAY)
    first = staff_agencies(agencies, on=TODAY)
    before = rows_as_they_lie()
    assert staff_agencies(agencies, on=TODAY) == first
    assert rows_as_they_lie() == before
    assert Official.objects.count() == len(first)
    assert Division.objects.count() >= len(agencies)


@pytest.mark.django_db
def test_staffing_takes_the_same_statements_for_one_and_for_many(
    country: list[object], django_assert_max_num_queries: object
) -> None:
    agencies = list(Agency.objects.filter(code__startswith="H55"))
    with django_assert_max_num_queries(40):  # type: ignore[operator]
        staffed = staff_agencies(agencies, on=TODAY)
    assert len(staffed) > 989 * 4


def test_nobody_staffs_no_agency_of_an_unknown_kind_without_a_head() -> None:
    assert seats_of("X99", "?", "unheard of")[0].title == "Giám đốc"

"""The pages on which a service is found and told of."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from lienthong.directory.public import Agency
from lienthong.dossiers.tests.factories import asked_for, took
from lienthong.identity.tests.factories import a_citizen, agency, at_noon
from lienthong.portal.web.places import COOKIE
from lienthong.procedures.public import Channel, Paper, ProcedureVersion, ServiceOffer
from lienthong.procedures.tests.factories import (
    definition,
    draft,
    exemption,
    fee,
    offer,
    own_fee,
    procedure,
    published,
    result,
    sampled,
)

pytestmark = pytest.mark.django_db
NOON = at_noon()


class Country:
    """A province with a district and a commune that offers one service online and at the counter."""

    def __init__(self) -> None:
        self.province = self._agency("Ủy ban tỉnh Núi", "province", None)
        self.department = self._agency("Sở Rừng", "department", self.province)
        self.district = self._agency("Ủy ban huyện Suối", "district", self.province)
        self.commune = self._agency("Ủy ban xã Mây", "commune", self.district)
        self.other = self._agency("Ủy ban xã Gió", "commune", self.district)
        says = definition(
            conditions="Có rừng.",
            papers=(
                Paper(key="request", name="Đơn xin", name_en="Request", copies=2),
                Paper(key="map", name="Bản đồ", when="married == true"),
                Paper(key="identity", name="Căn cước", held_by_state=True),
            ),
            fees=(fee("one", 50_000, name="Lệ phí rừng", law="TT 1"),),
            exemptions=(exemption("poor", name="Hộ nghèo"),),
            results=(result("permit", name="Giấy phép", months=12),),
        )
        self.version = published(procedure(name="Cấp phép trồng rừng", code="3.000001"), says)
        self.offers = [
            ServiceOffer.objects.create(
                agency=self.commune, version=self.version, channel=channel, offered_at=NOON
            )
            for channel in (Channel.COUNTER, Channel.ONLINE_WHOLE)
        ]

    def _agency(self, name: str, kind: str, parent: Agency | None) -> Agency:
        made = agency(name=name)
        Agency.objects.filter(pk=made.pk).update(
            kind=kind, parent=parent, address=f"Số 1, {name}", telephone="0208 111"
        )
        made.refresh_from_db()
        return made


@pytest.fixture
def country() -> Country:
    """The country."""
    return Country()


def text_of(page: bytes) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.decode()))


def test_the_page_of_a_service_tells_everything_at_the_body(
    client: Client, country: Country, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    own_fee(country.version.procedure, country.province, 30_000, fee="one")
    took(country.offers[0], cases=40, median=3, ninth=7)
    address = f"/services/at/{country.offers[0].pk}/"
    client.get(address)
    with django_assert_max_num_queries(9):
        page = text_of(client.get(address).content)
    for told in (
        "Cấp phép trồng rừng", "Số 1, Ủy ban xã Mây", "0208 111", "30.000 đồng", "2 ngày làm việc",
        "tối đa 3 ngày", "tối đa 7 ngày", "40 hồ sơ", "Đơn xin", "Bản đồ", "Hộ nghèo", "12 tháng",
        "Có rừng.", "Luật Hộ tịch 2014", "7:30–11:30", "Thứ 2 – Thứ 6", "3.000001",
    ):  # fmt: skip
        assert told in page, told
    needed, known = page.split("Bạn không phải mang")
    assert "Căn cước" in known
    assert "Căn cước" not in needed
    client.cookies["django_language"] = "en"
    english = text_of(client.get(address).content)
    assert "Request" in english
    assert "at most 7 working days" in english


def test_a_paper_of_some_cases_says_in_words_when_it_is_needed(client: Client, country: Country) -> None:
    page = text_of(client.get(f"/services/at/{country.offers[0].pk}/").content)
    assert re.search(r"Chỉ khi .*: có", page), page


def test_real_time_is_told_of_all_bodies_where_the_body_has_few_and_not_at_all_without(
    client: Client, country: Country
) -> None:
    address = f"/services/at/{country.offers[0].pk}/"
    assert "thực tế" not in text_of(client.get(address).content)
    took(country.offers[0], cases=9, median=0, ninth=0, everywhere=True)
    page = text_of(client.get(address).content)
    assert "9 hồ sơ gần nhất của mọi cơ quan" in page


def test_a_place_is_chosen_once_without_javascript_or_account(client: Client, country: Country) -> None:
    address = "/services/3.000001/"
    assert "Chọn xã" in text_of(client.get(address).content)
    picked = client.get("/place/", {"province": country.province.code, "next": address}).content.decode()
    assert f'<optgroup label="{country.district.name}">' in picked
    assert f'value="{country.commune.code}"' in picked
    answer = client.post("/place/", {"place": country.commune.code, "next": address})
    assert (answer.status_code, answer["Location"]) == (302, address)
    kept = answer.cookies[COOKIE]
    assert (kept.value, kept["httponly"], kept["samesite"]) == (country.commune.code, True, "Lax")
    assert "Số 1, Ủy ban xã Mây" in text_of(client.get(address).content)
    assert f"/services/at/{country.offers[0].pk}/" in client.get("/services/?q=rừng").content.decode()
    client.post("/place/", {"place": country.other.code})
    assert "không cung cấp" in text_of(client.get(address).content)
    client.post("/place/", {"place": ""})
    assert "Chọn xã" in text_of(client.get(address).content)


@pytest.mark.parametrize("said", ["\0", "X" * 5000, "khong-co", "H55'--"])
def test_a_hostile_place_is_no_place(client: Client, country: Country, said: str) -> None:
    client.post("/place/", {"place": said, "next": "https://evil.example/"})
    assert COOKIE not in client.cookies or client.cookies[COOKIE].value == ""
    client.cookies[COOKIE] = said.replace("\0", "")
    assert client.get("/services/3.000001/").status_code == 200
    assert client.post("/place/", {"place": "", "next": "https://evil.example/"})["Location"] == "/"


def test_of_several_bodies_of_a_place_the_reader_chooses(client: Client, country: Country) -> None:
    """A procedure of the province, offered by the province and one of its departments."""
    version = published(procedure(name="Cấp phép săn bắn", code="3.000002", level="province"))
    ministry = published(procedure(name="Cấp phép xa", code="3.000003", level="ministry"))
    for body in (country.province, country.department):
        offer(version, body)
        offer(ministry, body)
    client.post("/place/", {"place": country.commune.code})
    assert "Số 1, Ủy ban tỉnh Núi" in text_of(client.get("/services/3.000002/").content)
    page = text_of(client.get("/services/3.000003/").content)
    assert "Sở Rừng" in page
    assert "Ủy ban tỉnh Núi" in page
    assert "Số 1" not in page


def test_what_ended_is_not_found(client: Client, country: Country) -> None:
    one, other = country.offers
    one.ended_at = NOON
    one.save()
    assert client.get(f"/services/at/{one.pk}/").status_code == 404
    assert client.get(f"/services/at/{other.pk}/").status_code == 200
    ProcedureVersion.objects.filter(pk=country.version.pk).update(
        state="withdrawn", ended_at=NOON, end_reason="Hết"
    )
    for gone in (f"/services/at/{other.pk}/", "/services/3.000001/", "/services/9.9/", "/events/none/"):
        assert client.get(gone).status_code == 404, gone


def test_lists_are_narrowed_by_words_field_and_body(client: Client, country: Country) -> None:
    for number in range(31):
        published(procedure(name=f"Khai báo số {number:02}"))
    page = client.get("/services/").content.decode()
    assert (page.count('class="line-name"'), "page=2" in page) == (30, True)
    assert client.get("/services/?page=2").content.decode().count('class="line-name"') == 2
    assert client.get("/services/?page=99999999999999999999").status_code == 200
    assert "Cấp phép trồng rừng" in client.get("/services/?field=hotich&page=1").content.decode()
    assert client.get("/services/?field=\0").status_code == 200
    small = client.get("/services/suggest/?q=trong ru").content.decode()
    assert ("Cấp phép trồng rừng" in small, "<html" in small) == (True, False)
    nothing = text_of(client.get("/services/?q=<script>x").content)
    assert "không tìm thấy" in nothing


def test_bodies_lead_down_to_what_they_offer(client: Client, country: Country) -> None:
    first = client.get("/bodies/").content.decode()
    assert country.province.name in first
    assert country.commune.name not in first
    province = client.get(f"/bodies/{country.province.code}/").content.decode()
    assert country.district.name in province
    assert country.department.name in province
    district = client.get(f"/bodies/{country.district.code}/").content.decode()
    assert country.commune.name in district
    assert country.province.name in district
    commune = client.get(f"/bodies/{country.commune.code}/").content.decode()
    assert f"/services/at/{country.offers[0].pk}/" in commune
    assert "trồng rừng" not in client.get(f"/bodies/{country.commune.code}/?q=cua").content.decode()
    assert client.get("/bodies/KHONG/").status_code == 404


def test_samples_of_drafts_stay_inside(client: Client) -> None:
    version = published(samples=1)
    sample = version.samples.get()
    answer = client.get(f"/services/samples/{sample.pk}/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    made = draft(procedure())
    assert client.get(f"/services/samples/{sampled(made).pk}/").status_code == 404


def test_the_home_page_shows_what_is_asked_for_most(client: Client, country: Country) -> None:
    page = client.get("/").content.decode()
    assert page.count('class="event"') >= 10
    assert "Được yêu cầu nhiều" not in page
    asked_for(country.offers[0], 1234)
    page = text_of(client.get("/").content)
    assert "Cấp phép trồng rừng" in page
    assert "1.234 hồ sơ" in page


def test_pages_are_compressed_only_where_nobody_is_signed_in(client: Client, country: Country) -> None:
    for address in ("/", "/services/", "/services/3.000001/", "/bodies/", "/place/", "/events/birth/"):
        answer = client.get(address, headers={"accept-encoding": "gzip"})
        assert answer.get("Content-Encoding") == "gzip", address
    client.force_login(a_citizen()[0])
    assert "Content-Encoding" not in client.get("/", headers={"accept-encoding": "gzip"})

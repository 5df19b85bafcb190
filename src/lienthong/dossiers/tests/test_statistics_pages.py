"""The pages of figures, of what is never used, and of the book: what they show, to whom, and as files."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from lxml import etree, html
from pypdf import PdfReader
from pytest_django import DjangoAssertNumQueries

from lienthong.directory.public import Agency
from lienthong.dossiers.actions.counting import fold_deltas, recount_figures
from lienthong.dossiers.health import check_figures
from lienthong.dossiers.models import Dossier, DossierCount
from lienthong.dossiers.tests.factories import NOON, offered, received
from lienthong.dossiers.tests.walks import Walk
from lienthong.identity.public import Role
from lienthong.identity.tests.factories import official_in
from lienthong.kernel.clock import now
from lienthong.ledger.public import Subject, timeline
from lienthong.procedures.public import ServiceOffer
from lienthong.procedures.tests.factories import definition, procedure, published

pytestmark = pytest.mark.django_db
YEARS = {"since": "2026-01-01", "until": "2026-12-31"}


def client_of(walk: Walk, agency: Any, role: Role) -> Client:
    """Someone of the agency at a browser."""
    client = Client()
    client.force_login(official_in(agency, role))
    return client


@pytest.fixture
def walk() -> Walk:
    """Some dossiers of March 2026."""
    made = Walk(4)
    made.go(30)
    return made


def cells(page: bytes) -> list[tuple[str, int]]:
    """The address and the number of every figure of the page."""
    links = html.fromstring(page).xpath('//main//*[contains(@class, "number")]/a')
    return [(link.get("href"), int(link.text)) for link in links]


def test_every_figure_leads_to_a_list_as_long_as_it_says(walk: Walk) -> None:
    client = client_of(walk, walk.province, Role.LEADER)
    for group in ("agency", "field", "procedure", "official"):
        page = client.get(reverse("dossiers:statistics"), {**YEARS, "group": group, "below": "on"})
        found = cells(page.content)
        assert len(found) > 4
        for address, number in found:
            listed = html.fromstring(client.get(address).content).xpath("//main//tbody/tr")
            assert len(listed) == min(number, 50), address


def test_a_list_shows_applicants_of_the_own_agency_alone(walk: Walk) -> None:
    client = client_of(walk, walk.province, Role.LEADER)
    ask = {**YEARS, "below": "on", "measure": "counter", "group": "agency"}
    page = client.get(reverse("dossiers:behind"), ask).content.decode()
    listed = Dossier.objects.filter(channel="counter", agency__in=walk.agencies)
    roots = [one for one in listed if one.root_id == one.pk]
    assert {one.agency_id == walk.province.pk for one in roots} == {True, False}
    for one in roots:
        assert one.code in page
        assert (f">{one.applicant_name}<" in page) is (one.agency_id == walk.province.pk)


def test_a_commune_is_answered_of_itself_only(walk: Walk) -> None:
    commune, other = walk.communes
    client = client_of(walk, commune, Role.RECEPTIONIST)
    page = client.get(reverse("dossiers:statistics"), {**YEARS, "group": "agency", "below": "on"})
    assert commune.name in page.content.decode()
    assert other.name not in page.content.decode()
    for name in ("statistics", "behind", "unused"):
        ask = {**YEARS, "group": "procedure", "agency": other.pk}
        assert client.get(reverse(f"dossiers:{name}"), ask).status_code == 404
    assert client.get(reverse("dossiers:statistics"), {**YEARS, "group": "official"}).status_code == 403


@pytest.mark.parametrize(
    "asked",
    [
        {"since": "2026-03-01", "until": "2026-02-01"},
        {"since": "x", "until": "2026-02-01"},
        {"since": "1066-03-01", "until": "1066-04-01"},
        {"since": "2026-03-01", "until": "2026-04-01", "field": "1e9"},
        {"since": "2026-03-01", "until": "2026-04-01", "procedure": "'"},
    ],
)
def test_what_makes_no_sense_is_said(asked: dict[str, str]) -> None:
    dossier = received()
    client = Client()
    client.force_login(official_in(dossier.agency, Role.LEADER))
    for name in ("statistics", "behind", "unused"):
        assert client.get(reverse(f"dossiers:{name}"), asked).status_code == 422
    strange = {**YEARS, "measure": "all'", "group": "procedure"}
    assert client.get(reverse("dossiers:behind"), strange).status_code == 404
    assert client.get(reverse("dossiers:unused"), {**YEARS, "cursor": "x"}).status_code == 400


def test_figures_are_exported_as_spreadsheet_and_pdf(walk: Walk) -> None:
    client = client_of(walk, walk.province, Role.AUDITOR)
    for name in ("statistics", "unused"):
        ask = {**YEARS, "group": "procedure", "below": "on"}
        sheet = client.get(reverse(f"dossiers:{name}"), {**ask, "as": "xlsx"})
        paper = client.get(reverse(f"dossiers:{name}"), {**ask, "as": "pdf"})
        assert "procedure" if name == "unused" else walk.province.name in texts(sheet)
        assert len(PdfReader(io.BytesIO(b"".join(paper))).pages) == 1  # type: ignore[arg-type]


def texts(answer: Any) -> list[str]:
    """The texts of a spreadsheet."""
    with zipfile.ZipFile(io.BytesIO(b"".join(answer))) as parts:
        return [
            text
            for name in ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml")
            if name in parts.namelist()
            for text in etree.fromstring(parts.read(name)).itertext()
        ]


def test_services_that_nobody_used_are_named_until_one_does() -> None:
    used = received(at=now())
    idle = offered(published(procedure(), definition()), used.agency)
    client = Client()
    client.force_login(official_in(used.agency, Role.LEADER))
    page = client.get(reverse("dossiers:unused")).content.decode()
    assert idle.version.procedure.code in page
    assert used.version.procedure.code not in page
    fold_deltas()
    long_ago = {"since": "2026-03-01", "until": "2026-03-31"}
    page = client.get(reverse("dossiers:unused"), long_ago).content.decode()
    assert used.version.procedure.code in page
    received(idle, at=now())
    assert idle.version.procedure.code not in client.get(reverse("dossiers:unused")).content.decode()


def test_unused_services_are_paged_without_gap(walk: Walk) -> None:
    version, (first, _other) = walk.offers[0].version, walk.communes
    below = [
        Agency(code=f"{first.code}.{n}", name=f"Trạm {n}", short_name=f"T{n}", kind="clinic", parent=first,
               valid_from=date(2020, 1, 1))
        for n in range(60)
    ]  # fmt: skip
    ServiceOffer.objects.bulk_create(
        ServiceOffer(agency=one, version=version, channel="counter", offered_at=NOON)
        for one in Agency.objects.bulk_create(below)
    )
    client, seen = client_of(walk, walk.province, Role.LEADER), list[str]()
    address = f"{reverse('dossiers:unused')}?since=2026-03-02&until=2026-03-02&below=on&field="
    address += str(version.procedure.field_id)
    while address:
        page = html.fromstring(client.get(address).content)
        seen += page.xpath('//section[@aria-labelledby="services"]//td[@data-label][2]/text()')
        further = page.xpath('//a[@rel="next"]/@href')
        address = f"{reverse('dossiers:unused')}{further[0]}" if further else ""
    assert len(seen) == len(set(seen))
    assert {one.name for one in below} <= set(seen)


def test_the_book_lists_every_dossier_of_the_agency_and_is_recorded(walk: Walk) -> None:
    client = client_of(walk, walk.communes[0], Role.CLERK)
    sheet = client.get(reverse("dossiers:book"), {**YEARS, "as": "xlsx"})
    told = texts(sheet)
    ours = Dossier.objects.filter(agency=walk.communes[0])
    assert {one.code for one in ours} == {text for text in told if text.startswith(walk.province.code + ".")}
    assert {one.applicant_name for one in ours} <= set(told)
    assert "Công dân rút hồ sơ" in "".join(told) or not ours.filter(state=7).exists()
    pdf = client.get(reverse("dossiers:book"), {**YEARS, "as": "pdf"})
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(b"".join(pdf))).pages)  # type: ignore[arg-type]
    assert "SỔ THEO DÕI HỒ SƠ" in text
    events = timeline(Subject("dossiers.book", walk.communes[0].code))
    assert [event.data["rows"] for event in events] == [len(ours)] * 2
    assert client.get(reverse("dossiers:book")).status_code == 200


def test_the_book_is_read_in_sets(walk: Walk, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    client = client_of(walk, walk.communes[0], Role.CLERK)
    client.get(reverse("dossiers:book"))
    few = Dossier.objects.filter(agency=walk.communes[0]).count()
    assert few > 3
    with django_assert_num_queries(7):
        b"".join(client.get(reverse("dossiers:book"), {**YEARS, "as": "xlsx"}))  # type: ignore[arg-type]


def test_the_page_of_a_year_costs_as_many_queries_for_many_dossiers(
    walk: Walk, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(walk, walk.province, Role.LEADER)
    ask = {**YEARS, "group": "agency", "below": "on"}
    client.get(reverse("dossiers:statistics"), ask)
    for _part in range(2):
        with django_assert_num_queries(8):
            client.get(reverse("dossiers:statistics"), ask)
        walk.go(5)


def test_the_operator_is_told_what_differed() -> None:
    received()
    fold_deltas()
    recount_figures(at=now())
    assert check_figures().state == "good"
    DossierCount.objects.update(received_counter=9)
    recount_figures(at=now() + timedelta(days=1))
    assert check_figures().state == "warning"
    assert "differed" in check_figures().sentence

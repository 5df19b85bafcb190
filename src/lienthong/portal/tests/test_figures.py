"""What everyone may know: figures of five cases or more, what is late, and the same as files."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lienthong.dossiers.public import Dossier, Group, OpenTable, late_dossiers, open_figures
from lienthong.dossiers.tests.factories import NOON, offered, received
from lienthong.kernel.clock import now
from lienthong.portal.opening.catalogue import FORMATS
from lienthong.portal.opening.datasets import DATASETS, FIGURES
from lienthong.portal.web.figures import PUBLISHER, TEXT, TITLE, catalogue
from lienthong.procedures.public import ServiceOffer

pytestmark = pytest.mark.django_db
YEAR = {"since": date(2026, 1, 1), "until": date(2026, 12, 31)}
DAYS = "since=2026-01-01&until=2026-12-31"


def offers(*counts: int) -> list[ServiceOffer]:
    """An offer of a body of its own for each number, with so many dossiers."""
    made = [offered() for _ in counts]
    for offer, count in zip(made, counts, strict=True):
        for _ in range(count):
            received(offer)
    return made


def told(table: OpenTable) -> dict[str, int]:
    return {line.code or line.key: line.figures.received for line in table.lines}


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ((6, 5), [6, 5]),
        ((6, 3, 2), [6, "others 5"]),
        ((7, 6, 2), [7, "others 8"]),
        ((4,), []),
        ((2, 2), []),
    ],
)
def test_nothing_is_told_of_fewer_than_five_cases(counts: tuple[int, ...], shown: list[object]) -> None:
    made = offers(*counts)
    table = open_figures(group=Group.AGENCY, at=NOON, **YEAR)
    names = {offer.agency.code: count for offer, count in zip(made, counts, strict=True)}
    said = [f"others {count}" if code == "others" else count for code, count in told(table).items()]
    assert sorted(map(str, said)) == sorted(map(str, shown))
    assert all(names[code] == count for code, count in told(table).items() if code != "others")
    assert table.total.received == (sum(counts) if sum(counts) >= 5 else 0)
    alone = open_figures(group=Group.PROCEDURE, at=NOON, body=made[0].agency.code, **YEAR)
    assert alone.total.received == (counts[0] if counts[0] >= 5 else 0)


def test_what_is_late_is_named_by_its_code_alone(client: Client) -> None:
    (offer,) = offers(3)
    first, second, third = Dossier.objects.order_by("pk")
    Dossier.objects.filter(pk=first.pk).update(due_at=now() - timedelta(days=3))
    Dossier.objects.filter(pk=second.pk).update(due_at=now() - timedelta(days=9))
    Dossier.objects.filter(pk=third.pk).update(due_at=now() + timedelta(days=9))
    assert [row.code for row in late_dossiers(at=now()).rows] == [second.code, first.code]
    page = client.get("/figures/late/").content.decode()
    assert second.code in page
    assert third.code not in page
    assert first.applicant_name not in page
    assert [row.code for row in late_dossiers(under=offer.agency.code, at=now()).rows] == [
        second.code,
        first.code,
    ]
    data = json.loads(b"".join(client.get("/open-data/late-dossiers.json")))  # type: ignore[arg-type]
    assert [row["dossier"] for row in data] == [second.code, first.code]
    assert {key for row in data for key in row} == {"dossier", "body", "service", "due_at"}


def test_the_page_and_both_files_say_the_same(client: Client) -> None:
    first, second = offers(6, 5)
    page = client.get(f"/figures/?period=year&body={first.agency.code}&by=service")
    assert page.status_code == 200
    rows = list(
        csv.DictReader(io.StringIO(_text(client, f"/open-data/figures-by-body.csv?{DAYS}").lstrip("\ufeff")))
    )
    data = json.loads(_text(client, f"/open-data/figures-by-body.json?{DAYS}"))
    assert [{key: str(value) for key, value in row.items()} for row in data] == rows
    assert {row["body"]: row["received"] for row in data} == {first.agency.code: 6, second.agency.code: 5}
    assert set(data[0]) == {"body", "name", *FIGURES}
    narrowed = json.loads(_text(client, f"/open-data/figures-by-body.json?{DAYS}&under={second.agency.code}"))
    assert [row["received"] for row in narrowed] == [5]
    assert json.loads(_text(client, "/open-data/services.json"))[0]["limit_minutes"]


def test_figures_cost_the_same_queries_whatever_their_number(client: Client) -> None:
    counted = []
    for count in (1, 4):
        offers(*[5] * count)
        with CaptureQueriesContext(connection) as said:
            assert client.get("/figures/?period=year").status_code == 200
        counted.append(len(said))
    assert counted[0] == counted[1] <= 4


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/figures/?body=nowhere", 404),
        ("/figures/?period=never&by=nothing", 200),
        ("/figures/late/?cursor=%00", 400),
        ("/open-data/nothing.csv", 404),
        ("/open-data/services.xml", 404),
        ("/open-data/figures-by-body.csv?since=yesterday", 422),
        ("/open-data/figures-by-body.csv?since=2026-02-01&until=2026-01-01", 422),
        ("/open-data/figures-by-body.csv?since=1026-02-01", 422),
        ("/open-data/figures-by-body.csv?under=nowhere", 404),
    ],
)
def test_what_makes_no_sense_is_refused(client: Client, address: str, status: int) -> None:
    assert client.get(address).status_code == status


def test_the_catalogue_names_every_set_and_file(client: Client) -> None:
    answer = client.get("/open-data/catalogue.jsonld")
    assert answer["Content-Type"] == "application/ld+json"
    (graph,) = answer.json()["@graph"]
    files = [file for one in graph["dcat:dataset"] for file in one["dcat:distribution"]]
    assert len(files) == len(DATASETS) * len(FORMATS)
    for file in files:
        path = file["dcat:downloadURL"]["@id"].removeprefix("http://testserver")
        assert client.get(path).status_code == 200
    made = catalogue(
        address="http://testserver/open-data/", publisher=PUBLISHER, title=TITLE, text=TEXT, at=now()
    )
    assert made["@graph"][0]["dct:title"][0]["@language"] == "vi"


def _text(client: Client, address: str) -> str:
    return b"".join(client.get(address)).decode()  # type: ignore[arg-type]

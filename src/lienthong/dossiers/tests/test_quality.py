"""Quality scores: every point from its numbers, what is not measured said, and only for who may see."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from lxml import html
from pypdf import PdfReader
from pytest_django import DjangoAssertNumQueries

from lienthong.directory.public import Agency
from lienthong.dossiers.actions.receiving import accept_dossiers
from lienthong.dossiers.facts.criteria import CRITERIA
from lienthong.dossiers.facts.measures import Group, Wanted
from lienthong.dossiers.facts.quality import Score, Scored, Share, quality_score, quality_scores
from lienthong.dossiers.models import Dossier, DossierResult, HeldDocument
from lienthong.dossiers.tests.factories import (
    NOON,
    applicant,
    offered,
    official,
    received,
    receptionist,
    submitted,
)
from lienthong.dossiers.tests.processes import BIRTH
from lienthong.dossiers.tests.results import drafted
from lienthong.dossiers.tests.test_statistics_pages import texts
from lienthong.identity.public import NotAllowed, NotFound, Role
from lienthong.identity.tests.factories import BEGINNING, agency, official_in
from lienthong.kernel.blobs import store_blob
from lienthong.payments.public import Payment, Provider, take_cash
from lienthong.payments.tests.factories import begun, charged, ids
from lienthong.procedures.public import Channel, ServiceOffer
from lienthong.procedures.tests.factories import definition, procedure, published

pytestmark = pytest.mark.django_db
MARCH = Wanted(date(2026, 3, 1), date(2026, 3, 31), Group.AGENCY, below=True)
LATER = NOON + timedelta(days=60)
ASK = {"since": "2026-03-01", "until": "2026-03-31", "below": "on"}


def below(province: Agency, number: int) -> Agency:
    """A commune of the province."""
    return Agency.objects.create(
        code=f"{province.code}.{number:02d}",
        name=f"Xã Điểm {number}",
        short_name=f"XD{number}",
        kind="commune",
        parent=province,
        valid_from=BEGINNING,
    )


def finish(dossier: Dossier, timing: str, outcome: str = "granted") -> None:
    """It was finished the next day."""
    Dossier.objects.filter(pk=dossier.pk).update(
        state=9, timing=timing, outcome=outcome, finished_at=NOON + timedelta(days=1)
    )


def held(dossier: Dossier) -> HeldDocument:
    """A file of the applicant."""
    blob = store_blob([b"a file"], at=NOON, max_bytes=100)
    return HeldDocument.objects.create(
        party_id=dossier.applicant_id, name="Giấy", blob=blob, file_name="a.txt", given_at=NOON
    )


def paid(of: Agency) -> None:
    """A fee was paid in cash and another by bank transfer."""
    take_cash(viewer=official(of, Role.RECEPTIONIST), charge_ids=ids(charged(of)), at=NOON)
    start, _charges = begun(of)
    Payment.objects.create(
        agency=of,
        subject_id=_charges[0].subject_id,
        provider=Provider.VIETQR,
        amount=start.amount,
        paid_at=NOON,
        received_at=NOON,
        attempt_id=start.attempt_id,
        transaction="FT1",
    )


def busy(commune: Agency) -> None:
    """Two services, one of them online and told whole; four dossiers in March, three of them finished."""
    fee = {"key": "late", "name": "Lệ phí", "amount": 8_000, "when": "age > 0", "law": "TT 85/2019/TT-BTC"}
    says = definition(process=BIRTH, limit_minutes=960, fees=(fee,))
    counter = offered(published(procedure(), says), commune)
    online = ServiceOffer.objects.create(
        agency=commune, version=counter.version, channel=Channel.ONLINE_WHOLE, offered_at=NOON
    )
    offered(at_agency=commune)
    early, on_time, late = (received(counter) for _number in range(3))
    whose = applicant()
    by_net = submitted(online, applicant=whose)
    accept_dossiers(dossier_ids=[by_net.pk], viewer=receptionist(commune), at=NOON)
    received(counter, root_id=by_net.pk, applicant=whose)
    received(counter, at=NOON + timedelta(days=31))
    early.papers.update(held=held(early))
    DossierResult.objects.filter(pk=drafted(early).pk).update(held=held(on_time))
    drafted(late)  # never signed
    finish(early, "early")
    finish(on_time, "on-time", "refused")
    finish(late, "late")
    paid(commune)


@pytest.fixture
def province() -> Agency:
    """A province with a busy commune and one that nobody came to."""
    made = agency(name="Tỉnh Điểm")
    busy(below(made, 1))
    offered(at_agency=below(made, 2))
    return made


def points(score: Score) -> dict[str, tuple[int, int, str]]:
    """Of each criterion its numbers and points."""
    return {one.criterion.key: (one.share.part, one.share.whole, str(one.points)) for one in score.scored}


def test_groups_have_the_points_of_the_decision() -> None:
    sums = Counter[str]()
    for one in CRITERIA:
        sums[one.group] += one.most
    decided = {"openness": 18, "progress": 20, "online": 12, "digitisation": 22, "satisfaction": 18}
    assert sums == {**decided, "payment": 10}


def test_every_point_comes_from_its_numbers(province: Agency) -> None:
    first, second = quality_scores(official(province, Role.LEADER), MARCH, at=LATER)
    assert points(first) == {
        "whole": (1, 2, "9.00"),
        "in_time": (2, 3, "13.33"),
        "offered_online": (1, 2, "3.00"),
        "received_online": (1, 4, "1.50"),
        "papers_filed": (1, 4, "2.75"),
        "result_electronic": (1, 2, "5.50"),
        "": (0, 0, "None"),
        "cashless": (1, 2, "5.00"),
    }
    assert (first.total, first.out_of, first.percent) == (Decimal("40.08"), 82, Decimal("48.88"))
    assert first.band is not None
    assert str(first.band[0]) == "Yếu"
    assert (second.total, second.out_of, second.band) == (0, 24, None)


def test_bands_begin_at_their_points() -> None:
    said = {}
    for percent in ("90.00", "89.99", "80.00", "79.99", "70.00", "69.99", "50.00", "49.99", "0"):
        one = Scored(replace(CRITERIA[0], most=100, of_dossiers=True), Share(1, 1), Decimal(percent))
        said[percent] = str(Score("1", "", "", (one,)).band[0])  # type: ignore[index]
    best, good, fair, average, weak = "Xuất sắc", "Tốt", "Khá", "Trung bình", "Yếu"
    assert list(said.values()) == [best, good, good, fair, fair, average, average, weak, weak]


def test_a_period_without_dossiers_is_said_to_have_none(province: Agency) -> None:
    client = client_of(province, Role.LEADER)
    empty = {"since": "2020-03-01", "until": "2020-03-31", "below": "on"}
    assert "Không có hồ sơ" in client.get(reverse("dossiers:quality"), empty).content.decode()
    [busy_one, _idle] = Agency.objects.filter(parent=province).order_by("code")
    page = client.get(reverse("dossiers:quality_of", args=[busy_one.pk]), empty)
    assert page.status_code == 200
    assert "Không có hồ sơ" in page.content.decode()
    score = quality_score(official(province, Role.LEADER), replace(MARCH, agency_id=province.pk), at=LATER)
    assert (score.total, score.out_of, score.band) == (0, 0, None)


def test_pages_and_files_say_how_each_point_came_about(province: Agency) -> None:
    client = client_of(province, Role.AUDITOR)
    commune = Agency.objects.filter(parent=province).order_by("code")[0]
    listed = client.get(reverse("dossiers:quality"), ASK).content.decode()
    assert "40,08 trên 82" in listed
    address = reverse("dossiers:quality_of", args=[commune.pk])
    page = " ".join(html.fromstring(client.get(address, ASK).content).text_content().split())
    for said in ("2 ÷ 3 = 66,67%", "13,33 / 20", "Chưa đo", "40,08 trên 82"):
        assert said in page
    for path in (reverse("dossiers:quality"), address):
        sheet = texts(client.get(path, {**ASK, "as": "xlsx"}))
        assert {"40,08", "48,88", "Chưa đo"} <= set(sheet)
        paper = client.get(path, {**ASK, "as": "pdf"})
        assert len(PdfReader(io.BytesIO(b"".join(paper))).pages) == 1  # type: ignore[arg-type]


def test_only_who_sees_the_figures_of_a_body_sees_its_score(province: Agency) -> None:
    first, second = Agency.objects.filter(parent=province).order_by("code")
    desk = official(first, Role.RECEPTIONIST)
    assert [one.key for one in quality_scores(desk, MARCH, at=LATER)] == [str(first.pk)]
    with pytest.raises(NotFound):
        quality_score(desk, replace(MARCH, agency_id=second.pk), at=LATER)
    with pytest.raises(NotAllowed):
        quality_scores(official(first, Role.SPECIALIST), MARCH, at=LATER)
    client = client_of(first, Role.LEADER)
    assert client.get(reverse("dossiers:quality_of", args=[second.pk]), ASK).status_code == 404
    assert client.get(reverse("dossiers:quality_of", args=[2**40]), ASK).status_code == 422
    assert client.get(reverse("dossiers:quality"), {"since": "x", "until": "y"}).status_code == 422


def test_scores_cost_as_many_queries_for_many_bodies(
    province: Agency, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    viewer = official(province, Role.LEADER)
    with django_assert_num_queries(6):
        assert len(quality_scores(viewer, MARCH, at=LATER)) == 2
    for number in range(3, 7):
        commune = below(province, number)
        received(offered(at_agency=commune))
        paid(commune)
    with django_assert_num_queries(6):
        assert len(quality_scores(viewer, MARCH, at=LATER)) == 6


def client_of(of: Agency, role: Role) -> Client:
    """Someone of the agency at a browser."""
    client = Client()
    client.force_login(official_in(of, role))
    return client

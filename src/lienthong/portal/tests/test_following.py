"""Following by code: only where it is, whoever asks; looked up seldom enough that codes cannot be tried."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from lienthong.dossiers.public import Dossier, Supplement, ask_supplement, follow_address
from lienthong.dossiers.tests.factories import ANSWERS, official, received
from lienthong.identity.public import Role
from lienthong.kernel.clock import now
from lienthong.portal.following import LOOKS, MINUTES, TooManyLooks, count_look

pytestmark = pytest.mark.django_db
FOLLOW = "/follow/"


@pytest.fixture(autouse=True)
def _no_looks() -> None:
    cache.clear()


@pytest.fixture
def dossier() -> Dossier:
    """A dossier on its way, whose supplement was asked for."""
    made = received(at=now())
    made.agency.telephone = "0208 3 123 456"
    made.agency.save(update_fields=["telephone"])
    worker = official(made.agency, Role.SPECIALIST, at=now())
    asked = Supplement(("Giấy chứng nhận kết hôn",), "Thiếu bản chính")
    return ask_supplement(dossier_id=made.pk, asked=asked, viewer=worker, at=now())


def test_a_code_says_where_the_dossier_is_and_nothing_of_anybody(client: Client, dossier: Dossier) -> None:
    answer = client.get(FOLLOW, {"code": f" {dossier.code.lower()} "})
    page = answer.content.decode()
    assert answer.status_code == 200
    for shown in (dossier.code, dossier.agency.name, "0208 3 123 456", "Yêu cầu bổ sung", "tạm dừng"):
        assert shown in page
    hidden = [dossier.applicant_name, dossier.applicant.number, "0912345678", ANSWERS["child_name"]]
    hidden += ["Giấy chứng nhận kết hôn", "Thiếu bản chính", dossier.version.procedure.name]
    for said in hidden:
        assert str(said) not in page
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert '<meta name="robots" content="noindex, nofollow">' in page


def test_the_slips_qr_code_names_the_procedure_too_and_is_never_counted(
    client: Client, dossier: Dossier
) -> None:
    address = urlsplit(follow_address(dossier.code))
    for _ in range(LOOKS + 1):
        answer = client.get(f"{address.path}?{address.query}")
        assert answer.status_code == 200
    assert dossier.version.procedure.name in answer.content.decode()
    wrong = client.get(f"{address.path}?{address.query[:-1]}")
    assert dossier.version.procedure.name not in wrong.content.decode()


def test_codes_of_nobody_and_no_codes_at_all_are_answered_alike(client: Client, dossier: Dossier) -> None:
    client.get(FOLLOW, {"code": dossier.code})
    pages, counts = [], set[int]()
    for code in (dossier.code, f"{dossier.code[:-1]}9", "no code at all", "' OR 1=1 --"):
        with CaptureQueriesContext(connection) as made:
            answer = client.get(FOLLOW, {"code": code})
        said = answer.content.decode().partition("<main")[2].partition("</main>")[0]
        counts.add(len(made))
        pages.append((answer.status_code, said.replace(f'value="{escape(code)}"', "")))
    known, *unknown = pages
    assert known[0] == 200
    assert len(counts) == 1
    assert {status for status, _ in unknown} == {404}
    assert "Không có hồ sơ nào" in unknown[0][1]
    assert len({said for _, said in unknown}) == 1


def test_look_ups_of_one_address_are_counted_and_refused_in_plain_words(
    client: Client, dossier: Dossier
) -> None:
    for number in range(LOOKS):
        client.get(FOLLOW, {"code": f"H55.21.13-261125-{number:04d}"})
    refused = client.get(FOLLOW, {"code": dossier.code})
    assert (refused.status_code, refused["Retry-After"]) == (429, str(MINUTES * 60))
    assert dossier.agency.name not in refused.content.decode()
    assert "mã QR" in refused.content.decode()
    assert client.get(FOLLOW, {"code": dossier.code}, REMOTE_ADDR="203.0.113.9").status_code == 200
    assert client.get(FOLLOW).status_code == 200


def test_an_ipv6_connection_is_counted_whole_and_the_count_ends() -> None:
    at = now()
    for number in range(LOOKS):
        count_look(f"2001:db8:1:2::{number:x}", at=at)
    with pytest.raises(TooManyLooks):
        count_look("2001:db8:1:2:ffff::1", at=at)
    count_look("2001:db8:1:3::1", at=at)
    count_look("2001:db8:1:2::1", at=at + timedelta(minutes=MINUTES))

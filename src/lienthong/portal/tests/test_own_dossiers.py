"""A citizen with their dossiers: what they see, send, pay, withdraw and take; and nobody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lienthong.dossiers.public import DossierState
from lienthong.dossiers.tests.factories import LATE, decided, offered
from lienthong.identity.public import Account, Role
from lienthong.identity.tests.factories import a_citizen, official_in
from lienthong.kernel.clock import now
from lienthong.payments.public import CollectingAccount, attempts_of
from lienthong.portal.tests.factories import ASKED, asked_of, own_dossier, scanned

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj\nendobj\n"


@pytest.fixture
def citizen() -> Account:
    """Someone with an account."""
    return a_citizen(name="Trần Thị Dân")[0]


@pytest.fixture
def browser(citizen: Account, client: Client) -> Client:
    """The citizen at a browser."""
    client.force_login(citizen)
    return client


def page(browser: Client, name: str, *args: object, **query: object) -> str:
    """What a page says; it is there."""
    answer = browser.get(reverse(f"portal:{name}", args=args), query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_the_list_has_what_is_under_way_first_and_is_searched_and_empty(
    browser: Client, citizen: Account
) -> None:
    assert "Bạn chưa có hồ sơ nào" in page(browser, "mine")
    offer = offered()
    late = own_dossier(citizen, offer=offer, at=now() - timedelta(days=30))
    soon, done = own_dossier(citizen, offer=offer), own_dossier(citizen, offer=offer)
    decided(done, at=now())
    another = own_dossier(a_citizen()[0], offer=offer)
    said = page(browser, "mine")
    places = [said.index(one.code) for one in (late, soon, done)]
    assert places == sorted(places)
    assert another.code not in said
    found = page(browser, "mine", q=soon.code)
    assert (soon.code in found, late.code in found) == (True, False)
    assert "Không tìm thấy" in page(browser, "mine", q="xây nhà")
    assert late.code in page(browser, "mine", q="khai sinh")


def test_reading_costs_the_same_with_one_dossier_and_with_fifty(browser: Client, citizen: Account) -> None:
    offer = offered()
    dossier = own_dossier(citizen, offer=offer, files=(scanned(),))
    addresses = [reverse("portal:mine"), reverse("portal:dossier", args=[dossier.pk])]

    def queries() -> list[int]:
        counts = []
        for address in addresses:
            with CaptureQueriesContext(connection) as made:
                answer = browser.get(address)
            assert answer.status_code == 200
            counts.append(len(made))
        return counts

    queries()
    with_one = queries()
    for _ in range(49):
        own_dossier(citizen, offer=offer)
    assert queries() == with_one
    # What every page of a citizen asks (session, account, party, portal) is in them.
    assert all(count <= most for count, most in zip(with_one, (9, 15), strict=True))
    assert browser.get(addresses[0]).content.decode().count("row-title") == 50


def test_what_is_missing_is_sent_once_and_whole_and_the_clock_goes_on(
    browser: Client, citizen: Account
) -> None:
    dossier = asked_of(own_dossier(citizen))
    said = page(browser, "dossier", dossier.pk)
    assert all(item in said for item in ASKED)
    url = reverse("portal:supplement", args=[dossier.pk])
    half: dict[str, Any] = {"files-0": SimpleUploadedFile("ket-hon.pdf", PDF), "text-1": ""}
    wrong = browser.post(url, half)
    assert wrong.status_code == 422
    said = wrong.content.decode()
    assert ("ket-hon.pdf" in said, "Nơi sinh của con" in said) == (True, True)
    kept = said.split('name="kept-0" value="')[1].split('"')[0]
    for _ in range(2):  # who presses twice is told that it was sent
        whole = {"kept-0": kept, "text-1": "Bệnh viện A, Thái Nguyên"}
        answer = browser.post(url, whole, follow=True)
        assert answer.redirect_chain == [(reverse("portal:dossier", args=[dossier.pk]), 302)]
    dossier.refresh_from_db()
    assert (dossier.state, dossier.paused_at, dossier.supplemented) == (DossierState.IN_PROGRESS, None, True)
    assert dossier.supplement.answers == ["", "Bệnh viện A, Thái Nguyên"]
    (paper,) = dossier.supplement.papers.all()
    assert (paper.name, paper.held.party_id) == (ASKED[0], dossier.applicant_id)
    worker = Client()
    worker.force_login(official_in(dossier.agency, Role.SPECIALIST))
    assert dossier.code in worker.get(reverse("dossiers:inbox")).content.decode()
    told = worker.get(reverse("dossiers:dossier", args=[dossier.pk])).content.decode()
    assert "Bệnh viện A, Thái Nguyên" in told


def test_a_file_that_another_sent_or_that_is_none_is_not_taken(browser: Client, citizen: Account) -> None:
    dossier = asked_of(own_dossier(citizen), "Giấy kết hôn")
    url = reverse("portal:supplement", args=[dossier.pk])
    by_hash = browser.post(url, {"kept-0": scanned().sha256})
    program = browser.post(url, {"files-0": SimpleUploadedFile("virus.exe", b"MZ\x90\x00")})
    assert (by_hash.status_code, program.status_code) == (422, 422)
    dossier.refresh_from_db()
    assert dossier.state == DossierState.SUPPLEMENT_REQUESTED


def test_a_dossier_is_withdrawn_with_a_reason_and_once(browser: Client, citizen: Account) -> None:
    dossier = own_dossier(citizen)
    url = reverse("portal:withdraw", args=[dossier.pk])
    assert url in page(browser, "dossier", dossier.pk)
    assert browser.post(url, {"reason": " "}).status_code == 422
    assert browser.post(url, {"reason": "Nộp nhầm"}).status_code == 302
    assert browser.post(url, {"reason": "Nộp nhầm"}).status_code == 409
    dossier.refresh_from_db()
    assert (dossier.state, dossier.tasks.filter(state="open").count()) == (DossierState.WITHDRAWN, 0)
    assert url not in page(browser, "dossier", dossier.pk)


def test_a_payment_that_fails_loses_nothing_and_is_begun_again(browser: Client, citizen: Account) -> None:
    offer = offered()
    dossier = own_dossier(citizen, offer=offer, answers=LATE)
    url = reverse("portal:pay_dossier", args=[dossier.pk])
    assert "chưa nhận thanh toán trực tuyến" in page(browser, "dossier", dossier.pk)
    refused = browser.post(url, {"way": "vietqr"})
    assert refused.status_code in {409, 422}
    CollectingAccount.objects.create(
        agency=offer.agency, provider="vietqr", bank_bin="970415", account_number="113366668888",
        account_name="UBND PHUONG", active=True,
    )  # fmt: skip
    assert url in page(browser, "dossier", dossier.pk)
    assert browser.post(url, {"way": "vietqr"}).status_code == 302
    waiting = page(browser, "pay_dossier", dossier.pk)
    browser.post(url, {"way": "vietqr"})
    (begun,) = attempts_of(dossier.pk, at=now())  # what waits is answered again
    assert reverse("payments:attempt", args=[begun.id]) in waiting
    (failed,) = attempts_of(dossier.pk, at=now() + timedelta(days=2))
    assert (failed.waits, failed.state) == (False, "expired")
    dossier.refresh_from_db()
    assert dossier.fee_owed > 0


def test_a_result_is_opened_by_its_party_kept_and_read_once(browser: Client, citizen: Account) -> None:
    dossier = own_dossier(citizen)
    result = decided(dossier, at=now())
    url = reverse("portal:result", args=[result.pk])
    said = page(browser, "dossier", dossier.pk)
    assert url in said
    assert f"{reverse('verify')}?document={result.document_id}" in said
    for _ in range(2):
        answer = browser.get(url)
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
        assert b"".join(answer.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    result.refresh_from_db()
    assert result.read_at is not None
    assert "Giấy khai sinh" in page(browser, "documents")


def test_who_opened_the_file_is_told_by_body_post_purpose_and_time(browser: Client, citizen: Account) -> None:
    dossier = own_dossier(citizen)
    opener = Client()
    account = official_in(dossier.agency, Role.SPECIALIST)
    opener.force_login(account)
    for _ in range(2):
        assert opener.get(reverse("dossiers:dossier", args=[dossier.pk])).status_code == 200
    said = page(browser, "opened", dossier.pk)
    assert said.count("Mở hồ sơ xem") == 1
    assert "để làm bước" in said
    assert dossier.agency.name in said
    assert account.official is not None
    assert account.official.full_name not in said


@pytest.mark.parametrize("name", ["dossier", "opened", "supplement", "withdraw", "pay_dossier"])
def test_the_dossier_of_another_is_not_found_whatever_is_done(browser: Client, name: str) -> None:
    dossier = asked_of(own_dossier(a_citizen()[0]))
    url = reverse(f"portal:{name}", args=[dossier.pk])
    assert browser.get(url).status_code == 404
    if name in {"supplement", "withdraw", "pay_dossier"}:
        assert browser.post(url, {"reason": "x", "text-0": "x", "text-1": "y"}).status_code == 404
    dossier.refresh_from_db()
    assert dossier.state == DossierState.SUPPLEMENT_REQUESTED

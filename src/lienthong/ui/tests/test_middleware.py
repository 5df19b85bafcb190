"""A refusal reaches its asker in the form that the asker reads."""

from __future__ import annotations

import json

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lienthong.kernel.errors import Refusal
from lienthong.ui.middleware import LanguageMiddleware, RefusalMiddleware, refusal_response

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


class TooMany(Refusal):
    """A refusal for these tests."""

    code, status = "too-many", 409
    sentence = _("First page")

    def say(self, language: str | None = None) -> str:
        return f"{super().say(language)} <{self.facts['count']}>"


def refuse(**headers: str) -> HttpResponse:
    path = headers.pop("path", "/desk/")
    request = RequestFactory().get(path, headers=headers)
    response = RefusalMiddleware(lambda _: HttpResponse()).process_exception(request, TooMany(count=7))
    assert response is not None
    return response


def test_a_browser_gets_a_page_with_the_sentence_the_code_and_the_status() -> None:
    response = refuse(accept=BROWSER)
    assert response.status_code == 409
    page = response.content.decode()
    assert "&lt;7&gt;" in page
    assert "too-many" in page
    assert "<!doctype html>" in page


@pytest.mark.parametrize("kind", ["application/json", "application/problem+json"])
def test_a_program_gets_a_problem_document_in_both_languages(kind: str) -> None:
    response = refuse(accept=kind)
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = json.loads(response.content)
    assert problem["sentences"] == {"vi": "Trang đầu <7>", "en": "First page <7>"}
    assert problem["status"] == response.status_code == 409


def test_an_address_of_the_api_always_answers_with_a_problem_document() -> None:
    assert (
        refuse(path="/axis/v1/packets", accept=BROWSER).headers["Content-Type"] == "application/problem+json"
    )


def test_htmx_gets_an_alert_for_the_page_that_is_open() -> None:
    response = refuse(accept=BROWSER, HX_Request="true")
    assert response.headers["HX-Retarget"] == "#alerts"
    assert "<html" not in response.content.decode()
    assert 'role="alert"' in response.content.decode()


def test_the_way_back_leads_only_to_a_page_of_our_own() -> None:
    assert (
        "http://testserver/before/"
        in refuse(accept=BROWSER, referer="http://testserver/before/").content.decode()
    )
    assert "evil.example" not in refuse(accept=BROWSER, referer="http://evil.example/").content.decode()


def test_another_exception_goes_on() -> None:
    request = RequestFactory().get("/")
    assert RefusalMiddleware(lambda _: HttpResponse()).process_exception(request, ValueError()) is None


def test_a_middleware_can_refuse_by_itself() -> None:
    assert refusal_response(RequestFactory().get("/"), TooMany(count=1)).status_code == 409


@pytest.mark.parametrize(
    ("path", "cookie", "accept", "language"),
    [
        ("/", "", "en-GB,en", "vi"),
        ("/", "en", "vi", "en"),
        ("/", "xx", "", "vi"),
        ("/axis/v1/inbox", "", "en", "en"),
    ],
)
def test_the_language_is_the_chosen_one_and_else_vietnamese(
    path: str, cookie: str, accept: str, language: str
) -> None:
    request = RequestFactory().get(path, headers={"accept-language": accept})
    if cookie:
        request.COOKIES["django_language"] = cookie
    response = LanguageMiddleware(lambda _: HttpResponse(get_language()))(request)
    assert response.content.decode() == language
    assert response.headers["Content-Language"] == language

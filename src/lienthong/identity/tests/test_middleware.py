from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import include, path

from lienthong.identity.access import address_of, citizens, needs, signed_in, viewer_of, visitor_of
from lienthong.identity.actions.acting import delegate
from lienthong.identity.contracts import NOBODY, Role
from lienthong.identity.middleware import SEEN
from lienthong.identity.models import Account
from lienthong.identity.queries.acting import acting_viewer
from lienthong.identity.tests.factories import a_citizen, agency, official_in, official_of, post_of
from lienthong.kernel.access import Access, mark_all, public_page
from lienthong.kernel.clock import now
from lienthong.ledger.public import search_events


def _answer(request: HttpRequest) -> HttpResponse:
    return HttpResponse(viewer_of(request).name or "nobody")


def _unmarked(request: HttpRequest) -> HttpResponse:
    return HttpResponse("never to be seen")


@public_page("a test")
def _public(request: HttpRequest) -> HttpResponse:
    return _answer(request)


@signed_in
def _signed_in(request: HttpRequest) -> HttpResponse:
    return _answer(request)


@citizens
def _citizens(request: HttpRequest) -> HttpResponse:
    return HttpResponse(visitor_of(request).party_name)


@needs(Role.CLERK, Role.LEADER)
def _clerks(request: HttpRequest) -> HttpResponse:
    return _answer(request)


class Urls:
    """Views of every kind of mark beside the real ones."""

    urlpatterns = [
        path("t/unmarked/", _unmarked),
        path("t/public/", _public),
        path("t/signed-in/", _signed_in),
        path("t/clerks/", _clerks),
        path("t/citizens/", _citizens),
        path("", include("lienthong.ui.urls")),
        path("", include("lienthong.identity.urls")),
    ]


@pytest.fixture(autouse=True)
def urls(settings: object, db: None) -> Iterator[None]:
    settings.ROOT_URLCONF = Urls  # type: ignore[attr-defined]
    return


@pytest.fixture
def clerk(client: Client) -> Account:
    account = official_in(agency(), Role.CLERK, name="Lê Thị Cúc")
    client.force_login(account)
    return account


class TestMarks:
    @pytest.mark.parametrize("path", ["/t/unmarked/", "/t/signed-in/", "/t/clerks/"])
    def test_nobody_is_led_to_sign_in_and_back(self, client: Client, path: str) -> None:
        target = urlsplit(client.get(f"{path}?page=2")["Location"])
        assert (target.path, parse_qs(target.query)) == ("/accounts/login/", {"next": [f"{path}?page=2"]})

    def test_a_view_without_mark_is_refused_to_everyone(self, client: Client) -> None:
        client.force_login(official_in(agency(), *Role))
        assert client.get("/t/unmarked/").status_code == 403

    def test_a_public_view_is_for_everyone(self, client: Client) -> None:
        assert client.get("/t/public/").content == b"nobody"

    def test_the_right_role_is_let_in(self, client: Client, clerk: Account) -> None:
        assert client.get("/t/clerks/").content.decode() == "Lê Thị Cúc"

    def test_a_citizen_sees_pages_for_citizens_and_none_of_officials(self, client: Client) -> None:
        client.force_login(a_citizen(name="Trần Thị Dân")[0])
        assert client.get("/t/citizens/").content.decode() == "Trần Thị Dân"
        assert [client.get(path).status_code for path in ("/t/signed-in/", "/t/clerks/")] == [403, 403]

    def test_an_official_sees_no_page_for_citizens(self, client: Client, clerk: Account) -> None:
        answer = client.get("/t/citizens/")
        assert answer.status_code == 403
        assert "dành cho người dân" in answer.content.decode()

    def test_another_role_is_refused_with_the_sentence(self, client: Client) -> None:
        client.force_login(official_in(agency(), Role.AUDITOR))
        answer = client.get("/t/clerks/")
        assert answer.status_code == 403
        assert "Chức vụ bạn đang đảm nhiệm không có quyền" in answer.content.decode()

    def test_a_program_gets_a_problem_document(self, client: Client) -> None:
        answer = client.get("/t/clerks/", HTTP_ACCEPT="application/json")
        assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
        assert answer.json()["title"] == "not-signed-in"
        client.force_login(official_in(agency(), Role.AUDITOR))
        assert client.get("/t/clerks/", HTTP_ACCEPT="application/json").status_code == 403

    def test_htmx_moves_the_whole_page_to_sign_in(self, client: Client) -> None:
        headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/office/incoming/?page=3"}
        answer = client.get("/t/clerks/", headers=headers)
        assert answer.status_code == 401
        assert answer["HX-Redirect"] == "/accounts/login/?next=%2Foffice%2Fincoming%2F%3Fpage%3D3"

    @pytest.mark.parametrize(
        "before", ["", "https://evil.example/x", "//evil.example", "javascript:alert(1)"]
    )
    def test_a_posted_form_leads_back_home_when_it_came_from_elsewhere(
        self, client: Client, before: str
    ) -> None:
        answer = client.post("/t/clerks/", headers={"Referer": before})
        assert answer["Location"] == "/accounts/login/?next=%2F"

    def test_a_mark_for_roles_names_at_least_one(self) -> None:
        with pytest.raises(ValueError, match="at least one"):
            needs()

    def test_patterns_of_a_library_are_marked_together(self, client: Client) -> None:
        def view(request: HttpRequest) -> HttpResponse:
            return HttpResponse("")

        mark_all([path("x/", view)], Access(public="a test"))
        assert view.access.public == "a test"  # type: ignore[attr-defined]


class TestViewer:
    def test_a_page_costs_two_queries_besides_session_and_account(
        self, client: Client, django_assert_max_num_queries: Callable
    ) -> None:
        office, at = agency(), now()
        holder, colleague = official_in(office, Role.CLERK), official_in(office)
        delegate(
            viewer=acting_viewer(holder, at=at),
            post_id=post_of(holder).pk,
            delegate_id=official_of(colleague).pk,
            starts_at=at,
            ends_at=at + timedelta(days=1),
            reason="Nghỉ phép",
            at=at,
        )
        Account.objects.filter(pk=colleague.pk).update(last_post=post_of(holder))
        client.force_login(colleague)
        client.get("/t/clerks/")
        with django_assert_max_num_queries(4) as asked:
            assert client.get("/t/clerks/").status_code == 200
        assert not [query for query in asked.captured_queries if "UPDATE" in query["sql"]]

    def test_a_page_for_nobody_asks_nothing(
        self, client: Client, django_assert_num_queries: Callable
    ) -> None:
        with django_assert_num_queries(0):
            client.get("/t/public/")

    def test_acting_under_delegation_is_in_the_ledger(self, client: Client) -> None:
        office, at = agency(), now()
        holder, colleague = official_in(office, name="Trần Văn Chủ"), official_in(office, name="Lê Văn Thay")
        delegate(
            viewer=acting_viewer(holder, at=at),
            post_id=post_of(holder).pk,
            delegate_id=official_of(colleague).pk,
            starts_at=at,
            ends_at=at + timedelta(days=1),
            reason="Nghỉ phép",
            at=at,
        )
        client.force_login(colleague)
        client.post("/acting/switch/", {"post": post_of(holder).pk})
        client.post("/acting/switch/", {"post": post_of(colleague).pk})
        back = search_events(agency_id=office.pk, verb="post.switch").rows[0]
        assert (back.actor.name, back.actor.acting_for) == ("Lê Văn Thay", "Trần Văn Chủ")


class TestIdleSession:
    def seen(self, client: Client, ago: timedelta) -> None:
        session = client.session
        session[SEEN] = (now() - ago).timestamp()
        session.save()

    def test_ends_at_the_set_time(self, client: Client, clerk: Account, settings: object) -> None:
        client.get("/t/signed-in/")
        self.seen(client, timedelta(seconds=settings.SESSION_COOKIE_AGE))  # type: ignore[attr-defined]
        assert client.get("/t/signed-in/").status_code == 302
        assert not Session.objects.filter(session_key=client.session.session_key).exists()

    def test_lasts_while_it_is_used(self, client: Client, clerk: Account, settings: object) -> None:
        client.get("/t/signed-in/")
        for _ in range(3):
            almost = timedelta(seconds=settings.SESSION_COOKIE_AGE - 60)  # type: ignore[attr-defined]
            self.seen(client, almost)
            assert client.get("/t/signed-in/").status_code == 200
            assert now().timestamp() - client.session[SEEN] < 60

    def test_is_not_kept_alive_by_what_a_page_fetches_by_itself(self, client: Client, clerk: Account) -> None:
        client.get("/t/signed-in/")
        self.seen(client, timedelta(minutes=20))
        client.get("/t/signed-in/", headers={"Lienthong-Background": "1"})
        assert now().timestamp() - client.session[SEEN] >= 20 * 60

    def test_ends_with_the_browser(self, client: Client) -> None:
        account = official_in(agency())
        answer = client.post(
            "/accounts/login/", {"login": account.username, "password": "a-long-enough-password-1"}
        )
        cookie = answer.cookies["sessionid"]
        assert (cookie["max-age"], cookie["httponly"], cookie["samesite"]) == ("", True, "Lax")

    def test_a_disabled_account_is_out_with_its_next_request(self, client: Client, clerk: Account) -> None:
        Account.objects.update(is_active=False)
        assert client.get("/t/signed-in/").status_code == 302


class TestRequiredSecondFactor:
    @pytest.fixture(autouse=True)
    def required(self, settings: object) -> None:
        settings.REQUIRE_SECOND_FACTOR = True  # type: ignore[attr-defined]

    @pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.OPERATOR])
    def test_those_who_administer_must_set_one_up_first(self, client: Client, role: Role) -> None:
        client.force_login(official_in(agency(), role))
        assert client.get("/t/signed-in/")["Location"] == "/accounts/2fa/"
        assert client.get("/accounts/2fa/").status_code == 200

    def test_a_clerk_need_not(self, client: Client, clerk: Account) -> None:
        assert client.get("/t/signed-in/").status_code == 200

    def test_with_one_the_work_goes_on(self, client: Client) -> None:
        account = official_in(agency(), Role.ADMINISTRATOR)
        client.force_login(account)
        Authenticator.objects.create(user=account, type="totp", data={"secret": "x"})
        assert client.get("/t/signed-in/").status_code == 200

    def test_recovery_codes_alone_are_none(self, client: Client) -> None:
        account = official_in(agency(), Role.ADMINISTRATOR)
        client.force_login(account)
        Authenticator.objects.create(user=account, type="recovery_codes", data={})
        assert client.get("/t/signed-in/").status_code == 302

    def test_off_it_asks_nobody(self, client: Client, settings: object) -> None:
        settings.REQUIRE_SECOND_FACTOR = False  # type: ignore[attr-defined]
        client.force_login(official_in(agency(), Role.ADMINISTRATOR))
        assert client.get("/t/signed-in/").status_code == 200


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("198.51.100.1", "", "198.51.100.1"),
        ("198.51.100.1", "203.0.113.9", "198.51.100.1"),
        ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "6.6.6.6, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", " , ,", "10.0.0.1"),
        ("", "203.0.113.9", ""),
    ],
)
def test_the_address_is_the_last_one_no_trusted_proxy_wrote(peer: str, forwarded: str, address: str) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded)
    assert address_of(request, trusted={"10.0.0.1", "10.0.0.2"}) == address


def test_a_request_without_viewer_is_nobodys() -> None:
    assert viewer_of(RequestFactory().get("/")) == NOBODY


def test_nobody_has_no_role() -> None:
    assert not NOBODY.has(*Role)

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from threading import Thread

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils.translation import override
from psycopg.conninfo import make_conninfo

from lienthong.identity.contracts import Role
from lienthong.identity.models import Account
from lienthong.identity.tests.factories import PASSWORD, agency, official_in
from lienthong.ledger.public import search_events

LOGIN = "/accounts/login/"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NEW = "một-mật-khẩu-mới-đủ-dài"


@pytest.fixture(autouse=True)
def no_earlier_attempts(db: None) -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def sign_in(client: Client, account: Account, password: str = PASSWORD, **extra: str) -> HttpResponse:
    return client.post(LOGIN, {"login": account.username, "password": password}, **extra)  # type: ignore[arg-type, return-value]


def totp_code() -> str:
    """The code of this half minute."""
    return format_hotp_value(hotp_value(SECRET, list(yield_hotp_counters_from_time())[1]))


def with_totp(account: Account) -> Account:
    from allauth.mfa.utils import encrypt

    Authenticator.objects.create(user=account, type="totp", data={"secret": encrypt(SECRET)})
    RecoveryCodes.activate(account)
    return account


class TestPassword:
    def test_the_right_one_signs_in_and_is_recorded_for_the_agency(self, client: Client) -> None:
        office = agency()
        answer = sign_in(client, official_in(office, Role.CLERK), REMOTE_ADDR="203.0.113.9")
        assert answer.status_code == 302
        assert client.get("/acting/").status_code == 200
        [event] = search_events(agency_id=office.pk, verb="account").rows
        assert (event.verb, event.actor.source) == ("account.sign_in", "203.0.113.9")

    def test_is_stored_with_argon2(self) -> None:
        assert official_in(agency()).password.startswith("argon2$")

    def test_the_user_name_is_taken_in_any_case(self, client: Client) -> None:
        account = official_in(agency(), username="binh.tran")
        assert client.post(LOGIN, {"login": " Binh.Tran ", "password": PASSWORD}).status_code == 302
        assert client.session["_auth_user_id"] == str(account.pk)

    @pytest.mark.parametrize("username", ["nobody.here", "x" * 150, "'; DROP TABLE--", "đặng"])
    def test_an_unknown_name_is_answered_like_a_wrong_password(self, client: Client, username: str) -> None:
        answer = client.post(LOGIN, {"login": username, "password": PASSWORD})
        assert answer.status_code == 200
        assert "Tên đăng nhập hoặc mật khẩu không đúng" in answer.content.decode()

    def test_a_failure_is_recorded_for_the_agency_of_the_account(self, client: Client) -> None:
        office = agency()
        sign_in(client, official_in(office), "wrong")
        [event] = search_events(agency_id=office.pk, verb="account").rows
        assert (event.verb, event.actor.kind, event.actor.name) == ("account.sign_in_failed", "public", "")

    def test_a_disabled_account_is_told_so_only_with_the_right_password(self, client: Client) -> None:
        account = official_in(agency())
        Account.objects.update(is_active=False)
        assert sign_in(client, account)["Location"] == "/accounts/inactive/"
        assert "Tên đăng nhập hoặc mật khẩu" in sign_in(client, account, "wrong").content.decode()

    def test_a_foreign_next_is_not_followed(self, client: Client) -> None:
        account = official_in(agency())
        answer = client.post(
            LOGIN, {"login": account.username, "password": PASSWORD, "next": "https://evil.example/"}
        )
        assert answer["Location"] == "/"

    def test_an_own_next_is_followed(self, client: Client) -> None:
        account = official_in(agency())
        answer = client.post(LOGIN, {"login": account.username, "password": PASSWORD, "next": "/acting/"})
        assert answer["Location"] == "/acting/"


class TestThrottling:
    def test_the_sixth_failure_is_refused_even_with_the_right_password(self) -> None:
        account = official_in(agency())
        for number in range(5):
            sign_in(Client(), account, "wrong", REMOTE_ADDR=f"203.0.113.{number}")
        answer = sign_in(client := Client(), account, REMOTE_ADDR="203.0.113.77")
        assert "quá nhiều lần đăng nhập sai" in answer.content.decode()
        assert "_auth_user_id" not in client.session

    def test_four_failures_do_not_lock_out_the_owner(self) -> None:
        account = official_in(agency())
        for _ in range(4):
            sign_in(Client(), account, "wrong")
        assert sign_in(Client(), account).status_code == 302

    def test_a_locked_account_does_not_lock_others_elsewhere(self) -> None:
        locked, other = official_in(agency()), official_in(agency())
        for _ in range(6):
            sign_in(Client(), locked, "wrong")
        assert sign_in(Client(), other, REMOTE_ADDR="203.0.113.5").status_code == 302

    def test_one_address_may_fail_on_twenty_names_and_no_more(self) -> None:
        account = official_in(agency())
        for number in range(20):
            Client().post(LOGIN, {"login": f"guess{number}", "password": "wrong"})
        assert "quá nhiều lần" in sign_in(Client(), account).content.decode()

    def test_an_untrusted_forwarded_address_does_not_count(self) -> None:
        account = official_in(agency())
        for number in range(20):
            Client().post(
                LOGIN,
                {"login": f"guess{number}", "password": "wrong"},
                HTTP_X_FORWARDED_FOR=f"198.51.100.{number}",
            )
        answer = sign_in(Client(), account, HTTP_X_FORWARDED_FOR="198.51.100.200")
        assert "quá nhiều lần" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_failures_count_together_in_every_process_and_thread() -> None:
    account = official_in(agency())

    def fail() -> None:
        sign_in(Client(), account, "wrong")
        connection.close()

    threads = [Thread(target=fail) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    program = (
        "import django; django.setup()\n"
        "from django.test import Client\n"
        f"wrong = {{'login': {account.username!r}, 'password': 'wrong'}}\n"
        f"for _ in range(3): Client().post({LOGIN!r}, wrong)\n"
    )
    environment = os.environ | {
        "LIENTHONG_DATABASE_URL": make_conninfo(
            os.environ["LIENTHONG_DATABASE_URL"], dbname=connection.settings_dict["NAME"]
        ),
        "LIENTHONG_HOSTS": '["testserver"]',
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    subprocess.run(
        [sys.executable, "-c", program], check=True, env=environment, capture_output=True, timeout=120
    )
    assert "quá nhiều lần" in sign_in(Client(), account).content.decode()


class TestSecondFactor:
    def test_is_asked_for_after_the_password(self, client: Client) -> None:
        account = with_totp(official_in(agency()))
        assert sign_in(client, account)["Location"] == reverse("mfa_authenticate")
        assert client.get("/acting/").status_code == 302
        assert client.post(reverse("mfa_authenticate"), {"code": totp_code()}).status_code == 302
        assert client.get("/acting/").status_code == 200

    def test_a_code_serves_once(self) -> None:
        account = with_totp(official_in(agency()))
        code = totp_code()
        answers = []
        for client in (Client(), Client()):
            sign_in(client, account)
            client.post(reverse("mfa_authenticate"), {"code": code})
            answers.append(client.get("/acting/").status_code)
        assert answers == [200, 302]

    @pytest.mark.parametrize("code", ["000000", "", "abc", "9" * 5000, "１２３４５６"])
    def test_a_wrong_code_is_refused(self, client: Client, code: str) -> None:
        sign_in(client, with_totp(official_in(agency())))
        assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 200
        assert client.get("/acting/").status_code == 302

    def test_wrong_codes_are_throttled(self, client: Client) -> None:
        sign_in(client, with_totp(official_in(agency())))
        for _ in range(5):
            client.post(reverse("mfa_authenticate"), {"code": "000000"})
        client.post(reverse("mfa_authenticate"), {"code": totp_code()})
        assert client.get("/acting/").status_code == 302

    def test_a_recovery_code_serves_instead(self, client: Client) -> None:
        account = with_totp(official_in(agency()))
        [code, *_] = Authenticator.objects.get(user=account, type="recovery_codes").wrap().get_unused_codes()
        sign_in(client, account)
        client.post(reverse("mfa_authenticate"), {"code": code})
        assert client.get("/acting/").status_code == 200

    def test_secrets_lie_encrypted_in_the_database(self) -> None:
        with_totp(official_in(agency()))
        stored = [str(row.data) for row in Authenticator.objects.all()]
        assert len(stored) == 2
        assert SECRET not in "".join(stored)
        assert all("gAAAA" in text for text in stored)

    @pytest.mark.parametrize("credential", ["", "{", "{}", "[]", '{"id": "x"}', "null", '"\\u0000"'])
    def test_a_broken_passkey_answer_is_refused(self, client: Client, credential: str) -> None:
        answer = client.post(reverse("mfa_login_webauthn"), {"credential": credential})
        assert answer.status_code == 302
        assert "_auth_user_id" not in client.session

    def test_setting_an_app_up_asks_for_the_password_first(self, client: Client) -> None:
        client.force_login(official_in(agency()))
        target = reverse("mfa_activate_totp")
        assert client.get(target)["Location"].startswith(reverse("account_reauthenticate"))
        client.post(f"{reverse('account_reauthenticate')}?next={target}", {"password": PASSWORD})
        page = client.get(target).content.decode()
        assert "data:image/svg+xml;base64," in page


class TestInitialPassword:
    def test_leads_to_choosing_another_and_nowhere_else(self, client: Client) -> None:
        account = official_in(agency())
        Account.objects.update(must_change_password=True)
        sign_in(client, account)
        change = reverse("account_change_password")
        assert client.get("/acting/")["Location"] == change
        assert client.get(change).status_code == 200
        client.post(change, {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
        assert client.get("/acting/").status_code == 200
        account.refresh_from_db()
        assert not account.must_change_password
        assert account.check_password(NEW)

    def test_a_short_or_common_one_is_refused(self, client: Client) -> None:
        client.force_login(official_in(agency()))
        for weak in ("ngan", "password1234", "902837465019283"):
            given = {"oldpassword": PASSWORD, "password1": weak, "password2": weak}
            assert client.post(reverse("account_change_password"), given).status_code == 200
        assert Account.objects.get().check_password(PASSWORD)

    def test_changing_it_ends_other_sessions(self) -> None:
        account, here, elsewhere = official_in(agency()), Client(), Client()
        here.force_login(account)
        elsewhere.force_login(account)
        given = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
        here.post(reverse("account_change_password"), given)
        assert here.get("/acting/").status_code == 200
        assert elsewhere.get("/acting/").status_code == 302


@pytest.mark.parametrize(
    "name",
    [
        "account_signup",
        "account_email",
        "account_reset_password",
        "account_confirm_login_code",
        "account_email_verification_sent",
    ],
)
def test_what_officials_do_not_need_is_not_served(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_page_has_a_script_or_style_within(client: Client, language: str) -> None:
    account = with_totp(official_in(agency(), Role.ADMINISTRATOR, Role.AUDITOR))
    pages = [Client().get(LOGIN)]
    sign_in(half := Client(), account)
    pages.append(half.get(reverse("mfa_authenticate")))
    client.force_login(account)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    with override(language):
        for name in (
            "mfa_index",
            "mfa_view_recovery_codes",
            "mfa_add_webauthn",
            "mfa_deactivate_totp",
            "mfa_reauthenticate",
            "identity:acting",
            "administration:officials",
            "administration:engage",
            "administration:posts",
            "audit",
        ):
            pages.append(client.get(reverse(name)))
    for page in pages:
        assert page.status_code == 200
        text = page.content.decode()
        assert not re.search(r"<script(?![^>]*(src=|type=\"application/json\"))", text)
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"", text)

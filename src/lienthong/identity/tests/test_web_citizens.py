"""The pages on which citizens come in and look after their account."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from lienthong.identity.actions.citizens import sign_out_everywhere
from lienthong.identity.contracts import Role
from lienthong.identity.models import OneTimeCode
from lienthong.identity.queries.visiting import visitor_for
from lienthong.identity.tests.factories import a_citizen, agency, official_in
from lienthong.identity.tests.test_citizens import AT, MAIL, NUMBER, PHONE, digits, opened
from lienthong.kernel.clock import now


@pytest.mark.django_db
class TestPages:
    def come_in(self, client: Client, contact: str = MAIL, target: str = "") -> str:
        """Sign in by code through the pages; where it leads."""
        client.post(reverse("citizen_sign_in"), {"number": NUMBER, "contact": contact, "next": target})
        code = OneTimeCode.objects.order_by("pk").last()
        assert code is not None
        answer = client.post(reverse("citizen_code"), {"code": digits(code.pk, now())})
        return str(answer["Location"]) if answer.status_code == 302 else ""

    def test_a_citizen_signs_in_by_code_and_comes_back(self, client: Client) -> None:
        a_citizen(number=NUMBER, email=MAIL, name="Trần Thị Dân")
        target = client.get(reverse("citizen_me"))["Location"]
        assert target.startswith("/sign-in/?next=")
        assert self.come_in(client, target="/me/") == "/me/"
        page = client.get("/me/").content.decode()
        assert "Trần Thị Dân" in page
        assert "chưa được xác nhận" not in page

    def test_a_foreign_next_is_not_followed(self, client: Client) -> None:
        a_citizen(number=NUMBER, email=MAIL)
        assert self.come_in(client, target="https://evil.example/") == "/"

    def test_the_page_says_the_same_whether_the_account_exists(self) -> None:
        a_citizen(number=NUMBER, email=MAIL)
        pages = []
        for number in (NUMBER, "001099000009"):
            client = Client()
            answer = client.post(reverse("citizen_sign_in"), {"number": number, "contact": MAIL})
            assert answer.status_code == 302
            pages.append(client.get(answer["Location"]).content.decode())
        assert [len(page) for page in pages] == [len(pages[0])] * 2
        assert "d…@example.vn" in pages[0]
        assert MAIL not in pages[0]

    def test_a_code_asked_for_in_another_browser_serves_here_not(self, client: Client) -> None:
        a_citizen(number=NUMBER, email=MAIL)
        client.post(reverse("citizen_sign_in"), {"number": NUMBER, "contact": MAIL})
        assert Client().post(reverse("citizen_code"), {"code": "000000"})["Location"] == "/sign-in/"

    def test_an_official_and_citizen_in_one_person_has_two_accounts(self, client: Client) -> None:
        official = official_in(agency(), Role.CLERK)
        a_citizen(number=NUMBER, email=MAIL)
        client.force_login(official)
        assert client.get("/me/").status_code == 403
        self.come_in(client)
        assert client.get("/me/").status_code == 200
        assert client.get("/acting/").status_code == 403
        assert client.get(reverse("mfa_index")).status_code == 403

    def test_who_opened_an_account_is_told_what_to_do(self, client: Client) -> None:
        client.force_login(opened())
        page = client.get("/me/").content.decode()
        assert "chưa được xác nhận" in page
        assert "một cửa" in page

    def test_signing_out_everywhere_ends_the_other_session(self, client: Client) -> None:
        account = a_citizen(number=NUMBER, email=MAIL)[0]
        self.come_in(client)
        other = Client()
        other.force_login(account)
        assert other.get("/me/").status_code == 200
        sign_out_everywhere(account_id=account.pk, source="", at=AT)
        assert client.get("/me/").status_code == 302
        assert other.get("/me/").status_code == 302

    def test_changes_of_the_account_want_a_fresh_sign_in(self, client: Client) -> None:
        client.force_login(a_citizen(number=NUMBER, email=MAIL)[0])
        assert client.get("/me/contact/")["Location"] == "/sign-in/?next=%2Fme%2Fcontact%2F"
        assert self.come_in(client, target="/me/contact/") == "/me/contact/"
        assert client.get("/me/contact/").status_code == 200
        client.post("/me/contact/", {"contact": PHONE})
        code = OneTimeCode.objects.get(purpose="contact")
        client.post(reverse("citizen_code"), {"code": digits(code.pk, now())})
        assert PHONE in client.get("/me/").content.decode()

    def test_the_demonstration_alone_shows_codes(self, client: Client, settings: object) -> None:
        a_citizen(number=NUMBER, email=MAIL)
        client.post(reverse("citizen_sign_in"), {"number": NUMBER, "contact": MAIL})
        shown = digits(OneTimeCode.objects.get().pk, now())
        assert shown not in client.get(reverse("citizen_code")).content.decode()
        settings.ENV = settings.ENV.model_copy(update={"sign_in_show_codes": True})  # type: ignore[attr-defined]
        assert shown in client.get(reverse("citizen_code")).content.decode()
        settings.BASE_URL = "https://dichvucong.example.vn"  # type: ignore[attr-defined]
        assert shown not in client.get(reverse("citizen_code")).content.decode()

    def test_a_counter_confirms_on_its_page(self, client: Client) -> None:
        account = opened()
        client.force_login(official_in(agency(), Role.RECEPTIONIST))
        said = {"number": NUMBER, "name": "Lê Thị Mới", "contact": MAIL}
        assert client.post(reverse("citizens:confirm"), said).status_code == 422
        assert client.post(reverse("citizens:confirm"), {**said, "seen": "on"}).status_code == 302
        assert visitor_for(account).confirmed

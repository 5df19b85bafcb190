"""The first page, as who comes to it sees it."""

from __future__ import annotations

import pytest
from django.test import Client

from lienthong.identity.public import Role
from lienthong.identity.tests.factories import a_citizen, agency, official_in


@pytest.mark.django_db
def test_everyone_begins_at_the_portal_and_officials_at_their_work(client: Client) -> None:
    assert "Bạn cần gì" in client.get("/").content.decode()
    account, _ = a_citizen(name="Trần Thị Dân")
    client.force_login(account)
    page = client.get("/")
    assert (page.status_code, "Trần Thị Dân" in page.content.decode()) == (200, True)
    client.force_login(official_in(agency(), Role.CLERK))
    assert client.get("/").status_code == 302

"""The pages of registers, and choosing one while registering."""

from __future__ import annotations

import pytest

from lienthong.identity.public import Role
from lienthong.identity.tests.factories import agency
from lienthong.office.register_models import RegisterBook
from lienthong.office.tests.factories import book, general_book, incoming_document
from lienthong.office.tests.pages import client_as, text_of

pytestmark = pytest.mark.django_db
URL = "/office/registers/"


def test_a_clerk_opens_a_register_with_its_rules_and_sees_it_in_the_list() -> None:
    ours = agency()
    client = client_as(Role.CLERK, ours)
    sent = {
        "name": "Sổ giấy mời",
        "code": "invitations",
        "position": 1,
        "types": "Giấy mời, ,Công điện ",
        "from_urgency": "3",
        "senders": ["citizen"],
    }
    assert client.post(f"{URL}open/", sent).headers["Location"] == URL
    opened = RegisterBook.objects.get(agency=ours, code="invitations")
    assert (opened.types, opened.senders, opened.from_urgency) == (["Giấy mời", "Công điện"], ["citizen"], 3)
    page = text_of(client.get(URL))
    assert "Sổ giấy mời" in page
    assert "“Express” or more urgent" in page
    assert "everything no other register is for" in page


def test_a_taken_code_is_said_at_its_field() -> None:
    client = client_as(Role.CLERK, agency())
    answer = client.post(f"{URL}open/", {"name": "X", "code": "incoming", "position": 1})
    assert answer.status_code == 422
    assert "keeps a register with the code" in text_of(answer)


def test_the_administrator_closes_a_register_but_not_the_default() -> None:
    ours = agency()
    other, client = book(ours, "other"), client_as(Role.ADMINISTRATOR, ours)
    assert client.get(f"{URL}{other.id}/").status_code == 200
    assert client.post(f"{URL}{other.id}/", {"name": "Sổ cũ", "position": 5}).status_code == 302
    other.refresh_from_db()
    assert (other.name, other.active) == ("Sổ cũ", False)
    answer = client.post(f"{URL}{general_book(ours).id}/", {"name": "X", "position": 0})
    assert answer.status_code == 422
    assert "cannot be closed" in text_of(answer)


def test_an_auditor_reads_the_registers_without_forms() -> None:
    ours = agency()
    general_book(ours)
    page = text_of(client_as(Role.AUDITOR, ours).get(URL))
    assert "Sổ đăng ký văn bản đến" in page
    assert '<form method="post" action="/office' not in page


def test_with_several_registers_the_proposed_one_is_chosen_and_may_be_changed() -> None:
    ours = agency()
    client = client_as(Role.CLERK, ours)
    document = incoming_document(ours, urgency=2)
    assert 'name="book"' not in text_of(client.get(f"/office/incoming/{document.id}/"))
    urgent = book(ours, "urgent", from_urgency=1)
    page = text_of(client.get(f"/office/incoming/{document.id}/"))
    assert f'<option value="{urgent.id}" selected>' in page
    client.post(f"/office/incoming/{document.id}/register/", {"book": general_book(ours).id})
    document.refresh_from_db()
    assert document.register is not None
    assert document.register.book == general_book(ours)


@pytest.mark.parametrize("damaged", ["x", "-1", "9" * 30, "²"])
def test_a_register_that_is_none_is_refused(damaged: str) -> None:
    ours = agency()
    document = incoming_document(ours)
    answer = client_as(Role.CLERK, ours).post(f"/office/incoming/{document.id}/register/", {"book": damaged})
    assert answer.status_code == 422
    document.refresh_from_db()
    assert document.register is None

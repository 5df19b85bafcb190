"""Registering from the list: piles, keys, and what is late, all by plain forms."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lienthong.identity.public import Role
from lienthong.identity.tests.factories import agency
from lienthong.kernel.clock import now
from lienthong.office.states import State
from lienthong.office.tests.factories import incoming_document
from lienthong.office.tests.pages import client_as, text_of

pytestmark = pytest.mark.django_db
LIST = "/office/incoming/"
PILE = "/office/incoming/register/"


def test_a_pile_is_registered_in_the_order_shown_with_a_result_for_each() -> None:
    ours = agency()
    first, second = (incoming_document(ours, at=now()) for _ in range(2))
    unproven = incoming_document(ours, at=now(), authentic=False)
    order = [second.id, unproven.id, first.id]
    page = text_of(client_as(Role.CLERK, ours).post(PILE, {"document": order}))
    assert page.count(">Registered<") == 2
    assert page.count(">Not registered<") == 1
    assert "could not be established" in page
    second.refresh_from_db()
    first.refresh_from_db()
    assert (second.register_number, first.register_number) == (1, 2)


def test_a_set_of_a_pile_is_answered_as_a_fragment() -> None:
    ours = agency()
    document = incoming_document(ours, at=now())
    headers = {"HX-Request": "true"}
    page = text_of(client_as(Role.CLERK, ours).post(PILE, {"document": [document.id]}, headers=headers))
    assert page.strip().startswith("<li>")
    assert "<html" not in page


def test_the_button_of_one_row_registers_it_alone_and_leads_back_to_the_list() -> None:
    ours = agency()
    one, other = (incoming_document(ours, at=now()) for _ in range(2))
    answer = client_as(Role.CLERK, ours).post(PILE, {"document": [other.id], "only": str(one.id)})
    assert answer.headers["Location"] == LIST
    other.refresh_from_db()
    one.refresh_from_db()
    assert (one.register_number, other.state) == (1, State.ARRIVED)


@pytest.mark.parametrize("sent", [{}, {"document": ["x", "' OR 1=1"]}, {"only": "\0"}])
def test_nothing_chosen_is_said(sent: dict[str, object]) -> None:
    answer = client_as(Role.CLERK, agency()).post(PILE, sent, follow=True)
    assert "No document was chosen" in text_of(answer)


def test_register_and_next_leads_to_the_next_that_waits() -> None:
    ours = agency()
    first, second = (incoming_document(ours, at=now()) for _ in range(2))
    client = client_as(Role.CLERK, ours)
    answer = client.post(f"{LIST}{first.id}/register/", {"next": "yes"})
    assert answer.headers["Location"] == f"{LIST}{second.id}/"
    answer = client.post(f"{LIST}{second.id}/register/", {"next": "yes"})
    assert answer.headers["Location"] == f"{LIST}{second.id}/"


def test_the_list_marks_what_is_late_and_counts_it() -> None:
    ours = agency()
    incoming_document(ours, at=now())
    old = incoming_document(ours, at=now() - timedelta(days=20))
    client = client_as(Role.CLERK, ours)
    page = text_of(client.get(LIST))
    assert "later than the law allows" in page
    assert page.count('class="late"') == 1
    assert page.count("Past the law") == 1
    late = client.get(LIST, {"tab": "all", "late": "on"}).context["page"].rows
    assert [row.id for row in late] == [old.id]


def test_only_a_clerk_has_boxes_buttons_and_figures() -> None:
    ours = agency()
    incoming_document(ours, at=now() - timedelta(days=20))
    for role, times in ((Role.CLERK, 1), (Role.LEADER, 0), (Role.AUDITOR, 0)):
        client = client_as(role, ours)
        page = text_of(client.get(LIST, {"tab": "arrived"}))
        assert page.count('name="document"') == times
        assert page.count('class="figures"') == times
        assert 'class="figures"' not in text_of(client.get(LIST, {"tab": "all"}))


def test_the_list_takes_as_many_queries_for_fifty_rows_as_for_one() -> None:
    ours = agency()
    client = client_as(Role.CLERK, ours)
    counts = []
    for rows in (1, 49):
        for _ in range(rows):
            incoming_document(ours, at=now())
        client.get(LIST)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(LIST).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]

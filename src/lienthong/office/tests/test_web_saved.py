"""Saved searches on the lists."""

from __future__ import annotations

import pytest

from lienthong.identity.public import Role
from lienthong.identity.tests.factories import agency
from lienthong.office.tests.factories import incoming_document
from lienthong.office.tests.pages import client_as, text_of
from lienthong.office.text_models import SavedSearch

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("place", ["incoming", "outgoing"])
def test_a_filtered_list_is_saved_used_again_and_deleted(place: str) -> None:
    client = client_as(Role.CLERK, agency())
    page = text_of(client.get(f"/office/{place}/", {"text": "đất đai", "tab": "all", "cursor": ""}))
    assert "Save the search" in page
    sent = {"place": place, "name": "Đất", "query": "text=đất&tab=all&cursor=x&evil=1"}
    answer = client.post("/office/searches/", sent)
    saved = SavedSearch.objects.get()
    assert saved.query == "tab=all&text=%C4%91%E1%BA%A5t"
    assert answer.headers["Location"] == f"/office/{place}/?{saved.query}"
    assert 'href="?tab=all&amp;text=%C4%91%E1%BA%A5t"' in text_of(client.get(f"/office/{place}/"))
    client.post(f"/office/searches/{saved.id}/delete/", {"place": place})
    assert not SavedSearch.objects.exists()


def test_an_unfiltered_list_is_not_saved() -> None:
    client = client_as(Role.CLERK, agency())
    answer = client.post("/office/searches/", {"place": "x", "name": "X", "query": ""}, follow=True)
    assert "nothing to save" in text_of(answer)


def test_the_list_is_searched_by_everything_at_once() -> None:
    ours = agency()
    incoming_document(ours, code="7/BC-X", signer_name="Lê Thị B")
    wanted = {"tab": "all", "text": "7/bc-x", "signer": "le thi", "since": "2020-01-01", "until": "damaged"}
    page = text_of(client_as(Role.LEADER, ours).get("/office/incoming/", wanted))
    assert "7/BC-X" in page
    assert "7/BC-X" not in text_of(
        client_as(Role.LEADER, ours).get("/office/incoming/", wanted | {"until": "2020-01-01"})
    )

"""The pages of review: submitting, giving opinions, setting who reviews what."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lienthong.identity.public import Role
from lienthong.identity.tests.factories import post_of
from lienthong.office import reviews
from lienthong.office.drafting_models import ReviewChain
from lienthong.office.reviews import Member
from lienthong.office.tests.pages import client_as, client_of, text_of
from lienthong.office.tests.test_reviewing import RETURN, House, _draft, _opine, _submit, house

__all__ = ["house"]


def test_the_round_goes_through_the_pages(house: House) -> None:
    draft = _draft(house)
    detail = reverse("office:outgoing_detail", args=[draft.id])
    drafter, chief = client_of(house.drafter), client_of(house.chief)
    before = text_of(drafter.get(detail))
    assert "Submit for review" in before
    assert "Trưởng phòng, Phòng Kinh tế" in before
    assert "Sign and send now" not in text_of(client_of(house.leader).get(detail))
    drafter.post(reverse("office:submit", args=[draft.id]))
    assert draft.subject in text_of(chief.get(reverse("office:reviews")))
    assert "Give the opinion" in text_of(chief.get(detail))
    assert "Give the opinion" not in text_of(drafter.get(detail))
    chief.post(
        reverse("office:opinion", args=[draft.id]), {"opinion": "returned", "remarks": "Thiếu <b>căn cứ</b>"}
    )
    back = text_of(drafter.get(reverse("office:reviews")))
    assert "Thiếu &lt;b&gt;căn cứ" in back
    drafter.post(reverse("office:submit", args=[draft.id]))
    for who in ("chief", "legal", "office"):
        client_of(getattr(house, who)).post(reverse("office:opinion", args=[draft.id]), {"opinion": "agreed"})
    assert "Sign and send now" in text_of(client_of(house.leader).get(detail))


def test_the_page_of_a_chain_sets_steps_and_sends_a_type_back_to_the_usual_order(house: House) -> None:
    clerk = client_as(Role.CLERK, house.agency)
    address = reverse("office:review_chain") + "?type=QD"
    assert "Head of Phòng Kinh tế" in text_of(clerk.get(address))
    chosen = {
        "action": "save",
        "unit": "1",
        f"division-{house.economy.pk}": "0",
        f"post-{post_of(house.legal).pk}": "2",
    }
    assert clerk.post(address, chosen).status_code == 302
    assert reviews.chain_for(house.agency.pk, "QD") == (
        [Member(1), Member(2, post_id=post_of(house.legal).pk)],
        True,
    )
    assert "defined by the agency" in text_of(clerk.get(reverse("office:review_chains")))
    assert clerk.post(address, {"action": "save", "unit": "12"}).status_code == 422
    assert clerk.get(reverse("office:review_chain") + "?type=XX").status_code == 404
    clerk.post(address, {"action": "forget"})
    assert not ReviewChain.objects.exists()


def test_a_bad_opinion_on_the_page_is_answered_with_its_reason(house: House) -> None:
    draft = _draft(house)
    _submit(house, draft)
    answer = client_of(house.chief).post(reverse("office:opinion", args=[draft.id]), {"opinion": "returned"})
    assert answer.status_code == 422
    assert "Write what you remark" in text_of(answer)


def test_the_list_costs_the_same_however_many_wait(house: House) -> None:
    chief = client_of(house.chief)
    chief.get(reverse("office:reviews"))  # the first request of a session costs more
    counts = []
    for _number in range(4):
        _submit(house, _draft(house))
        with CaptureQueriesContext(connection) as captured:
            chief.get(reverse("office:reviews"))
        counts.append(len(captured))
    assert len(set(counts)) == 1


def test_a_page_of_a_document_costs_the_same_however_many_rounds_it_has(house: House) -> None:
    draft = _draft(house)
    drafter = client_of(house.drafter)
    drafter.get(reverse("office:outgoing_detail", args=[draft.id]))
    counts = []
    for _number in range(3):
        _submit(house, draft)
        _opine(house, draft, "chief", RETURN, "Sửa lại.")
        with CaptureQueriesContext(connection) as captured:
            drafter.get(reverse("office:outgoing_detail", args=[draft.id]))
        counts.append(len(captured))
    assert len(set(counts)) == 1
